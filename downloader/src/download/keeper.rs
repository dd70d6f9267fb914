//! What is held: the partial file behind a buffer, and the journal beside it.

use crate::error::DownloadError;
use crate::journal::Journal;
use intunewin::{ArchivePolicy, AuthenticatedContent, ContentReceiver, ReceiveError};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use waybill_context::{Context, Meter, Stage};
use waybill_schemas::EncryptionInfo;

/// Bytes that are written at once: enough that the system calls do not count.
const BLOCK: usize = 512 << 10;
/// The first bytes say which content it is; fewer of them are not kept, because they cannot be told from another content's.
const HEADER: u64 = 48;
/// A loss of power may cost so many bytes, or the bytes of so much time.
const SYNC_BYTES: u64 = 64 << 20;
const SYNC_TIME: Duration = Duration::from_secs(5);

/// Where a partial content lies.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    /// The content as far as it is here.
    pub(crate) partial: PathBuf,
    /// What is known of it.
    pub(crate) journal: PathBuf,
}

/// Takes the content's bytes in order.
pub(crate) struct Keeper<'a> {
    context: &'a Context<'a>,
    receiver: ContentReceiver,
    files: Files,
    /// Where the bytes come from, and its validators.
    pub(crate) journal: Journal,
    buffer: Vec<u8>,
    synced_at: SystemTime,
    download: Meter<'a>,
    digest: Meter<'a>,
    digested: u64,
}

impl<'a> Keeper<'a> {
    /// Over a receiver that was created or resumed.
    pub(crate) fn new(
        receiver: ContentReceiver,
        mut journal: Journal,
        files: &Files,
        context: &'a Context<'a>,
    ) -> Self {
        journal.synced = journal.synced.min(receiver.received()); // it may have been cut to a piece's border
        let size = Some(journal.size);
        let (download, digest) = (context.meter(Stage::Download, size), context.meter(Stage::Digest, size));
        let digested = receiver.digested();
        download.skip(receiver.received());
        digest.skip(digested);
        Self {
            context,
            receiver,
            files: files.clone(),
            journal,
            buffer: Vec::with_capacity(BLOCK),
            synced_at: context.clock().now(),
            download,
            digest,
            digested,
        }
    }

    /// Bytes that are here, those in the buffer included.
    pub(crate) fn held(&self) -> u64 {
        self.receiver.received() + self.buffer.len() as u64
    }

    /// Takes the next bytes, as many as the content still has room for; returns how many.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<u64, DownloadError> {
        // A body may be longer than the content. What is left over is not written, and the caller sees by the
        // count that there was more.
        let room = self.journal.size - self.held();
        let bytes = &bytes[..usize::try_from(room).unwrap_or(usize::MAX).min(bytes.len())];
        self.download.advance(bytes.len() as u64);
        let mut rest = bytes;
        while !rest.is_empty() {
            let count = rest.len().min(BLOCK - self.buffer.len());
            self.buffer.extend_from_slice(&rest[..count]);
            rest = &rest[count..];
            if self.buffer.len() == BLOCK {
                self.flush()?;
            }
        }
        Ok(bytes.len() as u64)
    }

    /// Writes what is in the buffer. Where it is all there is and too short to say which content it is, it is dropped.
    pub(crate) fn flush(&mut self) -> Result<(), DownloadError> {
        if self.held() < HEADER {
            self.buffer.clear();
            return Ok(());
        }
        // Also after a failure nothing stays in the buffer: what is held is what the file holds.
        let block = std::mem::take(&mut self.buffer);
        self.buffer = self.receiver.write_block(block).map_err(|error| self.failed(error))?;
        self.tell_digested();
        // Bytes or time, whichever comes first: by bytes alone a slow line would not be synced for hours, and
        // by time alone a loss of power would cost much of what a fast line brought.
        let unsynced = self.receiver.received() - self.journal.synced;
        let passed = self.context.clock().now().duration_since(self.synced_at).unwrap_or_default();
        if unsynced >= SYNC_BYTES || (passed >= SYNC_TIME && unsynced > 0) {
            self.sync()?;
        }
        Ok(())
    }

    /// Makes what is held survive a loss of power, then writes that down.
    pub(crate) fn sync(&mut self) -> Result<(), DownloadError> {
        self.receiver.sync().map_err(|error| self.failed(error))?;
        // Counted only after the sync. The next run cuts the file to this count after a loss of power, and
        // would keep bytes that never reached the disk if the journal were ahead of them.
        self.journal.synced = self.receiver.received();
        self.synced_at = self.context.clock().now();
        self.store_journal()
    }

    /// Writes the journal as it is.
    pub(crate) fn store_journal(&self) -> Result<(), DownloadError> {
        self.journal.store(&self.files.journal, self.context).map_err(|source| self.state_failed(source))
    }

    /// MAC, padding, digest.
    pub(crate) fn finish(mut self) -> Result<AuthenticatedContent, DownloadError> {
        self.flush()?;
        let Self { receiver, digest, digested, journal, context, .. } = self;
        let held = receiver.received();
        context.check()?;
        let content = receiver.finish(); // the digest is a moment behind at most
        digest.advance(journal.size - digested);
        content.map_err(|error| download_error(error, held))
    }

    fn tell_digested(&mut self) {
        let digested = self.receiver.digested();
        self.digest.advance(digested - self.digested);
        self.digested = digested;
    }

    /// Bytes that the next fetch will find: of a block that did not fit a part may be written.
    fn on_disk(&self) -> u64 {
        self.files.partial.metadata().map_or(self.receiver.received(), |partial| partial.len())
    }

    fn failed(&self, error: ReceiveError) -> DownloadError {
        download_error(error, self.on_disk())
    }

    fn state_failed(&self, source: std::io::Error) -> DownloadError {
        if waybill_disk::space::is_full(&source) {
            DownloadError::Full { held: self.on_disk(), source }
        } else {
            DownloadError::State(source)
        }
    }
}

/// A full disk has an error of its own: what is held stays, and another run goes on from it.
pub(super) fn download_error(error: ReceiveError, held: u64) -> DownloadError {
    match error {
        ReceiveError::Io(source) if waybill_disk::space::is_full(&source) => {
            DownloadError::Full { held, source }
        }
        ReceiveError::Cancelled(cancelled) => cancelled.into(),
        error => error.into(),
    }
}

/// Takes up what is held of a content, or starts anew.
pub(crate) struct Opening<'a> {
    /// The content's keys and MAC.
    pub(crate) info: &'a EncryptionInfo,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Limits.
    pub(crate) policy: &'a ArchivePolicy,
    /// Where it lies.
    pub(crate) files: &'a Files,
}

impl Opening<'_> {
    /// A receiver that holds what was there, after cutting it to `keep`.
    pub(crate) fn resume(
        &self,
        keep: Option<u64>,
        context: &Context<'_>,
    ) -> Result<ContentReceiver, ReceiveError> {
        ContentReceiver::resume(&self.files.partial, self.info.clone(), self.size, keep, self.policy, context)
    }

    /// An empty one; what was there is removed.
    pub(crate) fn create(&self) -> Result<ContentReceiver, DownloadError> {
        // The partial file goes before its journal. A death in between leaves a journal alone, which counts
        // as none; the other order would leave bytes that were just given up, and the next run would resume
        // them.
        remove(&self.files.partial)
            .and_then(|()| Journal::remove(&self.files.journal))
            .map_err(DownloadError::State)?;
        ContentReceiver::create(&self.files.partial, self.info.clone(), self.size, self.policy)
            .map_err(|error| download_error(error, 0))
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}
