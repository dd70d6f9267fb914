//! The command line: one file a command. What clap parses here is turned into the libraries' options once.

mod answer_request;
mod bench;
mod completions;
mod explain;
mod fetch;
mod init;
mod inspect;
mod install;
mod lint;
mod pack;
mod package;
mod publish;
mod rehearse;
mod root;
mod schema;
mod serve;
mod size;
mod unpack;
mod verify;
mod wildcard;

pub(crate) use answer_request::AnswerRequestArgs;
pub(crate) use bench::{BenchArgs, BenchStageArgs};
pub(crate) use completions::CompletionsArgs;
pub(crate) use explain::ExplainArgs;
pub(crate) use fetch::FetchArgs;
pub(crate) use init::InitArgs;
pub(crate) use inspect::{InspectArgs, Inspection, Show};
pub(crate) use install::{AttemptArgs, DetectArgs, ExitStyle, InstallArgs, UninstallArgs};
pub(crate) use lint::LintArgs;
pub(crate) use pack::{PackArgs, source_date_epoch};
pub(crate) use package::{Limits, PackageArgs};
pub(crate) use publish::PublishArgs;
pub(crate) use rehearse::TryArgs;
pub(crate) use schema::SchemaArgs;
pub(crate) use serve::ServeArgs;
pub(crate) use size::Size;
pub(crate) use unpack::UnpackArgs;
pub(crate) use verify::VerifyArgs;

use clap::builder::styling::{AnsiColor, Styles};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

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
    disable_help_subcommand = true,
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
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Print exactly one JSON document on stdout, success or error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Tell errors and what was asked for, nothing else
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Log what happens; twice for everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to use colours; NO_COLOR is respected
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(crate) color: ColorWhen,
}

/// When to use colours. The names speak for themselves: a word on each would make every help page twice as long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    Auto,
    Always,
    Never,
}

impl ColorWhen {
    /// By its name; automatic for any other, which clap will refuse.
    pub(crate) fn named(name: &str) -> Self {
        Self::from_str(name, false).unwrap_or(Self::Auto)
    }

    /// From now on, for stdout and stderr.
    pub(crate) fn apply(self) {
        let choice = match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(InitArgs),
    Pack(PackArgs),
    Inspect(InspectArgs),
    Verify(VerifyArgs),
    Unpack(UnpackArgs),
    Lint(LintArgs),
    Publish(PublishArgs),
    Fetch(FetchArgs),
    Serve(ServeArgs),
    Detect(DetectArgs),
    Install(InstallArgs),
    Uninstall(UninstallArgs),
    Try(Box<TryArgs>),
    Bench(Box<BenchArgs>),
    Schema(SchemaArgs),
    Explain(ExplainArgs),
    Completions(CompletionsArgs),
    AnswerRequest(AnswerRequestArgs),
    BenchStage(BenchStageArgs),
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
            .chain(cli.get_subcommands().filter(|command| !command.is_hide_set()))
            .filter(|command| {
                !command.get_after_help().is_some_and(|help| help.to_string().contains("Example"))
            })
            .map(|command| command.get_name().to_owned())
            .collect();
        assert!(lacking.is_empty(), "{lacking:?}");
    }
}
