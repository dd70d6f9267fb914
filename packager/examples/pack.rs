//! Packs a folder: `cargo run --example pack -- <SOURCE FOLDER> <SETUP FILE> <OUTPUT FOLDER>`.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::process::ExitCode;
use waybill_packager::Context;
use waybill_packager::pack::{PackOutput, PackRequest, PackSource, pack};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, setup_file, output] = arguments.as_slice() else {
        eprintln!("usage: pack <SOURCE FOLDER> <SETUP FILE> <OUTPUT FOLDER>");
        return ExitCode::from(2);
    };
    let source = PackSource::Folder { folder: folder.into(), setup_file: setup_file.into() };
    match pack(&PackRequest::new(source, PackOutput::Folder(output.into())), &Context::silent()) {
        Ok(report) => {
            println!("{}: {} files, {} bytes", report.package, report.entries.files, report.sizes.package);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
