//! Publishes a package: `cargo run --example publish -- <PACKAGE> <PUBLIC FOLDER> <BASE URL>`.
#![allow(clippy::print_stdout)]

use std::error::Error;
use waybill_publisher::intunewin::{ArchivePolicy, FileSource, Package};
use waybill_publisher::{Context, PublishRequest, publish};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [package, public, base_url] = arguments.as_slice() else {
        return Err("usage: publish <PACKAGE> <PUBLIC FOLDER> <BASE URL>".into());
    };
    let opened = Package::open(FileSource::open(package)?, &ArchivePolicy::default())?;
    let mut request = PublishRequest::new(package, public);
    request.base_url = Some(base_url.to_owned());
    let report = publish(opened.into_content(&Context::silent())?, &request, &Context::silent())?;
    println!("{} is public; {} is secret", report.public_folder, report.document);
    Ok(())
}
