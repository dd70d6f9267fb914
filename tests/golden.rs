//! Packages of Microsoft's own tool verify and unpack to exactly the files that they were made of.

use intunewin::{ArchivePolicy, FileSource, Package, UnpackOptions};
use std::path::PathBuf;
use waybill_context::Context;
use waybill_tests::folder_listing::{Listing, list};
use waybill_tests::tests_folder;

/// The catalogue folder's fixed name.
const CATALOG: &str = "Cat_C029B285-222F-460B-8ECA-2CD7A8A424B7";

fn fixture(folder: &str, name: &str) -> PathBuf {
    tests_folder().join("fixtures").join(folder).join(name)
}

/// Name, source folder, setup file, and what the source folder cannot show by itself.
const PACKAGES: [(&str, &str, &str); 6] = [
    ("tiny", "tiny", "install.cmd"),
    ("deep", "deep", "setup.cmd"),
    ("unicode", "unicode", "install.cmd"),
    ("emptydirs", "emptydirs", "install.cmd"),
    ("catalog", "tiny", "install.cmd"),
    ("multichunk", "multichunk", "install.cmd"),
];

/// The source folder's files, and the folders that git or another argument of the tool kept apart.
fn source_of(name: &str, source: &str) -> Listing {
    let mut listing = list(&fixture("golden-sources", source)).unwrap();
    match name {
        "emptydirs" => drop(listing.insert("leer".into(), None)),
        "catalog" => {
            let catalog = list(&fixture("golden-sources", "catalog-cat")).unwrap();
            listing.extend(catalog.into_iter().map(|(path, bytes)| (format!("{CATALOG}/{path}"), bytes)));
            listing.insert(CATALOG.into(), None);
        }
        _ => {}
    }
    listing
}

fn open(name: &str) -> Package {
    let path = fixture("golden", &format!("{name}.intunewin"));
    Package::open(FileSource::open(path).unwrap(), &ArchivePolicy::default()).unwrap()
}

#[test]
fn golden_packages_unpack_to_their_sources() {
    for (name, source, setup_file) in PACKAGES {
        let folder = tempfile::tempdir().unwrap();
        let destination = folder.path().join(name);
        let context = Context::silent();
        let package = open(name);
        assert_eq!(package.info().setup_file, setup_file, "{name}");
        assert_eq!(package.info().tool_version, "1.8.7.0", "{name}");
        assert_eq!(package.deviations(), [], "{name}");
        let size = package.info().unencrypted_content_size;
        let content = package.into_content(&context).unwrap().authenticate(&context).unwrap();
        assert_eq!(content.payload_size(), size, "{name}");
        let archive = content.archive(&ArchivePolicy::default(), &context).unwrap();
        archive.check_data(2, &context).unwrap();
        let unpacked = content.unpack(&destination, &UnpackOptions::default(), &context).unwrap();
        let expected = source_of(name, source);
        let files = expected.values().flatten();
        assert_eq!(unpacked.files, files.clone().count() as u64, "{name}");
        assert_eq!(unpacked.bytes, files.map(|bytes| bytes.len() as u64).sum::<u64>(), "{name}");
        assert_eq!(list(&destination).unwrap(), expected, "{name}");
    }
}

#[test]
fn no_golden_package_is_missing_here() {
    let found = std::fs::read_dir(fixture("golden", "")).unwrap().count();
    assert_eq!(found, PACKAGES.len());
}
