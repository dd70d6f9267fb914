//! Publishes a package: `cargo run --example publish -- <PACKAGE> <PUBLIC FOLDER> <BASE URL>`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::error::Error;
use std::process::ExitCode;
use waybill_publisher::intunewin::{ArchivePolicy, FileSource, Package};
use waybill_publisher::{Context, PublishRequest, publish};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [package, public, base_url] = arguments.as_slice() else {
        eprintln!("usage: publish <PACKAGE> <PUBLIC FOLDER> <BASE URL>");
        return ExitCode::from(2);
    };
    match run(package, public, base_url) {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(package: &str, public: &str, base_url: &str) -> Result<String, Box<dyn Error>> {
    let context = Context::silent();
    let opened = Package::open(FileSource::open(package)?, &ArchivePolicy::default())?;
    let mut request = PublishRequest::new(package, public);
    request.base_url = Some(base_url.to_owned());
    let report = publish(opened.into_content(&context)?, &request, &context)?;
    Ok(format!("{} is public; {} is secret", report.public_folder, report.document))
}
