//! The jobs in the order of the payload, and how one is done: reading, checksumming and deflating, without any lock.

use super::buffers::{Buffer, Buffers, footprint};
use super::deflate::{Encoder, room_for_block};
use super::error::PackError;
use super::request::Level;
use super::source_file::{self, LargeFile};
use crate::walk::{SourceEntry, SourceList};
use crc32fast::Hasher as Crc;
use intunewin::Method;
use std::sync::Arc;

/// The largest file that is deflated whole, in bytes.
const WHOLE: u64 = 8 << 20;
/// Bytes of a block of a larger file.
const BLOCK: u64 = 1 << 20;
/// Bytes of a stored file whose CRC one job computes.
const CHECKSUM_SPAN: u64 = 16 << 20;
/// Bytes that a checksum job reads at a time.
const CHECKSUM_READ: usize = 256 * 1024;

/// A piece of work for one thread.
#[derive(Debug, Clone)]
pub(super) enum Job {
    /// An entry for a folder, for which nothing is read.
    Folder { index: usize },
    /// A file of up to [`WHOLE`] bytes.
    Whole { index: usize },
    /// A part of a larger file.
    Block { file: Arc<LargeFile>, work: BlockWork, offset: u64, length: u64 },
}

/// What is done with a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockWork {
    /// Its CRC is computed, which the header of a stored entry needs first.
    Checksum,
    /// Its bytes are stored as they are.
    Copy,
    /// It is deflated, as a part of the file's stream.
    Deflate,
}

impl BlockWork {
    const fn span(self) -> u64 {
        match self {
            Self::Checksum => CHECKSUM_SPAN,
            Self::Copy | Self::Deflate => BLOCK,
        }
    }
}

/// The next step for a thread that asks.
pub(super) enum PlanStep {
    /// Run this job, which takes this many bytes of memory.
    Run(Job, u64),
    /// Open this large file and decide how to keep it. No other job comes before that.
    Examine(usize),
    /// Wait for another thread, which is opening a file or must give memory back.
    Wait,
    /// No jobs are left.
    End,
}

/// Hands out jobs in the order of the payload.
pub(super) struct Plan<'a> {
    list: &'a SourceList,
    level: Level,
    next: usize,
    large: LargeFileState,
}

enum LargeFileState {
    None,
    BeingExamined,
    Blocks { file: Arc<LargeFile>, work: BlockWork, offset: u64 },
}

impl<'a> Plan<'a> {
    pub(super) fn new(list: &'a SourceList, level: Level) -> Self {
        Self { list, level, next: 0, large: LargeFileState::None }
    }

    /// The next step; `admits` returns whether there is memory for a job of that cost now.
    pub(super) fn step(&mut self, admits: impl FnOnce(u64) -> bool) -> PlanStep {
        let job = match &self.large {
            LargeFileState::BeingExamined => return PlanStep::Wait,
            LargeFileState::Blocks { file, work, offset } => {
                let length = (file.size - offset).min(work.span());
                Job::Block { file: Arc::clone(file), work: *work, offset: *offset, length }
            }
            LargeFileState::None => match self.list.get(self.next) {
                None => return PlanStep::End,
                Some(entry) if entry.is_folder() => Job::Folder { index: self.next },
                Some(entry) if entry.size() > WHOLE => {
                    // How it is cut is known once it was opened and sampled, which takes too long under the lock.
                    self.large = LargeFileState::BeingExamined;
                    return PlanStep::Examine(self.next);
                }
                Some(_) => Job::Whole { index: self.next },
            },
        };
        let cost = cost(&job, self.list, self.level);
        if !admits(cost) {
            return PlanStep::Wait;
        }
        self.advance(&job);
        PlanStep::Run(job, cost)
    }

    fn advance(&mut self, job: &Job) {
        let Job::Block { file, work, offset, length } = job else {
            self.next += 1;
            return;
        };
        let offset = offset + length;
        self.large = if offset < file.size {
            LargeFileState::Blocks { file: Arc::clone(file), work: *work, offset }
        } else if *work == BlockWork::Checksum {
            // The header of a stored entry holds the CRC, so the file is read twice: for the CRC, then to be copied.
            LargeFileState::Blocks { file: Arc::clone(file), work: BlockWork::Copy, offset: 0 }
        } else {
            self.next += 1;
            LargeFileState::None
        };
    }

    /// Continues with the large file that was examined.
    pub(super) fn examined(&mut self, file: LargeFile) {
        let work = if file.stored { BlockWork::Checksum } else { BlockWork::Deflate };
        self.large = LargeFileState::Blocks { file: Arc::new(file), work, offset: 0 };
    }
}

/// What a job costs besides its buffers, so that the queue of a hundred thousand empty files is limited, too.
const OVERHEAD: u64 = 1024;

/// A finished job, whose data is written in its turn.
#[derive(Debug)]
pub(super) enum FinishedJob {
    Folder { index: usize },
    Whole { index: usize, method: Method, crc: u32, data: Buffer },
    Block(FinishedBlock),
}

/// A finished part of a large file.
#[derive(Debug)]
pub(super) struct FinishedBlock {
    pub(super) file: Arc<LargeFile>,
    pub(super) work: BlockWork,
    pub(super) offset: u64,
    pub(super) length: u64,
    /// The CRC of the file's bytes in it.
    pub(super) crc: Crc,
    /// The bytes as the entry keeps them; empty for a checksum.
    pub(super) data: Buffer,
}

impl FinishedBlock {
    pub(super) const fn is_first(&self) -> bool {
        self.offset == 0
    }

    pub(super) fn is_last(&self) -> bool {
        self.offset + self.length == self.file.size
    }
}

impl FinishedJob {
    /// Bytes of memory that it holds until it is written.
    pub(super) fn held(&self) -> u64 {
        let data = match self {
            Self::Folder { .. } => 0,
            Self::Whole { data, .. } | Self::Block(FinishedBlock { data, .. }) => data.footprint(),
        };
        OVERHEAD + data as u64
    }
}

/// Bytes of memory that a job may need.
fn cost(job: &Job, list: &SourceList, level: Level) -> u64 {
    let buffers = match job {
        Job::Folder { .. } => 0,
        Job::Whole { index } => {
            // Input and output are held at once.
            let size = footprint(list.get(*index).map_or(0, |entry| in_memory(entry.size())));
            if level == Level::Store { size } else { 2 * size }
        }
        Job::Block { work: BlockWork::Checksum, .. } => footprint(CHECKSUM_READ),
        Job::Block { work: BlockWork::Copy, length, .. } => footprint(in_memory(*length)),
        Job::Block { work: BlockWork::Deflate, length, .. } => {
            let length = in_memory(*length);
            footprint(length) + footprint(room_for_block(length))
        }
    };
    OVERHEAD + buffers as u64
}

/// The tools of one thread: its own encoder, and the shared buffers.
pub(super) struct JobRunner<'a> {
    pub(super) list: &'a SourceList,
    pub(super) level: Level,
    pub(super) encoder: Encoder,
    pub(super) buffers: Arc<Buffers>,
}

impl JobRunner<'_> {
    /// Reads the file or block of a job, and makes what is written for it.
    pub(super) fn run(&mut self, job: Job) -> Result<FinishedJob, PackError> {
        match job {
            Job::Folder { index } => Ok(FinishedJob::Folder { index }),
            Job::Whole { index } => self.whole(index),
            Job::Block { file, work, offset, length } => {
                let (crc, data) = match work {
                    BlockWork::Checksum => self.checksum(&file, offset, length)?,
                    BlockWork::Copy => self.copy(&file, offset, length)?,
                    BlockWork::Deflate => self.deflate(&file, offset, length)?,
                };
                Ok(FinishedJob::Block(FinishedBlock { file, work, offset, length, crc, data }))
            }
        }
    }

    fn whole(&mut self, index: usize) -> Result<FinishedJob, PackError> {
        let entry = listed(self.list, index)?;
        let mut input = self.buffers.take(in_memory(entry.size()));
        source_file::read_whole(&entry, &mut input)?;
        let crc = crc32fast::hash(&input);
        // There is space for one byte less than the file has. What does not fit is stored.
        if self.level != Level::Store && input.len() > 1 {
            let mut output = self.buffers.take(input.len() - 1);
            if let Some(length) = self.encoder.whole(&input, &mut output) {
                // Returned first, because the copy into a smaller buffer takes memory, too.
                drop(input);
                let data = output.shortened(length);
                return Ok(FinishedJob::Whole { index, method: Method::Deflated, crc, data });
            }
        }
        Ok(FinishedJob::Whole { index, method: Method::Stored, crc, data: input })
    }

    fn checksum(&self, file: &LargeFile, offset: u64, length: u64) -> Result<(Crc, Buffer), PackError> {
        let mut crc = Crc::new();
        let mut buffer = self.buffers.take(CHECKSUM_READ);
        let mut at = offset;
        while at < offset + length {
            let room = in_memory(offset + length - at).min(CHECKSUM_READ);
            let piece = &mut buffer[..room];
            file.read(at, piece)?;
            crc.update(piece);
            at += room as u64;
        }
        Ok((crc, self.buffers.take(0)))
    }

    fn copy(&self, file: &LargeFile, offset: u64, length: u64) -> Result<(Crc, Buffer), PackError> {
        let mut data = self.buffers.take(in_memory(length));
        file.read(offset, &mut data)?;
        let mut crc = Crc::new();
        crc.update(&data);
        Ok((crc, data))
    }

    fn deflate(&mut self, file: &LargeFile, offset: u64, length: u64) -> Result<(Crc, Buffer), PackError> {
        let (crc, input) = self.copy(file, offset, length)?;
        let mut output = self.buffers.take(room_for_block(input.len()));
        let deflated = self.encoder.block(&input, offset + length == file.size, &mut output);
        drop(input);
        let length = deflated.ok_or_else(|| PackError::Deflate { name: file.name.clone() })?;
        Ok((crc, output.shortened(length)))
    }
}

/// The entry of a job. Jobs are made from the list, so it exists.
pub(super) fn listed(list: &SourceList, index: usize) -> Result<SourceEntry<'_>, PackError> {
    list.get(index).ok_or(PackError::ThreadLost)
}

/// The length of a block or small file, which fits into any `usize`.
fn in_memory(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}
