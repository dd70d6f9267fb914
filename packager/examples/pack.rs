//! Packs a folder: `cargo run --example pack -- <SOURCE FOLDER> <SETUP FILE> <OUTPUT FOLDER>`.
#![allow(clippy::print_stdout)]

use std::error::Error;
use waybill_packager::Context;
use waybill_packager::pack::{PackOutput, PackRequest, PackSource, pack};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, setup_file, output] = arguments.as_slice() else {
        return Err("usage: pack <SOURCE FOLDER> <SETUP FILE> <OUTPUT FOLDER>".into());
    };
    let source = PackSource::Folder { folder: folder.into(), setup_file: setup_file.into() };
    let report = pack(&PackRequest::new(source, PackOutput::Folder(output.into())), &Context::silent())?;
    println!("{}: {} files, {} bytes", report.package, report.entries.files, report.sizes.package);
    Ok(())
}
