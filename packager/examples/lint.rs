//! Prints the findings of lint: `cargo run --example lint -- <PACKAGE, SOURCE FOLDER OR APP FOLDER>`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;
use waybill_packager::Context;
use waybill_packager::lint::{Subject, lint};
use waybill_packager::walk::WalkOptions;

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: lint <PACKAGE, SOURCE FOLDER OR APP FOLDER>");
        return ExitCode::from(2);
    };
    let subject = match Subject::open(path.as_ref(), &WalkOptions::default(), &Context::silent()) {
        Ok(subject) => subject,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    for finding in lint(subject, &[]).findings {
        println!("{}: {}", finding.code, finding.message);
    }
    ExitCode::SUCCESS
}
