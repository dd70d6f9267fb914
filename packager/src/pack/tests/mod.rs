//! Packing whole folders, read back by our own reader and by the `zip` crate.

mod app;
mod changes;
mod outcome;
mod payload;

use super::*;
use intunewin::{AuthenticatedContent, FileSource, Package};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

const MIB: usize = 1 << 20;

/// A source folder, and the folder for packages beside it.
struct PackFolder(TempDir);

impl PackFolder {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::create_dir(place.source()).unwrap();
        place.write("setup.exe", b"MZ setup");
        place
    }

    fn source(&self) -> PathBuf {
        self.0.path().join("source")
    }

    fn file(&self, name: &str) -> PathBuf {
        name.split('/').fold(self.source(), |path, leaf| path.join(leaf))
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        self.date(name, 1_700_000_000);
    }

    fn date(&self, name: &str, seconds: u64) {
        let file = fs::File::options().write(true).open(self.file(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
    }

    fn package(&self) -> PathBuf {
        self.0.path().join("out").join("setup.intunewin")
    }

    fn request(&self) -> PackRequest {
        PackRequest {
            source: PackSource::Folder { folder: self.source(), setup_file: "setup.exe".into() },
            output: PackOutput::Folder(self.0.path().join("out")),
            options: PackOptions { force: true, ..PackOptions::default() },
        }
    }

    fn with(&self, options: PackOptions) -> PackRequest {
        PackRequest { options: PackOptions { force: true, ..options }, ..self.request() }
    }

    /// The names in the package's folder, including those of drafts.
    fn output_names(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.0.path().join("out")) else { return Vec::new() };
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

fn silent() -> Context<'static> {
    Context::silent()
}

/// Bytes that compress and bytes that do not, in turn; the period is longer than deflate's window.
fn mixture(length: usize, seed: u32) -> Vec<u8> {
    repeated(length, seed, |at, byte| if at >> 12 & 1 == 0 { byte } else { byte & 3 })
}

fn noise(length: usize) -> Vec<u8> {
    repeated(length, 7, |_, byte| byte)
}

fn repeated(length: usize, seed: u32, shape: impl Fn(usize, u8) -> u8) -> Vec<u8> {
    let noise = waybill_support::noise::noise(70_001, seed.into()).into_iter();
    let period: Vec<u8> = noise.enumerate().map(|(at, byte)| shape(at, byte)).collect();
    let mut bytes = period.repeat(length / period.len() + 1);
    bytes.truncate(length);
    bytes
}

fn authenticated(package: &Path) -> AuthenticatedContent {
    let package = Package::open(FileSource::open(package).unwrap(), &Default::default()).unwrap();
    assert_eq!((package.notes(), package.deviations()), (&[][..], &[][..]));
    package.into_content(&silent()).unwrap().authenticate(&silent()).unwrap()
}

/// The payload's entries as the `zip` crate reads them, which checks every CRC.
fn witness(package: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(authenticated(package).payload()).unwrap();
    let mut entries = BTreeMap::new();
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        entries.insert(entry.name().unwrap().into_owned(), bytes);
    }
    entries
}
