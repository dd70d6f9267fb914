//! Prints how one package differs from another: Detection.xml, sizes, and the files by name, size and CRC.
//!
//! `cargo run -p intunewin --example compare -- old.intunewin new.intunewin`
#![allow(clippy::print_stdout, reason = "an example prints")]

use intunewin::{ArchiveError, ArchivePolicy, ComparedPackage, Context, FileSource, Package, diff};

fn open(path: Option<std::ffi::OsString>) -> Result<ComparedPackage, Box<dyn std::error::Error>> {
    let policy = ArchivePolicy::default();
    let package = Package::open(FileSource::open(path.ok_or("which two packages?")?)?, &policy)?;
    Ok(ComparedPackage::new(package.into(), &policy, &Context::silent())?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (old, new) = (open(arguments.next())?, open(arguments.next())?);
    let difference = diff(&old, &new)?;
    for change in &difference.metadata {
        println!("{}: {:?} -> {:?}", change.field, change.old, change.new);
    }
    difference.payload.visit::<ArchiveError>(|change| {
        println!("{:?} {}", change.change, change.name);
        Ok(())
    })?;
    Ok(())
}
