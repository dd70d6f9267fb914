//! Runs every check on a package, and prints each.
//!
//! `cargo run -p intunewin --example verify_package -- app.intunewin`
#![allow(clippy::print_stdout, reason = "an example prints")]

use intunewin::{ArchivePolicy, Context, FileSource, Package, VerifyOptions, verify};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("which package?")?;
    let package = Package::open(FileSource::open(path)?, &ArchivePolicy::default())?;
    let mut options = VerifyOptions::default();
    options.deep = true;
    let verification = verify(package.into(), &options, &Context::silent());
    for check in &verification.checks {
        let detail = check.detail.as_ref().map(ToString::to_string).unwrap_or_default();
        println!("{:<11} {:<8} {detail}", check.name.title(), check.outcome.title());
    }
    verification.error.map_or(Ok(()), |error| Err(error.into()))
}
