//! The public half: one read authenticates the content, digests its pieces and copies it.

use super::error::PublishError;
use super::pieces::{PieceWriter, sha256};
use super::staging::Staging;
use super::{PublishRequest, there};
use intunewin::{AuthenticateError, AuthenticatedContent, EncryptedContent};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;
use waybill_context::Context;
use waybill_schemas::{PiecesDocument, Sha256Digest};

/// A content that lies whole in the public tree.
pub(super) struct PublicContent {
    pub(super) folder: PathBuf,
    pub(super) pieces: PiecesDocument,
    pub(super) pieces_digest: Sha256Digest,
    pub(super) payload_size: u64,
    pub(super) unpacked_size: u64,
    pub(super) outcome: Outcome,
}

/// What was to be done for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Written,
    AlreadyThere,
    Mended,
}

/// Puts the content into the public tree, or finds it there.
pub(super) fn publish(
    content: EncryptedContent,
    request: &PublishRequest,
    context: &Context<'_>,
) -> Result<PublicContent, PublishError> {
    let (public, size) = (&request.public, content.content_size());
    if public.metadata().is_ok_and(|there| !there.is_dir()) {
        return Err(PublishError::NoFolder { path: public.clone(), why: "it is a file" });
    }
    fs::create_dir_all(public).map_err(|error| PublishError::write(public, error))?;
    let name = content.encryption_info().mac.to_hex();
    let folder = public.join(&name);
    let is_there = there::is_there(&folder)?;
    let staging = if is_there && !request.force { None } else { Some(Staging::create(public, &name)?) };
    let (staging, copy) = staging.unzip();
    let read = read(content, copy, staging.as_ref(), context)?;
    let unpacked_size = read.content.archive(&request.policy, context)?.unpacked_size();
    let pieces = PiecesDocument::new(size, read.digests)?;
    let bytes = pieces.write()?;
    if let (Some(staging), Some(copy)) = (&staging, read.copy) {
        staging.settle(copy, &bytes)?;
    }
    let mut public = PublicContent {
        folder,
        pieces,
        pieces_digest: sha256(&bytes),
        payload_size: read.content.payload_size(),
        unpacked_size,
        outcome: Outcome::Written,
    };
    public.place(staging.as_ref(), request.force, context)?;
    Ok(public)
}

/// What one read of a content gave.
struct Read {
    content: AuthenticatedContent,
    copy: Option<File>,
    digests: Vec<Sha256Digest>,
}

/// MAC, padding, digest, size and CRC, the digest of every piece, and the copy where one is wanted: from the same bytes.
fn read(
    content: EncryptedContent,
    copy: Option<File>,
    staging: Option<&Staging>,
    context: &Context<'_>,
) -> Result<Read, PublishError> {
    let mut writer = PieceWriter::new(Copy(copy));
    let content =
        content.authenticate_into(&mut writer, context).map_err(|error| match (error, staging) {
            (AuthenticateError::Copy(error), Some(staging)) => PublishError::write(&staging.content(), error),
            (AuthenticateError::Cancelled(cancelled), _) => PublishError::Cancelled(cancelled),
            (error, _) => PublishError::Authenticate(error),
        })?;
    let (Copy(copy), digests) = writer.finish();
    Ok(Read { content, copy, digests })
}

/// The file that a content is copied into, or nowhere.
struct Copy(Option<File>);

impl Write for Copy {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.as_mut().map_or(Ok(bytes.len()), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl PublicContent {
    /// Moves what was staged into place; where something lies there already, that is checked, and mended with `force`.
    fn place(
        &mut self,
        staging: Option<&Staging>,
        force: bool,
        context: &Context<'_>,
    ) -> Result<(), PublishError> {
        if let Some(staging) = staging
            && staging.place(&self.folder, context)?
        {
            return Ok(());
        }
        let found = there::check(&self.folder, &self.pieces, context)?;
        self.outcome = match (found.damage(), staging) {
            (None, _) => Outcome::AlreadyThere,
            (Some(_), Some(staging)) if force => {
                staging.mend(&self.folder, &found, context)?;
                Outcome::Mended
            }
            (Some(damage), _) => return Err(PublishError::Damaged { folder: self.folder.clone(), damage }),
        };
        self.pieces_digest = found.pieces.unwrap_or(self.pieces_digest);
        Ok(())
    }
}
