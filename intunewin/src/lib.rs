#![doc = include_str!("../README.md")]

mod archive;
mod content;
mod crypto;
mod diff;
mod package;
mod policy;
mod receive;
mod source;
#[cfg(test)]
mod testing;
mod unpack;
mod verify;
mod write;
mod zip;

pub use archive::{Archive, ArchiveEntry};
pub use content::{AuthenticateError, AuthenticatedContent, ContentError, EncryptedContent, PayloadReader};
pub use diff::{ComparedPackage, PackageDiff, PayloadDiff, diff};
pub use package::{Deviation, OpenError, Package, PackageInput};
pub use policy::{ArchivePolicy, EntryName, NameSet, Violation, fold_name, rules};
pub use receive::{ContentReceiver, PartialContent, ReceiveError};
pub use source::{FileSource, Source};
pub use unpack::{ContentFolder, UnpackError, UnpackOptions, UnpackRecord};
pub use verify::{
    CheckDetail, PackageCheck, Verification, VerifyError, VerifyOptions, checks_of_unopened, deciding, verify,
};
pub use write::{
    DosTime, KnownEntry, Method, PackageKeys, PackageMetadata, PackageWriter, PayloadWriter, WriteError,
    WrittenPackage,
};
pub use zip::ArchiveError;

// The types in the signatures above, so that a caller needs no other crate of this workspace.
pub use waybill_context::{Cancel, Cancelled, Clock, Context, Progress, Stage, SystemClock};
pub use waybill_disk::StagingError;
pub use waybill_schemas::codes::{Class, Classified, Code};
pub use waybill_schemas::report::package::{Change, ChangeCounts, EntryChange, FieldChange};
pub use waybill_schemas::report::package::{CheckName, CheckOutcome};
pub use waybill_schemas::{
    ApplicationInfo, Blake3Digest, DetectionXmlError, DetectionXmlNote, DetectionXmlWriteError,
    DigestAlgorithm, EncryptionInfo, EncryptionKey, FileDigest, InitializationVector, Mac, MacKey,
    MsiExecutionContext, MsiInfo, PiecesDocument, Profile, Sha256Digest,
};
