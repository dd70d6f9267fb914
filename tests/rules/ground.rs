//! A machine on which tests can put the files and registry values that rules look for, and the one in memory.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;
use waybill_system::fake::FakeSystem;
use waybill_system::{RegistryValue, System, SystemKind, View};

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

/// A machine in memory.
pub(crate) struct FakeGround {
    pub(crate) machine: FakeSystem,
    next: AtomicU32,
}

impl FakeGround {
    pub(crate) fn windows() -> Self {
        Self { machine: FakeSystem::windows(), next: AtomicU32::new(0) }
    }

    pub(crate) fn unix() -> Self {
        Self { machine: FakeSystem::unix(), next: AtomicU32::new(0) }
    }

    fn number(&self) -> u32 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

impl Ground for FakeGround {
    fn system(&self) -> &dyn System {
        &self.machine
    }

    fn put_file(&self, thing: &FileThing) -> Option<FilePlace> {
        let machine = &self.machine;
        let folder = match machine.kind() {
            SystemKind::Windows => format!(r"C:\Cases\{}", self.number()),
            SystemKind::Unix => format!("/cases/{}", self.number()),
        };
        let name = "thing.exe".to_owned();
        let path = machine.kind().join(&folder, &name);
        match thing {
            FileThing::Nothing => machine.add_folder(&folder),
            FileThing::BelowAFile => machine.add_file(&folder, 1),
            FileThing::File => machine.add_file(&path, 1),
            FileThing::Folder => machine.add_folder(&path),
            FileThing::Sized(size) => machine.add_file(&path, *size),
            FileThing::Modified(time) => machine.add_dated_file(&path, *time, Some(*time)),
            FileThing::Created(time) => machine.add_dated_file(&path, SystemTime::UNIX_EPOCH, Some(*time)),
            FileThing::Version(numbers) => {
                machine.add_versioned_file(&path, Some(*numbers), Some("9.9 of the text"));
            }
            FileThing::VersionWithoutNumbers => machine.add_versioned_file(&path, None, Some("1.2.3.4")),
            FileThing::WithoutCreation => machine.add_dated_file(&path, SystemTime::UNIX_EPOCH, None),
            FileThing::Denied => machine.deny(&path),
        }
        Some(FilePlace { folder, name })
    }

    fn put_value(&self, thing: &RegistryThing, name: &str) -> Option<String> {
        let machine = &self.machine;
        let key = format!(r"HKEY_LOCAL_MACHINE\SOFTWARE\Waybill-{}", self.number());
        match thing {
            RegistryThing::Nothing => {}
            RegistryThing::KeyAlone => machine.add_key(View::Bits64, &key),
            RegistryThing::Value(value) => machine.add_value(View::Bits64, &key, name, value.clone()),
            RegistryThing::ValueIn(view, value) => machine.add_value(*view, &key, name, value.clone()),
            RegistryThing::Denied => machine.deny(&key),
        }
        Some(key)
    }
}
