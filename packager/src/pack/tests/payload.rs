//! Tests that packed files come back, and that the payload is always the same.

use super::*;
use std::num::NonZeroUsize;

#[test]
fn every_size_around_every_border_comes_back() {
    let place = PackFolder::new();
    let mut sizes = vec![0, 1, 2, 15, 16, 17, 65_535, 65_536, 65_537];
    sizes.extend([MIB - 1, MIB, MIB + 1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 9 * MIB, 9 * MIB + 1]);
    for (at, size) in sizes.iter().enumerate() {
        place.write(&format!("sizes/{at:02}.bin"), &mixture(*size, at as u32));
    }
    place.write("Über Ordner/日本語 файл.txt", "hallo".repeat(100).as_bytes());
    fs::create_dir(place.file("empty")).unwrap();
    let report = pack(&place.request(), &silent()).unwrap();

    let entries = witness(&place.package());
    assert_eq!(entries.len(), sizes.len() + 3);
    for (at, size) in sizes.iter().enumerate() {
        assert!(entries[&format!("sizes/{at:02}.bin")] == mixture(*size, at as u32), "{size}");
    }
    assert!(entries["empty/"].is_empty());
    let content = authenticated(&place.package());
    let archive = content.archive(&Default::default(), &silent()).unwrap();
    archive.check_data(2, &silent()).unwrap();
    assert_eq!((report.entries.files, report.entries.folders), (sizes.len() as u64 + 2, 1));
    assert_eq!(content.payload_size(), report.sizes.payload);
    assert_eq!(content.encryption_info().mac.to_hex(), report.mac);
    assert_eq!(content.encryption_info().file_digest.to_hex(), report.file_digest);
    assert_eq!(fs::metadata(place.package()).unwrap().len(), report.sizes.package);
    assert_eq!(place.output_names(), ["setup.intunewin"]);
}

#[test]
fn the_payload_depends_on_neither_threads_nor_memory() {
    let place = PackFolder::new();
    for at in 0..60 {
        place.write(&format!("many/{at}"), &mixture(at * 997, at as u32));
    }
    place.write("a-large", &mixture(9 * MIB + 12_345, 1));
    place.write("b-stored", &noise(9 * MIB));
    let digest = |threads, memory| {
        let options = PackOptions { threads: NonZeroUsize::new(threads), memory, ..PackOptions::default() };
        let report = pack(&place.with(options), &silent()).unwrap();
        assert_eq!(report.entries.files, 63);
        report.file_digest
    };
    let one = digest(1, PackOptions::DEFAULT_MEMORY);
    // Below a million bytes no two blocks fit, and at 0 not even one does.
    for (threads, memory) in [(2, 48 << 20), (7, 20 << 20), (3, 3 << 20), (8, 0), (1, 0)] {
        assert_eq!(digest(threads, memory), one, "{threads} threads, {memory} bytes");
    }
    assert!(witness(&place.package())["b-stored"] == noise(9 * MIB));
}

#[test]
fn every_level_comes_back_and_store_is_the_largest() {
    let place = PackFolder::new();
    let text: Vec<u8> =
        (0..3_000_000_u32).flat_map(|at| (at.wrapping_mul(at) % 9973).to_le_bytes()).take(9 * MIB).collect();
    place.write("small", &text[..MIB]);
    place.write("large", &text);
    let size = |level| {
        let report = pack(&place.with(PackOptions { level, ..PackOptions::default() }), &silent()).unwrap();
        assert!(witness(&place.package())["large"] == text, "{level:?}");
        report.sizes.payload
    };
    let sizes = [Level::Store, Level::Fast, Level::Default, Level::Best].map(size);
    assert!(sizes[..3].is_sorted_by(|one, next| one > next) && sizes[3] < sizes[1], "{sizes:?}");
    assert!(sizes[0] > 9 * MIB as u64);
}

#[test]
fn times_are_the_files_own_or_the_one_given() {
    let place = PackFolder::new();
    place.write("large", &mixture(9 * MIB, 3));
    place.date("setup.exe", 1_000_000_001);
    let times = |options| {
        pack(&place.with(options), &silent()).unwrap();
        let mut archive = zip::ZipArchive::new(authenticated(&place.package()).payload()).unwrap();
        ["large", "setup.exe"].map(|name| archive.by_name(name).unwrap().last_modified().unwrap().to_string())
    };
    assert_eq!(times(PackOptions::default()), ["2023-11-14 22:13:20", "2001-09-09 01:46:40"]);
    place.date("setup.exe", 10_413_792_000); // 2300-01-01, which is later than the list can hold
    assert_eq!(times(PackOptions::default())[1], "2107-12-31 23:59:58");
    place.date("setup.exe", 1_000_000_001);
    let epoch = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000));
    let options = PackOptions { source_date_epoch: epoch, ..PackOptions::default() };
    assert_eq!(times(options.clone()), ["2020-09-13 12:26:40"; 2]);
    let before = pack(&place.with(options.clone()), &silent()).unwrap();
    place.date("setup.exe", 1_234_567_890);
    let after = pack(&place.with(options), &silent()).unwrap();
    assert_eq!(before.file_digest, after.file_digest);
    assert_ne!(before.mac, after.mac, "keys are fresh");
}

#[test]
fn the_payload_alone_is_the_packages() {
    let place = PackFolder::new();
    place.write("text.txt", &b"hallo ".repeat(5000));
    place.write("noise.bin", &noise(300_000));
    let mut payload = Vec::new();
    let bytes = write_payload(&place.request(), &mut payload, &silent()).unwrap();
    assert!(!place.package().exists());
    let report = pack(&place.request(), &silent()).unwrap();
    assert_eq!(bytes, report.sizes.source);
    let mut packed = Vec::new();
    std::io::Read::read_to_end(&mut authenticated(&place.package()).payload(), &mut packed).unwrap();
    assert!(payload == packed);
    let mut request = place.request();
    request.source = PackSource::Folder { folder: place.file("absent"), setup_file: "setup.exe".into() };
    assert!(write_payload(&request, std::io::sink(), &silent()).is_err());
}
