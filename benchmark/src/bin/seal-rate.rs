//! Measures sealing alone: digest, encryption, MAC and CRC of a file's bytes as a payload, without writing the package.
//!
//! `seal-rate FILE` prints the median of five runs in seconds; `ci/compare-packing.sh` compares it with packing.

use intunewin::{PackageMetadata, PackageWriter};
use std::io::{Read, Seek, SeekFrom, Write};
use std::time::{Instant, SystemTime};

/// A writer that discards its bytes.
struct Nowhere;

impl Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for Nowhere {
    fn seek(&mut self, _: SeekFrom) -> std::io::Result<u64> {
        Ok(0)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: seal-rate FILE")?;
    let mut payload = Vec::new();
    std::fs::File::open(path)?.read_to_end(&mut payload)?;
    let mut seconds = Vec::new();
    for _ in 0..5 {
        let started = Instant::now();
        let mut writer = PackageWriter::create(Nowhere)?;
        payload.chunks(1 << 20).try_for_each(|chunk| writer.write_all(chunk))?;
        let (name, setup_file) = ("sealed".to_owned(), "sealed".to_owned());
        let written = SystemTime::UNIX_EPOCH;
        writer.finish(PackageMetadata { name, setup_file, msi_info: None, written })?;
        seconds.push(started.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    writeln!(std::io::stdout(), "{:.6}", seconds[2])?;
    Ok(())
}
