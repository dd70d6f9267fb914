//! Fetches a content into a folder: `fetch DOCUMENT_OR_PACKAGE FOLDER ROOT`.
//!
//! The first is a content.json or a package, by path or URL; ROOT keeps partial downloads, manifests and locks.
#![allow(clippy::print_stdout)]

use std::error::Error;
use waybill_downloader::{Context, Destination, FetchRequest, Location, SecretUrl, Wanted, fetch};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [source, folder, root] = arguments.as_slice() else {
        return Err("usage: fetch DOCUMENT_OR_PACKAGE FOLDER ROOT".into());
    };
    let location = match SecretUrl::parse(source) {
        Ok(url) => Location::Url(url),
        Err(_) => Location::File(source.into()),
    };
    let request = FetchRequest::new(Wanted::Described(location), Destination::Folder(folder.into()), root);
    let report = fetch(&request, &Context::silent())?;
    println!("{} files, {} bytes in {}", report.files, report.bytes, report.folder);
    for observation in report.observations {
        println!("{} times {}: {}", observation.times, observation.rule, observation.seen);
    }
    Ok(())
}
