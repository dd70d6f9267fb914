//! Doing one job: reading, checksumming and deflating, away from every lock.

use super::deflate::{Encoders, WINDOW};
use super::error::PackError;
use super::plan::{BlockWork, CHECKSUM_READ, Job, OVERHEAD};
use super::source_file::{self, LargeFile};
use crate::walk::{SourceEntry, SourceList};
use crc32fast::Hasher as Crc;
use intunewin::Method;
use std::sync::Arc;

/// What came of a job: data to be written in its turn.
#[derive(Debug)]
pub(super) enum Outcome {
    Folder { index: usize },
    Whole { index: usize, method: Method, crc: u32, data: Vec<u8> },
    Block { file: Arc<LargeFile>, work: BlockWork, offset: u64, length: u64, crc: Crc, data: Vec<u8> },
}

impl Outcome {
    /// Bytes of memory that it holds until it is written.
    pub(super) fn held(&self) -> u64 {
        let data = match self {
            Self::Folder { .. } => 0,
            Self::Whole { data, .. } | Self::Block { data, .. } => data.capacity(),
        };
        OVERHEAD + data as u64
    }
}

/// Does it.
pub(super) fn run(job: Job, list: &SourceList, encoders: &mut Encoders) -> Result<Outcome, PackError> {
    match job {
        Job::Folder { index } => Ok(Outcome::Folder { index }),
        Job::Whole { index } => whole(index, &listed(list, index)?, encoders),
        Job::Block { file, work, offset, length } => {
            let entry = listed(list, file.index)?;
            let (crc, data) = match work {
                BlockWork::Checksum => (checksum(&file, offset, length, &entry)?, Vec::new()),
                BlockWork::Copy => copy(&file, offset, length, &entry)?,
                BlockWork::Deflate => deflate(&file, offset, length, &entry, encoders)?,
            };
            Ok(Outcome::Block { file, work, offset, length, crc, data })
        }
    }
}

/// The entry of a job: jobs are made of the list, so it is there.
pub(super) fn listed(list: &SourceList, index: usize) -> Result<SourceEntry<'_>, PackError> {
    list.get(index).ok_or(PackError::ThreadLost)
}

fn whole(index: usize, entry: &SourceEntry<'_>, encoders: &mut Encoders) -> Result<Outcome, PackError> {
    let input = source_file::read_whole(entry)?;
    let crc = crc32fast::hash(&input);
    Ok(match encoders.whole(&input) {
        Some(data) => Outcome::Whole { index, method: Method::Deflated, crc, data },
        None => Outcome::Whole { index, method: Method::Stored, crc, data: input },
    })
}

fn checksum(file: &LargeFile, offset: u64, length: u64, entry: &SourceEntry<'_>) -> Result<Crc, PackError> {
    let mut crc = Crc::new();
    let (mut at, end) = (offset, offset + length);
    while at < end {
        let piece = file.block(at, in_memory(end - at).min(CHECKSUM_READ), entry)?;
        crc.update(&piece);
        at += piece.len() as u64;
    }
    Ok(crc)
}

fn copy(
    file: &LargeFile,
    offset: u64,
    length: u64,
    entry: &SourceEntry<'_>,
) -> Result<(Crc, Vec<u8>), PackError> {
    let data = file.block(offset, in_memory(length), entry)?;
    let mut crc = Crc::new();
    crc.update(&data);
    Ok((crc, data))
}

fn deflate(
    file: &LargeFile,
    offset: u64,
    length: u64,
    entry: &SourceEntry<'_>,
    encoders: &mut Encoders,
) -> Result<(Crc, Vec<u8>), PackError> {
    let window = offset.min(WINDOW as u64);
    let input = file.block(offset - window, in_memory(window + length), entry)?;
    let start = in_memory(window);
    let mut crc = Crc::new();
    crc.update(&input[start..]);
    let data = encoders
        .block(&input, start, offset + length == file.size)
        .map_err(|error| PackError::Deflate { name: entry.name(), reason: error.to_string() })?;
    Ok((crc, data))
}

/// A block's length: at most a few MiB, so it fits.
fn in_memory(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}
