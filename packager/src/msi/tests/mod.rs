pub(crate) mod sample;

use super::*;
use msi::PackageType;
use proptest::prelude::*;
use sample::{PACKAGE_CODE, PRODUCT_CODE, Sample, UPGRADE_CODE};
use std::io::{Cursor, Write as _};
use waybill_schemas::MsiExecutionContext;
use waybill_schemas::app::MsiPackageType;

fn facts(sample: &Sample) -> MsiFacts {
    MsiFacts::from_reader(Cursor::new(sample.bytes())).unwrap()
}

fn refused(bytes: &[u8]) -> MsiError {
    MsiFacts::from_reader(Cursor::new(bytes)).unwrap_err()
}

#[test]
fn properties_and_summary_are_read() {
    let facts = facts(&Sample::default());
    assert_eq!(facts.name.as_deref(), Some("Contoso Café 日本"));
    assert_eq!(facts.version.as_deref(), Some("1.2.3"));
    assert_eq!(facts.product_code, PRODUCT_CODE);
    assert_eq!(facts.upgrade_code.as_deref(), Some(UPGRADE_CODE));
    assert_eq!(facts.package_code.as_deref(), Some(PACKAGE_CODE));
    assert_eq!((facts.publisher.as_deref(), facts.platform.as_deref()), (Some("Contoso Ltd"), Some("x64")));
    let info = facts.msi_info();
    assert_eq!(info.execution_context, Some(MsiExecutionContext::System));
    assert_eq!((info.requires_logon, info.requires_reboot), (Some(false), Some(false)));
    assert_eq!((info.is_machine_install, info.is_user_install), (Some(true), Some(false)));
    let information = facts.msi_information();
    assert_eq!(information.package_type, Some(MsiPackageType::PerMachine));
    assert_eq!(information.product_name.as_deref(), Some("Contoso Café 日本"));
}

#[test]
fn the_summary_steps_in_for_missing_properties() {
    let facts = facts(&Sample::default().with("ProductName", "").with("Manufacturer", ""));
    assert_eq!((facts.name.as_deref(), facts.publisher.as_deref()), (Some("Subject"), Some("Author")));
    let bytes = Sample::default().with("ProductCode", "").bytes();
    assert!(matches!(refused(&bytes), MsiError::Incomplete { property: "ProductCode" }));
}

#[test]
fn the_context_follows_allusers() {
    let context = |all_users, per_user| {
        let facts = facts(&Sample::default().with("ALLUSERS", all_users).with("MSIINSTALLPERUSER", per_user));
        (facts.execution_context(), facts.is_user_install(), facts.msi_information().package_type.unwrap())
    };
    use MsiExecutionContext::{Any, System, User};
    assert_eq!(context("1", ""), (System, false, MsiPackageType::PerMachine));
    assert_eq!(context("1", "1"), (System, false, MsiPackageType::PerMachine));
    assert_eq!(context("", ""), (User, true, MsiPackageType::PerUser));
    assert_eq!(context("2", ""), (Any, false, MsiPackageType::DualPurpose));
    assert_eq!(context("2", "1"), (Any, true, MsiPackageType::DualPurpose));
    assert_eq!(context("0", ""), (User, true, MsiPackageType::PerUser));
    assert_eq!(facts(&Sample::default().with("ALLUSERS", "0")).all_users.as_deref(), Some("0"));
    assert!(facts(&Sample::default().with("REBOOT", "Force")).requires_reboot);
    assert!(!facts(&Sample::default().with("REBOOT", "ReallySuppress")).requires_reboot);
}

#[test]
fn tables_tell_of_services_data_sources_registry_and_folders() {
    let sample = Sample { services: 2, data_sources: 1, ..Sample::default() };
    let found = facts(&sample);
    assert!(found.includes_services && found.includes_odbc_data_source);
    let registry = |all_users, roots: &[i32], removed: &[i32]| {
        let sample =
            Sample { registry_roots: roots.into(), removed_roots: removed.into(), ..Sample::default() };
        facts(&sample.with("ALLUSERS", all_users)).contains_system_registry_keys
    };
    assert!(registry("1", &[1, 2], &[]) && registry("1", &[3], &[]) && registry("1", &[], &[2]));
    assert!(!registry("1", &[0, 1], &[]) && !registry("1", &[], &[]));
    assert!(registry("1", &[-1], &[]) && !registry("", &[-1], &[]) && registry("", &[2], &[]));
    let folders = |keys: &[&'static str]| {
        facts(&Sample { folders: keys.into(), ..Sample::default() }).contains_system_folders
    };
    assert!(folders(&["TARGETDIR", "SystemFolder"]) && folders(&["WINDOWSFOLDER"]));
    assert!(!folders(&["TARGETDIR", "ProgramFilesFolder", "SystemFolderOfMine"]) && !folders(&[]));
}

#[test]
fn another_kind_of_file_is_told_apart() {
    for (kind, found) in [
        (PackageType::Patch, ContainerKind::Patch),
        (PackageType::Transform, ContainerKind::Transform),
        (PackageType::Installer, ContainerKind::Installer),
    ] {
        let bytes = Sample { kind, ..Sample::default() }.bytes();
        assert_eq!(container_kind(&mut Cursor::new(&bytes)).unwrap(), Some(found));
        let read = MsiFacts::from_reader(Cursor::new(&bytes));
        assert_eq!(read.is_ok(), found == ContainerKind::Installer);
    }
    let mut plain = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    plain.create_stream("WordDocument").unwrap().write_all(b"x").unwrap();
    let plain = plain.into_inner().into_inner();
    assert!(matches!(refused(&plain), MsiError::AnotherKind { found: ContainerKind::Other }));
    assert_eq!(container_kind(&mut Cursor::new(b"MZ")).unwrap(), None);
    assert_eq!(refused(b"").code().id, "msi-unreadable");
}

#[test]
fn a_setup_file_has_facts_only_where_it_is_an_msi() {
    let folder = tempfile::tempdir().unwrap();
    let facts = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        MsiFacts::of_setup_file(&path)
    };
    let msi = Sample::default().bytes();
    assert!(facts("a.msi", &msi).unwrap().is_ok() && facts("renamed.bin", &msi).unwrap().is_ok());
    let patch = Sample { kind: PackageType::Patch, ..Sample::default() }.bytes();
    assert!(
        facts("a.msp", &patch).is_none()
            && facts("setup.exe", b"MZ").is_none()
            && facts("cut.bin", &msi[..900]).is_none()
    );
    for bytes in [&patch[..], b"MZ", &msi[..900]] {
        assert!(facts("a.MSI", bytes).unwrap().is_err());
    }
}

/// A copy of an MSI with one stream changed.
fn changed(bytes: Vec<u8>, stream: &str, change: impl FnOnce(&mut cfb::Stream<Cursor<Vec<u8>>>)) -> Vec<u8> {
    let mut container = cfb::CompoundFile::open(Cursor::new(bytes)).unwrap();
    let name = if stream.starts_with('\u{5}') { stream.to_owned() } else { container::table_stream(stream) };
    change(&mut container.open_stream(name).unwrap());
    container.into_inner().into_inner()
}

#[test]
fn huge_tables_are_refused_before_they_are_read() {
    for (stream, length) in
        [("_StringPool", 3 << 20), ("_StringData", 33 << 20), ("_Columns", 17 << 20), ("Property", 17 << 20)]
    {
        let bytes = changed(Sample::default().bytes(), stream, |stream| stream.set_len(length).unwrap());
        assert!(matches!(refused(&bytes), MsiError::Limit { .. }), "{stream}");
    }
    let summary = "\u{5}SummaryInformation";
    let bytes = changed(Sample::default().bytes(), summary, |stream| stream.set_len(70_000).unwrap());
    assert!(matches!(refused(&bytes), MsiError::Limit { .. }));
}

#[test]
fn a_text_longer_than_the_data_is_refused() {
    let bytes = changed(Sample::default().bytes(), "_StringPool", |stream| {
        stream.seek(io::SeekFrom::Start(4)).unwrap();
        stream.write_all(&[0, 0, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF]).unwrap();
        stream.flush().unwrap();
    });
    assert!(matches!(refused(&bytes), MsiError::Damaged { what: "string pool" }));
}

#[test]
fn more_rows_than_other_readers_take_are_read() {
    let mut bytes = Sample { registry_roots: vec![1], ..Sample::default() }.bytes();
    let rows: u64 = 70_000;
    bytes = changed(bytes, "Registry", |stream| {
        stream.set_len(0).unwrap();
        // Two columns: a reference, then the root. The root of the last row is the machine (2, with the top bit
        // inverted).
        stream.write_all(&vec![1; 2 * rows as usize]).unwrap();
        stream.write_all(&[1, 0x80].repeat(rows as usize - 1)).unwrap();
        stream.write_all(&[2, 0x80]).unwrap();
        stream.flush().unwrap();
    });
    assert!(msi::Package::open(Cursor::new(bytes.clone())).is_ok());
    assert!(MsiFacts::from_reader(Cursor::new(bytes)).unwrap().contains_system_registry_keys);
}

#[test]
fn a_container_that_points_at_itself_ends() {
    let sound = Sample::default().bytes();
    // The first sectors hold the allocation table. Every entry is made to point to every place in turn.
    let sector = if sound[30] == 12 { 4096 } else { 512 };
    for (at, target) in (0..32).flat_map(|at| [0, 1, 2, at, 5].map(|target| (at as usize, target))) {
        let mut bytes = sound.clone();
        bytes[sector + at * 4..sector + at * 4 + 4].copy_from_slice(&u32::to_le_bytes(target));
        let read = MsiFacts::from_reader(Cursor::new(bytes));
        assert!(!matches!(read, Err(MsiError::Stopped)), "entry {at} -> {target}");
    }
}

#[test]
fn a_vast_directory_exhausts_the_budget() {
    let mut bytes = Sample::default().bytes();
    let sector = 4096;
    assert_eq!(bytes[30], 12);
    // 40 MB of chained directory sectors, which is more than opening may read.
    let first = bytes.len() / sector - 1;
    let count = 10_000;
    let fat_sectors = (first + count) / 1024 + 1;
    bytes.resize(bytes.len() + (count + fat_sectors) * sector, 0);
    let mut fat = vec![u32::MAX; fat_sectors * 1024];
    let old: Vec<u32> = bytes[sector..2 * sector]
        .chunks_exact(4)
        .map(|four| u32::from_le_bytes(four.try_into().unwrap()))
        .collect();
    fat[..1024].copy_from_slice(&old);
    let mut at = u32::from_le_bytes(bytes[48..52].try_into().unwrap()) as usize;
    while fat[at] < 0xFFFF_FFFA {
        at = fat[at] as usize;
    }
    fat[at] = first as u32;
    for (index, next) in fat.iter_mut().enumerate().skip(first).take(count) {
        *next = if index + 1 < first + count { index as u32 + 1 } else { 0xFFFF_FFFE };
    }
    for (index, part) in fat.chunks(1024).enumerate() {
        let place = first + count + index;
        let start = (place + 1) * sector;
        bytes[start..start + sector]
            .copy_from_slice(&part.iter().flat_map(|entry| entry.to_le_bytes()).collect::<Vec<_>>());
        bytes[76 + index * 4..80 + index * 4].copy_from_slice(&(place as u32).to_le_bytes());
    }
    let error = refused(&bytes);
    assert!(error.to_string() == "the MSI cannot be read", "{error:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn damage_never_stops_the_reader(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = Sample { registry_roots: vec![1, 2], services: 1, ..Sample::default() }.bytes();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let read = MsiFacts::from_reader(Cursor::new(bytes));
        prop_assert!(!matches!(read, Err(MsiError::Stopped)));
    }
}

/// Flips bits where they matter: in the header, the allocation table, the directory and the system tables.
#[test]
fn every_byte_of_the_structures_can_be_wrong() {
    let sound = Sample { registry_roots: vec![1, 2], ..Sample::default() }.bytes();
    let mut bytes = sound.clone();
    let interesting = (0..sound.len()).filter(|at| *at < 80 || !matches!(sound[*at], 0 | 0xFF));
    for at in interesting {
        for value in [0xFF, sound[at] ^ 1] {
            let was = std::mem::replace(&mut bytes[at], value);
            let read = MsiFacts::from_reader(Cursor::new(&bytes));
            assert!(!matches!(read, Err(MsiError::Stopped)), "byte {at} = {value}");
            bytes[at] = was;
        }
    }
}

/// `tests/fixtures/msi/hello.msi`, which another writer (wixl) built from the sources beside it, with short references.
#[test]
fn an_msi_of_another_maker_is_read() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("tests").join("fixtures").join("msi");
    let facts = MsiFacts::read(&path.join("hello.msi")).unwrap();
    assert_eq!(facts.name.as_deref(), Some("Waybill Hello"));
    assert_eq!(
        (facts.version.as_deref(), facts.publisher.as_deref()),
        (Some("1.4.2"), Some("Waybill Examples"))
    );
    assert_eq!(facts.product_code, "{6F0C3A52-2C5B-4B6E-9D2E-0B5C5E8A7D11}");
    assert_eq!(facts.upgrade_code.as_deref(), Some("{0D2B9E44-7B1A-4F0E-8C55-3C9D4B6A1F22}"));
    assert_eq!(facts.package_code.as_deref(), Some("{C62DDE5F-761B-4712-B4DE-6771E54D7178}"));
    assert_eq!((facts.all_users.as_deref(), facts.platform.as_deref()), (Some("1"), Some("x64")));
    assert!(
        facts.contains_system_registry_keys && !facts.contains_system_folders && !facts.includes_services
    );
    assert!(matches!(MsiFacts::read(&path.join("hello.wxs")), Err(MsiError::AnotherKind { .. })));
    assert!(matches!(MsiFacts::read(&path.join("nothing.msi")), Err(MsiError::Read(_))));
}
