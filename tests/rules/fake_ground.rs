//! A machine in memory as [`Ground`].

use crate::ground::{FilePlace, FileThing, Ground, RegistryThing};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;
use waybill_system::fake::FakeSystem;
use waybill_system::{System, SystemKind, View};

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
