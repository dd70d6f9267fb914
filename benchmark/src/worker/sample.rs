//! Blocks of this payload's own files, for the limits of deflating.

use super::Outcome;
use libdeflater::{CompressionLvl, Compressor};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// What packing deflates at once.
pub(super) const BLOCK: usize = 1 << 20;
/// Blocks that are looked at, at most.
const MOST: u64 = 4096;

/// Blocks from all over the files below `folder`, in the proportions in which they are there, about `bytes` of them;
/// without those that packing would store.
pub(super) fn blocks_that_deflate(bytes: u64, folder: &Path) -> Outcome<Vec<Vec<u8>>> {
    let files = files(folder)?;
    let total: u64 = files.iter().map(|(_, size)| size).sum();
    let block = (total / files.len().max(1) as u64).clamp(1, BLOCK as u64);
    let places = bytes.div_ceil(block).clamp(1, MOST);
    let mut compressor = compressor(1)?;
    let mut room = vec![0; compressor.deflate_compress_bound(BLOCK)];
    let mut blocks = Vec::new();
    for place in 0..places {
        let block = read_at(&files, (u128::from(total) * u128::from(place) / u128::from(places)) as u64)?;
        let deflated = compressor.deflate_compress(&block, &mut room)?;
        if deflated <= block.len() / 32 * 31 {
            blocks.push(block);
        }
    }
    Ok(blocks)
}

/// The block at this place in all files, one behind the other.
fn read_at(files: &[(PathBuf, u64)], mut place: u64) -> io::Result<Vec<u8>> {
    let mut block = Vec::new();
    for (path, size) in files {
        if place < *size {
            let mut file = File::open(path)?;
            file.seek(SeekFrom::Start(place / BLOCK as u64 * BLOCK as u64))?;
            file.take(BLOCK as u64).read_to_end(&mut block)?;
            break;
        }
        place -= size;
    }
    Ok(block)
}

/// Every file below `folder` with its size, in the order of their names.
pub(super) fn files(folder: &Path) -> io::Result<Vec<(PathBuf, u64)>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                found.push((entry.path(), entry.metadata()?.len()));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// libdeflate at this level.
pub(super) fn compressor(level: i32) -> Outcome<Compressor> {
    Ok(Compressor::new(CompressionLvl::new(level).map_err(|_| "libdeflate has no such level")?))
}
