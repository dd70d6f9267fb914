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
    Block(Block),
}

/// A part of a large file, and what is done with it.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) file: Arc<LargeFile>,
    pub(super) work: BlockWork,
    pub(super) offset: u64,
    pub(super) length: u64,
}

impl Block {
    /// The part from `offset` on that one job takes.
    fn new(file: Arc<LargeFile>, work: BlockWork, offset: u64) -> Self {
        let length =
            (file.size - offset).min(if work == BlockWork::Checksum { CHECKSUM_SPAN } else { BLOCK });
        Self { file, work, offset, length }
    }

    pub(super) const fn is_first(&self) -> bool {
        self.offset == 0
    }

    pub(super) fn is_last(&self) -> bool {
        self.offset + self.length == self.file.size
    }

    /// The length in bytes. Except for a checksum, which is read in pieces, it is 1 MiB at most.
    fn len(&self) -> usize {
        in_memory(self.length)
    }
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

/// The next step for a thread that asks.
pub(super) enum PlanStep {
    /// Run this job, which has this position among all jobs and takes this many bytes of memory.
    Run { position: u64, job: Job, cost: u64 },
    /// Open this large file and decide how to keep it. No other job comes before that.
    Examine(usize),
    /// Wait for another thread, which is opening a file or must give memory back.
    Wait,
}

/// Hands out jobs in the order of the payload.
pub(super) struct Plan<'a> {
    list: &'a SourceList,
    level: Level,
    next: usize,
    handed_out: u64,
    large: LargeFileState,
}

enum LargeFileState {
    None,
    BeingExamined,
    /// The next block of this file is to be handed out.
    Next(Block),
}

impl<'a> Plan<'a> {
    pub(super) fn new(list: &'a SourceList, level: Level) -> Self {
        Self { list, level, next: 0, handed_out: 0, large: LargeFileState::None }
    }

    /// The next step; `None` once no jobs are left. `admits` returns whether there is memory for a job of that cost
    /// now.
    pub(super) fn step(&mut self, admits: impl FnOnce(u64) -> bool) -> Option<PlanStep> {
        let job = match &self.large {
            LargeFileState::BeingExamined => return Some(PlanStep::Wait),
            LargeFileState::Next(block) => Job::Block(block.clone()),
            LargeFileState::None => match self.list.get(self.next)? {
                entry if entry.is_folder() => Job::Folder { index: self.next },
                entry if entry.size() > WHOLE => {
                    // How it is cut is known once it was opened and sampled, which takes too long under the lock.
                    self.large = LargeFileState::BeingExamined;
                    return Some(PlanStep::Examine(self.next));
                }
                _ => Job::Whole { index: self.next },
            },
        };
        let cost = cost(&job, self.list, self.level);
        if !admits(cost) {
            return Some(PlanStep::Wait);
        }
        self.advance(&job);
        let position = self.handed_out;
        self.handed_out += 1;
        Some(PlanStep::Run { position, job, cost })
    }

    fn advance(&mut self, job: &Job) {
        self.large = match job {
            Job::Block(block) if !block.is_last() => LargeFileState::Next(Block::new(
                Arc::clone(&block.file),
                block.work,
                block.offset + block.length,
            )),
            // The header of a stored entry holds the CRC, so the file is read twice: for the CRC, then to be copied.
            Job::Block(block) if block.work == BlockWork::Checksum => {
                LargeFileState::Next(Block::new(Arc::clone(&block.file), BlockWork::Copy, 0))
            }
            Job::Folder { .. } | Job::Whole { .. } | Job::Block(_) => {
                self.next += 1;
                LargeFileState::None
            }
        };
    }

    /// Continues with the large file that was examined.
    pub(super) fn examined(&mut self, file: LargeFile) {
        let work = if file.stored { BlockWork::Checksum } else { BlockWork::Deflate };
        self.large = LargeFileState::Next(Block::new(Arc::new(file), work, 0));
    }
}

/// What a job costs besides its buffers, so that the queue of a hundred thousand empty files is limited, too.
const OVERHEAD: u64 = 1024;

/// A finished job, whose data is written in its turn.
#[derive(Debug)]
pub(super) enum FinishedJob {
    Folder {
        index: usize,
    },
    Whole {
        index: usize,
        method: Method,
        crc: u32,
        data: Buffer,
    },
    /// A finished part of a large file: the CRC of its bytes, and the bytes as the entry keeps them, which are empty
    /// for a checksum.
    Block {
        block: Block,
        crc: Crc,
        data: Buffer,
    },
}

impl FinishedJob {
    /// Bytes of memory that it holds until it is written.
    pub(super) fn held(&self) -> u64 {
        let data = match self {
            Self::Folder { .. } => 0,
            Self::Whole { data, .. } | Self::Block { data, .. } => data.footprint(),
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
        Job::Block(block) => match block.work {
            BlockWork::Checksum => footprint(CHECKSUM_READ),
            BlockWork::Copy => footprint(block.len()),
            BlockWork::Deflate => footprint(block.len()) + footprint(room_for_block(block.len())),
        },
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
            Job::Block(block) => {
                let (crc, data) = match block.work {
                    BlockWork::Checksum => self.checksum(&block)?,
                    BlockWork::Copy => self.copy(&block)?,
                    BlockWork::Deflate => self.deflate(&block)?,
                };
                Ok(FinishedJob::Block { block, crc, data })
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

    fn checksum(&self, block: &Block) -> Result<(Crc, Buffer), PackError> {
        let mut crc = Crc::new();
        let mut buffer = self.buffers.take(CHECKSUM_READ);
        for at in (0..block.len()).step_by(CHECKSUM_READ) {
            let piece = &mut buffer[..CHECKSUM_READ.min(block.len() - at)];
            block.file.read(block.offset + at as u64, piece)?;
            crc.update(piece);
        }
        Ok((crc, self.buffers.take(0)))
    }

    fn copy(&self, block: &Block) -> Result<(Crc, Buffer), PackError> {
        let mut data = self.buffers.take(block.len());
        block.file.read(block.offset, &mut data)?;
        let mut crc = Crc::new();
        crc.update(&data);
        Ok((crc, data))
    }

    fn deflate(&mut self, block: &Block) -> Result<(Crc, Buffer), PackError> {
        let (crc, input) = self.copy(block)?;
        let mut output = self.buffers.take(room_for_block(input.len()));
        let deflated = self.encoder.block(&input, block.is_last(), &mut output);
        drop(input);
        let length = deflated.ok_or_else(|| PackError::Deflate { name: block.file.name.clone() })?;
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
