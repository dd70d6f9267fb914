//! What this machine can do at best.

use super::Outcome;
use super::sample::{self, BLOCK, compressor};
use super::timed::timed;
use crate::ground::Ground;
use crate::limit::Limit;
use crate::task::{Answer, Origin};
use aes::{Aes256Dec, Aes256Enc};
use cbc::cipher::{Array, BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _};
use libdeflater::Decompressor;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::hint::black_box;
use std::io::{self, Read as _, Write as _};

/// A buffer that stays in the processor's cache, as the ones of sealing do.
const CACHED: usize = 64 << 10;
/// One that does not.
const LARGE: usize = 32 << 20;
/// The level that packing deflates at unless it is told otherwise.
const LEVEL: i32 = 6;

/// Measures one limit with about `bytes` bytes.
pub(super) fn measure(limit: Limit, bytes: u64, ground: &Ground, from: Option<&Origin>) -> Outcome<Answer> {
    match limit {
        Limit::MemoryCopy => copy(bytes),
        Limit::Sha256 => {
            let mut digest = Sha256::new();
            repeat(bytes, CACHED, |buffer| digest.update(&*buffer))
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
            super::http::measure(bytes, ground, from)
        }
    }
}

/// `work` on one buffer until `bytes` went through.
fn repeat(bytes: u64, buffer: usize, mut work: impl FnMut(&mut [u8])) -> Outcome<Answer> {
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

fn copy(bytes: u64) -> Outcome<Answer> {
    let from = vec![0x5a_u8; LARGE];
    repeat(bytes, LARGE, |to| to.copy_from_slice(black_box(&from)))
}

fn deflate(bytes: u64, ground: &Ground) -> Outcome<Answer> {
    let blocks = sample::blocks_that_deflate(bytes, &ground.source())?;
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

fn inflate(bytes: u64, ground: &Ground) -> Outcome<Answer> {
    const TIMES: u64 = 4; // it is that much faster
    let mut compressor = compressor(LEVEL)?;
    let mut room = vec![0; compressor.deflate_compress_bound(BLOCK)];
    let mut deflated = Vec::new();
    for block in sample::blocks_that_deflate(bytes / TIMES, &ground.source())? {
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

/// A new file, with whatever `then` does to it at the end.
fn write(bytes: u64, ground: &Ground, then: fn(&File) -> io::Result<()>) -> Outcome<Answer> {
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

/// A file that was just written: no disk is waited for.
fn read(bytes: u64, ground: &Ground) -> Outcome<Answer> {
    fill(&mut File::create_new(ground.output())?, bytes)?;
    let mut file = File::open(ground.output())?;
    let mut buffer = vec![0; CACHED];
    timed(|| {
        let mut total = 0;
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(total),
                count => total += count as u64,
            }
        }
    })
}
