//! The public half of publishing: one read authenticates the content, digests its pieces and copies it into the store.

use crate::PublishError;
use crate::pieces::{PieceWriter, PublishedObjects, sha256};
use crate::store::{Key, Put, Store, StoreError, Upload};
use crate::{CONTENT, PIECES};
use intunewin::{ArchivePolicy, AuthenticateError, AuthenticatedContent, EncryptedContent};
use std::io::{self, Write};
use waybill_context::Context;
use waybill_schemas::{PiecesDocument, Sha256Digest};

/// How a content is put into a store; [`Default`] repairs nothing and allows what every device unpacks.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ContentOptions {
    /// What the payload may contain at most.
    pub policy: ArchivePolicy,
    /// Whether objects that are there and are not the content's are replaced.
    pub repair: bool,
}

/// What publishing a content did to the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Publication {
    /// The content was not there, and is now.
    Written,
    /// The content was there, whole, and was not touched.
    AlreadyThere,
    /// The content was there, damaged, and is whole now.
    Repaired,
}

/// A content that lies whole in a store.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PublishedContent {
    /// The group that holds its objects: its MAC in hexadecimal digits.
    pub group: Key,
    /// The digests of its pieces.
    pub pieces: PiecesDocument,
    /// The SHA-256 of the document that is published with those digests.
    pub pieces_digest: Sha256Digest,
    /// Bytes of the payload.
    pub payload_size: u64,
    /// Bytes of the files when unpacked.
    pub unpacked_size: u64,
    /// Whether it was written, found or repaired.
    pub publication: Publication,
}

/// Puts a content into a store, or finds it there: `content.bin` and `pieces.json` under its MAC. The keys stay out of
/// it.
///
/// # Errors
/// The content is not authentic or breaks the policy, what is there is damaged and is not to be repaired, the store
/// fails, or the user wants to stop. In no case is half a content left under the name.
pub fn publish_content(
    content: EncryptedContent,
    store: &dyn Store,
    options: &ContentOptions,
    context: &Context<'_>,
) -> Result<PublishedContent, PublishError> {
    let size = content.content_size();
    let group = Key::from(&content.encryption_info().mac);
    // What is there and is not to be repaired is only compared: a copy would be of no use.
    let is_there = store.list(&group)?.is_some();
    let mut upload = if is_there && !options.repair { None } else { Some(store.upload(&group, context)?) };
    let at = || store.location(&group.object(CONTENT));
    let (content, digests) = read(content, upload.as_deref_mut(), at, context)?;
    // Before anything appears: what no device would unpack is not published.
    let unpacked_size = content.archive(&options.policy, context)?.unpacked_size();
    let pieces = PiecesDocument::new(size, digests)?;
    let bytes = pieces.write()?;
    if let Some(upload) = &mut upload {
        upload.object(PIECES, bytes.len() as u64)?.write_all(&bytes).map_err(|source| StoreError::Write {
            location: store.location(&group.object(PIECES)),
            source,
        })?;
    }
    let mut published = PublishedContent {
        group,
        pieces,
        pieces_digest: sha256(&bytes),
        payload_size: content.payload_size(),
        unpacked_size,
        publication: Publication::Written,
    };
    published.put(store, upload, options.repair, context)?;
    Ok(published)
}

/// Checks MAC, padding, digest, size and CRC, digests every piece, and makes the copy where one is wanted, all in one
/// read.
fn read(
    content: EncryptedContent,
    upload: Option<&mut (dyn Upload + '_)>,
    location: impl Fn() -> String,
    context: &Context<'_>,
) -> Result<(AuthenticatedContent, Vec<Sha256Digest>), PublishError> {
    let mut nowhere = io::sink();
    let copy: &mut dyn Write = match upload {
        Some(upload) => upload.object(CONTENT, content.content_size())?,
        None => &mut nowhere,
    };
    let mut writer = PieceWriter::new(copy);
    // The copy is made before it is known whether the MAC holds, because a second read would cost as much
    // again. No reader sees it, and it is removed if the MAC does not hold.
    let content = content.authenticate_into(&mut writer, context).map_err(|error| match error {
        AuthenticateError::Copy(source) => StoreError::Write { location: location(), source }.into(),
        AuthenticateError::Cancelled(cancelled) => PublishError::Cancelled(cancelled),
        error => PublishError::Authenticate(error),
    })?;
    Ok((content, writer.finish().1))
}

impl PublishedContent {
    /// Lets what was uploaded appear; where something is there already that is checked, and repaired if asked for.
    fn put(
        &mut self,
        store: &dyn Store,
        mut upload: Option<Box<dyn Upload + '_>>,
        repair: bool,
        context: &Context<'_>,
    ) -> Result<(), PublishError> {
        if let Some(upload) = &mut upload
            && upload.put_if_absent(context)? == Put::Written
        {
            return Ok(());
        }
        // Something has this name: from an earlier run, or from one that was faster. The name promises a
        // content, so its bytes are compared.
        let found = PublishedObjects::check(store, &self.group, &self.pieces, context)?;
        self.publication = match (found.damage(), upload) {
            (None, _) => Publication::AlreadyThere,
            (Some(_), Some(upload)) if repair => {
                replace_damaged(upload, &found, context)?;
                Publication::Repaired
            }
            (Some(damage), _) => {
                return Err(PublishError::Damaged { location: store.location(&self.group), damage });
            }
        };
        // The pieces.json that is there may say the same in other words, and the document has to name the
        // digest of the file that is served.
        self.pieces_digest = found.pieces.unwrap_or(self.pieces_digest);
        Ok(())
    }
}

/// Puts each object over its damaged namesake. Both follow from the content alone, so a reader in between gets an old
/// or a new object, never one that contradicts the other.
fn replace_damaged(
    mut upload: Box<dyn Upload + '_>,
    found: &PublishedObjects,
    context: &Context<'_>,
) -> Result<(), StoreError> {
    if found.content.is_err() {
        upload.replace(CONTENT, context)?;
    }
    if found.pieces.is_err() {
        upload.replace(PIECES, context)?;
    }
    Ok(())
}
