//! Publishing: a public tree without keys for any web server, and a secret document (`docs/publishing.md`).
//!
//! ```text
//! <public>/<MAC in hexadecimal digits>/content.bin     the encrypted content, immutable
//!                                     /pieces.json     SHA-256 of each 1 MiB of it
//! <stem>.content.json                                  the keys, and where the content lies: mode 0600
//! ```
//!
//! ```
//! use waybill_publisher::intunewin::{ArchivePolicy, FileSource, Package};
//! use waybill_publisher::{Context, PublishRequest, publish};
//!
//! # use intunewin::{DosTime, KnownEntry, Method, PackageMetadata, PackageWriter, PayloadWriter};
//! # let folder = tempfile::tempdir()?;
//! let package = folder.path().join("app.intunewin");
//! # let mut payload = PayloadWriter::new(PackageWriter::create(std::fs::File::create(&package)?)?);
//! # let (name, modified, crc, size) = ("install.cmd", DosTime::MIN, 0xd432_886a, 7);
//! # payload.entry(KnownEntry { name, modified, method: Method::Stored, crc, size, compressed: size }, b"exit 0\n")?;
//! # let written = std::time::SystemTime::now();
//! # payload.finish()?.finish(PackageMetadata { name: name.into(), setup_file: name.into(), msi_info: None, written })?;
//! let content = Package::open(FileSource::open(&package)?, &ArchivePolicy::default())?;
//! let content = content.into_content(&Context::silent())?;
//!
//! let mut request = PublishRequest::new(&package, folder.path().join("public"));
//! request.document = Some(folder.path().join("app.content.json"));
//! request.base_url = Some("https://cdn.example/apps".to_owned());
//! let report = publish(content, &request, &Context::silent())?;
//! assert_eq!(report.url, format!("https://cdn.example/apps/{}/content.bin", report.mac));
//! assert!(folder.path().join("public").join(&report.mac).join("content.bin").is_file());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The content is authenticated in the same read that digests its pieces and copies it. What appears under a final
//! name is whole and durable; a content that was published before is checked and not written again.
//!
//! | need | entry |
//! |---|---|
//! | put a package's content into a folder that is served, and write its secret document | [`publish`] |
//! | put it into another store | [`publish_content`] over your own [`Store`] |

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod content;
mod document;
mod folder;
mod pieces;
mod store;

pub use content::{ContentOptions, Publication, PublishedContent, publish_content};
pub use folder::FolderStore;
pub use store::{Key, KeyError, Put, Store, StoreError, Upload};

// Their types are in the signatures here: a caller needs these versions of them and no others.
pub use waybill_context::Context;
pub use {intunewin, waybill_context, waybill_schemas};

use document::DocumentPlacement;
use intunewin::{ArchiveError, ArchivePolicy, AuthenticateError, EncryptedContent};
use serde_json::Map;
use std::path::PathBuf;
use waybill_context::Cancelled;
use waybill_disk::shown;
use waybill_schemas::codes::{self, Classified, Code};
use waybill_schemas::report::delivery::PublishReport;
use waybill_schemas::{ContentDocument, ContentUrlFault, DocumentError, EncryptionInfo};

/// The object that holds a content, in its group.
pub const CONTENT: &str = "content.bin";
/// The object that holds the digests of its pieces, beside it.
pub const PIECES: &str = "pieces.json";

/// Where a content is published, and how. No `Debug`: a base URL may hold a token.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct PublishRequest {
    /// The package that the content is from, as it was named: names the document and stands in the report.
    pub package: PathBuf,
    /// Whether that file holds its keys itself, as a whole package does and a bare content does not.
    pub package_has_keys: bool,
    /// The public tree: the folder that is served.
    pub public: PathBuf,
    /// The document; `<stem>.content.json` by default: in the current folder, with `with_keys` in the public tree.
    pub document: Option<PathBuf>,
    /// The URL that the public tree is served under; its query, a SAS token, goes to the end of the content's URL.
    pub base_url: Option<String>,
    /// Whether the document may lie in the public tree, for labs.
    pub with_keys: bool,
    /// Whether damaged objects of the content are repaired, and a document that says something else is replaced.
    pub force: bool,
    /// What the payload may contain at most: no device would unpack what breaks it.
    pub policy: ArchivePolicy,
}

impl PublishRequest {
    /// Publishes the content of the whole package `package` into the folder `public`.
    pub fn new(package: impl Into<PathBuf>, public: impl Into<PathBuf>) -> Self {
        Self { package: package.into(), package_has_keys: true, public: public.into(), ..Self::default() }
    }
}

/// Publishes a content: the public tree first, then the document that names it.
///
/// A second run with the same content checks what is there and writes nothing; another version lies beside the first.
///
/// # Errors
/// The document's place would give the keys away, or the content could not be named from it; both are found before
/// anything is written. The content is not authentic or breaks the policy, what was published before is damaged, the
/// document says something else, a file cannot be read or written, or the user wants to stop. In no case is half a file
/// left under a final name.
pub fn publish(
    content: EncryptedContent,
    request: &PublishRequest,
    context: &Context<'_>,
) -> Result<PublishReport, PublishError> {
    let info = content.encryption_info().clone();
    let placement = DocumentPlacement::decide(request, &info.mac)?;
    // Checked before the content is read, because a refusal after gigabytes of hashing would come too late.
    // `write` asks again: the document may have appeared meanwhile.
    if !request.force {
        document::find(&placement.document, &info.mac, false)?;
    }
    let store = FolderStore::new(&request.public);
    let options = ContentOptions { policy: request.policy.clone(), repair: request.force };
    let public = publish_content(content, &store, &options, context)?;
    let placement = DocumentPlacement::decide(request, &info.mac)?; // the public tree is there now: two spellings of it are one
    // The document comes last. One that names a content which is not served yet would send devices to
    // nothing.
    let document = describe(&public, &placement, info, request);
    let written = document::write(&document, &placement.document, request.force, context)?;
    Ok(report(&public, &store, &placement, &document, written, request))
}

fn describe(
    public: &PublishedContent,
    placement: &DocumentPlacement,
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
    public: &PublishedContent,
    store: &FolderStore,
    placement: &DocumentPlacement,
    document: &ContentDocument,
    written: bool,
    request: &PublishRequest,
) -> PublishReport {
    PublishReport {
        package: shown(&request.package),
        mac: document.file_encryption_info.mac.to_hex(),
        public_folder: store.location(&public.group),
        content: store.location(&public.group.object(CONTENT)),
        pieces: store.location(&public.group.object(PIECES)),
        piece_count: public.pieces.sha256.len() as u64,
        size: document.size,
        size_encrypted: document.size_encrypted,
        size_unpacked: public.unpacked_size,
        document: shown(&placement.document),
        url: document.url.without_query().to_owned(),
        already_there: public.publication == Publication::AlreadyThere,
        mended: public.publication == Publication::Repaired,
        document_already_there: !written,
        with_keys: placement.in_public,
        notes: notes(placement),
    }
}

fn notes(placement: &DocumentPlacement) -> Vec<String> {
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

/// Why a content could not be published. Whatever the reason, nothing half is left under a final name. No message
/// holds a key or the query of a URL.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// The content is not authentic, and nothing of it was published.
    #[error(transparent)]
    Authenticate(AuthenticateError),
    /// The content's archive breaks the policy, so no device would unpack it.
    #[error(transparent)]
    Archive(ArchiveError),
    /// A size that no document can hold.
    #[error("the content cannot be described")]
    Describe(#[from] DocumentError),
    /// What is published under the content's MAC is not the content.
    #[error("{location}: {damage}")]
    Damaged {
        /// Where the content's objects are.
        location: String,
        /// What is wrong with the objects.
        damage: Damage,
    },
    /// The public tree cannot be read or written, or holds something else where the content belongs; or the document
    /// cannot be read or written.
    #[error(transparent)]
    Store(StoreError),
    /// The document is there, says something else and was not to be replaced.
    #[error("{} exists already and {says}", shown(document))]
    DocumentExists {
        /// The path of the document.
        document: PathBuf,
        /// What it says instead, as a verb with its object.
        says: &'static str,
    },
    /// The document would lie in the public tree, which [`with_keys`](PublishRequest::with_keys) does not allow.
    #[error("{} would lie in the public tree {}", shown(document), shown(public))]
    KeysInPublic {
        /// The path of the document.
        document: PathBuf,
        /// The root of the public tree.
        public: PathBuf,
    },
    /// The document was asked for in the public tree ([`with_keys`](PublishRequest::with_keys)) and at a place outside it.
    #[error(
        "{} does not lie in the public tree {}, where the document with the keys was asked for",
        shown(document),
        shown(public)
    )]
    KeysElsewhere {
        /// The path of the document.
        document: PathBuf,
        /// The root of the public tree.
        public: PathBuf,
    },
    /// No relative URL leads from the document to the content, and there is no base URL.
    #[error("{} does not lie above {}, and no base URL is given", shown(document), shown(public))]
    OutOfReach {
        /// The path of the document.
        document: PathBuf,
        /// The root of the public tree.
        public: PathBuf,
    },
    /// The base URL does not begin with a scheme.
    #[error("the base URL does not begin with http:// or https://")]
    BaseUrlRelative,
    /// No URL of a content can be made with the base URL, or with the folder names on the way.
    #[error("the content has no usable URL")]
    Url(#[source] ContentUrlFault),
    /// The user wants to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<StoreError> for PublishError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            error => Self::Store(error),
        }
    }
}

impl From<ArchiveError> for PublishError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            error => Self::Archive(error),
        }
    }
}

impl Classified for PublishError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Authenticate(error) => error.code(),
            Self::Archive(error) => error.code(),
            Self::Describe(error) => error.code(),
            Self::Damaged { .. } => &codes::publish::PUBLISHED_DAMAGED,
            Self::Store(StoreError::Occupied { .. }) => &codes::publish::PUBLIC_FOLDER_UNUSABLE,
            Self::Store(_) => &codes::publish::PUBLISH_FAILED,
            Self::DocumentExists { .. } => &codes::publish::CONTENT_DOCUMENT_EXISTS,
            Self::KeysInPublic { .. } => &codes::publish::KEYS_IN_PUBLIC,
            Self::KeysElsewhere { .. } => &codes::publish::KEYS_ELSEWHERE,
            Self::OutOfReach { .. } => &codes::publish::CONTENT_OUT_OF_REACH,
            Self::BaseUrlRelative | Self::Url(_) => &codes::publish::BASE_URL,
            Self::Cancelled(_) => &codes::package::INTERRUPTED,
        }
    }
}

/// What is wrong with one published file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The object is not there, or is a link, a folder or a device.
    #[error("there is no file {file}")]
    Missing {
        /// The name of the object.
        file: &'static str,
    },
    /// The published content has another length than the content.
    #[error("{} has {actual} bytes, the content has {expected}", CONTENT)]
    Length {
        /// Bytes of the content.
        expected: u64,
        /// Bytes that are there.
        actual: u64,
    },
    /// Pieces of the published content differ from the content's.
    #[error("{wrong} of {of} pieces of {} are not the content's, the first is piece {first}", CONTENT)]
    Pieces {
        /// How many pieces differ.
        wrong: usize,
        /// How many pieces the content has.
        of: usize,
        /// The first that differs, counted from 0.
        first: usize,
    },
    /// pieces.json cannot be read, or is another content's.
    #[error("{} does not describe the content", PIECES)]
    Description,
}

#[cfg(test)]
mod tests;
