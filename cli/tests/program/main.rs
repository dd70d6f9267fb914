//! Tests of the whole program that a snapshot cannot express.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod as_windows;
mod bench;
mod docs;
mod documents;
mod fetch;
mod hostile_paths;
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

/// The program, to be run on a workbench.
fn command(bench: &Workbench, arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.args(arguments).current_dir(bench.path()).env_remove("SOURCE_DATE_EPOCH");
    command
}

/// Runs the program to its end.
fn run(bench: &Workbench, arguments: &[&str]) -> Output {
    command(bench, arguments).output().unwrap()
}
