//! The command line as a whole. Each command has a file: its options, what the libraries do for it in which order, and its page.

mod bench;
mod bench_page;
mod diff;
mod fetch;
mod init;
mod inspect;
mod install;
mod install_evidence;
mod install_page;
mod lint;
pub(crate) mod pack;
mod payload_entries;
mod publish;
mod reference;
mod rehearsal_page;
mod rehearse;
mod serve;
mod unpack;
mod verify;

use crate::args::GlobalArgs;
use crate::error::Failure;
use crate::exit::Exit;
use crate::session::Session;
use clap::builder::styling::{AnsiColor, Styles};
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use waybill_schemas::report::install::Intent;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Pack, check, publish, fetch, unpack and install .intunewin packages.
#[derive(Debug, Parser)]
#[command(
    name = "waybill",
    bin_name = "waybill",
    version,
    styles = STYLES,
    max_term_width = 100,
    after_help = "Examples:
  waybill pack ./7zip --setup 7z2301-x64.msi --output packages/
  waybill verify packages/*.intunewin
  waybill fetch 7zip.content.json --output apps/7zip
  waybill install apps/7zip --dry-run
  waybill explain 0x87D1041C

Exit codes: 0 done, 1 the machine failed, 2 usage, 3 input refused,
4 integrity refused, 5 network, 6 another waybill works there, 7 not detected or
not for this device, 8 installer failed, 9 retry later, 10 and 11 done and a restart
to come, 12 a benchmark regressed, 130 interrupted; `waybill explain exit 3` tells more.
Called as IntuneWinAppUtil, or with -c first, it takes that tool's flags."
)]
pub(crate) struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub(crate) global: GlobalArgs,
    /// The command, with its own options.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Every command, in the order of the help.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::InitArgs),
    Pack(pack::PackArgs),
    Inspect(inspect::InspectArgs),
    Verify(verify::VerifyArgs),
    Unpack(unpack::UnpackArgs),
    Lint(lint::LintArgs),
    Publish(publish::PublishArgs),
    Fetch(fetch::FetchArgs),
    Serve(serve::ServeArgs),
    Detect(install::DetectArgs),
    Install(install::InstallArgs),
    Uninstall(install::UninstallArgs),
    Try(Box<rehearse::TryArgs>),
    Bench(Box<bench::BenchArgs>),
    Schema(reference::SchemaArgs),
    Explain(reference::ExplainArgs),
    Completions(reference::CompletionsArgs),
    /// Run what a request in a folder asks for: how an elevated `waybill install` becomes the system
    #[command(hide = true)]
    AnswerRequest {
        /// The folder of the request
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Measure one thing that is asked for on stdin: how `waybill bench` runs each stage
    #[command(hide = true)]
    BenchStage,
}

/// Runs a command, and returns the exit code where there is no failure to print: a printed report may have failed
/// checks.
pub(crate) fn run(command: Command, session: &Session) -> Result<Exit, Failure> {
    match command {
        Command::Init(args) => init::run(args, session).map(done),
        Command::Pack(args) => pack::run(args, session).map(done),
        Command::Inspect(args) => inspect::run(&args, session).map(done),
        Command::Verify(args) => verify::run(&args, session).map(Exit::from),
        Command::Unpack(args) => unpack::run(&args, session).map(done),
        Command::Lint(args) => lint::run(&args, session).map(Exit::from),
        Command::Publish(args) => publish::run(args, session).map(done),
        Command::Fetch(args) => fetch::run(&args, session).map(done),
        Command::Serve(args) => serve::run(&args, session).map(done),
        Command::Detect(args) => install::detect(&args, session),
        Command::Install(args) => install::run(Intent::Install, &args.attempt, session),
        Command::Uninstall(args) => install::run(Intent::Uninstall, &args.attempt, session),
        Command::Try(args) => rehearse::run(&args, session),
        Command::Bench(args) => bench::run(&args, session),
        Command::Schema(args) => reference::print_schema(&args, session).map(done),
        Command::Explain(args) => reference::explain(&args, session).map(done),
        Command::Completions(args) => reference::print_completions(&args, session).map(done),
        Command::BenchStage => bench::answer(session).map(done),
        Command::AnswerRequest { folder } => Ok(waybill_agent::as_system::answer(&folder).map(done)?),
    }
}

const fn done((): ()) -> Exit {
    Exit::DONE
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_sound_and_every_help_has_an_example() {
        let mut cli = Cli::command();
        cli.build();
        cli.clone().debug_assert();
        let lacking: Vec<_> = std::iter::once(&cli)
            .chain(
                cli.get_subcommands()
                    .filter(|command| !command.is_hide_set() && command.get_name() != "help"),
            )
            .filter(|command| {
                !command.get_after_help().is_some_and(|help| help.to_string().contains("Example"))
            })
            .map(|command| command.get_name().to_owned())
            .collect();
        assert!(lacking.is_empty(), "{lacking:?}");
    }
}
