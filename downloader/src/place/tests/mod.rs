//! A root, packages in memory, and places that they are unpacked to, for the tests below.

mod present;
mod sweep;
mod taken_over;
mod unpacked;

use super::*;
use crate::place::Present;
use intunewin::{
    ArchivePolicy, AuthenticatedContent, DosTime, KnownEntry, Method, Package, PackageMetadata,
    PackageWriter, PayloadWriter,
};
use std::io::{Cursor, Write as _};
use std::time::SystemTime;
use waybill_context::Context;
use waybill_schemas::Mac;

const FILES: [(&str, &[u8]); 3] = [("setup.exe", b"MZ"), ("data/a.bin", &[7; 300_000]), ("logs/", b"")];

struct House {
    temporary: tempfile::TempDir,
    root: Root,
    options: FetchOptions,
}

impl House {
    fn new() -> Self {
        let temporary = tempfile::tempdir().unwrap();
        let root = Root::open(&temporary.path().join("root")).unwrap();
        Self { temporary, root, options: FetchOptions { threads: 2, ..FetchOptions::default() } }
    }
    fn out(&self) -> DestinationFolder {
        DestinationFolder::new(&self.root, &Destination::Folder(self.temporary.path().join("out"))).unwrap()
    }
    fn cached(&self) -> DestinationFolder {
        DestinationFolder::new(&self.root, &Destination::Cache { app: "app".into(), revision: "1".into() })
            .unwrap()
    }
    fn unpack(
        &self,
        place: &DestinationFolder,
        content: AuthenticatedContent,
    ) -> Result<ContentFolder, PlaceError> {
        place.unpack(content, Some("setup.exe"), &self.options, &Context::silent())
    }
    fn find(&self, place: &DestinationFolder, mac: &Mac) -> Result<Option<Present>, PlaceError> {
        place.already_there(mac, &self.options, &Context::silent())
    }
}

/// The code's id of an error.
fn id<T>(outcome: Result<T, PlaceError>) -> &'static str {
    use waybill_schemas::codes::Classified as _;
    outcome.err().map_or("no error", |error| error.code().id)
}

/// An authenticated content with these files. Names that end in `/` are folders.
fn content(files: &[(&str, &[u8])]) -> AuthenticatedContent {
    sealed(&payload(files))
}

/// A new content around a payload.
fn sealed(payload: &[u8]) -> AuthenticatedContent {
    let mut writer = PackageWriter::create(Cursor::new(Vec::new())).unwrap();
    writer.write_all(payload).unwrap();
    let setup_file = "setup.exe".to_owned();
    let metadata =
        PackageMetadata { name: "app".into(), setup_file, msi_info: None, written: SystemTime::UNIX_EPOCH };
    let package = writer.finish(metadata).unwrap().out.into_inner();
    let context = Context::silent();
    let package = Package::open(package, &ArchivePolicy::default()).unwrap();
    package.into_content(&context).unwrap().authenticate(&context).unwrap()
}

fn payload(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut payload = PayloadWriter::new(Vec::new());
    for (name, data) in files {
        if name.ends_with('/') {
            payload.directory(name, DosTime::MIN).unwrap();
            continue;
        }
        let (size, method) = (data.len() as u64, Method::Stored);
        let crc = crc32fast::hash(data);
        let entry = KnownEntry { name, modified: DosTime::MIN, method, crc, size, compressed: size };
        payload.entry(entry, data).unwrap();
    }
    payload.finish().unwrap()
}

/// The sorted names in a folder, hidden ones included.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
