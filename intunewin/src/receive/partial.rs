//! The private file of a partial content: finds its bad pieces, and replaces them.

use super::ReceiveError;
use crate::content::check_shape;
use crate::source::{FileSource, Source as _, positioned};
use sha2::{Digest as _, Sha256};
use std::fs::{File, OpenOptions};
use std::path::Path;
use waybill_context::{Context, Stage, failpoint};
use waybill_disk::private_file;
use waybill_schemas::{PIECE_SIZE, PiecesDocument, Sha256Digest};

/// The private file of a content, opened to find bad pieces and write better ones in their place.
///
/// Use it for a content whose MAC or digest is wrong, or one that is received in pieces out of order. It authenticates
/// nothing: continue with [`ContentReceiver::resume`](crate::ContentReceiver::resume) afterwards.
///
/// ```no_run
/// # fn fetch(piece: u64) -> Vec<u8> { Vec::new() }
/// # fn pieces() -> waybill_schemas::PiecesDocument { unimplemented!() }
/// use intunewin::PartialContent;
/// use waybill_context::Context;
///
/// let partial = PartialContent::open("content.partial".as_ref(), pieces().size_encrypted)?;
/// for piece in partial.bad_pieces(&pieces(), &Context::silent())? {
///     partial.write_piece(piece, &fetch(piece))?;
/// }
/// partial.sync()?;
/// # Ok::<(), intunewin::ReceiveError>(())
/// ```
#[derive(Debug)]
pub struct PartialContent {
    file: File,
    size: u64,
}

impl PartialContent {
    /// Opens the private file at `path` of a content of `size` bytes. It must be the user's own, and no link.
    ///
    /// # Errors
    /// A size that no content can have; a file that is longer, a link, or another user's; I/O.
    pub fn open(path: &Path, size: u64) -> Result<Self, ReceiveError> {
        check_shape(size)?;
        let partial = Self { file: open_private(path)?, size };
        if partial.held()? > size {
            return Err(ReceiveError::TooLong { expected: size });
        }
        Ok(partial)
    }

    /// The file's length in bytes. Where pieces were written out of order, it may have holes, which read as zeros.
    ///
    /// # Errors
    /// I/O.
    pub fn held(&self) -> Result<u64, ReceiveError> {
        Ok(self.file.metadata()?.len())
    }

    /// The numbers, in order, of pieces that are held whole and have another digest than in `pieces`. Pieces past the
    /// file's end do not count.
    ///
    /// # Errors
    /// A document of a content of another size; I/O; interruption.
    pub fn bad_pieces(
        &self,
        pieces: &PiecesDocument,
        context: &Context<'_>,
    ) -> Result<Vec<u64>, ReceiveError> {
        if pieces.size_encrypted != self.size {
            return Err(ReceiveError::Pieces { expected: self.size, actual: pieces.size_encrypted });
        }
        let source = FileSource::from_file(self.file.try_clone()?)?;
        let held = source.len();
        let meter = context.meter(Stage::Authenticate, Some(held));
        let (mut bad, mut buffer) = (Vec::new(), vec![0; STEP]);
        for (index, expected) in (0..).zip(&pieces.sha256) {
            // A piece that is held in part cannot be checked before it is received to its end.
            let Some((start, len)) = self.piece(index).filter(|(start, len)| start + len <= held) else {
                break;
            };
            if digest(&source, start, len, &mut buffer, context)? != *expected {
                bad.push(index);
            }
            meter.advance(len);
        }
        Ok(bad)
    }

    /// Offset and length in bytes of a piece; `None` where the content has no such piece.
    fn piece(&self, index: u64) -> Option<(u64, u64)> {
        let start = index.checked_mul(PIECE_SIZE).filter(|start| *start < self.size)?;
        Some((start, (self.size - start).min(PIECE_SIZE)))
    }

    /// Writes a piece at its place, over the bytes that are there.
    ///
    /// # Errors
    /// A piece that the content does not have; another length than the piece has; I/O.
    pub fn write_piece(&self, index: u64, bytes: &[u8]) -> Result<(), ReceiveError> {
        let (start, expected) = self.piece(index).unwrap_or((0, 0));
        let actual = bytes.len() as u64;
        if expected == 0 || actual != expected {
            return Err(ReceiveError::Piece { index, expected, actual });
        }
        Ok(positioned::write_all_at(&self.file, bytes, start)?)
    }

    /// Cuts the file to `len` bytes; a shorter one is not changed.
    ///
    /// # Errors
    /// I/O.
    pub fn truncate(&self, len: u64) -> Result<(), ReceiveError> {
        cut(&self.file, len)
    }

    /// Makes what was written survive a loss of power.
    ///
    /// # Errors
    /// I/O.
    pub fn sync(&self) -> Result<(), ReceiveError> {
        sync(&self.file)
    }
}

/// How many bytes are read at once.
const STEP: usize = 256 << 10;

fn digest(
    source: &FileSource,
    start: u64,
    len: u64,
    buffer: &mut [u8],
    context: &Context<'_>,
) -> Result<Sha256Digest, ReceiveError> {
    let (mut sha, mut done) = (Sha256::new(), 0);
    while done < len {
        context.check()?;
        let count = (len - done).min(buffer.len() as u64) as usize;
        source.read_exact_at(&mut buffer[..count], start + done)?;
        sha.update(&buffer[..count]);
        done += count as u64;
    }
    Ok(Sha256Digest::new(sha.finalize().into()))
}

pub(super) fn create_private(path: &Path) -> Result<File, ReceiveError> {
    let mut options = options();
    Ok(options.create_new(true).open(path)?)
}

pub(super) fn open_private(path: &Path) -> Result<File, ReceiveError> {
    // Checked separately, because the error of opening a link differs between systems.
    if path.symlink_metadata()?.is_symlink() {
        return Err(ReceiveError::Foreign { why: "it is a link" });
    }
    let file = options().open(path)?;
    check_owner(&file)?;
    Ok(file)
}

/// Cuts a file that is longer than `len` bytes.
pub(super) fn cut(file: &File, len: u64) -> Result<(), ReceiveError> {
    if file.metadata()?.len() > len {
        file.set_len(len)?;
    }
    Ok(())
}

/// Makes what was written survive a loss of power.
pub(super) fn sync(file: &File) -> Result<(), ReceiveError> {
    failpoint::reach("partial-syncing");
    file.sync_data()?;
    failpoint::reach("partial-synced");
    Ok(())
}

fn options() -> OpenOptions {
    let mut options = private_file::options();
    options.read(true).write(true);
    options
}

#[cfg(unix)]
fn check_owner(file: &File) -> Result<(), ReceiveError> {
    use std::os::unix::fs::MetadataExt;
    let metadata = file.metadata()?;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(ReceiveError::Foreign { why: "it belongs to another user" });
    }
    // Bytes that another user wrote would be authenticated as if they had been received.
    if metadata.mode() & 0o077 != 0 {
        return Err(ReceiveError::Foreign { why: "others may read or write it" });
    }
    Ok(())
}

/// On Windows the protected access list of the folder decides who may write the file.
#[cfg(windows)]
fn check_owner(_file: &File) -> Result<(), ReceiveError> {
    Ok(())
}
