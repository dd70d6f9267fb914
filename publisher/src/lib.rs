//! Publishing: a public tree without keys for any web server, and a secret document (`docs/publishing.md`).
//!
//! ```text
//! <public>/<MAC in hexadecimal digits>/content.bin     the encrypted content, immutable
//!                                     /pieces.json     SHA-256 of each 1 MiB of it
//! <stem>.content.json                                  the keys, and where the content lies: mode 0600
//! ```
//!
//! The content is authenticated in the same read that digests its pieces and copies it. What appears under a final
//! name is whole and durable; a content that was published before is checked and not written again.

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod content;
mod document;
mod error;
mod into_place;
mod layout;
mod pieces;
mod placement;
mod request;
mod shown_path;
mod staging;
mod there;

pub use error::PublishError;
pub use request::PublishRequest;
pub use there::Damage;

use crate::shown_path::shown;
use content::{Outcome, PublicContent};
use intunewin::EncryptedContent;
use placement::Placement;
use serde_json::Map;
use waybill_context::Context;
use waybill_schemas::report::publish::PublishReport;
use waybill_schemas::{ContentDocument, EncryptionInfo};

/// Publishes a content: the public tree first, then the document that names it.
///
/// A second run with the same content checks what is there and writes nothing; another version lies beside the first.
///
/// # Errors
/// A placement that would give the keys away or could not be named, before anything is written; a content that is not
/// authentic or breaks the policy; damage to what was published before; a document that says something else; I/O;
/// interruption. Nothing half is left under a final name, whatever happens.
pub fn publish(
    content: EncryptedContent,
    request: &PublishRequest,
    context: &Context<'_>,
) -> Result<PublishReport, PublishError> {
    let info = content.encryption_info().clone();
    let placement = Placement::of(request, &info.mac)?;
    document::spare(&placement.document, &info.mac, request.force)?;
    let public = content::publish(content, request, context)?;
    let placement = Placement::of(request, &info.mac)?; // the public tree is there now: two spellings of it are one
    let document = describe(&public, &placement, info, request);
    let written = document::write(&document, &placement.document, request.force, context)?;
    Ok(report(&public, &placement, &document, written, request))
}

fn describe(
    public: &PublicContent,
    placement: &Placement,
    info: EncryptionInfo,
    request: &PublishRequest,
) -> ContentDocument {
    ContentDocument {
        name: request.package.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        url: placement.url.clone(),
        size: public.payload_size,
        size_encrypted: public.pieces.size_encrypted,
        size_unpacked: Some(public.unpacked_size),
        file_encryption_info: info,
        pieces_digest: Some(public.pieces_digest),
        other: Map::new(),
    }
}

fn report(
    public: &PublicContent,
    placement: &Placement,
    document: &ContentDocument,
    written: bool,
    request: &PublishRequest,
) -> PublishReport {
    PublishReport {
        package: shown(&request.package),
        mac: document.file_encryption_info.mac.to_hex(),
        public_folder: shown(&public.folder),
        content: shown(&public.folder.join(layout::CONTENT)),
        pieces: shown(&public.folder.join(layout::PIECES)),
        piece_count: public.pieces.sha256.len() as u64,
        size: document.size,
        size_encrypted: document.size_encrypted,
        size_unpacked: public.unpacked_size,
        document: shown(&placement.document),
        url: document.url.without_query().to_owned(),
        already_there: public.outcome == Outcome::AlreadyThere,
        mended: public.outcome == Outcome::Mended,
        document_already_there: !written,
        with_keys: placement.in_public,
        notes: notes(placement),
    }
}

fn notes(placement: &Placement) -> Vec<String> {
    let mut notes = Vec::new();
    if placement.in_public {
        notes.push(format!(
            "{} lies in the public tree and carries the keys: whoever can read it can decrypt the content. For labs only.",
            shown(&placement.document)
        ));
    }
    if placement.package_in_public {
        notes.push(
            "The package itself lies in the public tree, and every package carries its keys: move it away."
                .to_owned(),
        );
    }
    notes
}

#[cfg(test)]
mod tests;
