//! Prints the findings of lint: `cargo run --example lint -- <PACKAGE, SOURCE FOLDER OR APP FOLDER>`.
#![allow(clippy::print_stdout)]

use std::error::Error;
use waybill_packager::Context;
use waybill_packager::lint::{Subject, lint};
use waybill_packager::walk::WalkOptions;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: lint <PACKAGE, SOURCE FOLDER OR APP FOLDER>")?;
    let subject = Subject::open(path.as_ref(), &WalkOptions::default(), &Context::silent())?;
    for finding in lint(subject, &[]).findings {
        println!("{}: {}", finding.code, finding.message);
    }
    Ok(())
}
