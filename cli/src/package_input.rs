//! A package to be read: whole, or a bare content with the encryption info that was given for it.

use crate::args::PackageArgs;
use crate::error::Failure;
use intunewin::{ArchivePolicy, EncryptedContent, FileSource, Package, Source};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use waybill_context::Context;
use waybill_schemas::codes::{command, package};
use waybill_schemas::{DOCUMENT_LIMIT, EncryptionInfo, GivenEncryptionInfo, encryption_info_from};

/// What was opened; nothing of the content is trusted yet.
pub(crate) enum PackageInput {
    /// A whole package.
    Package(Box<Package>),
    /// A content without one.
    Content {
        /// The content.
        content: EncryptedContent,
        /// What its document said besides the keys.
        given: Box<GivenEncryptionInfo>,
    },
}

impl PackageInput {
    /// Opens `path` as `reading` asks.
    pub(crate) fn open(path: &Path, reading: &PackageArgs) -> Result<Self, Failure> {
        let policy = reading.limits.policy();
        let source = open_file(path)?;
        match &reading.encryption_info {
            None => Ok(Self::Package(Box::new(Package::open(source, &policy)?))),
            Some(document) => bare_content(source, path, document, &policy),
        }
    }

    /// The content, ready to be authenticated.
    pub(crate) fn into_content(self, context: &Context<'_>) -> Result<EncryptedContent, Failure> {
        match self {
            Self::Package(package) => Ok(package.into_content(context)?),
            Self::Content { content, .. } => Ok(content),
        }
    }

    /// The package, where it is a whole one.
    pub(crate) fn package(&self) -> Option<&Package> {
        match self {
            Self::Package(package) => Some(package),
            Self::Content { .. } => None,
        }
    }

    /// Bytes of the content, its header included.
    pub(crate) fn content_size(&self) -> u64 {
        match self {
            Self::Package(package) => package.content_size(),
            Self::Content { content, .. } => content.content_size(),
        }
    }

    /// MAC, IV, digest and keys.
    pub(crate) fn encryption_info(&self) -> &EncryptionInfo {
        match self {
            Self::Package(package) => &package.info().encryption_info,
            Self::Content { content, .. } => content.encryption_info(),
        }
    }

    /// The setup file, where a document names it.
    pub(crate) fn setup_file(&self) -> Option<&str> {
        match self {
            Self::Package(package) => Some(&package.info().setup_file),
            Self::Content { given, .. } => given.setup_file.as_deref(),
        }
    }
}

/// A path as it was given, for reports.
pub(crate) fn shown(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn open_file(path: &Path) -> Result<FileSource, Failure> {
    FileSource::open(path).map_err(|error| {
        let failure = Failure::new(&package::PACKAGE_UNREADABLE, "cannot open the package").caused_by(&error);
        match error.kind() {
            std::io::ErrorKind::NotFound => {
                failure.with_hint("check the path; relative ones start at the current folder")
            }
            _ => failure,
        }
    })
}

fn bare_content(
    source: FileSource,
    path: &Path,
    document: &Path,
    policy: &ArchivePolicy,
) -> Result<PackageInput, Failure> {
    let mut first = [0; 4];
    if source.read_at(&mut first, 0).is_ok_and(|count| count == 4) && first == *b"PK\x03\x04" {
        return Err(Failure::new(
            &command::KEYS_NOT_NEEDED,
            "this is a whole package, with encryption info of its own",
        ));
    }
    let given = read_encryption_info(document)?;
    let size = source.len();
    if let Some(expected) = given.content_size.filter(|expected| *expected != size) {
        let (path, document) = (shown(path), shown(document));
        let message = format!("{path} has {size} bytes, {document} says {expected}");
        return Err(Failure::new(&package::CONTENT_LENGTH, message));
    }
    let content = EncryptedContent::new(source, given.encryption_info.clone(), given.payload_size, policy)?;
    Ok(PackageInput::Content { content, given: Box::new(given) })
}

fn read_encryption_info(document: &Path) -> Result<GivenEncryptionInfo, Failure> {
    let about = |failure: Failure| failure.about(&shown(document));
    let bytes = read_at_most(document, DOCUMENT_LIMIT)?;
    encryption_info_from(&bytes).map_err(|error| about(error.into()))
}

/// A file's bytes, one more than `most` where it is larger, so that its reader refuses it.
fn read_at_most(path: &Path, most: usize) -> Result<zeroize::Zeroizing<Vec<u8>>, Failure> {
    let mut bytes = zeroize::Zeroizing::new(Vec::new());
    File::open(path).and_then(|file| file.take(most as u64 + 1).read_to_end(&mut bytes)).map_err(
        |error| {
            Failure::new(&command::INPUT_UNREADABLE, "cannot read it").caused_by(&error).about(&shown(path))
        },
    )?;
    Ok(bytes)
}
