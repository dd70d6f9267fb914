//! Blocks that were written a moment ago, handed to the follower so that it need not read them back.

use crate::crypto::BLOCK;
use std::collections::VecDeque;

/// Blocks kept for a follower that is behind; of what comes beyond them it reads the file.
const MOST: usize = 4;

/// Bytes of the content, and where they start in it.
pub(super) struct Block {
    start: u64,
    bytes: Vec<u8>,
}

impl Block {
    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// The whole cipher blocks from `offset` on, which lies in here.
    pub(super) fn beyond(&mut self, offset: u64) -> &mut [u8] {
        let bytes = &mut self.bytes[(offset - self.start) as usize..];
        let whole = bytes.len() / BLOCK * BLOCK;
        &mut bytes[..whole]
    }
}

/// Where the follower's next bytes are.
pub(super) enum Next {
    /// Here, in memory.
    Held(Block),
    /// In the file, so many of them.
    Written(u64),
}

/// The blocks under way, and the empty buffers that come back.
#[derive(Default)]
pub(super) struct Handed {
    blocks: VecDeque<Block>,
    spare: Vec<Vec<u8>>,
}

impl Handed {
    /// Keeps the bytes that start at `start` where there is room, and gives an empty buffer for them.
    pub(super) fn put(&mut self, start: u64, bytes: Vec<u8>) -> Vec<u8> {
        let capacity = bytes.capacity();
        if self.blocks.len() == MOST {
            self.take_back(bytes);
        } else {
            self.blocks.push_back(Block { start, bytes });
        }
        self.spare.pop().unwrap_or_else(|| Vec::with_capacity(capacity))
    }

    /// What follows at `offset`, of which `written` bytes are in the file: whole cipher blocks, at least one.
    pub(super) fn next(&mut self, offset: u64, written: u64) -> Next {
        while let Some(passed) = self.blocks.pop_front_if(|block| block.end() < offset + BLOCK as u64) {
            self.take_back(passed.bytes);
        }
        if let Some(block) = self.blocks.pop_front_if(|block| block.start <= offset) {
            return Next::Held(block);
        }
        let gap = self.blocks.front().map_or(written, |block| block.start - offset);
        Next::Written(gap.next_multiple_of(BLOCK as u64).min(written))
    }

    /// A block that is done with.
    pub(super) fn give_back(&mut self, block: Block) {
        self.take_back(block.bytes);
    }

    fn take_back(&mut self, mut bytes: Vec<u8>) {
        bytes.clear();
        self.spare.push(bytes);
    }
}
