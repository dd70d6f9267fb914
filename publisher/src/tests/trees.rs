//! Which files publishing writes, and where.

use super::{MIB, PublishBench, content_of, files, info, noise, opened, package};
use crate::{PublishError, StoreError, publish};
use intunewin::{ArchivePolicy, EncryptedContent, FileSource, Source};
use sha2::{Digest as _, Sha256};
use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use waybill_context::Context;
use waybill_schemas::codes::{Class, Classified as _};
use waybill_schemas::{ContentDocument, PIECE_SIZE, PiecesDocument};

#[test]
fn the_document_leads_to_the_content_and_opens_it() {
    for len in [0, 1, MIB, 2 * MIB + 12_345] {
        let (bench, package) = (PublishBench::new(), package(len, 1));
        let report = bench.publish(&package).unwrap();
        assert!(!report.already_there && !report.document_already_there && !report.with_keys);
        let document = ContentDocument::read(&fs::read(bench.path("app.content.json")).unwrap()).unwrap();
        assert_eq!((document.name.as_str(), document.size_unpacked), ("app", Some(len as u64)));
        assert_eq!(document.file_encryption_info, info(&package));
        assert_eq!(document.url.as_str(), format!("public/{}/content.bin", report.mac));
        let file = bench.path(document.url.as_str());
        assert_eq!(fs::read(&file).unwrap(), content_of(&package));
        assert_eq!(file.metadata().unwrap().len(), document.size_encrypted);
        let (source, policy) = (FileSource::open(file).unwrap(), ArchivePolicy::default());
        let info = document.file_encryption_info;
        let content = EncryptedContent::new(source, info, Some(document.size), &policy).unwrap();
        let content = content.authenticate(&Context::silent()).unwrap();
        let unpacked = content.unpack(&bench.path("app"), &Default::default(), &Context::silent()).unwrap();
        assert_eq!((unpacked.files, unpacked.bytes), (1, len as u64));
        assert_eq!(fs::read(bench.path("app").join("setup.exe")).unwrap(), noise(len, 1));
    }
}

#[test]
fn pieces_are_those_of_the_published_file() {
    // One, two and three pieces; contents that end with a piece, or a block after it.
    let around = content_of(&package(0, 2)).len();
    assert_eq!(content_of(&package(MIB - around, 2)).len(), MIB);
    for len in [0, MIB - around, MIB - around + 1, 2 * MIB - around, 2 * MIB + 5] {
        let (bench, package) = (PublishBench::new(), package(len, 2));
        let report = bench.publish(&package).unwrap();
        let [content, pieces] = bench.published(&package);
        let (content, pieces) = (fs::read(content).unwrap(), fs::read(pieces).unwrap());
        let digests: Vec<[u8; 32]> =
            content.chunks(PIECE_SIZE as usize).map(|piece| Sha256::digest(piece).into()).collect();
        let described = PiecesDocument::read(&pieces).unwrap();
        assert_eq!(described.size_encrypted, content.len() as u64);
        let told: Vec<[u8; 32]> = described.sha256.iter().map(|digest| *digest.as_bytes()).collect();
        assert!(told == digests && report.piece_count == digests.len() as u64);
        let document = ContentDocument::read(&fs::read(bench.path("app.content.json")).unwrap()).unwrap();
        let digest: [u8; 32] = Sha256::digest(&pieces).into();
        assert_eq!(document.pieces_digest.unwrap().as_bytes(), &digest);
    }
}

#[test]
fn the_public_tree_is_two_files_and_a_second_version_lies_beside_the_first() {
    let bench = PublishBench::new();
    let (first, second) = (package(1_000, 3), package(1_000, 4));
    bench.publish(&first).unwrap();
    bench.publish_as(&second, |request| request.document = Some(bench.path("second.json"))).unwrap();
    let mut expected = [bench.published(&first), bench.published(&second)].concat();
    expected.sort();
    assert_eq!(files(&bench.public()), expected);
    assert_eq!(fs::read(&bench.published(&first)[0]).unwrap(), content_of(&first));
    assert_eq!(fs::read(&bench.published(&second)[0]).unwrap(), content_of(&second));
    assert_eq!(files(bench.0.path()).len(), 6);
}

#[test]
fn a_bare_content_gives_the_same_trees() {
    let (one, other, package) = (PublishBench::new(), PublishBench::new(), package(MIB, 5));
    one.publish(&package).unwrap();
    let content =
        EncryptedContent::new(content_of(&package), info(&package), None, &ArchivePolicy::default()).unwrap();
    publish(content, &other.request(), &Context::silent()).unwrap();
    for (one, other) in files(one.0.path()).iter().zip(files(other.0.path())) {
        assert_eq!(one.file_name(), other.file_name());
        assert!(fs::read(one).unwrap() == fs::read(other).unwrap(), "{}", one.display());
    }
}

/// Counts what is read of it.
struct Counted(Vec<u8>, Arc<AtomicU64>);

impl Source for Counted {
    fn len(&self) -> u64 {
        self.0.as_slice().len() as u64
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let count = self.0.read_at(buffer, offset)?;
        self.1.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[test]
fn the_content_is_read_once() {
    let (bench, package) = (PublishBench::new(), package(8 * MIB, 6));
    let read = Arc::new(AtomicU64::new(0));
    let content = opened(Counted(package.clone(), Arc::clone(&read)));
    publish(content, &bench.request(), &Context::silent()).unwrap();
    let (read, len) = (read.load(Ordering::Relaxed), package.len() as u64);
    assert!(read >= len - 4_096 && read < len + MIB as u64, "{read} of {len} bytes");
}

#[test]
fn a_tampered_package_leaves_nothing() {
    let package = package(3 * MIB, 7);
    let content = opened(package.clone()).content_size() as usize;
    let start = package.len() / 2 - content / 2; // well inside, whatever lies around
    for at in [start + MIB / 8, package.len() / 2, start + content - MIB / 8] {
        let (bench, mut tampered) = (PublishBench::new(), package.clone());
        tampered[at] ^= 1;
        let error = bench.publish(&tampered).unwrap_err();
        assert!(matches!(error, PublishError::Authenticate(_)), "{error}");
        assert_eq!(error.code().class, Class::Integrity);
        assert!(files(bench.0.path()).is_empty(), "nor an empty folder");
    }
}

#[test]
fn what_no_device_would_unpack_is_not_published() {
    let (bench, package) = (PublishBench::new(), package(100, 8));
    let error = bench.publish_as(&package, |request| request.policy.max_unpacked = 99).unwrap_err();
    assert!(matches!(error, PublishError::Archive(_)) && error.code().class == Class::Refused, "{error}");
    assert!(files(bench.0.path()).is_empty());
}

#[test]
fn refused_placements_write_nothing() {
    let (bench, package) = (PublishBench::new(), package(100, 9));
    let outcomes = [
        bench.publish_as(&package, |request| request.document = Some(bench.public().join("x.json"))),
        bench.publish_as(&package, |request| request.document = Some(bench.path("other").join("x.json"))),
        bench.publish_as(&package, |request| request.base_url = Some("cdn.example".to_owned())),
    ];
    for outcome in outcomes {
        assert_eq!(outcome.unwrap_err().code().class, Class::Usage);
    }
    assert!(files(bench.0.path()).is_empty());
    fs::write(bench.public(), b"a file").unwrap();
    let outcome = bench.publish(&package);
    assert!(
        matches!(outcome, Err(PublishError::Store(StoreError::Occupied { why: "it is a file", .. }))),
        "{outcome:?}"
    );
    assert_eq!(fs::read(bench.public()).unwrap(), b"a file");
}
