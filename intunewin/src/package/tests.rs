//! A content that the outer zip deflated is judged before a byte of it is inflated into a file.

use super::*;
use crate::testing::{noise, package_around};
use std::io::{Cursor, Read};
use zip::write::SimpleFileOptions;

const SIZE: usize = 100_000;

/// A package whose entries are deflated, with its content and Detection.xml after `change`.
fn deflated(change: impl Fn(&mut Vec<u8>, &mut Vec<u8>)) -> Vec<u8> {
    let mut package = zip::ZipArchive::new(Cursor::new(package_around(&noise(SIZE)))).unwrap();
    let mut read = |index| {
        let mut entry = package.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (String::from_utf8_lossy(entry.name_raw()).into_owned(), bytes)
    };
    let ((content_name, mut content), (xml_name, mut xml)) = (read(0), read(1));
    change(&mut content, &mut xml);
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [(content_name, content), (xml_name, xml)] {
        let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
        writer.start_file(name, options).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Opens the content with a folder for what is inflated that is not there: whoever writes into it fails.
fn open_without_room(package: Vec<u8>) -> &'static str {
    let nowhere = tempfile::tempdir().unwrap().path().join("not there");
    let opened = Package::open(package, &ArchivePolicy::default())
        .and_then(|package| package.into_content_in(&nowhere, &Context::silent()));
    opened.unwrap_err().code().id
}

#[test]
fn a_deflated_content_is_read() {
    let package = Package::open(deflated(|_, _| {}), &ArchivePolicy::default()).unwrap();
    let content = package.into_content(&Context::silent()).unwrap();
    assert_eq!(content.authenticate(&Context::silent()).unwrap().payload_size(), SIZE as u64);
}

#[test]
fn what_cannot_be_ciphertext_is_not_inflated() {
    let zeros = deflated(|content, _| content.extend(vec![0; 4 * SIZE]));
    assert_eq!(open_without_room(zeros), "limit-ratio");
}

#[test]
fn another_size_than_detection_xml_says_is_not_inflated() {
    let longer = deflated(|content, _| content.extend(noise(16)));
    assert_eq!(open_without_room(longer), "size-mismatch");
    let described = deflated(|_, xml| {
        let text = String::from_utf8(std::mem::take(xml)).unwrap();
        assert!(text.contains(&format!(">{SIZE}<")), "{text}");
        *xml = text.replace(&format!(">{SIZE}<"), ">99983<").into_bytes();
    });
    assert_eq!(open_without_room(described), "size-mismatch");
}

#[test]
fn sizes_include_the_padding() {
    for (payload, len) in [(0, 64), (15, 64), (16, 80), (17, 80)] {
        assert!(check_payload_size(len, payload).is_ok(), "{payload}");
        assert!(check_payload_size(len + 16, payload).is_err(), "{payload}");
    }
    assert!(check_payload_size(64, u64::MAX).is_err());
}
