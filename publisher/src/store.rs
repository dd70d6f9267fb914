//! What a store of published objects can do, whatever stands behind it: a folder today, an object store later.

use intunewin::EntryName;
use std::fmt;
use std::io::{self, Read, Write};
use std::path::Path;
use waybill_context::{Cancelled, Context};
use waybill_disk::shown;
use waybill_schemas::Mac;
use waybill_schemas::Quoted;

/// The name of an object, or of a group of objects, relative to its store: components joined by `/`.
///
/// A component is not empty, does not begin with a dot (stores hide their own files that way) and holds nothing that
/// a URL or a Windows file name would have to escape, so that one name fits every store.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(String);

/// A text that cannot be a [`Key`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{text} cannot be the name of an object", text = Quoted(text))]
pub struct KeyError {
    /// The text that was given.
    pub text: String,
}

impl Key {
    /// A key of this text.
    ///
    /// # Errors
    /// [`KeyError`]: an empty component, one that begins with a dot, a character that not every store takes, or a name
    /// that Windows keeps for devices or changes (`con`, `a.`).
    pub fn new(text: impl Into<String>) -> Result<Self, KeyError> {
        let text = text.into();
        let fits = |component: &str| {
            !component.is_empty()
                && !component.starts_with('.')
                && component.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
        };
        let is_windows_name = EntryName::parse(text.as_bytes(), true).is_ok();
        if text.split('/').all(fits) && is_windows_name { Ok(Self(text)) } else { Err(KeyError { text }) }
    }

    /// The object of this name in the group that `self` names.
    ///
    /// # Errors
    /// The same as those of [`Key::new`].
    pub fn join(&self, name: &str) -> Result<Self, KeyError> {
        Self::new(format!("{self}/{name}"))
    }

    /// An object of ours in a group: our names are valid components.
    pub(crate) fn object(&self, name: &'static str) -> Self {
        Self(format!("{self}/{name}"))
    }

    /// The key as one text, with `/` between its components.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The group of a content: its MAC in hexadecimal digits.
impl From<&Mac> for Key {
    fn from(mac: &Mac) -> Self {
        Self(mac.to_hex())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What became of a group that was to be put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Put {
    /// The group is there now, whole and durable.
    Written,
    /// Something was under its name already, and is untouched.
    AlreadyThere,
}

/// Where published objects are kept.
///
/// Objects come in groups that appear together: a content and the digests of its pieces. A group is put if there is
/// none of its name, and never changes afterwards but by repair.
pub trait Store {
    /// Begins a new group of objects. No reader sees them before [`Upload::put_if_absent`].
    ///
    /// # Errors
    /// The store cannot be written to.
    fn upload(&self, group: &Key, context: &Context<'_>) -> Result<Box<dyn Upload + '_>, StoreError>;

    /// The bytes of the object of this name, from the first on; `None` where there is none.
    ///
    /// # Errors
    /// The store cannot be read.
    fn get(&self, key: &Key) -> Result<Option<Box<dyn Read + Send>>, StoreError>;

    /// The length of the object of this name in bytes; `None` where there is none.
    ///
    /// # Errors
    /// The store cannot be read.
    fn head(&self, key: &Key) -> Result<Option<u64>, StoreError>;

    /// The objects of a group, sorted; `None` where nothing is under its name. A store that has folders says `Some` of
    /// an empty one.
    ///
    /// # Errors
    /// The store cannot be read, or something that is no group lies under the name.
    fn list(&self, group: &Key) -> Result<Option<Vec<Key>>, StoreError>;

    /// Where the object or group is, for reports and messages: a path, or a URL without its query.
    fn location(&self, key: &Key) -> String;
}

/// A group being written. Dropped before it was put, it leaves nothing.
pub trait Upload {
    /// Begins the next object of the group, which will have exactly `length` bytes; the one before is complete.
    ///
    /// # Errors
    /// The store cannot be written to, or the object before got more or fewer bytes than it was announced with.
    fn object(&mut self, name: &str, length: u64) -> Result<&mut dyn Write, StoreError>;

    /// Makes the objects durable and lets them appear together, unless something lies under the group's name.
    ///
    /// # Errors
    /// The store cannot be written to, or the user wants to stop.
    fn put_if_absent(&mut self, context: &Context<'_>) -> Result<Put, StoreError>;

    /// Puts one object of the group over the one that is there, to repair it. Readers see the old or the new one.
    ///
    /// # Errors
    /// The store cannot be written to, or the user wants to stop.
    fn replace(&mut self, name: &str, context: &Context<'_>) -> Result<(), StoreError>;
}

/// Why a store did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Something that is no group of objects lies under the name.
    #[error("{location} cannot be a public folder: {why}")]
    Occupied {
        /// The path, or the URL without its query.
        location: String,
        /// What it is instead.
        why: &'static str,
    },
    /// Something cannot be read.
    #[error("cannot read {location}")]
    Read {
        /// The path, or the URL without its query.
        location: String,
        /// What the system or the server reports.
        #[source]
        source: io::Error,
    },
    /// Something cannot be written.
    #[error("cannot write {location}")]
    Write {
        /// The path, or the URL without its query.
        location: String,
        /// What the system or the server reports.
        #[source]
        source: io::Error,
    },
    /// The user wants to stop.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl StoreError {
    /// A file or folder at `path` that cannot be read.
    pub(crate) fn read(path: &Path, source: io::Error) -> Self {
        Self::Read { location: shown(path), source }
    }

    /// A file or folder at `path` that cannot be made or written.
    pub(crate) fn write(path: &Path, source: io::Error) -> Self {
        Self::Write { location: shown(path), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_fits_every_store() {
        for text in ["a", "0f3e/content.bin", "a-b/c_d/e.f"] {
            assert_eq!(Key::new(text).unwrap().as_str(), text);
        }
        for text in ["", "/", "a/", "/a", "a//b", "..", "a/../b", ".hidden", "a\\b", "C:", "a b", "ä", "a?b"]
        {
            assert_eq!(Key::new(text).unwrap_err().text, text);
        }
        // Windows keeps these names for devices, or drops their last dot.
        for text in ["con", "x/NUL.txt", "com1", "a.", "a./b"] {
            assert_eq!(Key::new(text).unwrap_err().text, text);
        }
        assert_eq!(Key::new("a").unwrap().join("b.c").unwrap().as_str(), "a/b.c");
        assert!(Key::new("a").unwrap().join("..").is_err());
    }
}
