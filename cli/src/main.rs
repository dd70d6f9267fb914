//! `waybill`: packs, checks, delivers and installs `.intunewin` packages.
//!
//! Arguments, progress bars and output are here; every decision is made in the libraries.

mod args;
mod commands;
mod error;
mod exit;
mod files;
mod intunewinapputil;
mod output;
mod progress;
mod session;
mod text;

use args::ColorWhen;
use clap::Parser as _;
use clap::error::ErrorKind;
use commands::Cli;
use error::Failure;
use exit::Exit;
use output::Output;
use session::Session;
use std::ffi::OsString;
use std::process::ExitCode;
use waybill_schemas::codes::{Class, command};

fn main() -> std::process::ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    run(&arguments)
}

/// Runs the command that `arguments` ask for. The first of them is the program's own name.
fn run(arguments: &[OsString]) -> ExitCode {
    let outcome = match intunewinapputil::meant(arguments) {
        Some(flags) => intunewinapputil::run(flags).into(),
        None => run_waybill(arguments),
    };
    outcome.into_code()
}

fn run_waybill(arguments: &[OsString]) -> Exit {
    Early::of(arguments).color.apply();
    match Cli::try_parse_from(arguments) {
        Ok(cli) => execute(cli),
        Err(error) => answer(&error, arguments).into(),
    }
}

fn execute(cli: Cli) -> Exit {
    session::start_logging(cli.global.verbose, cli.global.quiet);
    session::listen_for_ctrl_c();
    let session = Session::new(&cli.global);
    match commands::run(cli.command, &session) {
        Ok(exit) => exit,
        Err(failure) => session.output.fail(&failure).into(),
    }
}

/// The first paragraph of clap's message on one line: the error and the arguments that it is about.
fn first_paragraph(text: &str) -> String {
    let lines = text.lines().map(str::trim).take_while(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ").trim_start_matches("error: ").to_owned()
}

/// Help and version are data. Every other message of clap is an error of usage.
fn answer(error: &clap::Error, arguments: &[OsString]) -> Option<Class> {
    // Clap did not understand the arguments, so it cannot say whether JSON was asked for.
    let early = Early::of(arguments);
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A reader that closed the pipe has seen enough of the help.
            let _ = error.print();
            None
        }
        _ if early.json => {
            let text = error.to_string();
            Output::new(true, false).fail(&Failure::new(&command::USAGE, first_paragraph(&text)))
        }
        _ => {
            let _ = error.print();
            Some(Class::Usage)
        }
    }
}

/// The options that decide how even an error of usage is printed.
struct Early {
    json: bool,
    color: ColorWhen,
}

impl Early {
    fn of(arguments: &[OsString]) -> Self {
        let mut early = Self { json: false, color: ColorWhen::Auto };
        let mut arguments = arguments.iter().skip(1).map(|argument| argument.to_string_lossy());
        while let Some(argument) = arguments.next() {
            match argument.as_ref() {
                "--" => break,
                "--json" => early.json = true,
                "--color" => early.color = ColorWhen::named(&arguments.next().unwrap_or_default()),
                other => {
                    if let Some(when) = other.strip_prefix("--color=") {
                        early.color = ColorWhen::named(when);
                    }
                }
            }
        }
        early
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_color_are_seen_before_the_rest_is_understood() {
        let early = |line: &str| {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let early = Early::of(&arguments);
            (early.json, early.color)
        };
        assert_eq!(early("waybill verify --nonsense --json"), (true, ColorWhen::Auto));
        assert_eq!(early("waybill --color never --color=always x"), (false, ColorWhen::Always));
        assert_eq!(early("waybill explain -- --json"), (false, ColorWhen::Auto));
    }
}
