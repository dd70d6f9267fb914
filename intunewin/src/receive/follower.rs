//! The thread that decrypts and digests what was written, from memory where it was handed over, else from the file. It
//! may run ahead of the MAC because it parses nothing.

use crate::content::HEADER;
use crate::crypto::{BLOCK, PayloadDigest};
use crate::source::{FileSource, Source};
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use waybill_schemas::EncryptionInfo;

/// The most blocks that are kept for a follower that is behind. Further ones are read back from the file.
const MOST_HANDED: usize = 4;

/// Bytes of the content, and the offset of the first of them.
struct Block {
    start: u64,
    bytes: Vec<u8>,
}

impl Block {
    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// The whole cipher blocks from `offset` on, which must be in this block.
    fn beyond(&mut self, offset: u64) -> &mut [u8] {
        let bytes = &mut self.bytes[(offset - self.start) as usize..];
        let whole = bytes.len() / BLOCK * BLOCK;
        &mut bytes[..whole]
    }
}

/// Where the bytes that the follower needs next are.
enum NextBytes {
    /// In memory, in this block.
    Held(Block),
    /// In the file; holds how many bytes may be read.
    Written(u64),
}

/// The blocks that wait for the follower, and empty buffers to reuse.
#[derive(Default)]
struct HandedBlocks {
    blocks: VecDeque<Block>,
    spare: Vec<Vec<u8>>,
}

impl HandedBlocks {
    /// Keeps the bytes from offset `start` on, if there is room, and returns an empty buffer in exchange.
    fn put(&mut self, start: u64, bytes: Vec<u8>) -> Vec<u8> {
        let capacity = bytes.capacity();
        if self.blocks.len() == MOST_HANDED {
            self.take_back(bytes);
        } else {
            self.blocks.push_back(Block { start, bytes });
        }
        self.spare.pop().unwrap_or_else(|| Vec::with_capacity(capacity))
    }

    /// The bytes from `offset` on, of which the file holds `written`: whole cipher blocks, at least one.
    fn next(&mut self, offset: u64, written: u64) -> NextBytes {
        while let Some(passed) = self.blocks.pop_front_if(|block| block.end() < offset + BLOCK as u64) {
            self.take_back(passed.bytes);
        }
        if let Some(block) = self.blocks.pop_front_if(|block| block.start <= offset) {
            return NextBytes::Held(block);
        }
        let gap = self.blocks.front().map_or(written, |block| block.start - offset);
        NextBytes::Written(gap.next_multiple_of(BLOCK as u64).min(written))
    }

    /// Takes back the buffer of a digested block.
    fn take_back(&mut self, mut bytes: Vec<u8>) {
        bytes.clear();
        self.spare.push(bytes);
    }
}

/// How many bytes are read back at once.
const STEP: u64 = 256 << 10;

/// How much of the file is written, and what the follower waits for.
#[derive(Default)]
struct Mark {
    written: u64,
    /// Whether no more bytes will come.
    closed: bool,
    /// The offset up to which the file must be written before the follower is woken; `None` while it works.
    wanted: Option<u64>,
    /// The blocks that were written last.
    handed: HandedBlocks,
}

struct Shared {
    mark: Mutex<Mark>,
    changed: Condvar,
    digested: AtomicU64,
    /// Size of the content in bytes. The last step may be a short one.
    size: u64,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Mark> {
        self.mark.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for whole blocks after `offset`; `None` once no more will come.
    fn wait_beyond(&self, offset: u64) -> Option<NextBytes> {
        let mut mark = self.lock();
        loop {
            let blocks = mark.written.saturating_sub(offset) / BLOCK as u64 * BLOCK as u64;
            let ended = mark.closed || mark.written >= self.size;
            // Waking up for a few bytes would cost more than the digest, so only whole steps count, until the end.
            if blocks >= STEP || ended && blocks > 0 {
                return Some(mark.handed.next(offset, blocks.min(STEP)));
            }
            if ended {
                return None;
            }
            mark.wanted = Some((offset + STEP).min(self.size));
            mark = self.changed.wait(mark).unwrap_or_else(PoisonError::into_inner);
            mark.wanted = None;
        }
    }

    /// Records how much of the file is written, and wakes the follower if it waits for that.
    fn mark_up_to(&self, mark: &mut Mark, written: u64) {
        mark.written = written;
        if mark.wanted.is_some_and(|wanted| wanted <= written) {
            self.changed.notify_one();
        }
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_one();
    }
}

/// Digests a file while it grows. Dropping it ends its thread and waits for that.
pub(super) struct Follower {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<io::Result<PayloadDigest>>>,
}

impl Follower {
    /// Starts a thread that follows `file` until it holds the content's `size` bytes.
    pub(super) fn start(file: File, info: &EncryptionInfo, size: u64) -> io::Result<Self> {
        let (mark, changed, digested) = (Mutex::default(), Condvar::new(), AtomicU64::new(0));
        let shared = Arc::new(Shared { mark, changed, digested, size });
        let digest = PayloadDigest::new(&info.encryption_key, &info.initialization_vector);
        let theirs = Arc::clone(&shared);
        let source = FileSource::from_file(file)?;
        let thread = std::thread::Builder::new()
            .name("digest".to_owned())
            .spawn(move || follow(&source, &theirs, digest))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Tells the thread that the file is written up to `written` bytes.
    ///
    /// # Errors
    /// The error that ended the thread early.
    pub(super) fn advance(&mut self, written: u64) -> io::Result<()> {
        self.check_running()?;
        self.shared.mark_up_to(&mut self.shared.lock(), written);
        Ok(())
    }

    /// As [`Follower::advance`], with the `block` that was written last, which is then not read back; returns an empty
    /// buffer.
    pub(super) fn hand(&mut self, written: u64, block: Vec<u8>) -> io::Result<Vec<u8>> {
        self.check_running()?;
        let mut mark = self.shared.lock();
        let empty = mark.handed.put(written - block.len() as u64, block);
        self.shared.mark_up_to(&mut mark, written);
        Ok(empty)
    }

    fn check_running(&mut self) -> io::Result<()> {
        // A thread that has reached the end has finished, too, which is no failure.
        let before = self.shared.lock().written;
        if before < self.shared.size && self.thread.as_ref().is_none_or(JoinHandle::is_finished) {
            return self.join().and_then(|_| Err(ended_early()));
        }
        Ok(())
    }

    /// How many bytes of the content are digested. Its header counts with the first of them.
    pub(super) fn digested(&self) -> u64 {
        self.shared.digested.load(Ordering::Relaxed)
    }

    fn join(&mut self) -> io::Result<PayloadDigest> {
        let joined = self.thread.take().and_then(|thread| thread.join().ok());
        joined.unwrap_or_else(|| Err(ended_early()))
    }

    /// Waits until the last byte is digested.
    pub(super) fn finish(mut self) -> io::Result<PayloadDigest> {
        self.shared.close();
        self.join()
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.shared.close();
        let _ = self.join(); // the digest is not needed any more
    }
}

fn ended_early() -> io::Error {
    io::Error::other("the digesting thread ended early")
}

fn follow(file: &FileSource, shared: &Shared, mut digest: PayloadDigest) -> io::Result<PayloadDigest> {
    let (mut offset, mut buffer) = (HEADER, vec![0; STEP as usize]);
    while let Some(next) = shared.wait_beyond(offset) {
        // The digest runs ahead of the MAC, which is safe because the plaintext is neither looked at nor kept.
        offset += match next {
            NextBytes::Held(mut block) => {
                let bytes = block.beyond(offset);
                let count = bytes.len() as u64;
                digest.update(bytes);
                shared.lock().handed.take_back(block.bytes);
                count
            }
            NextBytes::Written(count) => {
                let bytes = &mut buffer[..count as usize];
                file.read_exact_at(bytes, offset)?;
                digest.update(bytes);
                count
            }
        };
        shared.digested.store(offset, Ordering::Relaxed);
    }
    Ok(digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{content_of, noise, package_around};
    use std::io::Write as _;

    #[test]
    fn a_file_that_lost_its_bytes_is_told_at_the_next_write() {
        let (content, info) = content_of(&package_around(&noise(3 << 20)));
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&content[..100]).unwrap();
        let mut follower = Follower::start(file, &info, content.len() as u64).unwrap();
        follower.advance(1 << 20).unwrap(); // which the file does not hold
        let error = loop {
            if let Err(error) = follower.advance(2 << 20) {
                break error;
            }
            std::thread::yield_now();
        };
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        assert!(follower.advance(3 << 20).is_err(), "and it stays so");
        assert!(follower.finish().is_err());
    }

    #[test]
    fn the_last_short_step_is_digested_before_the_end_is_told() {
        let (content, info) = content_of(&package_around(&noise(300_000)));
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&content).unwrap();
        let mut follower = Follower::start(file, &info, content.len() as u64).unwrap();
        assert_eq!(follower.digested(), 0);
        follower.advance(content.len() as u64).unwrap();
        while follower.digested() < content.len() as u64 {
            std::thread::yield_now();
        }
        follower.advance(content.len() as u64).expect("a thread that is done is no fault");
        assert_eq!(follower.finish().unwrap().finish().unwrap().0, info.file_digest);
    }

    #[test]
    fn blocks_of_any_length_are_digested_from_memory_and_from_the_file() {
        let (content, info) = content_of(&package_around(&noise(3 << 20)));
        for lengths in [vec![512 << 10], vec![(300 << 10) + 1, 7, 100, 15, 16, 48], vec![(64 << 10) - 5]] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&content).unwrap();
            let mut follower = Follower::start(file, &info, content.len() as u64).unwrap();
            let (mut written, mut lengths) = (0, lengths.iter().cycle());
            while written < content.len() {
                let end = content.len().min(written + lengths.next().unwrap());
                if written % 5 == 1 {
                    follower.advance(end as u64).unwrap(); // this one is not handed over
                } else {
                    let empty = follower.hand(end as u64, content[written..end].to_vec()).unwrap();
                    assert!(empty.is_empty());
                }
                written = end;
            }
            assert_eq!(follower.finish().unwrap().finish().unwrap().0, info.file_digest);
        }
    }

    #[test]
    fn what_is_read_from_the_file_need_not_be_there_for_what_was_handed_over() {
        let (content, info) = content_of(&package_around(&noise(200_000)));
        let mut follower =
            Follower::start(tempfile::tempfile().unwrap(), &info, content.len() as u64).unwrap();
        follower.hand(content.len() as u64, content).unwrap();
        assert_eq!(follower.finish().unwrap().finish().unwrap().0, info.file_digest);
    }
}
