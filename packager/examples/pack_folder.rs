//! Packs a folder and prints the report: `pack_folder <SOURCE> <SETUP> <OUTPUT> [THREADS] [LEVEL]`.
use std::num::NonZeroUsize;
use waybill_context::Context;
use waybill_packager::pack::{Level, Output, PackOptions, PackRequest, PackSource, pack};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, setup, output, rest @ ..] = arguments.as_slice() else {
        return Err("usage: pack_folder <SOURCE> <SETUP> <OUTPUT> [THREADS] [LEVEL]".into());
    };
    let level = match rest.get(1).map(String::as_str) {
        Some("store") => Level::Store,
        Some("fast") => Level::Fast,
        Some("best") => Level::Best,
        _ => Level::Default,
    };
    let threads = rest.first().and_then(|text| text.parse().ok()).and_then(NonZeroUsize::new);
    let request = PackRequest {
        source: PackSource::Folder { folder: source.into(), setup_file: setup.into() },
        output: Output::from_argument(output),
        options: PackOptions { threads, level, force: true, ..PackOptions::default() },
    };
    #[allow(clippy::print_stdout)]
    match pack(&request, &Context::silent()) {
        Ok(report) => println!("{report:#?}"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
