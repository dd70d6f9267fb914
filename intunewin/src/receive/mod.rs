//! Receives a content into a private file. The MAC is computed as bytes come, and the digest shortly after.

mod follower;
mod partial;

pub use partial::PartialContent;

use crate::content::{
    AuthenticateError, AuthenticatedContent, ContentError, HEADER, Payload, check_header, check_size,
};
use crate::crypto::MacState;
use crate::policy::ArchivePolicy;
use crate::source::{FileSource, Source as _, positioned};
use follower::Follower;
use partial::{create_private, cut, open_private, sync};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use waybill_context::{Cancelled, Context, Stage};
use waybill_schemas::codes::{Classified, Code, package};
use waybill_schemas::{EncryptionInfo, Mac};

/// Takes a content's bytes in order and becomes an [`AuthenticatedContent`] at the end.
///
/// The caller writes bytes. The HMAC is computed in [`write`](ContentReceiver::write), and a thread decrypts and
/// digests what was written, so that it ends with the last byte. Nothing of the payload is parsed before the MAC was
/// found right. The first 48 bytes must be MAC and IV of the encryption info, or the content is refused there.
///
/// ```no_run
/// # fn bytes() -> impl Iterator<Item = Vec<u8>> { std::iter::empty() }
/// # fn info() -> waybill_schemas::EncryptionInfo { unimplemented!() }
/// use intunewin::{ArchivePolicy, ContentReceiver};
/// use waybill_context::Context;
///
/// let policy = ArchivePolicy::default();
/// let mut receiver = ContentReceiver::create("content.partial".as_ref(), info(), 1_048_640, &policy)?;
/// for chunk in bytes() {
///     receiver.write(&chunk)?;
/// }
/// let content = receiver.finish()?; // MAC, padding and digest hold
/// # Ok::<(), intunewin::ReceiveError>(())
/// ```
///
/// Without `finish` there is nothing to unpack:
///
/// ```compile_fail,E0599
/// # fn bytes() -> impl Iterator<Item = Vec<u8>> { std::iter::empty() }
/// # fn info() -> waybill_schemas::EncryptionInfo { unimplemented!() }
/// use intunewin::{ArchivePolicy, ContentReceiver};
///
/// let policy = ArchivePolicy::default();
/// let mut receiver = ContentReceiver::create("content.partial".as_ref(), info(), 1_048_640, &policy)?;
/// for chunk in bytes() {
///     receiver.write(&chunk)?;
/// }
/// let content = receiver.payload();
/// # Ok::<(), intunewin::ReceiveError>(())
/// ```
pub struct ContentReceiver {
    file: File,
    info: EncryptionInfo,
    size: u64,
    received: u64,
    header: Vec<u8>,
    mac: MacState,
    follower: Follower,
}

/// How many bytes are read at once when a partial file is resumed.
const STEP: usize = 256 << 10;

impl ContentReceiver {
    /// Starts a new private file at `path` for a content of `size` bytes.
    ///
    /// # Errors
    /// A size that no content can have or that is over the policy's limit; a file that exists; I/O.
    pub fn create(
        path: &Path,
        info: EncryptionInfo,
        size: u64,
        policy: &ArchivePolicy,
    ) -> Result<Self, ReceiveError> {
        check_size(size, policy)?;
        Self::new(create_private(path)?, info, size)
    }

    /// Continues the partial file at `path`: its bytes are read and authenticated again.
    ///
    /// After a crash of the process alone `keep` is `None`, and the whole file counts. After a loss of power only
    /// synced bytes are certain: `keep` is then their number by a journal of the earlier boot, and a longer file is cut
    /// to it first.
    ///
    /// # Errors
    /// Those of [`ContentReceiver::create`], except that the file may exist; a file that is another content, longer
    /// than `size`, a link, or another user's.
    pub fn resume(
        path: &Path,
        info: EncryptionInfo,
        size: u64,
        keep: Option<u64>,
        policy: &ArchivePolicy,
        context: &Context<'_>,
    ) -> Result<Self, ReceiveError> {
        check_size(size, policy)?;
        let file = open_private(path)?;
        if let Some(keep) = keep {
            // Bytes that were not synced may be zeros after a loss of power, which only the MAC of the whole would
            // show.
            cut(&file, keep)?;
        }
        let mut receiver = Self::new(file, info, size)?;
        receiver.take_up(context)?;
        Ok(receiver)
    }

    fn new(file: File, info: EncryptionInfo, size: u64) -> Result<Self, ReceiveError> {
        let follower = Follower::start(file.try_clone()?, &info, size)?;
        let mut mac = MacState::new(&info.mac_key);
        mac.update(info.initialization_vector.as_bytes());
        Ok(Self { file, info, size, received: 0, header: Vec::new(), mac, follower })
    }

    fn take_up(&mut self, context: &Context<'_>) -> Result<(), ReceiveError> {
        let held = FileSource::from_file(self.file.try_clone()?)?;
        let meter = context.meter(Stage::Authenticate, Some(held.len()));
        let mut buffer = vec![0; STEP];
        while self.received < held.len() {
            context.check()?;
            let count = (held.len() - self.received).min(STEP as u64) as usize;
            held.read_exact_at(&mut buffer[..count], self.received)?;
            self.take(&buffer[..count])?;
            meter.advance(count as u64);
        }
        Ok(())
    }

    /// How many bytes are written, which is the offset at which a transfer continues.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// How many bytes of the content are digested, for a progress bar. It lags behind
    /// [`received`](ContentReceiver::received), and reaches the content's size soon after the last byte is written.
    pub fn digested(&self) -> u64 {
        self.follower.digested()
    }

    /// Writes the next bytes.
    ///
    /// # Errors
    /// More bytes than the content has; first 48 bytes that are another content's; I/O, that of the digesting thread
    /// included. The file keeps what it holds.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        self.put(bytes)?;
        self.hash(bytes)
    }

    /// Checks the next bytes and writes them to the file.
    fn put(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        let kept = self.header.len();
        self.check_room(bytes)?;
        self.check_header(bytes)?;
        // A write that failed may be tried again with the same bytes, so the header forgets them.
        positioned::write_all_at(&self.file, bytes, self.received)
            .inspect_err(|_| self.header.truncate(kept))?;
        Ok(())
    }

    /// As [`ContentReceiver::write`], for a block that the caller gives away: it is digested from memory instead of
    /// being read back. Returns an empty buffer of the same capacity for the next block.
    ///
    /// # Errors
    /// Those of [`ContentReceiver::write`]. The block is lost then, except for what the file holds of it.
    pub fn write_block(&mut self, block: Vec<u8>) -> Result<Vec<u8>, ReceiveError> {
        self.put(&block)?;
        let header = self.count(&block);
        self.mac.update(&block[header..]);
        Ok(self.follower.hand(self.received, block)?)
    }

    /// As [`ContentReceiver::write`], for bytes that are in the file already.
    fn take(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        self.check_room(bytes)?;
        self.check_header(bytes)?;
        self.hash(bytes)
    }

    fn check_room(&self, bytes: &[u8]) -> Result<(), ReceiveError> {
        let end = self.received.saturating_add(bytes.len() as u64);
        if end <= self.size { Ok(()) } else { Err(ReceiveError::TooLong { expected: self.size }) }
    }

    /// Collects the first 48 bytes, and checks them before the last of them is written.
    fn check_header(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        let missing = (HEADER as usize).saturating_sub(self.header.len());
        if missing == 0 {
            return Ok(());
        }
        let kept = self.header.len();
        self.header.extend_from_slice(&bytes[..bytes.len().min(missing)]);
        if let Ok(header) = self.header.as_slice().try_into() {
            check_header(header, &self.info).inspect_err(|_| self.header.truncate(kept))?;
        }
        Ok(())
    }

    /// Wakes the follower and computes the MAC over everything after the header.
    fn hash(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        let header = self.count(bytes);
        // The follower works while this thread computes the MAC of the same bytes.
        let followed = self.follower.advance(self.received);
        self.mac.update(&bytes[header..]);
        Ok(followed?)
    }

    /// Counts bytes as received, and returns how many of them belong to the header.
    fn count(&mut self, bytes: &[u8]) -> usize {
        let header = HEADER.saturating_sub(self.received).min(bytes.len() as u64) as usize;
        self.received += bytes.len() as u64;
        header
    }

    /// Makes the received bytes survive a loss of power.
    ///
    /// # Errors
    /// I/O.
    pub fn sync(&self) -> Result<(), ReceiveError> {
        sync(&self.file)
    }

    /// Ends the content: checks MAC, then padding, then file digest.
    ///
    /// # Errors
    /// Missing bytes; the first check that fails. The file stays where it is.
    pub fn finish(self) -> Result<AuthenticatedContent, ReceiveError> {
        let Self { file, info, size, received, mac, follower, .. } = self;
        if received != size {
            return Err(ReceiveError::Incomplete { expected: size, actual: received });
        }
        // The checks of a content that is read from a file, in the same order.
        let actual: Mac = mac.finish();
        // All bytes were received, so the follower has the last of them or gets them here.
        let digest = follower.finish()?;
        let payload_size = crate::content::conclude(&info, actual, digest)?;
        let source = Arc::new(FileSource::from_file(file)?);
        let payload = Payload::new(source, &info.encryption_key, payload_size);
        Ok(AuthenticatedContent::new(payload, info))
    }
}

/// Why a content was not received, or its partial file not repaired.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The private file could not be made, read or written.
    #[error("cannot keep the content on disk")]
    Io(#[from] std::io::Error),
    /// The caller's cancel flag was set.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The file is a link, belongs to another user, or is open to other users.
    #[error("the partial file is not ours: {why}")]
    Foreign {
        /// Which of these it is.
        why: &'static str,
    },
    /// The size or the first 48 bytes cannot be those of the described content.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// There are more bytes than the content has.
    #[error("more than the content's {expected} bytes arrived")]
    TooLong {
        /// The content's size in bytes.
        expected: u64,
    },
    /// There are fewer bytes than the content has.
    #[error("{actual} of {expected} bytes are there")]
    Incomplete {
        /// The content's size in bytes.
        expected: u64,
        /// Number of bytes that were received.
        actual: u64,
    },
    /// The content has no such piece, or the piece has another length.
    #[error("piece {index} has {expected} bytes, {actual} were given")]
    Piece {
        /// The number of the piece, from 0.
        index: u64,
        /// Its length in bytes; 0 where the content has no such piece.
        expected: u64,
        /// Number of bytes that were given.
        actual: u64,
    },
    /// The document of pieces is of a content of another size.
    #[error("the pieces are those of {actual} bytes, the content has {expected}")]
    Pieces {
        /// The content's size in bytes.
        expected: u64,
        /// The size in bytes by the document.
        actual: u64,
    },
    /// All bytes were received, and a check failed.
    #[error(transparent)]
    Authenticate(#[from] AuthenticateError),
}

impl Classified for ReceiveError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Io(_) => &package::RECEIVE_FAILED,
            Self::Cancelled(_) => &package::INTERRUPTED,
            Self::Foreign { .. } => &package::PARTIAL_FOREIGN,
            Self::Content(error) => error.code(),
            Self::TooLong { .. } | Self::Incomplete { .. } | Self::Piece { .. } | Self::Pieces { .. } => {
                &package::CONTENT_LENGTH
            }
            Self::Authenticate(error) => error.code(),
        }
    }
}

#[cfg(test)]
mod repair_tests;
#[cfg(test)]
mod tests;
