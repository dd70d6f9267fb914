//! A machine on which the things that rules look for can be put.

use std::time::SystemTime;
use waybill_system::{RegistryValue, System, View};

/// Where a thing was put, or would be.
pub(crate) struct FilePlace {
    pub(crate) folder: String,
    pub(crate) name: String,
}

/// What a file rule finds.
#[derive(Debug, Clone)]
pub(crate) enum FileThing {
    Nothing,
    /// A file where the path wants a folder: what is below it is not there.
    BelowAFile,
    File,
    Folder,
    Sized(u64),
    Modified(SystemTime),
    Created(SystemTime),
    /// With a version resource.
    Version([u16; 4]),
    /// A version resource without numbers.
    VersionWithoutNumbers,
    /// On a file system that does not keep when a file was created.
    WithoutCreation,
    /// Access is denied.
    Denied,
}

/// What a registry rule finds.
#[derive(Debug, Clone)]
pub(crate) enum RegistryThing {
    Nothing,
    KeyAlone,
    /// A value of the name that the case asks for.
    Value(RegistryValue),
    /// A value of that name in the 32-bit view alone, or in the 64-bit one alone.
    ValueIn(View, RegistryValue),
    /// Access is denied.
    Denied,
}

/// A machine for cases. Each call takes a new place, so that no case sees another's.
pub(crate) trait Ground {
    /// The machine.
    fn system(&self) -> &dyn System;

    /// Puts it; `None` where this machine cannot show such a thing.
    fn put_file(&self, thing: &FileThing) -> Option<FilePlace>;

    /// Puts it under a key below `HKEY_LOCAL_MACHINE\SOFTWARE`; the key, or `None`. An empty name is the default value.
    fn put_value(&self, thing: &RegistryThing, name: &str) -> Option<String>;
}
