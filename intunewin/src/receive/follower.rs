//! The thread that reads back what was written, decrypts and digests it. Hashing is not parsing: it may run early.

use crate::content::HEADER;
use crate::crypto::{BLOCK, PayloadDigest};
use crate::source::{FileSource, Source};
use std::fs::File;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use waybill_schemas::EncryptionInfo;

/// Bytes read back at once.
const STEP: u64 = 256 << 10;

/// How far the file is written, and whether more will come.
#[derive(Default)]
struct Mark {
    written: u64,
    closed: bool,
}

#[derive(Default)]
struct Shared {
    mark: Mutex<Mark>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Mark> {
        self.mark.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until whole blocks lie beyond `offset`; `None` once nothing more will come.
    fn wait_beyond(&self, offset: u64) -> Option<u64> {
        let mut mark = self.lock();
        loop {
            let blocks = mark.written.saturating_sub(offset) / BLOCK as u64 * BLOCK as u64;
            if blocks >= STEP || mark.closed && blocks > 0 {
                return Some(blocks.min(STEP));
            }
            if mark.closed {
                return None;
            }
            mark = self.changed.wait(mark).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Digests a growing file. Dropped, it ends its thread and waits for it.
pub(super) struct Follower {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<io::Result<PayloadDigest>>>,
}

impl Follower {
    pub(super) fn start(file: File, info: &EncryptionInfo) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let digest = PayloadDigest::new(&info.encryption_key, &info.initialization_vector);
        let theirs = Arc::clone(&shared);
        let source = FileSource::from_file(file)?;
        let thread = std::thread::Builder::new()
            .name("digest".to_owned())
            .spawn(move || follow(&source, &theirs, digest))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// The file is written up to `written` bytes.
    pub(super) fn advance(&self, written: u64) {
        self.shared.lock().written = written;
        self.shared.changed.notify_one();
    }

    fn end(&mut self) -> Option<std::thread::Result<io::Result<PayloadDigest>>> {
        self.shared.lock().closed = true;
        self.shared.changed.notify_one();
        self.thread.take().map(JoinHandle::join)
    }

    /// Waits for the last byte's digest.
    pub(super) fn finish(mut self) -> io::Result<PayloadDigest> {
        match self.end() {
            Some(Ok(digest)) => digest,
            _ => Err(io::Error::other("the digesting thread ended early")),
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.end(); // given up: its digest is of no interest
    }
}

fn follow(file: &FileSource, shared: &Shared, mut digest: PayloadDigest) -> io::Result<PayloadDigest> {
    let (mut offset, mut buffer) = (HEADER, vec![0; STEP as usize]);
    while let Some(count) = shared.wait_beyond(offset) {
        let bytes = &mut buffer[..count as usize];
        file.read_exact_at(bytes, offset)?;
        digest.update(bytes);
        offset += count;
    }
    Ok(digest)
}
