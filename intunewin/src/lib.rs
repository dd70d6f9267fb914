//! The `.intunewin` package format, both ways: read, authenticate, decrypt, check, unpack, write.
//!
//! A package is a zip of two stored entries: the encrypted *content* and `Detection.xml`, which holds its keys. The
//! content is `MAC ‖ IV ‖ AES-256-CBC ciphertext` of the *payload*, the zip of the source folder
//! (`docs/package-format.md`). A package therefore keeps nothing secret by itself and proves no origin.
//!
//! | you want to | start at |
//! |---|---|
//! | see what a package says | [`Package::open`], [`Package::info`] |
//! | know that its content is whole | [`Package::into_content`], [`EncryptedContent::authenticate`] |
//! | do so for a content without its package | [`EncryptedContent::new`] |
//! | list or check the files | [`AuthenticatedContent::archive`], [`Archive::visit`], [`Archive::check_data`] |
//! | read the payload, never writing it to disk | [`AuthenticatedContent::payload`] |
//! | have the files | [`AuthenticatedContent::unpack`] |
//! | receive a content from somewhere | [`ContentReceiver`] |
//! | write a package | [`PackageWriter`], [`PayloadWriter`] (a whole folder: the crate `waybill-packager`) |
//!
//! Stages are types: each consumes the one before, and there is no other way to make one. Bytes come from any
//! [`Source`]; what an archive may contain is an [`ArchivePolicy`].
//!
//! Write a package, read it back, unpack it:
//!
//! ```
//! use intunewin::{ArchivePolicy, DosTime, KnownEntry, Method, Package, PackageMetadata, PackageWriter, PayloadWriter};
//! use std::io::Cursor;
//! use std::time::SystemTime;
//! use waybill_context::Context;
//!
//! // Write: entries stream through the payload writer into the package.
//! let mut payload = PayloadWriter::new(PackageWriter::create(Cursor::new(Vec::new()))?);
//! let (modified, crc) = (DosTime::from_system_time(SystemTime::now()), 0xd432_886a);
//! let name = "install.cmd";
//! payload.entry(KnownEntry { name, modified, method: Method::Stored, crc, size: 7, compressed: 7 }, b"exit 0\n")?;
//! let metadata =
//!     PackageMetadata { name: name.into(), setup_file: name.into(), msi_info: None, written: SystemTime::now() };
//! let bytes = payload.finish()?.finish(metadata)?.out.into_inner();
//!
//! // Read: nothing of the content is trusted yet.
//! let package = Package::open(bytes, &ArchivePolicy::default())?;
//! assert_eq!(package.info().setup_file, "install.cmd");
//!
//! // Verify: MAC, padding, file digest, size; then the archive policy, then every CRC.
//! let context = Context::silent();
//! let content = package.into_content(&context)?.authenticate(&context)?;
//! let archive = content.archive(&ArchivePolicy::default(), &context)?;
//! assert_eq!(archive.file_count(), 1);
//! archive.check_data(2, &context)?;
//!
//! // Unpack: into private staging, then one rename.
//! # let temporary = tempfile::tempdir()?;
//! # let destination = temporary.path().join("app");
//! let folder = content.unpack(&destination, &Default::default(), &context)?;
//! assert_eq!(std::fs::read(folder.path.join("install.cmd"))?, b"exit 0\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

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

pub use archive::{Archive, ArchiveEntry, ArchiveError};
pub use content::{AuthenticateError, AuthenticatedContent, ContentError, EncryptedContent, PayloadReader};
pub use diff::{ComparedPackage, PackageDiff, PayloadDiff, diff};
pub use package::{Deviation, OpenError, Package, PackageInput};
pub use policy::{ArchivePolicy, EntryName, NameSet, Rule, Violation, fold_name};
pub use receive::{ContentReceiver, PartialContent, ReceiveError};
pub use source::{FileSource, Source};
pub use unpack::{ContentFolder, UnpackError, UnpackOptions, UnpackRecord};
pub use verify::{
    CheckDetail, PackageCheck, Verification, VerifyError, VerifyOptions, checks_of_unopened, verify,
};
pub use write::{
    DosTime, KnownEntry, Method, PackageKeys, PackageMetadata, PackageWriter, PayloadWriter, WriteError,
    WrittenPackage,
};
