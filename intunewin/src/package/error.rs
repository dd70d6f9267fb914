use crate::content::ContentError;
use crate::policy::Violation;
use crate::zip::{ZipError, list};
use std::path::PathBuf;
use waybill_context::Cancelled;
use waybill_schemas::DetectionXmlError;
use waybill_schemas::codes::{Classified, Code, package};

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

impl From<ZipError> for OpenError {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(source) => Self::Io(source),
            ZipError::Cancelled(cancelled) => Self::Cancelled(cancelled),
            ZipError::Refused(violations) => Self::Structure(violations),
        }
    }
}

impl Classified for OpenError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Io(_) => &package::PACKAGE_UNREADABLE,
            Self::NotAPackage { .. } => &package::NOT_A_PACKAGE,
            Self::ContentAlone => &package::CONTENT_ALONE,
            Self::Structure(violations) => {
                violations.first().map_or(&package::NOT_A_PACKAGE, |first| first.rule.code())
            }
            Self::MetadataMissing { .. } => &package::METADATA_MISSING,
            Self::Metadata(error) => error.code(),
            Self::ContentMissing { .. } => &package::CONTENT_MISSING,
            Self::Content(error) => error.code(),
            Self::Staging { .. } => &package::STAGING_FAILED,
            Self::Cancelled(_) => &package::INTERRUPTED,
        }
    }
}
