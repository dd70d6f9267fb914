//! Publishing as a whole, on a real disk.

mod again;
mod crash;
mod memory;
mod secrets;
mod trees;

use super::{PublishError, PublishRequest, publish};
use intunewin::{
    ArchivePolicy, DosTime, EncryptedContent, KnownEntry, Method, Package, PackageKeys, PackageMetadata,
    PackageWriter, PayloadWriter, Source,
};
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use tempfile::TempDir;
use waybill_context::Context;
use waybill_schemas::report::delivery::PublishReport;
use waybill_schemas::{EncryptionInfo, EncryptionKey, InitializationVector, MacKey};
use waybill_support::noise::noise;

const MIB: usize = 1 << 20;

fn key(seed: u64) -> [u8; 32] {
    noise(32, seed).try_into().unwrap()
}

/// A package with keys that `seed` chooses, of one stored file of `len` bytes.
fn package(len: usize, seed: u64) -> Vec<u8> {
    let keys = PackageKeys::for_test_vectors(
        EncryptionKey::new(key(seed + 100)),
        MacKey::new(key(seed + 200)),
        InitializationVector::new(noise(16, seed + 300).try_into().unwrap()),
    );
    let mut payload = PayloadWriter::new(PackageWriter::with_keys(Cursor::new(Vec::new()), keys).unwrap());
    let (file, name) = (noise(len, seed), "setup.exe");
    let (size, crc) = (len as u64, crc32fast::hash(&file));
    let entry =
        KnownEntry { name, modified: DosTime::MIN, method: Method::Stored, crc, size, compressed: size };
    payload.entry(entry, &file).unwrap();
    let written = SystemTime::UNIX_EPOCH;
    let metadata = PackageMetadata { name: name.into(), setup_file: name.into(), msi_info: None, written };
    payload.finish().unwrap().finish(metadata).unwrap().out.into_inner()
}

fn opened(source: impl Source + 'static) -> EncryptedContent {
    let package = Package::open(source, &ArchivePolicy::default()).unwrap();
    package.into_content(&Context::silent()).unwrap()
}

fn info(package: &[u8]) -> EncryptionInfo {
    opened(package.to_vec()).encryption_info().clone()
}

/// The encrypted content of a package.
fn content_of(package: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    opened(package.to_vec()).authenticate_into(&mut content, &Context::silent()).unwrap();
    content
}

/// A folder with `public` in it, and documents beside that.
struct PublishBench(TempDir);

impl PublishBench {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn public(&self) -> PathBuf {
        self.path("public")
    }

    fn request(&self) -> PublishRequest {
        PublishRequest {
            package: self.path("app.intunewin"),
            public: self.public(),
            document: Some(self.path("app.content.json")),
            ..PublishRequest::default()
        }
    }

    fn publish(&self, package: &[u8]) -> Result<PublishReport, PublishError> {
        self.publish_as(package, |_| ())
    }

    fn publish_as(
        &self,
        package: &[u8],
        with: impl FnOnce(&mut PublishRequest),
    ) -> Result<PublishReport, PublishError> {
        let mut request = self.request();
        with(&mut request);
        publish(opened(package.to_vec()), &request, &Context::silent())
    }

    /// The paths of content.bin and pieces.json of a published package.
    fn published(&self, package: &[u8]) -> [PathBuf; 2] {
        let folder = self.public().join(info(package).mac.to_hex());
        [folder.join("content.bin"), folder.join("pieces.json")]
    }
}

/// Every file below `folder`, sorted; folders that hold nothing too.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let Ok(entries) = fs::read_dir(folder) else { return found };
    for entry in entries {
        let path = entry.unwrap().path();
        let below = if path.is_dir() { files(&path) } else { Vec::new() };
        if below.is_empty() { found.push(path) } else { found.extend(below) }
    }
    found.sort();
    found
}
