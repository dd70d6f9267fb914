//! Tests that the record of an unpacked payload is what is on the disk.

use super::{UnpackError, UnpackOptions, UnpackRecord};
use crate::EntryName;
use crate::testing::{authenticated, noise, package_of};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use waybill_context::Context;
use waybill_schemas::Blake3Digest;

/// The entries that were reported to it, and the call at which it fails.
struct Told {
    entries: Mutex<BTreeMap<String, Option<(u64, Blake3Digest)>>>,
    settled: Mutex<Vec<(bool, Vec<PathBuf>)>>,
    watched: PathBuf,
    refuses: &'static str,
}

impl Told {
    fn watching(folder: &Path, refuses: &'static str) -> Self {
        let (entries, settled) = (Mutex::default(), Mutex::default());
        Self { entries, settled, watched: folder.to_owned(), refuses }
    }

    fn tell(&self, name: &str, what: Option<(u64, Blake3Digest)>) -> io::Result<()> {
        if name == self.refuses {
            return Err(io::Error::other("no room for the record"));
        }
        let before = self.entries.lock().unwrap().insert(name.to_owned(), what);
        assert_eq!(before, None, "told twice");
        Ok(())
    }
}

impl UnpackRecord for Told {
    fn file(&self, name: &EntryName, size: u64, digest: &Blake3Digest) -> io::Result<()> {
        self.tell(name.as_str(), Some((size, *digest)))
    }

    fn folder(&self, name: &EntryName) -> io::Result<()> {
        self.tell(name.as_str(), None)
    }

    fn settled(&self, staged: &Path, settled: bool) -> io::Result<()> {
        if self.refuses == "settled" {
            return Err(io::Error::other("no room for the record"));
        }
        assert!(staged.join("a.txt").is_file() && waybill_disk::staging_name(staged).is_some());
        let beside = std::fs::read_dir(&self.watched).unwrap().map(|entry| entry.unwrap().path());
        self.settled.lock().unwrap().push((settled, beside.collect()));
        Ok(())
    }
}

fn package() -> Vec<u8> {
    let large = noise(9 << 20);
    package_of(&[
        ("a.txt", b"one"),
        ("b/c/large.bin", &large),
        ("b/empty.dat", b""),
        ("leer/", b""),
        ("b/medium.bin", &noise(1_500_000)),
    ])
}

fn unpack(destination: &Path, told: &Told) -> Result<PathBuf, UnpackError> {
    let content = authenticated(&package());
    let folder = content.unpack_recorded(destination, &UnpackOptions::default(), told, &Context::silent())?;
    Ok(folder.path)
}

#[test]
fn sizes_and_digests_are_those_on_the_disk() {
    let temporary = tempfile::tempdir().unwrap();
    let told = Told::watching(temporary.path(), "nothing");
    let path = unpack(&temporary.path().join("app"), &told).unwrap();
    let told = told.entries.into_inner().unwrap();
    let names: Vec<_> = told.keys().map(String::as_str).collect();
    assert_eq!(names, ["a.txt", "b/c/large.bin", "b/empty.dat", "b/medium.bin", "leer"]);
    for (name, what) in told {
        let on_disk = name.split('/').fold(path.clone(), |path, part| path.join(part));
        let Some((size, digest)) = what else {
            assert!(on_disk.is_dir());
            continue;
        };
        let bytes = std::fs::read(on_disk).unwrap();
        assert_eq!(
            (size, *digest.as_bytes()),
            (bytes.len() as u64, *blake3::hash(&bytes).as_bytes()),
            "{name}"
        );
    }
}

#[test]
fn the_record_is_settled_once_and_before_the_folder_is_there() {
    let temporary = tempfile::tempdir().unwrap();
    let told = Told::watching(temporary.path(), "nothing");
    let destination = temporary.path().join("app");
    unpack(&destination, &told).unwrap();
    let settled = told.settled.into_inner().unwrap();
    let [(settled, beside)] = settled.as_slice() else { panic!("{settled:?}") };
    assert_eq!(*settled, cfg!(any(target_os = "linux", windows)));
    assert!(beside.len() == 1 && *beside[0] != destination, "only staging is there: {beside:?}");
    assert!(destination.is_dir());
}

#[test]
fn a_record_that_fails_ends_it_and_nothing_stays() {
    for refuses in ["b/c/large.bin", "a.txt", "leer", "settled"] {
        let temporary = tempfile::tempdir().unwrap();
        let told = Told::watching(temporary.path(), refuses);
        let error = unpack(&temporary.path().join("app"), &told).unwrap_err();
        assert!(matches!(error, UnpackError::Record(_)), "{refuses}: {error}");
        assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0, "{refuses}");
    }
}
