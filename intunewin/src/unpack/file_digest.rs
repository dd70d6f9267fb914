//! Computes the BLAKE3 of a file while it is unpacked, on the same thread or on another one.

use blake3::Hasher;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use waybill_schemas::Blake3Digest;

/// How many blocks may wait for the digesting thread.
const IN_FLIGHT: usize = 4;

/// The digest of a file that is being unpacked.
pub(super) enum FileDigest {
    /// Computed by the thread that unpacks.
    Inline(Box<Hasher>),
    /// Computed by another thread.
    Threaded(DigestThread),
}

impl FileDigest {
    /// A digest for a file of `size` bytes, out of `total` that `threads` unpack. A file that is more than a thread's
    /// share is finished last, when other threads have ended, so its digest gets a thread of its own.
    pub(super) fn new(size: u64, total: u64, threads: usize) -> Self {
        let share = total / threads.max(1) as u64;
        let beside = (size > share.max(LEAST)).then(DigestThread::start).flatten();
        beside.map_or_else(|| Self::Inline(Box::default()), Self::Threaded)
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Inline(hasher) => {
                hasher.update(bytes);
            }
            Self::Threaded(beside) => beside.update(bytes),
        }
    }

    /// The digest; `None` where the digesting thread panicked.
    pub(super) fn finish(self) -> Option<Blake3Digest> {
        let hasher = match self {
            Self::Inline(hasher) => Some(*hasher),
            Self::Threaded(beside) => beside.finish(),
        };
        hasher.map(|hasher| Blake3Digest::new(*hasher.finalize().as_bytes()))
    }
}

/// The smallest file that is worth a thread of its own.
const LEAST: u64 = 16 << 20;

/// A thread that digests the blocks sent to it. It ends when this is dropped.
pub(super) struct DigestThread {
    full: SyncSender<Vec<u8>>,
    empty: Receiver<Vec<u8>>,
    made: usize,
    thread: JoinHandle<Hasher>,
}

impl DigestThread {
    /// `None` where the system gives no thread.
    fn start() -> Option<Self> {
        let (full, to_digest) = sync_channel::<Vec<u8>>(IN_FLIGHT);
        let (recycle, empty) = sync_channel::<Vec<u8>>(IN_FLIGHT);
        let digest = move || {
            let mut hasher = Hasher::new();
            while let Ok(mut block) = to_digest.recv() {
                hasher.update(&block);
                block.clear();
                // Buffers are reused, so that a large file does not allocate each block.
                let _ = recycle.try_send(block); // the other side may have ended already
            }
            hasher
        };
        let thread = std::thread::Builder::new().name("file-digest".to_owned()).spawn(digest).ok()?;
        Some(Self { full, empty, made: 0, thread })
    }

    fn update(&mut self, bytes: &[u8]) {
        let mut block = self.next_buffer();
        block.extend_from_slice(bytes);
        let _ = self.full.send(block); // if the thread panicked, joining it returns that
    }

    fn next_buffer(&mut self) -> Vec<u8> {
        if let Ok(buffer) = self.empty.try_recv() {
            return buffer;
        }
        if self.made < IN_FLIGHT {
            self.made += 1;
            return Vec::new();
        }
        self.empty.recv().unwrap_or_default()
    }

    fn finish(self) -> Option<Hasher> {
        drop(self.full);
        self.thread.join().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noise;

    #[test]
    fn a_digest_is_the_same_here_and_beside() {
        let bytes = noise(1 << 20);
        for (size, beside) in [(1_u64 << 30, true), (1 << 29, false), (1 << 20, false)] {
            let mut digest = FileDigest::new(size, 1 << 30, 2);
            assert_eq!(matches!(digest, FileDigest::Threaded(_)), beside, "{size}");
            bytes.chunks(100_001).for_each(|chunk| digest.update(chunk));
            assert_eq!(digest.finish(), Some(Blake3Digest::new(*blake3::hash(&bytes).as_bytes())));
        }
    }

    #[test]
    fn one_thread_stays_one() {
        assert!(matches!(FileDigest::new(1 << 30, 1 << 30, 1), FileDigest::Inline(_)));
    }
}
