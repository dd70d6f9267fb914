//! Read and write `.intunewin` packages.
mod archive;
mod content;
mod crypto;
mod package;
mod policy;
mod receive;
mod source;
mod unpack;
mod write;
mod zip;

pub use archive::{Archive, ArchiveEntry, ArchiveError};
pub use content::{AuthenticateError, AuthenticatedContent, ContentError, EncryptedContent, PayloadReader};
pub use package::{Deviation, OpenError, Package};
pub use policy::{ArchivePolicy, EntryName, NameSet, Rule, Violation};
pub use receive::{ContentReceiver, ReceiveError};
pub use source::{FileSource, Source};
pub use unpack::{ContentFolder, UnpackError, UnpackOptions};
pub use write::{
    DosTime, KnownEntry, Method, PackageKeys, PackageMetadata, PackageWriter, PayloadWriter, WriteError,
    WrittenPackage,
};
