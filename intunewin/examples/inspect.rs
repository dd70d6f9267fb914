//! Prints the fields of a package, and the files of its payload once that is authentic.
//!
//! `cargo run -p intunewin --example inspect -- app.intunewin`
#![allow(clippy::print_stdout, reason = "an example prints")]

use intunewin::{ArchiveError, ArchivePolicy, Context, FileSource, Package};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("which package?")?;
    let (policy, context) = (ArchivePolicy::default(), Context::silent());
    let package = Package::open(FileSource::open(path)?, &policy)?;
    println!("{} installs with {}", package.info().name, package.info().setup_file);
    for deviation in package.deviations() {
        println!("Intune may refuse it: {deviation}");
    }
    let content = package.into_content(&context)?.authenticate(&context)?;
    content.archive(&policy, &context)?.visit::<ArchiveError>(|entry| {
        println!("{:>12}  {}", entry.size, entry.name.listed());
        Ok(())
    })?;
    Ok(())
}
