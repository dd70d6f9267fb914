//! The project's own chores, as `cargo xtask <CHORE>`.
//!
//! `schemas` writes the JSON Schemas under `schemas/json`; `schemas --check` compares instead of writing.
//! `vectors` writes the test vectors under `tests/vectors`; `vectors --check` compares instead of writing.
//! `rooms` checks which crate imports which and finds circles between modules; `--figures` and `--files` count lines.
//! `transform` writes the transform of `examples/msi-transform`; `transform --check` compares instead of writing.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the person who runs it")]

use std::error::Error;
use std::process::ExitCode;

mod generated;
mod rooms;
mod schemas;
mod transform;
mod vectors;

const USAGE: &str =
    "usage: cargo xtask schemas|vectors|transform [--check], or rooms --check|--figures|--files";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match carry_out(&arguments) {
        Ok(message) => {
            println!("{message}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn carry_out(arguments: &[&str]) -> Result<String, Box<dyn Error>> {
    let (files, flags) = match arguments {
        ["rooms", question @ ..] => return Ok(rooms::answer(question)?),
        ["schemas", flags @ ..] => (schemas::generated(), flags),
        ["transform", flags @ ..] => (transform::generated()?, flags),
        ["vectors", flags @ ..] => (vectors::generated(), flags),
        _ => return Err(USAGE.into()),
    };
    match flags {
        [] => files.write(),
        ["--check"] => files.check(),
        _ => Err(USAGE.into()),
    }
}
