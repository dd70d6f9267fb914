//! Receiving a content: a private file from the first byte, its MAC computed as bytes arrive, its digest behind them.

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

/// Takes a content's bytes in order and ends as [`AuthenticatedContent`], or not at all.
///
/// The caller only pushes bytes. The HMAC runs in the stream; a thread of its own decrypts and digests what was
/// written, and so ends with the last byte. Nothing of the payload is parsed before the MAC holds.
/// The first 48 bytes must be MAC and IV of the encryption info: wrong content is refused there.
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

/// Bytes read at once when a held file is taken up again.
const STEP: usize = 256 << 10;

impl ContentReceiver {
    /// Starts a new private file at `path` for a content of `size` bytes.
    ///
    /// # Errors
    /// A size that no content has or that is over the policy's limit; a file that is there already; I/O.
    pub fn create(
        path: &Path,
        info: EncryptionInfo,
        size: u64,
        policy: &ArchivePolicy,
    ) -> Result<Self, ReceiveError> {
        check_size(size, policy)?;
        Self::new(create_private(path)?, info, size)
    }

    /// Takes up the file at `path` again: what it holds is read and authenticated anew.
    ///
    /// After the death of a process the file's length is the record, and `keep` is `None`. After a loss of power only
    /// what was synced is sure: `keep` is how many bytes that were, by a journal of an earlier boot, and a longer file
    /// is cut to it first.
    ///
    /// # Errors
    /// As [`ContentReceiver::create`]; also a file that is another content, longer than `size`, a link, or
    /// another user's.
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
            // Bytes beyond what was synced may be zeros after a loss of power, and only the whole MAC would tell.
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

    /// Bytes that are written: where a resumed transfer goes on.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Bytes of the content that are decrypted and digested, behind those that are written: for a progress bar. It
    /// reaches the content's size soon after the last byte is written.
    pub fn digested(&self) -> u64 {
        self.follower.digested()
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// Bytes past the content's size, a first 48 bytes that are another content's, I/O, the follower's too. The file
    /// keeps what it holds.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        self.put(bytes)?;
        self.hash(bytes)
    }

    /// Checks the next bytes and writes them.
    fn put(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        let kept = self.header.len();
        self.check_room(bytes)?;
        self.check_header(bytes)?;
        // A write that failed may be tried again with the same bytes, so the header forgets them.
        positioned::write_all_at(&self.file, bytes, self.received)
            .inspect_err(|_| self.header.truncate(kept))?;
        Ok(())
    }

    /// As [`ContentReceiver::write`], for a block that the caller can spare: it is digested from memory instead of being
    /// read back. Gives an empty buffer of its capacity, so that blocks go round.
    ///
    /// # Errors
    /// As [`ContentReceiver::write`]; the block is lost then, but for what the file holds of it.
    pub fn write_block(&mut self, block: Vec<u8>) -> Result<Vec<u8>, ReceiveError> {
        self.put(&block)?;
        let header = self.count(&block);
        self.mac.update(&block[header..]);
        Ok(self.follower.hand(self.received, block)?)
    }

    /// As [`ContentReceiver::write`], for bytes that the file holds already.
    fn take(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        self.check_room(bytes)?;
        self.check_header(bytes)?;
        self.hash(bytes)
    }

    fn check_room(&self, bytes: &[u8]) -> Result<(), ReceiveError> {
        let end = self.received.saturating_add(bytes.len() as u64);
        if end <= self.size { Ok(()) } else { Err(ReceiveError::TooLong { expected: self.size }) }
    }

    /// Gathers the first 48 bytes, and checks them before the last of them is written.
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

    /// Wakes the follower, which works meanwhile, and computes the MAC over what follows the header.
    fn hash(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        let header = self.count(bytes);
        // The follower works while this thread computes the MAC of the same bytes.
        let followed = self.follower.advance(self.received);
        self.mac.update(&bytes[header..]);
        Ok(followed?)
    }

    /// Counts bytes as received, and returns how many of them are the header's.
    fn count(&mut self, bytes: &[u8]) -> usize {
        let header = HEADER.saturating_sub(self.received).min(bytes.len() as u64) as usize;
        self.received += bytes.len() as u64;
        header
    }

    /// Makes what was received survive a loss of power.
    ///
    /// # Errors
    /// I/O.
    pub fn sync(&self) -> Result<(), ReceiveError> {
        sync(&self.file)
    }

    /// Ends with the last byte: MAC, then padding, then file digest.
    ///
    /// # Errors
    /// Bytes that are missing, or the check that failed. The file stays where it is.
    pub fn finish(self) -> Result<AuthenticatedContent, ReceiveError> {
        let Self { file, info, size, received, mac, follower, .. } = self;
        if received != size {
            return Err(ReceiveError::Incomplete { expected: size, actual: received });
        }
        // The same verdict as for a content that is read from a file, in the same order of checks.
        let actual: Mac = mac.finish();
        // The follower has the last bytes by now, or gets them here: received equals size.
        let digest = follower.finish()?;
        let payload_size = crate::content::conclude(&info, actual, digest)?;
        let source = Arc::new(FileSource::from_file(file)?);
        let payload = Payload::new(source, &info.encryption_key, payload_size);
        Ok(AuthenticatedContent::new(payload, info))
    }
}

/// Why a content was not received.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The private file could not be made, read or written.
    #[error("cannot keep the content on disk")]
    Io(#[from] std::io::Error),
    /// Interrupted.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The file is a link or belongs to another user.
    #[error("the partial file is not ours: {why}")]
    Foreign {
        /// What is wrong with it.
        why: &'static str,
    },
    /// Another content than the encryption info describes.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// More bytes than the content has.
    #[error("more than the content's {expected} bytes arrived")]
    TooLong {
        /// The content's size in bytes.
        expected: u64,
    },
    /// Fewer bytes than the content has.
    #[error("{actual} of {expected} bytes are there")]
    Incomplete {
        /// The content's size in bytes.
        expected: u64,
        /// Bytes received.
        actual: u64,
    },
    /// Not a piece of the content, or of another length.
    #[error("piece {index} has {expected} bytes, {actual} were given")]
    Piece {
        /// Its number, from 0.
        index: u64,
        /// Bytes it has; 0 where the content has no such piece.
        expected: u64,
        /// Bytes that were given.
        actual: u64,
    },
    /// A document of the pieces of another content.
    #[error("the pieces are those of {actual} bytes, the content has {expected}")]
    Pieces {
        /// The content's size in bytes.
        expected: u64,
        /// The content's size in bytes that the document says.
        actual: u64,
    },
    /// All bytes arrived, and a check failed.
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
mod mending_tests;
#[cfg(test)]
mod tests;
