//! What may be wrong with a content folder.

use std::fmt;

/// What is wrong with a folder.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A file or folder is not there.
    Missing(String),
    /// A link or another kind of thing lies where a file or folder should be.
    Kind(String),
    /// A file is longer or shorter.
    Size {
        /// The file.
        name: String,
        /// Bytes that were unpacked.
        expected: u64,
        /// Bytes that are there.
        actual: u64,
    },
    /// A file has other bytes.
    Content(String),
    /// A file or folder cannot be read.
    Unreadable(String),
    /// Something was added.
    Added {
        /// Files and empty folders that were unpacked.
        expected: u64,
        /// Files and empty folders that are there.
        actual: u64,
    },
    /// The manifest contradicts itself: nothing can be said of the folder.
    Manifest(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(formatter, "{name} is missing"),
            Self::Kind(name) => write!(formatter, "{name} is a link, or something else than was unpacked"),
            Self::Size { name, expected, actual } => {
                write!(formatter, "{name} has {actual} bytes instead of {expected}")
            }
            Self::Content(name) => write!(formatter, "{name} has other contents"),
            Self::Unreadable(name) => write!(formatter, "{name} cannot be read"),
            Self::Added { expected, actual } => {
                write!(formatter, "{actual} files and empty folders are there instead of {expected}")
            }
            Self::Manifest(why) => write!(formatter, "its manifest is damaged ({why})"),
        }
    }
}
