//! Measures how fast a content is received into an authenticated file, and how fast its bytes alone are written there.
//!
//! `receive_rate PACKAGE FOLDER` receives the package's content, 512 KiB at a time from memory, into a file in FOLDER,
//! and prints two rates in bytes per second, each the median of five runs. Use a FOLDER on tmpfs, so that no disk is
//! measured.

use intunewin::{ArchivePolicy, ContentReceiver, FileSource, Package};
use std::error::Error;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;
use waybill_context::Context;

const RUNS: usize = 5;
const BLOCK: usize = 512 << 10;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(package), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: receive_rate PACKAGE FOLDER".into());
    };
    let policy = ArchivePolicy::default();
    let package = Package::open(FileSource::open(package)?, &policy)?;
    let mut content = Vec::with_capacity(package.content_size() as usize);
    let authenticated =
        package.into_content(&Context::silent())?.authenticate_into(&mut content, &Context::silent())?;
    let path = Path::new(&folder).join("content.partial");
    let received = median(&content, &path, || {
        let info = authenticated.encryption_info().clone();
        let mut receiver = ContentReceiver::create(&path, info, content.len() as u64, &policy)?;
        let mut buffer = Vec::with_capacity(BLOCK);
        for block in content.chunks(BLOCK) {
            buffer.extend_from_slice(block);
            buffer = receiver.write_block(buffer)?;
        }
        receiver.finish()?;
        Ok(())
    })?;
    let written = median(&content, &path, || {
        let mut file = File::create(&path)?;
        Ok(content.chunks(BLOCK).try_for_each(|block| file.write_all(block))?)
    })?;
    writeln!(std::io::stdout(), "{received:.0} {written:.0}")?;
    Ok(())
}

/// The bytes per second of `work`, which writes the file at `path`.
fn median(
    content: &[u8],
    path: &Path,
    mut work: impl FnMut() -> Result<(), Box<dyn Error>>,
) -> Result<f64, Box<dyn Error>> {
    let mut rates = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let start = Instant::now();
        work()?;
        rates.push(content.len() as f64 / start.elapsed().as_secs_f64());
        std::fs::remove_file(path)?;
    }
    rates.sort_by(f64::total_cmp);
    Ok(rates[RUNS / 2])
}
