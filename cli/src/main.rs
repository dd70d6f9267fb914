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
mod system_words;
mod text;

use anstream::ColorChoice;
use args::COLORS;
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

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    let exit: Exit = match intunewinapputil::meant(&arguments) {
        Some(flags) => intunewinapputil::run(flags).into(),
        None => run_waybill(&arguments),
    };
    exit.into_code()
}

/// Runs the command that `arguments` ask for. The first of them is the program's own name.
fn run_waybill(arguments: &[OsString]) -> Exit {
    Early::read(arguments).color.write_global();
    match Cli::try_parse_from(arguments) {
        Ok(cli) => execute(cli),
        Err(error) => answer(&error, arguments).into(),
    }
}

fn execute(cli: Cli) -> Exit {
    session::start_logging(cli.global.verbose, cli.global.quiet);
    session::listen_for_ctrl_c();
    waybill_system::own_all_children();
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
    let early = Early::read(arguments);
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
    color: ColorChoice,
}

impl Early {
    fn read(arguments: &[OsString]) -> Self {
        let mut early = Self { json: false, color: ColorChoice::Auto };
        let mut arguments = arguments.iter().skip(1).map(|argument| argument.to_string_lossy());
        while let Some(argument) = arguments.next() {
            match argument.as_ref() {
                "--" => break,
                "--json" => early.json = true,
                "--color" => early.color = color(&arguments.next().unwrap_or_default()),
                other => {
                    if let Some(when) = other.strip_prefix("--color=") {
                        early.color = color(when);
                    }
                }
            }
        }
        early
    }
}

/// The choice with this name; automatic for any other name, which clap will refuse.
fn color(name: &str) -> ColorChoice {
    COLORS.iter().find(|(other, _)| *other == name).map_or(ColorChoice::Auto, |(_, color)| *color)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_color_are_seen_before_the_rest_is_understood() {
        let early = |line: &str| {
            let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let early = Early::read(&arguments);
            (early.json, early.color)
        };
        assert_eq!(early("waybill verify --nonsense --json"), (true, ColorChoice::Auto));
        assert_eq!(early("waybill --color never --color=always x"), (false, ColorChoice::Always));
        assert_eq!(early("waybill explain -- --json"), (false, ColorChoice::Auto));
    }
}
