//! What lies under a content's name already: the content, or something that only looks like it.

use super::error::PublishError;
use super::layout;
use super::pieces::{PieceWriter, sha256};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use waybill_context::{Context, Stage};
use waybill_schemas::{DOCUMENT_LIMIT, PiecesDocument, Sha256Digest};

/// Bytes read at once.
const STEP: usize = 256 << 10;

/// What is wrong with one published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// It is not there, or it is a link, a folder or a device.
    #[error("there is no file {file}")]
    Missing {
        /// Its name.
        file: &'static str,
    },
    /// The content has another length.
    #[error("{} has {actual} bytes, the content has {expected}", layout::CONTENT)]
    Length {
        /// Bytes of the content.
        expected: u64,
        /// Bytes that are there.
        actual: u64,
    },
    /// Pieces of the content are other bytes.
    #[error(
        "{wrong} of {of} pieces of {} are not the content's, the first is piece {first}",
        layout::CONTENT
    )]
    Pieces {
        /// Pieces that differ.
        wrong: usize,
        /// All pieces.
        of: usize,
        /// The first that differs, counted from 0.
        first: usize,
    },
    /// pieces.json cannot be read, or is another content's.
    #[error("{} does not describe the content", layout::PIECES)]
    Description,
}

/// Whether each of the two files is as it should be.
#[derive(Debug)]
pub(super) struct Published {
    pub(super) content: Result<(), Damage>,
    /// The SHA-256 of pieces.json where it says the right thing, in whatever words.
    pub(super) pieces: Result<Sha256Digest, Damage>,
}

impl Published {
    /// The first damage, where there is any.
    pub(super) fn damage(&self) -> Option<Damage> {
        self.content.err().or(self.pieces.err())
    }
}

/// True where something lies under the name; only a folder may.
pub(super) fn is_there(folder: &Path) -> Result<bool, PublishError> {
    let why = match folder.symlink_metadata() {
        Ok(there) if there.is_dir() => return Ok(true),
        Ok(there) if there.is_symlink() => "it is a link",
        Ok(_) => "it is a file",
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(PublishError::read(folder, error)),
    };
    Err(PublishError::NoFolder { path: folder.to_path_buf(), why })
}

/// Compares both files with what they should be; reads all of the content.
pub(super) fn check(
    folder: &Path,
    expected: &PiecesDocument,
    context: &Context<'_>,
) -> Result<Published, PublishError> {
    Ok(Published {
        content: check_content(folder, expected, context)?,
        pieces: check_pieces(folder, expected)?,
    })
}

fn check_content(
    folder: &Path,
    expected: &PiecesDocument,
    context: &Context<'_>,
) -> Result<Result<(), Damage>, PublishError> {
    let path = folder.join(layout::CONTENT);
    let Some(file) = open(&path)? else { return Ok(Err(Damage::Missing { file: layout::CONTENT })) };
    let actual = file.metadata().map_err(|error| PublishError::read(&path, error))?.len();
    if actual != expected.size_encrypted {
        return Ok(Err(Damage::Length { expected: expected.size_encrypted, actual }));
    }
    Ok(compare(&digests(file, &path, actual, context)?, &expected.sha256))
}

fn digests(
    mut file: File,
    path: &Path,
    len: u64,
    context: &Context<'_>,
) -> Result<Vec<Sha256Digest>, PublishError> {
    let meter = context.meter(Stage::Check, Some(len));
    let (mut writer, mut buffer) = (PieceWriter::new(io::sink()), vec![0; STEP]);
    loop {
        context.check()?;
        let count = match file.read(&mut buffer) {
            Ok(0) => return Ok(writer.finish().1),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(PublishError::read(path, error)),
        };
        writer.write_all(&buffer[..count]).map_err(|error| PublishError::read(path, error))?;
        meter.advance(count as u64);
    }
}

fn compare(actual: &[Sha256Digest], expected: &[Sha256Digest]) -> Result<(), Damage> {
    let of = expected.len();
    let wrong = (0..of.max(actual.len())).filter(|at| actual.get(*at) != expected.get(*at));
    let mut wrong = wrong.peekable();
    match wrong.peek().copied() {
        None => Ok(()),
        Some(first) => Err(Damage::Pieces { wrong: wrong.count(), of, first }),
    }
}

fn check_pieces(
    folder: &Path,
    expected: &PiecesDocument,
) -> Result<Result<Sha256Digest, Damage>, PublishError> {
    let path = folder.join(layout::PIECES);
    let Some(file) = open(&path)? else { return Ok(Err(Damage::Missing { file: layout::PIECES })) };
    let mut bytes = Vec::new();
    file.take(DOCUMENT_LIMIT as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| PublishError::read(&path, error))?;
    let says_so = PiecesDocument::read(&bytes).is_ok_and(|there| {
        (there.size_encrypted, there.sha256) == (expected.size_encrypted, expected.sha256.clone())
    });
    Ok(if says_so { Ok(sha256(&bytes)) } else { Err(Damage::Description) })
}

/// The file at `path`; `None` where there is none, a link among them.
fn open(path: &Path) -> Result<Option<File>, PublishError> {
    let failed = |error| PublishError::read(path, error);
    match path.symlink_metadata() {
        Ok(there) if there.is_file() => File::open(path).map(Some).map_err(failed),
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}
