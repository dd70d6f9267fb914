//! A package whose outer zip and Detection.xml were read and checked. Its content was not read yet.

mod outer;

pub use outer::Deviation;

use crate::content::{ContentError, EncryptedContent, check_payload_size};
use crate::policy::{ArchivePolicy, Violation};
use crate::source::{SharedSource, Source, Window};
use crate::zip::central::CentralRecord;
use crate::zip::data::Extractor;
use crate::zip::record::method;
use crate::zip::structure::check_local_header;
use crate::zip::{ArchiveError, first_rule, list};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use waybill_context::{Cancelled, Context, Stage};
use waybill_schemas::codes::{Classified, Code, package};
use waybill_schemas::{ApplicationInfo, DetectionXml, DetectionXmlError, DetectionXmlNote, EncryptionInfo};

/// An `.intunewin` package whose outer zip and Detection.xml are well formed. Promises nothing of the content yet.
///
/// ```no_run
/// use intunewin::{ArchivePolicy, FileSource, Package};
/// use waybill_context::Context;
///
/// let package = Package::open(FileSource::open("app.intunewin")?, &ArchivePolicy::default())?;
/// println!("installs with {}", package.info().setup_file);
/// let content = package.into_content(&Context::silent())?.authenticate(&Context::silent())?;
/// println!("{} bytes of payload are authentic", content.payload_size());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Package {
    source: SharedSource,
    detection: DetectionXml,
    detection_xml: Vec<u8>,
    content: CentralRecord,
    content_offset: u64,
    deviations: Vec<Deviation>,
    policy: ArchivePolicy,
}

impl Package {
    /// Reads the outer zip's structure and Detection.xml.
    ///
    /// # Errors
    /// A file that is not a package (the error says what it seems to be); a structure that readers could see
    /// differently; a Detection.xml that is missing, double or not valid; a content that is missing; I/O.
    pub fn open(source: impl Source + 'static, policy: &ArchivePolicy) -> Result<Self, OpenError> {
        let source: SharedSource = Arc::new(source);
        // The size is checked first, because everything after it reads the file.
        policy.check_package_size(source.len()).map_err(|violation| OpenError::Structure(vec![violation]))?;
        let records = outer::records(&*source, policy)?;
        let xml = outer::find_detection_xml(&records)?;
        let detection_xml = outer::read_detection_xml(&*source, xml)?;
        let detection = ApplicationInfo::read(&detection_xml)?;
        let content = outer::find_content(&records, &detection.info.file_name)?.clone();
        outer::check_deflated(&content)?;
        // The content is read at this offset without looking at its local header again.
        let content_offset = check_local_header(&*source, &content)?;
        let deviations = outer::deviations(&records, &detection.info.file_name);
        let policy = policy.clone();
        Ok(Self { source, detection, detection_xml, content, content_offset, deviations, policy })
    }

    /// The fields of Detection.xml. They include the keys, which are not printed.
    pub fn info(&self) -> &ApplicationInfo {
        &self.detection.info
    }

    /// What is unusual about Detection.xml; empty for one as Microsoft's tool writes it.
    pub fn notes(&self) -> &[DetectionXmlNote] {
        &self.detection.notes
    }

    /// The bytes of Detection.xml, which hold the keys.
    pub fn detection_xml(&self) -> &[u8] {
        &self.detection_xml
    }

    /// How the outer zip differs from what Microsoft's tool writes. Intune refuses a package with any deviation.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// Size of the package in bytes.
    pub fn size(&self) -> u64 {
        self.source.len()
    }

    /// Size of the content in bytes, its header included.
    pub fn content_size(&self) -> u64 {
        self.content.size
    }

    /// The range of bytes that the content takes in the package; `None` where the outer zip deflated it.
    pub fn content_span(&self) -> Option<std::ops::Range<u64>> {
        let is_stored = self.content.header.method == method::STORED;
        is_stored.then(|| self.content_offset..self.content_offset + self.content.size)
    }

    /// The content with its encryption info. A deflated one is inflated into the system's temporary folder.
    ///
    /// # Errors
    /// Those of [`Package::into_content_in`].
    pub fn into_content(self, context: &Context<'_>) -> Result<EncryptedContent, OpenError> {
        self.into_content_in(&std::env::temp_dir(), context)
    }

    /// The content with its encryption info. Nothing is copied, except that a content which the outer zip deflated (no
    /// current tool does) is inflated once into a private file without a name in `staging`.
    ///
    /// # Errors
    /// A content whose length or first 48 bytes do not fit Detection.xml; I/O; interruption.
    pub fn into_content_in(
        self,
        staging: &Path,
        context: &Context<'_>,
    ) -> Result<EncryptedContent, OpenError> {
        // Authentication checks the package's CRC of its content, because it reads every byte anyway.
        let expected = crate::content::Expected {
            payload_size: Some(self.detection.info.unencrypted_content_size),
            crc: Some(self.content.header.crc),
        };
        let source: SharedSource = match self.content.header.method {
            method::STORED => {
                Arc::new(Window::new(Arc::clone(&self.source), self.content_offset, self.content.size))
            }
            _ => Arc::new(self.inflate(staging, context)?),
        };
        let info = self.detection.info.encryption_info;
        Ok(EncryptedContent::shared(source, info, expected, &self.policy)?)
    }

    fn inflate(&self, staging: &Path, context: &Context<'_>) -> Result<crate::FileSource, OpenError> {
        let staging_failed = |source| OpenError::Staging { folder: staging.to_owned(), source };
        self.policy
            .check_package_size(self.content.size)
            .map_err(|violation| OpenError::Structure(vec![violation]))?;
        // Before a byte is written: what Detection.xml says of another size is refused after authentication anyway.
        check_payload_size(self.content.size, self.detection.info.unencrypted_content_size)?;
        // A deflated content cannot be read at offsets, so it is inflated once; no current tool writes one.
        let mut file = tempfile::tempfile_in(staging).map_err(staging_failed)?;
        let meter = context.meter(Stage::Inflate, Some(self.content.size));
        let mut written = Ok(());
        let extracted = Extractor::new().extract(&*self.source, &self.content, context, &mut |bytes| {
            meter.advance(bytes.len() as u64);
            file.write_all(bytes).map_err(|error| {
                let kind = error.kind();
                written = Err(error);
                kind.into()
            })
        });
        written.map_err(staging_failed)?; // an error of the staging folder's disk, not of the package
        extracted?;
        crate::FileSource::from_file(file).map_err(staging_failed)
    }
}

impl std::fmt::Debug for Package {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Package").field("info", &self.detection.info).finish_non_exhaustive()
    }
}

/// A content to read: in a whole package, or bare with an encryption info from elsewhere. Nothing of the content is
/// trusted yet.
#[derive(Debug)]
#[non_exhaustive]
pub enum PackageInput {
    /// A whole package.
    Package(Box<Package>),
    /// A content without a package around it.
    Content {
        /// The content, with its encryption info.
        content: EncryptedContent,
        /// The setup file's name, where the document with the keys gives it.
        setup_file: Option<String>,
    },
}

impl PackageInput {
    /// The content with its encryption info, to be authenticated.
    ///
    /// # Errors
    /// Those of [`Package::into_content`].
    pub fn into_content(self, context: &Context<'_>) -> Result<EncryptedContent, OpenError> {
        match self {
            Self::Package(package) => package.into_content(context),
            Self::Content { content, .. } => Ok(content),
        }
    }

    /// The package; `None` for a bare content.
    pub fn package(&self) -> Option<&Package> {
        match self {
            Self::Package(package) => Some(package),
            Self::Content { .. } => None,
        }
    }

    /// Size of the content in bytes, its header included.
    pub fn content_size(&self) -> u64 {
        match self {
            Self::Package(package) => package.content_size(),
            Self::Content { content, .. } => content.content_size(),
        }
    }

    /// The keys, MAC, IV and file digest of the content.
    pub fn encryption_info(&self) -> &EncryptionInfo {
        match self {
            Self::Package(package) => &package.info().encryption_info,
            Self::Content { content, .. } => content.encryption_info(),
        }
    }

    /// The setup file's name by Detection.xml, or by the document with the keys where that gives it.
    pub fn setup_file(&self) -> Option<&str> {
        match self {
            Self::Package(package) => Some(&package.info().setup_file),
            Self::Content { setup_file, .. } => setup_file.as_deref(),
        }
    }
}

impl From<Package> for PackageInput {
    fn from(package: Package) -> Self {
        Self::Package(Box::new(package))
    }
}

/// Why a package could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The package could not be read.
    #[error("cannot read the package")]
    Io(#[source] std::io::Error),
    /// The file is of another kind.
    #[error("not an .intunewin package: {looks_like}")]
    NotAPackage {
        /// What kind of file it is, by its first bytes.
        looks_like: &'static str,
    },
    /// The file may be an encrypted content without a package around it, by its length.
    #[error("not a package; by its length it may be a bare encrypted content, whose keys are missing")]
    ContentAlone,
    /// The outer zip breaks rules of the archive policy; holds every one that was found.
    #[error("the package's zip is refused: {}", list(.0))]
    Structure(Vec<Violation>),
    /// There is no Detection.xml.
    #[error("no IntuneWinPackage/Metadata/Detection.xml among the package's {entries} entries")]
    MetadataMissing {
        /// Number of entries in the outer zip.
        entries: usize,
    },
    /// Detection.xml is not valid.
    #[error("Detection.xml is refused")]
    Metadata(#[from] DetectionXmlError),
    /// The content that Detection.xml names is missing.
    #[error("no IntuneWinPackage/Contents/{file_name} in the package")]
    ContentMissing {
        /// `FileName` of Detection.xml.
        file_name: String,
    },
    /// The content does not fit Detection.xml.
    #[error("the content does not belong to this Detection.xml")]
    Content(#[from] ContentError),
    /// A deflated content could not be inflated into the staging folder.
    #[error("cannot write to the staging folder {}", folder.display())]
    Staging {
        /// The staging folder.
        folder: PathBuf,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// The caller's cancel flag was set.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl From<ArchiveError> for OpenError {
    fn from(error: ArchiveError) -> Self {
        match error {
            ArchiveError::Io(source) => Self::Io(source),
            ArchiveError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            ArchiveError::Refused(violations) => Self::Structure(violations),
        }
    }
}

impl Classified for OpenError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Io(_) => &package::PACKAGE_UNREADABLE,
            Self::NotAPackage { .. } => &package::NOT_A_PACKAGE,
            Self::ContentAlone => &package::CONTENT_ALONE,
            Self::Structure(violations) => first_rule(violations),
            Self::MetadataMissing { .. } => &package::METADATA_MISSING,
            Self::Metadata(error) => error.code(),
            Self::ContentMissing { .. } => &package::CONTENT_MISSING,
            Self::Content(error) => error.code(),
            Self::Staging { .. } => &package::STAGING_FAILED,
            Self::Cancelled(_) => &package::INTERRUPTED,
        }
    }
}

#[cfg(test)]
mod tests;
