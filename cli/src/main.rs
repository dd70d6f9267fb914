//! `waybill`: packs, checks, delivers and installs `.intunewin` packages.
//!
//! Arguments, progress bars and output live here; every decision is made in the libraries.

mod args;
mod commands;
mod error;
mod exit;
mod interrupt;
mod intunewinapputil;
mod location;
mod logging;
mod new_file;
mod output;
mod own_ground;
mod package_input;
mod progress;
mod report;
mod session;
mod start;

fn main() -> std::process::ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    start::run(&arguments)
}
