//! The partial file behind a buffer, and the journal beside it.

use crate::error::DownloadError;
use crate::journal::Journal;
use crate::layout::Incoming;
use intunewin::{AuthenticatedContent, ContentReceiver, ReceiveError};
use std::time::{Duration, SystemTime};
use waybill_context::{Context, Meter, Stage};

/// How many bytes are written at once: enough that the cost of system calls does not count.
const BLOCK: usize = 512 << 10;
/// The first bytes identify the content. Fewer are not kept, because they could be another content's.
const HEADER: u64 = 48;
/// The most bytes, and the longest time, between two syncs: what a loss of power may cost.
const SYNC_BYTES: u64 = 64 << 20;
const SYNC_TIME: Duration = Duration::from_secs(5);

/// Receives the content's bytes in order.
pub(crate) struct Keeper<'a> {
    context: &'a Context<'a>,
    receiver: ContentReceiver,
    incoming: &'a Incoming,
    /// The journal as it will be written next.
    pub(crate) journal: Journal,
    buffer: Vec<u8>,
    synced_at: SystemTime,
    download: Meter<'a>,
    digest: Meter<'a>,
    digested: u64,
}

impl<'a> Keeper<'a> {
    /// Continues with a receiver that was created or resumed.
    pub(crate) fn new(
        receiver: ContentReceiver,
        mut journal: Journal,
        incoming: &'a Incoming,
        context: &'a Context<'a>,
    ) -> Self {
        journal.synced = journal.synced.min(receiver.received()); // the receiver may have cut the file to a piece's border
        let size = Some(journal.size);
        let (download, digest) = (context.meter(Stage::Download, size), context.meter(Stage::Digest, size));
        let digested = receiver.digested();
        download.skip(receiver.received());
        digest.skip(digested);
        Self {
            context,
            receiver,
            incoming,
            journal,
            buffer: Vec::with_capacity(BLOCK),
            synced_at: context.clock().now(),
            download,
            digest,
            digested,
        }
    }

    /// How many bytes of the content were received, those in the buffer included.
    pub(crate) fn held(&self) -> u64 {
        self.receiver.received() + self.buffer.len() as u64
    }

    /// Takes the next bytes, as many as the content still has room for, and returns how many.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Result<u64, DownloadError> {
        // A body may be longer than the content. The rest is not written, and the caller sees by the count that there
        // was more.
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

    /// Writes the buffer to the file. Bytes that are too few to identify the content are discarded.
    pub(crate) fn flush(&mut self) -> Result<(), DownloadError> {
        if self.held() < HEADER {
            self.buffer.clear();
            return Ok(());
        }
        // The buffer is emptied even if writing fails, so that the held bytes are those of the file.
        let block = std::mem::take(&mut self.buffer);
        self.buffer = self.receiver.write_block(block).map_err(|error| self.failed(error))?;
        self.tell_digested();
        // Whichever comes first: by bytes alone a slow line would not be synced for hours, and by time alone a loss of
        // power would cost much of what a fast line brought.
        let unsynced = self.receiver.received() - self.journal.synced;
        let passed = self.context.clock().now().duration_since(self.synced_at).unwrap_or_default();
        if unsynced >= SYNC_BYTES || (passed >= SYNC_TIME && unsynced > 0) {
            self.sync()?;
        }
        Ok(())
    }

    /// Makes the held bytes survive a loss of power, then records their count in the journal.
    pub(crate) fn sync(&mut self) -> Result<(), DownloadError> {
        self.receiver.sync().map_err(|error| self.failed(error))?;
        // Counted only after the sync: after a loss of power the next run cuts the file to this count, and must not
        // keep bytes that never reached the disk.
        self.journal.synced = self.receiver.received();
        self.synced_at = self.context.clock().now();
        self.store_journal()
    }

    /// Writes the journal as it is.
    pub(crate) fn store_journal(&self) -> Result<(), DownloadError> {
        self.journal.store(&self.incoming.journal(), self.context).map_err(|source| self.state_failed(source))
    }

    /// Ends the content: checks MAC, padding and digest.
    pub(crate) fn finish(mut self) -> Result<AuthenticatedContent, DownloadError> {
        self.flush()?;
        let Self { receiver, digest, digested, journal, context, .. } = self;
        let held = receiver.received();
        context.check()?;
        let content = receiver.finish(); // the digest lags by a moment at most
        digest.advance(journal.size - digested);
        content.map_err(|error| download_error(error, held))
    }

    fn tell_digested(&mut self) {
        let digested = self.receiver.digested();
        self.digest.advance(digested - self.digested);
        self.digested = digested;
    }

    /// The bytes that the next fetch will find, which may include a part of a block that did not fit.
    fn on_disk(&self) -> u64 {
        self.incoming.partial().metadata().map_or(self.receiver.received(), |partial| partial.len())
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

/// Reports a full disk with the number of bytes that are held, from which another run continues.
pub(super) fn download_error(error: ReceiveError, held: u64) -> DownloadError {
    match error {
        ReceiveError::Io(source) if waybill_disk::space::is_full(&source) => {
            DownloadError::Full { held, source }
        }
        ReceiveError::Cancelled(cancelled) => cancelled.into(),
        error => error.into(),
    }
}
