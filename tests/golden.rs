//! Packages that Microsoft's tool made verify and unpack to exactly their source files; our packages of the same files
//! have the same content.

use intunewin::{ArchiveError, ArchivePolicy, FileSource, Package, UnpackOptions};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_packager::pack::Level;
use waybill_support::folder_listing::{Listing, list};
use waybill_support::tests_folder;
use waybill_tests::packed_folder::{options, pack_folder};

/// The fixed name of the catalogue folder.
const CATALOG: &str = "Cat_C029B285-222F-460B-8ECA-2CD7A8A424B7";

fn fixture(folder: &str, name: &str) -> PathBuf {
    tests_folder().join("fixtures").join(folder).join(name)
}

/// The name, source folder and setup file of each package.
const PACKAGES: [(&str, &str, &str); 6] = [
    ("tiny", "tiny", "install.cmd"),
    ("deep", "deep", "setup.cmd"),
    ("unicode", "unicode", "install.cmd"),
    ("emptydirs", "emptydirs", "install.cmd"),
    ("catalog", "tiny", "install.cmd"),
    ("multichunk", "multichunk", "install.cmd"),
];

/// The files of the source folder, with those that git cannot hold or that the tool got by another argument.
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
    let found = fs::read_dir(fixture("golden", "")).unwrap().count();
    assert_eq!(found, PACKAGES.len());
}

/// A copy of the source folder with the folder that git cannot hold.
fn restored_source(name: &str, source: &str, folder: &Path) -> PathBuf {
    let restored = folder.join("source");
    for (path, bytes) in list(&fixture("golden-sources", source)).unwrap() {
        let path = restored.join(path);
        match bytes {
            None => fs::create_dir_all(path).unwrap(),
            Some(bytes) => {
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, bytes).unwrap();
            }
        }
    }
    if name == "emptydirs" {
        fs::create_dir(restored.join("leer")).unwrap();
    }
    restored
}

/// The names of a payload's entries, without that of the catalogue's folder: Microsoft's tool writes an entry for it
/// although it is not empty.
fn entry_names(package: Package) -> BTreeSet<String> {
    let context = Context::silent();
    let content = package.into_content(&context).unwrap().authenticate(&context).unwrap();
    let archive = content.archive(&ArchivePolicy::default(), &context).unwrap();
    let mut names = BTreeSet::new();
    let visit = archive.visit(|entry| -> Result<(), ArchiveError> {
        names.insert(entry.name.as_str().to_owned());
        Ok(())
    });
    visit.unwrap();
    names.retain(|name| name.trim_end_matches('/') != CATALOG);
    names
}

/// Detection.xml without its values: the element names in order, with their indentation.
fn shape(xml: &[u8]) -> Vec<String> {
    let text = String::from_utf8(xml.to_vec()).unwrap();
    text.lines().map(|line| line.split_inclusive('>').next().unwrap_or_default().to_owned()).collect()
}

/// The SHA-256 of our payload of each source, which must be the same on every host and with every number of threads.
const FILE_DIGESTS: [(&str, &str); 6] = [
    ("tiny", "f784501e974f7f5dd33da0c11c6ed1329e1dbdf8feb1267d3abe3bfecb4eeb6d"),
    ("deep", "b506a71ba316003bd2e704073e303255ea35637d8b647484a192652b41305d70"),
    ("unicode", "bdd51e5bcfd54ba0c56c63667a0bb81623fcf41f0144f70cc30442f7694ff917"),
    ("emptydirs", "ae71b13d6bc3377dd961d1023ef61a274c62773563aa0e6eb64f09344c1e3d92"),
    ("catalog", "b1ee4d7bf4688ed0c57a79a805efc4623ed8825f5467e089f9c56eacd2981427"),
    ("multichunk", "2c43ba24eb678a4341e9a8e6b3486041ef86b1db37565a1c867f09bfb4aa295a"),
];

#[test]
fn our_packages_of_the_same_sources_say_the_same() {
    let mut digests = Vec::new();
    for (name, source, setup_file) in PACKAGES {
        let folder = tempfile::tempdir().unwrap();
        let source = restored_source(name, source, folder.path());
        let mut options = options(Level::Default);
        options.catalog = (name == "catalog").then(|| fixture("golden-sources", "catalog-cat"));
        let path = pack_folder(&source, setup_file, &folder.path().join("ours.intunewin"), options).unwrap();
        let ours = Package::open(FileSource::open(path).unwrap(), &ArchivePolicy::default()).unwrap();
        let theirs = open(name);
        assert_eq!(ours.deviations(), [], "{name}");
        assert_eq!(shape(ours.detection_xml()), shape(theirs.detection_xml()), "{name}");
        let size = ours.info().unencrypted_content_size;
        assert_eq!(ours.content_size(), 48 + (size / 16 + 1) * 16, "{name}");
        assert_eq!(
            (&ours.info().name, &ours.info().file_name),
            (&theirs.info().name, &theirs.info().file_name)
        );
        digests.push((name, ours.info().encryption_info.file_digest.to_hex()));
        assert_eq!(entry_names(ours), entry_names(theirs), "{name}");
    }
    assert_eq!(digests, FILE_DIGESTS.map(|(name, digest)| (name, digest.to_owned())));
}
