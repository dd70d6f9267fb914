//! Downloads a content and authenticates it, to be unpacked later: `download DOCUMENT_URL ROOT [BYTES_PER_SECOND]`.
//!
//! A fetch with the same ROOT finds the content there and downloads nothing.
#![allow(clippy::print_stdout)]

use std::error::Error;
use waybill_downloader::{Context, Destination, FetchRequest, Location, SecretUrl, Wanted, download};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(root)) = (arguments.next(), arguments.next()) else {
        return Err("usage: download DOCUMENT_URL ROOT [BYTES_PER_SECOND]".into());
    };
    let what = Wanted::Described(Location::Url(SecretUrl::parse(&url)?));
    let destination = Destination::Cache { app: "example".into(), revision: "1".into() };
    let mut request = FetchRequest::new(what, destination, root);
    request.options.limit_rate = arguments.next().map(|rate| rate.parse()).transpose()?;
    let report = download(&request, &Context::silent())?;
    let received = report.download.map_or(0, |download| download.received);
    println!("{received} bytes came; the content {} is held", report.mac);
    Ok(())
}
