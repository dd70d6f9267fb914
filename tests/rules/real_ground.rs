//! This machine as [`Ground`]: files in a temporary folder and, on Windows, registry keys that are removed at the end.

use crate::ground::{FilePlace, FileThing, Ground, RegistryThing};
use std::cell::Cell;
use std::fs::{self, File, FileTimes};
use std::path::Path;
use std::time::SystemTime;
use tempfile::TempDir;
use waybill_pe::sample::{Name, Sample, version_resource};
use waybill_system::{System, this_machine};

pub(crate) struct RealGround {
    machine: Box<dyn System>,
    folder: TempDir,
    next: Cell<u32>,
}

impl RealGround {
    pub(crate) fn new() -> Self {
        Self { machine: Box::new(this_machine()), folder: TempDir::new().unwrap(), next: Cell::new(0) }
    }

    fn number(&self) -> u32 {
        self.next.set(self.next.get() + 1);
        self.next.get()
    }
}

impl Ground for RealGround {
    fn system(&self) -> &dyn System {
        self.machine.as_ref()
    }

    fn put_file(&self, thing: &FileThing) -> Option<FilePlace> {
        let folder = self.folder.path().join(self.number().to_string());
        let path = folder.join("thing.exe");
        if matches!(thing, FileThing::BelowAFile) {
            fs::write(&folder, b"x").unwrap();
        } else {
            fs::create_dir(&folder).unwrap();
        }
        match thing {
            FileThing::Nothing | FileThing::BelowAFile => {}
            FileThing::File => fs::write(&path, b"x").unwrap(),
            FileThing::Folder => fs::create_dir(&path).unwrap(),
            // NTFS allocates the space at once.
            FileThing::Sized(size) if cfg!(windows) && *size > 1 << 30 => return None,
            FileThing::Sized(size) => File::create(&path).unwrap().set_len(*size).unwrap(),
            FileThing::Modified(time) => set_times(&path, FileTimes::new().set_modified(*time)),
            FileThing::Created(time) => {
                set_times(&path, created(*time)?);
                // wine only stores the time of modification.
                if path.metadata().unwrap().created().ok() != Some(*time) {
                    return None;
                }
            }
            FileThing::Version(numbers) => fs::write(&path, program(*numbers)).unwrap(),
            FileThing::VersionWithoutNumbers | FileThing::WithoutCreation | FileThing::Denied => return None,
        }
        Some(FilePlace { folder: folder.to_str().unwrap().to_owned(), name: "thing.exe".into() })
    }

    #[cfg(unix)]
    fn put_value(&self, _: &RegistryThing, _: &str) -> Option<String> {
        None
    }

    #[cfg(windows)]
    fn put_value(&self, thing: &RegistryThing, name: &str) -> Option<String> {
        registry::put(&format!("WaybillTests-{}-{}", std::process::id(), self.number()), thing, name)
    }
}

fn set_times(path: &Path, times: FileTimes) {
    File::create(path).unwrap().set_times(times).unwrap();
}

#[cfg(windows)]
fn created(time: SystemTime) -> Option<FileTimes> {
    use std::os::windows::fs::FileTimesExt as _;
    Some(FileTimes::new().set_created(time))
}

/// Unix cannot set the creation time of a file.
#[cfg(unix)]
fn created(_: SystemTime) -> Option<FileTimes> {
    None
}

fn program(numbers: [u16; 4]) -> Vec<u8> {
    let resource = version_resource(numbers, &[("FileVersion", "9.9 of the text")]);
    let resources = vec![(Name::Number(16), Name::Number(1), resource)];
    Sample { x64: true, resources, ..Sample::default() }.bytes()
}

#[cfg(windows)]
mod registry {
    use crate::ground::RegistryThing;
    use waybill_system::{RegistryValue, View};
    use windows_registry::{Key, LOCAL_MACHINE, Type};

    /// Puts a value. The key is removed when [`super::RealGround`] is dropped.
    pub(crate) fn put(key: &str, thing: &RegistryThing, name: &str) -> Option<String> {
        match thing {
            RegistryThing::Nothing => {}
            RegistryThing::KeyAlone => drop(make(key, View::Bits64)),
            RegistryThing::Value(value) => set(&make(key, View::Bits64), name, value),
            RegistryThing::ValueIn(view, value) => set(&make(key, *view), name, value),
            RegistryThing::Denied => return None,
        }
        Some(format!(r"HKEY_LOCAL_MACHINE\SOFTWARE\{key}"))
    }

    fn place(key: &str, view: View) -> String {
        match view {
            View::Bits32 => format!(r"SOFTWARE\Wow6432Node\{key}"),
            View::Bits64 => format!(r"SOFTWARE\{key}"),
        }
    }

    fn make(key: &str, view: View) -> Key {
        LOCAL_MACHINE.create(place(key, view)).unwrap()
    }

    fn set(key: &Key, name: &str, value: &RegistryValue) {
        match value {
            RegistryValue::Text(text) => key.set_string(name, text),
            RegistryValue::Expandable(text) => key.set_expand_string(name, text),
            RegistryValue::Texts(texts) => {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                key.set_multi_string(name, &texts)
            }
            RegistryValue::Number32(number) => key.set_u32(name, *number),
            RegistryValue::Number64(number) => key.set_u64(name, *number),
            RegistryValue::Bytes(bytes) => key.set_bytes(name, Type::Bytes, bytes),
        }
        .unwrap();
    }

    pub(crate) fn remove(key: &str) {
        for view in [View::Bits32, View::Bits64] {
            let _ = LOCAL_MACHINE.remove_tree(place(key, view));
        }
    }
}

#[cfg(windows)]
impl Drop for RealGround {
    fn drop(&mut self) {
        for number in 1..=self.next.get() {
            registry::remove(&format!("WaybillTests-{}-{number}", std::process::id()));
        }
    }
}
