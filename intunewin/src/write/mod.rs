//! Writing: the payload (inner zip) and the package around it, both front to back.

mod directory;
mod dos_time;
mod entry;
mod error;
mod keys;
mod package;
mod payload;
mod seal;

pub use dos_time::DosTime;
pub use entry::{KnownEntry, Method};
pub use error::WriteError;
pub use keys::PackageKeys;
pub use package::{PackageMetadata, PackageWriter, WrittenPackage};
pub use payload::PayloadWriter;
