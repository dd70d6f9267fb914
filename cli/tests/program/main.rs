//! Tests of the whole program that a snapshot cannot express.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod as_windows;
mod bench;
mod docs;
mod documents;
mod fetch;
mod help_examples;
mod hostile_paths;
mod inputs;
mod install;
mod intunewinapputil;
mod pipes;
mod runner_docs;
mod scripted_app;
mod secrets;
mod serve;
mod snapshots;
mod terminal;
#[path = "../workbench/mod.rs"]
mod workbench;

use std::process::{Command, Output};
use workbench::{Workbench, program};

/// The program, to be run on a workbench. Apps are installed with the test's own rights unless the arguments say for whom:
/// SYSTEM's would have to come from a task scheduler, which wine has not, and each command would wait for it.
fn command(bench: &Workbench, arguments: &[&str]) -> Command {
    let takes_account =
        arguments.first().is_some_and(|first| ["install", "uninstall", "detect", "try"].contains(first))
            && !arguments.iter().any(|argument| argument.starts_with("--as") || *argument == "--help");
    let account: &[&str] = if takes_account { &["--as", "current"] } else { &[] };
    let mut command = Command::new(program());
    command.args(arguments).args(account).current_dir(bench.path()).env_remove("SOURCE_DATE_EPOCH");
    command
}

/// Runs the program to its end.
fn run(bench: &Workbench, arguments: &[&str]) -> Output {
    command(bench, arguments).output().unwrap()
}
