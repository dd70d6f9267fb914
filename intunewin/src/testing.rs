//! Packages and contents in memory, shared by the tests of this crate.

use crate::content::EncryptedContent;
use crate::{
    ArchivePolicy, AuthenticatedContent, DosTime, KnownEntry, Method, Package, PackageMetadata,
    PackageWriter, PayloadWriter,
};
use std::io::{Cursor, Write};
use std::time::{Duration, SystemTime};
use waybill_context::Context;
use waybill_schemas::EncryptionInfo;

/// 2024-02-29 13:37:58 UTC.
pub(crate) fn some_time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_213_878)
}

fn metadata() -> PackageMetadata {
    PackageMetadata { name: "a".into(), setup_file: "a".into(), msi_info: None, written: some_time() }
}

/// A package around any bytes as its payload.
pub(crate) fn package_around(payload: &[u8]) -> Vec<u8> {
    let mut writer = PackageWriter::create(Cursor::new(Vec::new())).unwrap();
    writer.write_all(payload).unwrap();
    writer.finish(metadata()).unwrap().out.into_inner()
}

/// A package with these files. Names that end in `/` are folders.
pub(crate) fn package_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    package_around(&payload_of(files))
}

/// A payload in which every file is deflated.
pub(crate) fn payload_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut payload = PayloadWriter::new(Vec::new());
    let modified = DosTime::from_system_time(some_time());
    for (name, data) in files {
        if name.ends_with('/') {
            payload.directory(name, modified).unwrap();
            continue;
        }
        let deflated = deflate(data);
        let (crc, compressed) = (crc32fast::hash(data), deflated.len() as u64);
        let size = data.len() as u64;
        let entry = KnownEntry { name, modified, method: Method::Deflated, crc, size, compressed };
        payload.entry(entry, &deflated).unwrap();
    }
    payload.finish().unwrap()
}

fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// The bare content of a package, with its encryption info.
pub(crate) fn content_of(package: &[u8]) -> (Vec<u8>, EncryptionInfo) {
    let package = Package::open(package.to_vec(), &ArchivePolicy::default()).unwrap();
    let info = package.info().encryption_info.clone();
    let size = package.content_size() as usize;
    let content = package.into_content(&Context::silent()).unwrap();
    let mut bytes = vec![0; size];
    content.source.read_exact_at(&mut bytes, 0).unwrap();
    (bytes, info)
}

pub(crate) fn authenticated(package: &[u8]) -> AuthenticatedContent {
    let content: EncryptedContent = Package::open(package.to_vec(), &ArchivePolicy::default())
        .unwrap()
        .into_content(&Context::silent())
        .unwrap();
    content.authenticate(&Context::silent()).unwrap()
}

/// Bytes that look random, and are the same each time.
pub(crate) fn noise(len: usize) -> Vec<u8> {
    waybill_support::noise::noise(len, 0)
}
