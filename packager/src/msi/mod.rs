//! What an MSI says of itself, read on every host.
//!
//! An MSI is a compound file whose streams are tables, and the tables' texts are in one pool. `cfb` reads the
//! container; the six tables that are asked for are read here, each byte through a budget, so that time and memory
//! are bounded whatever the file says. (The `msi` crate reads every system table and copies every text: 32 MiB of
//! hostile strings become gigabytes, an empty cell a panic, 65,537 registry rows an error. It is the witness in
//! the tests.)
//!
//! An MSI that cannot be read is an error value: packing goes on without its facts.

mod container;
mod facts;
mod tables;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use waybill_schemas::codes::{Classified, Code, source};

#[cfg(test)]
pub(crate) use tests::sample;

pub use container::ContainerKind;
pub use facts::MsiFacts;

/// Why an MSI's facts are not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MsiError {
    /// It could not be opened or read, or its container is damaged.
    #[error("the MSI cannot be read")]
    Read(#[source] io::Error),
    /// It is not an installation database.
    #[error("the file is {found}, not an MSI")]
    AnotherKind {
        /// Which kind of compound file it is.
        found: ContainerKind,
    },
    /// A table or stream is larger than is read.
    #[error("the MSI's {what}: {actual}, over the limit of {limit}")]
    Limit {
        /// What is too large, and in what it is counted.
        what: &'static str,
        /// Its size or count.
        actual: u64,
        /// The most that is read.
        limit: u64,
    },
    /// A structure contradicts itself.
    #[error("the MSI's {what} is damaged")]
    Damaged {
        /// Which structure.
        what: &'static str,
    },
    /// Windows Installer would not install it.
    #[error("the MSI has no {property} in its Property table")]
    Incomplete {
        /// The name of the property.
        property: &'static str,
    },
    /// The library that reads compound files gave up.
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
    /// See [`MsiError`]; none of them is a reason not to pack the file.
    pub fn read(path: &Path) -> Result<Self, MsiError> {
        let file = File::open(path).map_err(MsiError::Read)?;
        Self::from_reader(BufReader::new(file))
    }

    /// The facts of a setup file, whatever it is: `None` where it is not an MSI (a patch or transform has no facts), an
    /// error where it is one, or is named like one, that cannot be read.
    pub fn of_setup_file(path: &Path) -> Option<Result<Self, MsiError>> {
        // The bytes decide: an MSI under another name has its facts, too. The name only tells whether it is
        // worth a word that there are none, because most setup files are programs.
        let kind = File::open(path).map_err(MsiError::Read);
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

    /// [`MsiFacts::read`] for anything that can be read and sought.
    ///
    /// # Errors
    /// The same as those of [`MsiFacts::read`].
    pub fn from_reader<R: Read + Seek>(mut reader: R) -> Result<Self, MsiError> {
        guarded(|| facts::read_facts(&mut reader))
    }
}

/// Which kind of Windows Installer file (or other compound file) this is; `None` where it is not a compound file.
///
/// # Errors
/// It cannot be read, or its container is damaged or over the limits.
pub fn container_kind<R: Read + Seek>(reader: &mut R) -> Result<Option<ContainerKind>, MsiError> {
    guarded(|| container::kind(reader))
}

/// The last resort. Nothing of ours panics, and a property test over damaged files has made nothing panic; but
/// `cfb` indexes and unwraps in places, the file comes from outside, and a warning about one MSI must not end a
/// packing run. The reader is not used again.
fn guarded<T>(read: impl FnOnce() -> Result<T, MsiError>) -> Result<T, MsiError> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(MsiError::Stopped))
}
