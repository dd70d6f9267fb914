//! The `zip` crate, Python's `zipfile` and 7-Zip must accept every zip that we write, inner and outer.

use intunewin::{DosTime, KnownEntry, Method, PayloadWriter};
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;
use std::process::Command;
use waybill_packager::pack::Level;
use waybill_support::folder_listing::{Listing, list};
use waybill_support::noise::PseudoRandom;
use waybill_tests::packed_folder::{options, pack_folder, payload};
use waybill_tests::witness;

/// A Python program that reads every entry, checks its CRC, and prints the number of entries.
const PYTHON: &str = "import sys, zipfile\n\
    with zipfile.ZipFile(sys.argv[1]) as archive:\n\
    \x20   assert archive.testzip() is None\n\
    \x20   print(len(archive.infolist()))";

/// Writes files of sizes around all limits at which the writer behaves differently, as text and as noise.
fn write_sources(folder: &Path) {
    const MIB: usize = 1 << 20;
    let mut random = PseudoRandom::new(3);
    let borders =
        [0, 1, 15, 16, 17, 65_535, 65_536, 65_537, MIB - 1, MIB, MIB + 1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1];
    for size in borders {
        let text: Vec<u8> = (0..size).map(|at| b'a' + (at / 5 % 13 + at % 7) as u8).collect();
        fs::write(folder.join(format!("text-{size}.txt")), text).unwrap();
        fs::write(folder.join(format!("noise-{size}.bin")), random.bytes(size)).unwrap();
    }
    fs::create_dir_all(folder.join("empty").join("folder")).unwrap();
    fs::create_dir(folder.join("Grüße 文件")).unwrap();
    fs::write(folder.join("Grüße 文件").join("naïve & co.txt"), "text").unwrap();
    fs::write(folder.join("install.cmd"), "@exit /b 0\r\n").unwrap();
}

#[test]
fn every_zip_we_pack_is_read_by_all_witnesses() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    fs::create_dir(&source).unwrap();
    write_sources(&source);
    let expected = list(&source).unwrap();
    for level in [Level::Store, Level::Fast, Level::Default, Level::Best] {
        let package = folder.path().join(format!("{level:?}.intunewin"));
        pack_folder(&source, "install.cmd", &package, options(level)).unwrap();
        let inner = payload(&package).unwrap();
        the_zip_crate_unpacks(&inner, &expected);
        let file = folder.path().join("payload.zip");
        fs::write(&file, &inner).unwrap();
        let entries = expected.values().flatten().count() + 1;
        ask_python(&file, entries);
        ask_7z(&file);
        ask_python(&package, 2);
        ask_7z(&package);
    }
}

fn the_zip_crate_unpacks(payload: &[u8], expected: &Listing) {
    let mut archive = zip::ZipArchive::new(Cursor::new(payload)).unwrap();
    let mut files = 0;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        let name = String::from_utf8(entry.name_raw().to_vec()).unwrap();
        let found = if name.ends_with('/') { None } else { Some(bytes) };
        files += usize::from(found.is_some());
        assert!(expected.get(name.trim_end_matches('/')) == Some(&found), "{name}");
    }
    assert_eq!(files, expected.values().flatten().count());
}

fn ask_python(archive: &Path, entries: usize) {
    if witness::present("python3", &["--version"]) {
        let output = Command::new("python3").arg("-c").arg(PYTHON).arg(archive).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(
            String::from_utf8_lossy(&output.stdout).trim(),
            entries.to_string(),
            "{}",
            archive.display()
        );
    }
}

fn ask_7z(archive: &Path) {
    if witness::present("7z", &["i"]) {
        let output = Command::new("7z").arg("t").arg("-tzip").arg(archive).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let clean = output.status.success() && text.contains("Everything is Ok") && !text.contains("Warning");
        assert!(clean, "{text}");
    }
}

#[test]
fn over_65535_entries_are_read_by_all_witnesses() {
    const ENTRIES: usize = 70_000;
    let mut writer = PayloadWriter::new(Vec::new());
    for number in 0..ENTRIES {
        let name = format!("folder/{number}");
        let entry = KnownEntry {
            name: &name,
            modified: DosTime::MIN,
            method: Method::Stored,
            crc: 0,
            size: 0,
            compressed: 0,
        };
        writer.entry(entry, b"").unwrap();
    }
    let payload = writer.finish().unwrap();
    assert_eq!(zip::ZipArchive::new(Cursor::new(&payload)).unwrap().len(), ENTRIES);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("payload.zip");
    fs::write(&file, &payload).unwrap();
    ask_python(&file, ENTRIES);
    ask_7z(&file);
}
