use super::*;
use crate::manifest::Manifest;
use intunewin::UnpackError;
use waybill_disk::SpaceError;
use waybill_schemas::codes::Classified as _;

#[test]
fn files_come_into_their_place_with_a_manifest() {
    let house = House::new();
    for place in [house.out(), house.cached()] {
        let content = content(&FILES);
        let mac = content.encryption_info().mac;
        let placed = house.unpack(&place, content).unwrap();
        assert_eq!((placed.files, placed.bytes), (2, 300_002));
        assert_eq!(names(place.path()), ["data", "logs", "setup.exe"]);
        let summary = Manifest::open(&place.manifest).unwrap().summary.clone();
        assert_eq!((summary.mac, summary.files, summary.folders), (mac, 2, 1));
        assert_eq!(summary.destination.as_deref(), Some(place.path()));
    }
    assert_eq!(house.cached().path(), house.root.cache().join("app_1"));
    assert_eq!(names(&house.root.cache()), ["app_1"]);
    assert_eq!(names(house.temporary.path()), ["out", "root"]);
    assert_eq!(names(&house.root.manifest_folder()).len(), 2, "no lock was taken, nothing is unfinished");
}

#[test]
fn a_setup_file_that_no_archive_could_hold_is_not_written_down() {
    let house = House::new();
    let place = house.out();
    let content = content(&FILES);
    let mac = content.encryption_info().mac;
    place.unpack(content, Some("./setup.exe"), &house.options, &Context::silent()).unwrap();
    assert_eq!(house.find(&place, &mac).unwrap().unwrap().setup_file, None);
}

#[test]
fn a_payload_that_breaks_rules_leaves_nothing() {
    let house = House::new();
    let place = house.out();
    assert_eq!(id(house.unpack(&place, content(&[("CON", b"")]))), "name-reserved");
    let mut wrong = payload(&[("setup.exe", b"MZ of some length"), ("z", b"")]);
    let at = wrong.windows(2).position(|bytes| bytes == b"MZ").unwrap();
    wrong[at] ^= 1; // its CRC is wrong, which only unpacking shows
    assert_ne!(id(house.unpack(&place, sealed(&wrong))), "no error");
    assert_eq!(names(house.temporary.path()), ["root"]);
    assert!(names(&house.root.manifest_folder()).is_empty());
}

#[test]
fn places_that_are_none_are_refused_before_anything_is_fetched() {
    let house = House::new();
    let file = house.temporary.path().join("file");
    std::fs::write(&file, "").unwrap();
    let new = |path: &Path| DestinationFolder::new(&house.root, &Destination::Folder(path.to_owned()));
    assert_eq!(id(new(&file)), "destination-unusable");
    assert_eq!(id(new(Path::new(std::path::MAIN_SEPARATOR_STR))), "destination-unusable");
    let destination = Destination::Cache { app: "..".into(), revision: "1".into() };
    assert_eq!(id(DestinationFolder::new(&house.root, &destination)), "cache-name");
    #[cfg(unix)]
    {
        let link = house.temporary.path().join("link");
        std::os::unix::fs::symlink(house.temporary.path(), &link).unwrap();
        assert_eq!(id(new(&link)), "destination-unusable");
    }
}

#[test]
fn a_full_disk_has_its_code_wherever_it_is_met() {
    let full = || io::Error::from(io::ErrorKind::StorageFull);
    let space = SpaceError { needed: 2, free: 1, folder: "x".into() };
    let write = UnpackError::Write { entry: "a".into(), source: full() };
    for error in [PlaceError::from(space), write.into(), UnpackError::Record(full()).into()] {
        assert_eq!(error.code().id, "disk-full", "{error}");
    }
    let other = UnpackError::Write { entry: "a".into(), source: io::ErrorKind::PermissionDenied.into() };
    assert_eq!(PlaceError::from(other).code().id, "unpack-failed");
}

#[test]
fn the_encrypted_content_goes_with_its_journal() {
    let house = House::new();
    let incoming = Incoming::new(&house.root, &Mac::new([1; 32]));
    remove_content(&incoming).unwrap();
    for path in [incoming.partial(), incoming.journal(), incoming.lock()] {
        std::fs::write(path, "x").unwrap();
    }
    remove_content(&incoming).unwrap();
    assert_eq!(names(&house.root.incoming_folder()).len(), 1, "the lock file stays");
    assert!(incoming.lock().exists());
}
