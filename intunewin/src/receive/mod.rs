//! Receiving a content: a private file from the first byte, its MAC computed as bytes arrive, its digest behind them.

mod error;
mod follower;
mod handed;
mod partial;
mod private_file;

pub use error::ReceiveError;
pub use partial::PartialContent;

use crate::content::{AuthenticatedContent, HEADER, Payload, check_header, judge};
use crate::crypto::MacState;
use crate::policy::ArchivePolicy;
use crate::source::{FileSource, positioned};
use follower::Follower;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use waybill_context::{Context, Stage};
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
        judge(size, policy)?;
        Self::new(private_file::create(path)?, info, size)
    }

    /// Takes up the file at `path` again: what it holds is read and authenticated anew.
    ///
    /// After the death of a process the file's length is the record, and `keep` is `None`. After a loss of power only
    /// what was synced is sure: `keep` is how many bytes that were, by a journal of an earlier boot, and a longer file
    /// is cut to it first.
    ///
    /// # Errors
    /// As [`ContentReceiver::create`]; also a file that is another content, longer than `size`, a link, or somebody
    /// else's.
    pub fn resume(
        path: &Path,
        info: EncryptionInfo,
        size: u64,
        keep: Option<u64>,
        policy: &ArchivePolicy,
        context: &Context<'_>,
    ) -> Result<Self, ReceiveError> {
        judge(size, policy)?;
        let file = private_file::open(path)?;
        if let Some(keep) = keep {
            private_file::cut(&file, keep)?;
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
        let held = self.file.metadata()?.len();
        let meter = context.meter(Stage::Authenticate, Some(held));
        let mut buffer = vec![0; STEP];
        loop {
            context.check()?;
            let count = match positioned::read_at(&self.file, &mut buffer, self.received) {
                Ok(0) => return Ok(()),
                Ok(count) => count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error.into()),
            };
            self.take(&buffer[..count])?;
            meter.advance(count as u64);
        }
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

    /// Writes the next bytes once they are judged.
    fn put(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        let kept = self.header.len();
        self.check_room(bytes)?;
        self.check_header(bytes)?;
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

    /// Gathers the first 48 bytes; judged before the last of them is written.
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

    /// Word to the follower, which works meanwhile, and the MAC over what follows the header.
    fn hash(&mut self, bytes: &[u8]) -> Result<(), ReceiveError> {
        let header = self.count(bytes);
        let followed = self.follower.advance(self.received);
        self.mac.update(&bytes[header..]);
        Ok(followed?)
    }

    /// Counts bytes as received, and tells how many of them are the header's.
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
        private_file::sync(&self.file)
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
        let actual: Mac = mac.finish();
        let digest = follower.finish()?;
        let payload_size = crate::content::conclude(&info, actual, digest)?;
        let source = Arc::new(FileSource::from_file(file)?);
        let payload = Payload::new(source, &info.encryption_key, payload_size);
        Ok(AuthenticatedContent::new(payload, info))
    }
}

#[cfg(test)]
mod mending_tests;
#[cfg(test)]
mod tests;
