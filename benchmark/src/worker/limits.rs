//! Measuring the limits of this machine.

use super::{WorkResult, timed};
use crate::folder::Ground;
use crate::limit::Limit;
use crate::task::{Answer, Origin};
use aes::{Aes256Dec, Aes256Enc};
use cbc::cipher::{Array, BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use libdeflater::{CompressionLvl, Compressor, Decompressor};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::hint::black_box;
use std::io::{self, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// The size of the blocks that packing deflates, in bytes.
pub(super) const BLOCK: usize = 1 << 20;
/// The most blocks that are looked at.
const MOST: u64 = 4096;

/// Evenly spaced blocks of the files below `folder`, about `bytes` bytes, without those that packing would store.
pub(super) fn blocks_that_deflate(bytes: u64, folder: &Path) -> WorkResult<Vec<Vec<u8>>> {
    let files = files(folder)?;
    let total: u64 = files.iter().map(|(_, size)| size).sum();
    let block = (total / files.len().max(1) as u64).clamp(1, BLOCK as u64);
    let places = bytes.div_ceil(block).clamp(1, MOST);
    let mut compressor = compressor(1)?;
    let mut room = vec![0; compressor.deflate_compress_bound(BLOCK)];
    let mut blocks = Vec::new();
    for place in 0..places {
        let block = read_at(&files, (u128::from(total) * u128::from(place) / u128::from(places)) as u64)?;
        // The fastest level suffices to tell a block that deflates from noise. Its time is not measured.
        let deflated = compressor.deflate_compress(&block, &mut room)?;
        if deflated <= block.len() / 32 * 31 {
            blocks.push(block);
        }
    }
    Ok(blocks)
}

/// The block of a file that holds the byte at offset `place` of all files in sequence.
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

/// A compressor of libdeflate with this level.
pub(super) fn compressor(level: i32) -> WorkResult<Compressor> {
    Ok(Compressor::new(CompressionLvl::new(level).map_err(|_| "libdeflate has no such level")?))
}

/// The size of a buffer that stays in the processor's cache, like the buffers of sealing.
const CACHED: usize = 64 << 10;
/// The size of a buffer that is larger than the cache.
const LARGE: usize = 32 << 20;
/// The default level at which packing deflates.
const LEVEL: i32 = 6;

/// Measures one limit with about `bytes` bytes.
pub(super) fn measure(
    limit: Limit,
    bytes: u64,
    ground: &Ground,
    from: Option<&Origin>,
) -> WorkResult<Answer> {
    match limit {
        Limit::MemoryCopy => copy(bytes),
        Limit::Sha256 => {
            let mut digest = Sha256::new();
            repeat(bytes, CACHED, |buffer| digest.update(&*buffer))
        }
        Limit::Blake3 => {
            let mut digest = blake3::Hasher::new();
            repeat(bytes, CACHED, |buffer| {
                digest.update(buffer);
            })
        }
        Limit::AesEncrypt => {
            let mut cipher = cbc::Encryptor::<Aes256Enc>::new(&[1; 32].into(), &[2; 16].into());
            repeat(bytes, CACHED, |buffer| cipher.encrypt_blocks(Array::slice_as_chunks_mut(buffer).0))
        }
        Limit::AesDecrypt => {
            let mut cipher = cbc::Decryptor::<Aes256Dec>::new(&[1; 32].into(), &[2; 16].into());
            repeat(bytes, CACHED, |buffer| cipher.decrypt_blocks(Array::slice_as_chunks_mut(buffer).0))
        }
        Limit::Deflate => deflate(bytes, ground),
        Limit::Inflate => inflate(bytes, ground),
        Limit::FileWrite => write(bytes, ground, |_| Ok(())),
        Limit::FileSync => write(bytes, ground, File::sync_all),
        Limit::FileRead => read(bytes, ground),
        Limit::Http => {
            let from = from.ok_or("a download needs an origin")?;
            super::delivery::bare_download(bytes, ground, from)
        }
    }
}

/// Measures `work` on one buffer, repeated until `bytes` bytes were processed.
fn repeat(bytes: u64, buffer: usize, mut work: impl FnMut(&mut [u8])) -> WorkResult<Answer> {
    let mut buffer = vec![0x5a; buffer];
    let times = bytes.div_ceil(buffer.len() as u64).max(1);
    work(&mut buffer); // once before, so that code and data are where they will be
    timed(|| {
        for _ in 0..times {
            work(black_box(&mut buffer));
        }
        Ok(times * buffer.len() as u64)
    })
}

fn copy(bytes: u64) -> WorkResult<Answer> {
    // The buffers are larger than any cache, so that memory is measured.
    let from = vec![0x5a_u8; LARGE];
    repeat(bytes, LARGE, |to| to.copy_from_slice(black_box(&from)))
}

fn deflate(bytes: u64, ground: &Ground) -> WorkResult<Answer> {
    let blocks = blocks_that_deflate(bytes, &ground.source())?;
    let mut compressor = compressor(LEVEL)?;
    let mut room = vec![0; compressor.deflate_compress_bound(BLOCK)];
    timed(|| {
        let mut total = 0;
        for block in &blocks {
            black_box(compressor.deflate_compress(block, &mut room)?);
            total += block.len() as u64;
        }
        Ok(total)
    })
}

fn inflate(bytes: u64, ground: &Ground) -> WorkResult<Answer> {
    const TIMES: u64 = 4; // it is that much faster
    let mut compressor = compressor(LEVEL)?;
    let mut room = vec![0; compressor.deflate_compress_bound(BLOCK)];
    let mut deflated = Vec::new();
    for block in blocks_that_deflate(bytes / TIMES, &ground.source())? {
        let length = compressor.deflate_compress(&block, &mut room)?;
        deflated.push((room[..length].to_vec(), block.len()));
    }
    let (mut decompressor, mut out) = (Decompressor::new(), vec![0; BLOCK]);
    timed(|| {
        let mut total = 0;
        for _ in 0..TIMES {
            for (block, length) in &deflated {
                total += decompressor.deflate_decompress(block, &mut out[..*length])? as u64;
            }
        }
        Ok(total)
    })
}

/// Measures writing a new file, with what `then` does to it at the end.
fn write(bytes: u64, ground: &Ground, then: fn(&File) -> io::Result<()>) -> WorkResult<Answer> {
    let mut file = File::create_new(ground.output())?;
    timed(|| {
        fill(&mut file, bytes)?;
        then(&file)?;
        Ok(bytes)
    })
}

fn fill(file: &mut File, bytes: u64) -> io::Result<()> {
    let buffer = vec![0x5a; 512 << 10];
    let mut left = bytes;
    while left > 0 {
        let now = left.min(buffer.len() as u64);
        file.write_all(&buffer[..now as usize])?;
        left -= now;
    }
    Ok(())
}

/// Reads `reader` to its end, up to a buffer at a time, and returns the number of bytes.
pub(super) fn read_pieces(
    reader: &mut impl Read,
    buffer: &mut [u8],
    mut take: impl FnMut(&mut [u8]) -> io::Result<()>,
) -> io::Result<u64> {
    let mut total = 0;
    loop {
        match reader.read(buffer)? {
            0 => return Ok(total),
            count => {
                take(&mut buffer[..count])?;
                total += count as u64;
            }
        }
    }
}

/// Measures reading a file that was just written, so from the page cache and not from the disk.
fn read(bytes: u64, ground: &Ground) -> WorkResult<Answer> {
    fill(&mut File::create_new(ground.output())?, bytes)?;
    let mut file = File::open(ground.output())?;
    let mut buffer = vec![0; CACHED];
    timed(|| Ok(read_pieces(&mut file, &mut buffer, |_| Ok(()))?))
}
