//! Reads the facts of an MSI, on every system.
//!
//! An MSI is a compound file. Its streams are tables, and the texts of all tables are in one pool. `cfb` reads the
//! compound file; six tables are read here, within a budget of bytes, so that time and memory are limited for any file.
//! (The `msi` crate reads every system table and copies every text: 32 MiB of hostile strings become gigabytes, an
//! empty cell a panic, 65,537 registry rows an error. The tests compare with it.)
//!
//! An MSI that cannot be read is an error value, and packing continues without its facts.

mod container;
mod facts;
mod tables;
#[cfg(test)]
mod tests;

use std::io::{self, BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use waybill_schemas::codes::{Classified, Code, source};
use waybill_schemas::open_regular;

#[cfg(test)]
pub(crate) use tests::sample;

pub use container::ContainerKind;
pub use facts::MsiFacts;

/// Why the facts of an MSI are not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MsiError {
    /// The file could not be opened or read, or its container is damaged.
    #[error("the MSI cannot be read")]
    Read(#[source] io::Error),
    /// The file is not an installation database.
    #[error("the file is {found}, not an MSI")]
    AnotherKind {
        /// The kind of compound file that it is.
        found: ContainerKind,
    },
    /// A table or stream is over the limit.
    #[error("the MSI's {what}: {actual}, over the limit of {limit}")]
    Limit {
        /// What is too large, and the unit of the numbers.
        what: &'static str,
        /// Its size or number.
        actual: u64,
        /// The limit, in the same unit.
        limit: u64,
    },
    /// A structure of the file contradicts itself.
    #[error("the MSI's {what} is damaged")]
    Damaged {
        /// The damaged structure.
        what: &'static str,
    },
    /// The MSI lacks a property without which Windows Installer does not install it.
    #[error("the MSI has no {property} in its Property table")]
    Incomplete {
        /// The missing property.
        property: &'static str,
    },
    /// The reader of compound files panicked on a damaged file.
    #[error("the MSI is damaged in a way that stopped the reader")]
    Stopped,
}

impl Classified for MsiError {
    fn code(&self) -> &'static Code {
        &source::MSI_UNREADABLE
    }
}

impl MsiFacts {
    /// Reads the facts of the MSI at `path`.
    ///
    /// # Errors
    /// See [`MsiError`]. None of them is a reason not to pack the file.
    pub fn read(path: &Path) -> Result<Self, MsiError> {
        let file = open_regular(path).map_err(MsiError::Read)?;
        Self::from_reader(BufReader::new(file))
    }

    /// The facts of a setup file of any kind. `None` where it is not an MSI; patches and transforms have no facts. An
    /// error where it is an MSI, or is named like one, and cannot be read.
    pub fn of_setup_file(path: &Path) -> Option<Result<Self, MsiError>> {
        // The bytes decide: an MSI under another name has facts, too. The name only decides whether missing facts are
        // an error, because most setup files are programs.
        let kind = open_regular(path).map_err(MsiError::Read);
        let kind = kind.and_then(|file| container_kind(&mut BufReader::new(file)));
        let is_named_so = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("msi"));
        match kind {
            Ok(Some(ContainerKind::Installer)) => Some(Self::read(path)),
            Ok(found) => {
                let found = found.unwrap_or(ContainerKind::Other);
                is_named_so.then_some(Err(MsiError::AnotherKind { found }))
            }
            Err(error) => is_named_so.then_some(Err(error)),
        }
    }

    /// As [`MsiFacts::read`], from any reader.
    ///
    /// # Errors
    /// Those of [`MsiFacts::read`].
    pub fn from_reader<R: Read + Seek>(mut reader: R) -> Result<Self, MsiError> {
        guarded(|| facts::read_facts(&mut reader))
    }
}

/// The kind of a compound file; `None` where it is not one.
///
/// # Errors
/// A file that cannot be read; a container that is damaged or over the limits.
pub fn container_kind<R: Read + Seek>(reader: &mut R) -> Result<Option<ContainerKind>, MsiError> {
    guarded(|| Ok(container::Container::open(reader)?.map(|container| container.kind())))
}

/// Turns a panic into an error, as a last resort. None is known, even with a property test over damaged files. But
/// `cfb` indexes and unwraps in places, the file comes from outside, and a warning about one MSI must not end a packing
/// run. The reader is not used again.
fn guarded<T>(read: impl FnOnce() -> Result<T, MsiError>) -> Result<T, MsiError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(MsiError::Stopped))
}
