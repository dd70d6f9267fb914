//! What is to be done, in the order in which the payload holds it.

use super::job::cost;
use super::level::Level;
use super::source_file::LargeFile;
use crate::walk::SourceList;
use std::sync::Arc;

/// Files up to this size are deflated whole.
pub(super) const WHOLE: u64 = 8 << 20;
/// Larger ones go in blocks of this size.
pub(super) const BLOCK: u64 = 1 << 20;
/// Bytes of a file to be stored whose CRC one job computes.
const CHECKSUM_SPAN: u64 = 16 << 20;
/// A checksum job reads this much at a time.
pub(super) const CHECKSUM_READ: usize = 256 * 1024;
/// A piece of work for one thread.
#[derive(Debug, Clone)]
pub(super) enum Job {
    /// An entry for a folder: nothing to read.
    Folder { index: usize },
    /// A file up to [`WHOLE`].
    Whole { index: usize },
    /// A part of a larger one.
    Block { file: Arc<LargeFile>, work: BlockWork, offset: u64, length: u64 },
}

/// What is done with a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockWork {
    /// Its CRC alone: before a stored entry's header can be written.
    Checksum,
    /// Taken as it is.
    Copy,
    /// Deflated.
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

/// What a thread that has nothing to do is told.
pub(super) enum Step {
    /// Do this; it costs so much.
    Run(Job, u64),
    /// Open this large file and say what it is; no other job comes before that.
    Examine(usize),
    /// Something has to happen first.
    Wait,
    /// There is no more.
    End,
}

/// Hands out jobs in order; a job is handed out only once every job before it has been.
pub(super) struct Plan<'a> {
    list: &'a SourceList,
    level: Level,
    next: usize,
    large: Large,
}

enum Large {
    None,
    BeingExamined,
    Blocks { file: Arc<LargeFile>, work: BlockWork, offset: u64 },
}

impl<'a> Plan<'a> {
    pub(super) fn new(list: &'a SourceList, level: Level) -> Self {
        Self { list, level, next: 0, large: Large::None }
    }

    /// The next step; `admits` says whether there is memory for a job of that cost now.
    pub(super) fn step(&mut self, admits: impl FnOnce(u64) -> bool) -> Step {
        let job = match &self.large {
            Large::BeingExamined => return Step::Wait,
            Large::Blocks { file, work, offset } => {
                let length = (file.size - offset).min(work.span());
                Job::Block { file: Arc::clone(file), work: *work, offset: *offset, length }
            }
            Large::None => match self.list.get(self.next) {
                None => return Step::End,
                Some(entry) if entry.is_folder() => Job::Folder { index: self.next },
                Some(entry) if entry.size() > WHOLE => {
                    self.large = Large::BeingExamined;
                    return Step::Examine(self.next);
                }
                Some(_) => Job::Whole { index: self.next },
            },
        };
        let cost = cost(&job, self.list, self.level);
        if !admits(cost) {
            return Step::Wait;
        }
        self.advance(&job);
        Step::Run(job, cost)
    }

    fn advance(&mut self, job: &Job) {
        let Job::Block { file, work, offset, length } = job else {
            self.next += 1;
            return;
        };
        let offset = offset + length;
        self.large = if offset < file.size {
            Large::Blocks { file: Arc::clone(file), work: *work, offset }
        } else if *work == BlockWork::Checksum {
            Large::Blocks { file: Arc::clone(file), work: BlockWork::Copy, offset: 0 }
        } else {
            self.next += 1;
            Large::None
        };
    }

    /// The large file that was to be examined has been.
    pub(super) fn examined(&mut self, file: LargeFile) {
        let work = if file.stored { BlockWork::Checksum } else { BlockWork::Deflate };
        self.large = Large::Blocks { file: Arc::new(file), work, offset: 0 };
    }
}
