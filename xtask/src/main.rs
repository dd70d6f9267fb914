//! The project's own chores, as `cargo xtask <CHORE>`.
//!
//! `schemas` writes the JSON Schemas under `schemas/json`; `schemas --check` compares instead of writing.
//! `vectors` writes the test vectors under `tests/vectors`; `vectors --check` compares instead of writing.
//! `rooms` checks which crate imports which and finds circles between modules; `--figures` and `--files` count lines.
//! `transform` writes the transform of `examples/msi-transform`; `transform --check` compares instead of writing.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the person who runs it")]

use std::process::ExitCode;

mod rooms;
mod schemas;
mod transform;
mod vectors;

const USAGE: &str =
    "usage: cargo xtask schemas|vectors|transform [--check], or rooms --check|--figures|--files";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["rooms", question @ ..] => rooms::answer(question).map_err(Into::into),
        ["schemas"] => schemas::write(),
        ["schemas", "--check"] => schemas::check(),
        ["transform"] => transform::write(),
        ["transform", "--check"] => transform::check(),
        ["vectors"] => vectors::write(),
        ["vectors", "--check"] => vectors::check(),
        _ => Err(USAGE.into()),
    };
    match outcome {
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
