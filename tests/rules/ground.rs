//! A machine on which tests can put the files and registry values that rules look for.

use std::time::SystemTime;
use waybill_system::{RegistryValue, System, View};

/// The folder and name of a file that was put, or of one that is absent.
pub(crate) struct FilePlace {
    pub(crate) folder: String,
    pub(crate) name: String,
}

/// What a file rule finds at its path.
#[derive(Debug, Clone)]
pub(crate) enum FileThing {
    Nothing,
    /// A component of the path is a file, so there is nothing below it.
    BelowAFile,
    File,
    Folder,
    Sized(u64),
    Modified(SystemTime),
    Created(SystemTime),
    /// A file with a version resource with these numbers.
    Version([u16; 4]),
    /// A file with a version resource without numbers.
    VersionWithoutNumbers,
    /// A file on a file system that does not store creation times.
    WithoutCreation,
    /// A file or folder to which access is denied.
    Denied,
}

/// What a registry rule finds at its key.
#[derive(Debug, Clone)]
pub(crate) enum RegistryThing {
    Nothing,
    KeyAlone,
    /// A value with the name of the case.
    Value(RegistryValue),
    /// A value with that name in this view only.
    ValueIn(View, RegistryValue),
    /// A key to which access is denied.
    Denied,
}

/// A machine for cases. Each call uses a new path or key, so that cases do not affect each other.
pub(crate) trait Ground {
    /// The machine on which rules are evaluated.
    fn system(&self) -> &dyn System;

    /// Puts a file. Returns its place, or `None` if this machine cannot represent it.
    fn put_file(&self, thing: &FileThing) -> Option<FilePlace>;

    /// Puts a value under a key below `HKEY_LOCAL_MACHINE\SOFTWARE`; an empty name is the default value. Returns the
    /// key, or `None` if this machine cannot represent the value.
    fn put_value(&self, thing: &RegistryThing, name: &str) -> Option<String>;
}
