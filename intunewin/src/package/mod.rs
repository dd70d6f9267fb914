//! The package: its outer zip and Detection.xml, read and checked; its content untouched.

mod outer;

pub use outer::Deviation;

use crate::content::{ContentError, EncryptedContent};
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
    /// Not a package (the error says what it looks like instead), a structure that readers could see differently,
    /// a Detection.xml that is missing, double or not valid, a content that is missing, I/O.
    pub fn open(source: impl Source + 'static, policy: &ArchivePolicy) -> Result<Self, OpenError> {
        let source: SharedSource = Arc::new(source);
        // The size goes first: everything after it reads the file.
        policy.check_package_size(source.len()).map_err(|violation| OpenError::Structure(vec![violation]))?;
        let records = outer::records(&*source, policy)?;
        let xml = outer::find_detection_xml(&records)?;
        let detection_xml = outer::read_detection_xml(&*source, xml)?;
        let detection = ApplicationInfo::read(&detection_xml)?;
        let content = outer::find_content(&records, &detection.info.file_name)?.clone();
        // The content is read at this offset without looking at its local header again.
        let content_offset = check_local_header(&*source, &content)?;
        let deviations = outer::deviations(&records, &detection.info.file_name);
        let policy = policy.clone();
        Ok(Self { source, detection, detection_xml, content, content_offset, deviations, policy })
    }

    /// What Detection.xml says. Holds the keys; printing it shows none.
    pub fn info(&self) -> &ApplicationInfo {
        &self.detection.info
    }

    /// What is unusual about Detection.xml.
    pub fn notes(&self) -> &[DetectionXmlNote] {
        &self.detection.notes
    }

    /// Detection.xml, byte for byte. Holds the keys.
    pub fn detection_xml(&self) -> &[u8] {
        &self.detection_xml
    }

    /// Where the outer zip differs from the shape that Microsoft's tool writes; Intune refuses such packages.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    /// The package's size in bytes.
    pub fn size(&self) -> u64 {
        self.source.len()
    }

    /// The content's size in bytes.
    pub fn content_size(&self) -> u64 {
        self.content.size
    }

    /// Where the content lies in the package, as a range of bytes; `None` where the outer zip deflated it.
    pub fn content_span(&self) -> Option<std::ops::Range<u64>> {
        let is_stored = self.content.header.method == method::STORED;
        is_stored.then(|| self.content_offset..self.content_offset + self.content.size)
    }

    /// The content with its encryption info, inflating a deflated one into the system's temporary folder.
    ///
    /// # Errors
    /// As [`Package::into_content_in`].
    pub fn into_content(self, context: &Context<'_>) -> Result<EncryptedContent, OpenError> {
        self.into_content_in(&std::env::temp_dir(), context)
    }

    /// The content with its encryption info. Where the outer zip deflated it (no current tool does), it is inflated
    /// once into a private, nameless file in `staging`; else nothing is copied.
    ///
    /// # Errors
    /// A content that is not the one Detection.xml describes, by length or by its first 48 bytes; I/O; interruption.
    pub fn into_content_in(
        self,
        staging: &Path,
        context: &Context<'_>,
    ) -> Result<EncryptedContent, OpenError> {
        // The package's CRC of its content is checked by authenticating, which reads every byte anyway.
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
        written.map_err(staging_failed)?; // an error of the staging disk, not of the package
        extracted?;
        crate::FileSource::from_file(file).map_err(staging_failed)
    }
}

impl std::fmt::Debug for Package {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Package").field("info", &self.detection.info).finish_non_exhaustive()
    }
}

/// What a content is read from: a whole package, or a bare content with encryption info that came otherwise. Nothing of the
/// content is trusted yet.
#[derive(Debug)]
#[non_exhaustive]
pub enum PackageInput {
    /// A whole package.
    Package(Box<Package>),
    /// A content without one.
    Content {
        /// The content.
        content: EncryptedContent,
        /// The setup file, where the document of its keys names it.
        setup_file: Option<String>,
    },
}

impl PackageInput {
    /// The content, ready to be authenticated.
    ///
    /// # Errors
    /// As [`Package::into_content`].
    pub fn into_content(self, context: &Context<'_>) -> Result<EncryptedContent, OpenError> {
        match self {
            Self::Package(package) => package.into_content(context),
            Self::Content { content, .. } => Ok(content),
        }
    }

    /// The package, where it is a whole one.
    pub fn package(&self) -> Option<&Package> {
        match self {
            Self::Package(package) => Some(package),
            Self::Content { .. } => None,
        }
    }

    /// Bytes of the content, its header included.
    pub fn content_size(&self) -> u64 {
        match self {
            Self::Package(package) => package.content_size(),
            Self::Content { content, .. } => content.content_size(),
        }
    }

    /// MAC, IV, digest and keys.
    pub fn encryption_info(&self) -> &EncryptionInfo {
        match self {
            Self::Package(package) => &package.info().encryption_info,
            Self::Content { content, .. } => content.encryption_info(),
        }
    }

    /// The setup file, where a document names it.
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
    /// Another kind of file.
    #[error("not an .intunewin package: {looks_like}")]
    NotAPackage {
        /// What the file is by its first bytes.
        looks_like: &'static str,
    },
    /// By its length it may be an encrypted content without the package around it.
    #[error("not a package; by its length it may be a bare encrypted content, whose keys are missing")]
    ContentAlone,
    /// The outer zip breaks rules about archives.
    #[error("the package's zip is refused: {}", list(.0))]
    Structure(Vec<Violation>),
    /// No Detection.xml.
    #[error("no IntuneWinPackage/Metadata/Detection.xml among the package's {entries} entries")]
    MetadataMissing {
        /// Entries of the outer zip.
        entries: usize,
    },
    /// Detection.xml is not valid.
    #[error("Detection.xml is refused")]
    Metadata(#[from] DetectionXmlError),
    /// The content that Detection.xml names is not there.
    #[error("no IntuneWinPackage/Contents/{file_name} in the package")]
    ContentMissing {
        /// `FileName` of Detection.xml.
        file_name: String,
    },
    /// The content is not the one Detection.xml describes.
    #[error("the content does not belong to this Detection.xml")]
    Content(#[from] ContentError),
    /// A deflated content could not be inflated into `folder`.
    #[error("cannot write to the staging folder {}", folder.display())]
    Staging {
        /// The folder.
        folder: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Interrupted.
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
