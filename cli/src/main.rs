//! `waybill`: packs, checks, delivers and installs `.intunewin` packages.
//!
//! Arguments, progress bars and output live here; every decision is made in the libraries.

mod args;
mod commands;
mod error;
mod exit;
mod files;
mod intunewinapputil;
mod output;
mod progress;
mod session;
mod start;
mod text;
mod values;

fn main() -> std::process::ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    start::run(&arguments)
}
