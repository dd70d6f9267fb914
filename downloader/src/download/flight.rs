//! Pieces that are under way.

use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;
use waybill_transport::{Budget, Event, RunningRequest, StallGuard};

/// A piece on its way.
pub(super) struct Piece {
    pub(super) index: u64,
    pub(super) _running: RunningRequest,
    pub(super) guard: StallGuard,
    /// Bytes to throw away first; `None` before the head is there.
    pub(super) skip: Option<u64>,
    pub(super) bytes: Vec<u8>,
}

impl Piece {
    /// Whether it is whole now.
    pub(super) fn take(&mut self, chunk: &Bytes, whole: usize) -> bool {
        self.guard.came(chunk.len() as u64);
        let skip = self.skip.unwrap_or_default().min(chunk.len() as u64);
        self.skip = self.skip.map(|left| left - skip);
        let rest = &chunk[skip as usize..];
        if self.bytes.capacity() == 0 {
            self.bytes.reserve_exact(whole);
        }
        self.bytes.extend_from_slice(&rest[..rest.len().min(whole - self.bytes.len())]);
        self.bytes.len() == whole
    }
}

/// Everything that is under way.
pub(super) struct Flight {
    /// The piece that is handed on next.
    pub(super) turn: u64,
    next: u64,
    end: u64,
    pub(super) waiting: VecDeque<u64>,
    pub(super) running: BTreeMap<usize, Piece>,
    pub(super) sent: usize,
    /// The last request that was sent before the last failure that counted as an attempt.
    pub(super) excused: usize,
    /// What was waited since then.
    pub(super) waited: Duration,
    pub(super) landed: BTreeMap<u64, Vec<u8>>,
    /// Digests of pieces that were refused once.
    pub(super) refused: BTreeMap<u64, [u8; 32]>,
    pub(super) budget: Budget,
    pub(super) sender: Sender<(usize, Event)>,
    pub(super) events: Receiver<(usize, Event)>,
}

impl Flight {
    /// Pieces from `first` up to `end`.
    pub(super) fn new(first: u64, end: u64) -> Self {
        let (sender, events) = channel();
        Self {
            turn: first,
            next: first,
            end,
            waiting: VecDeque::new(),
            running: BTreeMap::new(),
            sent: 0,
            excused: 0,
            waited: Duration::ZERO,
            landed: BTreeMap::new(),
            refused: BTreeMap::new(),
            budget: Budget::default(),
            sender,
            events,
        }
    }

    /// Whether one more may be asked for while no more than `most` are kept.
    pub(super) fn has_room(&self, most: usize) -> bool {
        !self.waiting.is_empty() || self.running.len() + self.landed.len() < most
    }

    /// The piece to ask for next.
    pub(super) fn next_index(&mut self) -> Option<u64> {
        self.waiting.pop_front().or_else(|| {
            let index = self.next;
            (index < self.end).then(|| {
                self.next += 1;
                index
            })
        })
    }

    /// Whether every piece was handed on.
    pub(super) fn is_over(&self) -> bool {
        self.turn == self.end
    }
}
