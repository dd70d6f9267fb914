//! Read and write `.intunewin` packages.
mod content;
mod crypto;
mod package;
mod policy;
mod source;
mod write;
mod zip;

pub use content::{AuthenticateError, AuthenticatedContent, ContentError, EncryptedContent, PayloadReader};
pub use package::{Deviation, OpenError, Package};
pub use policy::{ArchivePolicy, EntryName, NameSet, Rule, Violation};
pub use source::{FileSource, Source};
pub use write::{DosTime, KnownEntry, Method, PackageKeys, PayloadWriter, WriteError};
