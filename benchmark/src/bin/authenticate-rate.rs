//! Measures how fast a package's content is authenticated and digested, and how fast a single thread computes SHA-256.
//!
//! `authenticate-rate PACKAGE` prints two rates in bytes a second, each the median of five runs.

use intunewin::{ArchivePolicy, FileSource, Package};
use sha2::{Digest, Sha256};
use std::error::Error;
use std::io::Write;
use std::time::Instant;
use waybill_context::Context;

const RUNS: usize = 5;
const BUFFER: usize = 64 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: authenticate-rate PACKAGE")?;
    let authenticated = median(|| {
        let package = Package::open(FileSource::open(&path)?, &ArchivePolicy::default())?;
        let size = package.content_size();
        package.into_content(&Context::silent())?.authenticate(&Context::silent())?;
        Ok(size)
    })?;
    let buffer = vec![7_u8; BUFFER];
    let digested = median(|| {
        std::hint::black_box(Sha256::digest(&buffer));
        Ok(BUFFER as u64)
    })?;
    writeln!(std::io::stdout(), "{authenticated:.0} {digested:.0}")?;
    Ok(())
}

/// The median rate of `work` in bytes a second; `work` returns the bytes that it processed.
fn median(mut work: impl FnMut() -> Result<u64, Box<dyn Error>>) -> Result<f64, Box<dyn Error>> {
    let mut rates = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let start = Instant::now();
        let bytes = work()?;
        rates.push(bytes as f64 / start.elapsed().as_secs_f64());
    }
    rates.sort_by(f64::total_cmp);
    Ok(rates[RUNS / 2])
}
