//! Publishing again: nothing is written twice, damage is found, other documents are left alone.

use super::{MIB, PublishBench, content_of, files, package};
use crate::{Damage, PublishError};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use waybill_schemas::codes::{Class, Classified as _};
use waybill_schemas::{ContentDocument, PiecesDocument};

/// What shows that a file was not touched: its bytes, its time, and where the system has one, its inode.
fn state(folder: &Path) -> Vec<(PathBuf, Vec<u8>, SystemTime, u64)> {
    #[cfg(unix)]
    let number = |metadata: &fs::Metadata| std::os::unix::fs::MetadataExt::ino(metadata);
    #[cfg(not(unix))]
    let number = |_: &fs::Metadata| 0;
    let seen = |path: PathBuf| {
        let metadata = path.metadata().unwrap();
        (path.clone(), fs::read(path).unwrap_or_default(), metadata.modified().unwrap(), number(&metadata))
    };
    files(folder).into_iter().map(seen).collect()
}

#[test]
fn a_second_run_checks_and_writes_nothing() {
    let (bench, package) = (PublishBench::new(), package(MIB + 9, 40));
    let first = bench.publish(&package).unwrap();
    let before = state(bench.0.path());
    for force in [false, true] {
        let again = bench.publish_as(&package, |request| request.force = force).unwrap();
        assert!(again.already_there && again.document_already_there && !again.mended);
        assert_eq!(
            (again.mac, again.url, again.size_unpacked),
            (first.mac.clone(), first.url.clone(), first.size_unpacked)
        );
        assert_eq!(state(bench.0.path()), before, "force: {force}");
    }
    fs::remove_file(bench.path("app.content.json")).unwrap();
    let again = bench.publish(&package).unwrap();
    assert!(again.already_there && !again.document_already_there);
    assert_eq!(fs::read(bench.path("app.content.json")).unwrap(), before[0].1);
}

type Harm = fn(&[PathBuf; 2]);

fn flip([content, _]: &[PathBuf; 2]) {
    let mut bytes = fs::read(content).unwrap();
    for piece in [1, 2] {
        bytes[piece * MIB + 5] ^= 1;
    }
    fs::write(content, bytes).unwrap();
}

fn cut([content, _]: &[PathBuf; 2]) {
    fs::OpenOptions::new().write(true).open(content).unwrap().set_len(MIB as u64).unwrap();
}

fn lengthen([content, _]: &[PathBuf; 2]) {
    let bytes = fs::read(content).unwrap();
    fs::write(content, [bytes.as_slice(), b"x"].concat()).unwrap();
}

fn lose([content, _]: &[PathBuf; 2]) {
    fs::remove_file(content).unwrap();
}

fn lose_pieces([_, pieces]: &[PathBuf; 2]) {
    fs::remove_file(pieces).unwrap();
}

fn empty_pieces([_, pieces]: &[PathBuf; 2]) {
    fs::write(pieces, b"{}").unwrap();
}

fn lose_both(both: &[PathBuf; 2]) {
    lose(both);
    lose_pieces(both);
}

#[test]
fn damage_is_refused_and_with_force_repaired() {
    let package = package(2 * MIB + 4_000, 41);
    let content = content_of(&package);
    let expected = content.len() as u64;
    let harms: [(Harm, Damage); 7] = [
        (flip, Damage::Pieces { wrong: 2, of: 3, first: 1 }),
        (cut, Damage::Length { expected, actual: MIB as u64 }),
        (lengthen, Damage::Length { expected, actual: expected + 1 }),
        (lose, Damage::Missing { file: "content.bin" }),
        (lose_pieces, Damage::Missing { file: "pieces.json" }),
        (empty_pieces, Damage::Description),
        (lose_both, Damage::Missing { file: "content.bin" }),
    ];
    for (harm, damage) in harms {
        let bench = PublishBench::new();
        bench.publish(&package).unwrap();
        let (both, whole) = (bench.published(&package), state(bench.0.path()));
        harm(&both);
        let harmed = state(bench.0.path());
        let error = bench.publish(&package).unwrap_err();
        assert!(matches!(error, PublishError::Damaged { damage: found, .. } if found == damage), "{error}");
        assert_eq!(error.code().class, Class::Integrity);
        assert_eq!(state(bench.0.path()), harmed, "{damage}: nothing is touched unasked");
        let report = bench.publish_as(&package, |request| request.force = true).unwrap();
        assert!(report.mended && !report.already_there);
        let bytes = |state: Vec<(PathBuf, Vec<u8>, SystemTime, u64)>| -> Vec<_> {
            state.into_iter().map(|(path, bytes, ..)| (path, bytes)).collect()
        };
        assert!(bytes(state(bench.0.path())) == bytes(whole), "{damage}: whole again");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_no_content() {
    let (bench, package) = (PublishBench::new(), package(100, 42));
    bench.publish(&package).unwrap();
    let [content, _] = bench.published(&package);
    fs::rename(&content, bench.path("elsewhere")).unwrap();
    std::os::unix::fs::symlink(bench.path("elsewhere"), &content).unwrap();
    assert!(matches!(bench.publish(&package), Err(PublishError::Damaged { .. })));
    bench.publish_as(&package, |request| request.force = true).unwrap();
    assert!(content.symlink_metadata().unwrap().is_file());
    let folder = content.parent().unwrap();
    fs::rename(folder, bench.path("moved")).unwrap();
    std::os::unix::fs::symlink(bench.path("moved"), folder).unwrap();
    let outcome = bench.publish_as(&package, |request| request.force = true);
    assert!(matches!(
        outcome,
        Err(PublishError::Store(crate::StoreError::Occupied { why: "it is a link", .. }))
    ));
}

/// Another version of Waybill may write pieces.json in other words; what is published never changes.
#[test]
fn pieces_in_other_words_stay_and_are_what_the_document_names() {
    let (bench, package) = (PublishBench::new(), package(100, 43));
    bench.publish(&package).unwrap();
    let [_, pieces] = bench.published(&package);
    let mut words: serde_json::Value = serde_json::from_slice(&fs::read(&pieces).unwrap()).unwrap();
    words["writtenBy"] = "another".into();
    fs::write(&pieces, format!("{words:#}")).unwrap();
    fs::remove_file(bench.path("app.content.json")).unwrap();
    assert!(bench.publish(&package).unwrap().already_there);
    let bytes = fs::read(&pieces).unwrap();
    assert!(PiecesDocument::read(&bytes).unwrap().other.contains_key("writtenBy"));
    let document = ContentDocument::read(&fs::read(bench.path("app.content.json")).unwrap()).unwrap();
    assert_eq!(document.pieces_digest, Some(crate::pieces::sha256(&bytes)));
}

#[test]
fn another_document_is_replaced_only_with_force() {
    let (bench, first, second) = (PublishBench::new(), package(100, 44), package(100, 45));
    let at = bench.path("app.content.json");
    let refused = |package: &[u8], base: Option<&str>| {
        let before = fs::read(&at).unwrap();
        let base = base.map(str::to_owned);
        let error = bench.publish_as(package, |request| request.base_url = base).unwrap_err();
        assert!(matches!(error, PublishError::DocumentExists { .. }), "{error}");
        assert!(error.code().class == Class::Usage && fs::read(&at).unwrap() == before);
    };
    fs::write(&at, b"my notes").unwrap();
    refused(&first, None);
    assert!(!bench.public().exists(), "that is known before any work");
    bench.publish_as(&first, |request| request.force = true).unwrap();
    refused(&first, Some("https://cdn.example"));
    refused(&second, None);
    assert!(!bench.published(&second)[0].exists());
    bench.publish_as(&second, |request| request.force = true).unwrap();
    let document = ContentDocument::read(&fs::read(&at).unwrap()).unwrap();
    assert_eq!(document.file_encryption_info, super::info(&second));
}

#[test]
fn what_somebody_else_wrote_into_the_document_stays() {
    let (bench, package) = (PublishBench::new(), package(100, 46));
    bench.publish(&package).unwrap();
    let at = bench.path("app.content.json");
    let mut document = ContentDocument::read(&fs::read(&at).unwrap()).unwrap();
    document.other.insert("ticket".to_owned(), "CHG-1".into());
    fs::write(&at, document.write().unwrap()).unwrap();
    assert!(bench.publish(&package).unwrap().document_already_there);
    assert!(fs::read_to_string(&at).unwrap().contains("CHG-1"));
}
