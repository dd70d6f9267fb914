//! A packed folder unpacks to the same tree, for all sizes, names and ways of reading.

use intunewin::{ArchivePolicy, FileSource, Package, UnpackOptions};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use waybill_context::Context;
use waybill_packager::pack::Level;
use waybill_support::folder_listing::{Listing, list};
use waybill_support::noise::PseudoRandom;
use waybill_tests::packed_folder::{options, pack_folder, payload};

const MIB: usize = 1 << 20;

/// Sizes at which the writer behaves differently: blocks of the cipher, pieces of the sealer, blocks of the compressor.
const BORDERS: [usize; 16] = [
    0,
    1,
    15,
    16,
    17,
    65_535,
    65_536,
    65_537,
    MIB - 1,
    MIB,
    MIB + 1,
    2 * MIB + 1,
    8 * MIB - 1,
    8 * MIB,
    8 * MIB + 1,
    9 * MIB + 7,
];

/// The bytes of a file: noise, which does not deflate, or lines, which do.
fn bytes(size: usize, seed: u64) -> Vec<u8> {
    match seed % 2 {
        0 => PseudoRandom::new(seed).bytes(size),
        _ => (0..size).map(|at| (at / 7 % 11) as u8 ^ seed as u8).collect(),
    }
}

fn write_tree(folder: &Path, files: &BTreeMap<String, Vec<u8>>) {
    for (path, bytes) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Packs the folder, unpacks the package, and returns the files.
fn there_and_back(source: &Path, level: Level) -> Listing {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("app.intunewin");
    pack_folder(source, "setup.cmd", &package, options(level)).unwrap();
    let context = Context::silent();
    let package = Package::open(FileSource::open(&package).unwrap(), &ArchivePolicy::default()).unwrap();
    assert_eq!((package.deviations(), package.notes()), (&[][..], &[][..]));
    let content = package.into_content(&context).unwrap().authenticate(&context).unwrap();
    let destination = folder.path().join("unpacked");
    content.unpack(&destination, &UnpackOptions::default(), &context).unwrap();
    list(&destination).unwrap()
}

#[test]
fn files_of_border_sizes_come_back() {
    let source = tempfile::tempdir().unwrap();
    let files =
        BORDERS.iter().flat_map(|size| [0, 1].map(|seed| (format!("{size}-{seed}"), bytes(*size, seed))));
    write_tree(source.path(), &files.chain([("setup.cmd".into(), b"exit 0".to_vec())]).collect());
    let expected = list(source.path()).unwrap();
    for level in [Level::Store, Level::Default] {
        assert!(there_and_back(source.path(), level) == expected, "{level:?}");
    }
}

/// Trees of paths with one to four components that are valid on Windows, too, without paths that collide there.
fn trees() -> impl Strategy<Value = BTreeMap<String, Vec<u8>>> {
    let component = "[a-zäöü文 ]{0,6}[a-z0-9]";
    let path = prop::collection::vec(component, 1..5).prop_map(|parts| parts.join("/"));
    let size = prop_oneof![0..200_usize, prop::sample::select(&BORDERS[..8]), 0..300_000_usize];
    let file = (path, (size, any::<u64>()).prop_map(|(size, seed)| bytes(size, seed)));
    prop::collection::vec(file, 0..24).prop_map(|files| {
        let mut tree = BTreeMap::from([("setup.cmd".to_owned(), b"exit 0".to_vec())]);
        for (path, bytes) in files {
            let policy = ArchivePolicy::default();
            let names = tree.keys().map(String::as_str).chain([path.as_str()]);
            if policy.check_names(names).is_empty() {
                tree.insert(path, bytes);
            }
        }
        tree
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_trees_come_back(tree in trees(), level in prop::sample::select(&[Level::Store, Level::Fast, Level::Default][..])) {
        let source = tempfile::tempdir().unwrap();
        write_tree(source.path(), &tree);
        prop_assert!(there_and_back(source.path(), level) == list(source.path()).unwrap());
    }

    /// Reading the payload in pieces and from any offset gives the same bytes as reading it at once.
    #[test]
    fn chunked_reads_agree(size in prop::sample::select(&BORDERS[..12]), steps in prop::collection::vec((0..5_u8, 1..400_000_usize), 1..20)) {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("app.intunewin");
        fs::create_dir(folder.path().join("source")).unwrap();
        fs::write(folder.path().join("source").join("setup.cmd"), bytes(size, 2)).unwrap();
        pack_folder(&folder.path().join("source"), "setup.cmd", &package, options(Level::Store)).unwrap();
        let whole = payload(&package).unwrap();
        let context = Context::silent();
        let opened = Package::open(FileSource::open(&package).unwrap(), &ArchivePolicy::default()).unwrap();
        let mut reader = opened.into_content(&context).unwrap().authenticate(&context).unwrap().payload();
        let mut position = 0;
        for (seek, count) in steps {
            if seek == 0 {
                position = count % (whole.len() + 1);
                reader.seek(SeekFrom::Start(position as u64)).unwrap();
            }
            let mut piece = Vec::new();
            reader.by_ref().take(count as u64).read_to_end(&mut piece).unwrap();
            let end = whole.len().min(position + count);
            prop_assert!(piece == whole[position..end]);
            position = end;
        }
    }
}
