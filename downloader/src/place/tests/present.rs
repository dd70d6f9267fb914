use super::*;

/// Unpacks a content into a place, and returns its MAC.
fn filled(house: &House, place: &DestinationFolder) -> Mac {
    let content = content(&FILES);
    let mac = content.encryption_info().mac;
    house.unpack(place, content).unwrap();
    mac
}

fn present(taken_up: bool) -> Option<Present> {
    Some(Present { files: 2, bytes: 300_002, setup_file: Some("setup.exe".into()), taken_up })
}

/// Moves the folder back to its staging folder, as that of a run that died before its rename.
fn unplace(place: &DestinationFolder) -> PathBuf {
    let manifest = Manifest::open(&place.manifest).unwrap();
    unplace_to(place, manifest.summary.staging.as_deref().unwrap())
}

fn unplace_to(place: &DestinationFolder, name: &str) -> PathBuf {
    let staging = place.path().with_file_name(name);
    std::fs::create_dir(&staging).unwrap();
    std::fs::write(staging.join("lock"), "").unwrap();
    std::fs::rename(place.path(), staging.join("content")).unwrap();
    staging
}

fn change(place: &DestinationFolder) {
    std::fs::write(place.path().join("setup.exe"), "MZ!").unwrap();
}

#[test]
fn a_folder_that_is_whole_is_not_fetched_again() {
    let house = House::new();
    for place in [house.out(), house.cached()] {
        assert_eq!(house.find(&place, &Mac::new([1; 32])).unwrap(), None, "nothing there yet");
        let mac = filled(&house, &place);
        assert_eq!(house.find(&place, &mac).unwrap(), present(false));
    }
}

#[test]
fn contents_are_read_when_asked() {
    let mut house = House::new();
    let place = house.out();
    let mac = filled(&house, &place);
    std::fs::write(place.path().join("setup.exe"), "M!").unwrap();
    assert_eq!(house.find(&place, &mac).unwrap(), present(false));
    house.options.check_in_full = true;
    assert_eq!(id(house.find(&place, &mac)), "folder-damaged");
    house.options.check_in_full = false;
    assert_eq!(id(house.find(&place, &mac)), "folder-damaged", "what was seen once is not forgotten");
    house.options.force = true;
    assert_eq!(house.find(&place, &mac).unwrap(), None, "so that it can be replaced");
}

#[test]
fn a_users_folder_is_replaced_by_force_alone() {
    let mut house = House::new();
    let place = house.out();
    let mac = filled(&house, &place);
    change(&place);
    let error = house.find(&place, &mac).unwrap_err();
    assert!(error.to_string().ends_with("changed since: setup.exe has 3 bytes instead of 2"), "{error}");
    assert_eq!(id(house.find(&place, &mac)), "folder-damaged");
    assert_eq!(id(house.find(&place, &Mac::new([1; 32]))), "destination-exists");
    assert_eq!(std::fs::read(place.path().join("setup.exe")).unwrap(), b"MZ!");

    house.options.force = true;
    assert_eq!(house.find(&place, &mac).unwrap(), None);
    assert_eq!(std::fs::read(place.path().join("setup.exe")).unwrap(), b"MZ!", "until there is another");
    let mac = filled(&house, &place);
    assert_eq!(std::fs::read(place.path().join("setup.exe")).unwrap(), b"MZ");
    house.options.force = false;
    assert_eq!(house.find(&place, &mac).unwrap(), present(false));
    assert_eq!(names(house.temporary.path()), ["out", "root"]);
}

#[test]
fn a_folder_without_a_manifest_is_somebody_elses() {
    let house = House::new();
    let place = house.out();
    std::fs::create_dir(place.path()).unwrap();
    assert_eq!(house.find(&place, &Mac::new([1; 32])).unwrap(), None, "an empty one is free");
    std::fs::write(place.path().join("mine"), "").unwrap();
    assert_eq!(id(house.find(&place, &Mac::new([1; 32]))), "destination-exists");
}

#[test]
fn in_the_cache_one_damaged_folder_is_kept_aside() {
    let house = House::new();
    let place = house.cached();
    for round in 0..3 {
        let mac = filled(&house, &place);
        change(&place);
        assert_eq!(house.find(&place, &mac).unwrap(), None, "round {round}");
        let left = names(&house.root.cache());
        assert!(left.len() == 1 && left[0].starts_with(".app_1.bad-"), "{left:?}");
    }
    std::fs::create_dir_all(place.path().join("without a manifest")).unwrap();
    assert_eq!(house.find(&place, &Mac::new([1; 32])).unwrap(), None);
    assert_eq!(names(&house.root.cache()).len(), 1);
    // A person who wants to keep one gives it another name.
    std::fs::create_dir(house.root.cache().join(".app_1.bad-keep")).unwrap();
    let mac = filled(&house, &place);
    change(&place);
    assert_eq!(house.find(&place, &mac).unwrap(), None);
    let left = names(&house.root.cache());
    assert!(left.len() == 2 && left.contains(&".app_1.bad-keep".to_owned()), "{left:?}");
}

#[test]
fn what_a_dead_run_unpacked_whole_is_taken_up() {
    let house = House::new();
    for place in [house.out(), house.cached()] {
        let mac = filled(&house, &place);
        unplace(&place);
        assert_eq!(house.find(&place, &mac).unwrap(), present(true));
        assert_eq!(house.find(&place, &mac).unwrap(), present(false));
    }
    assert_eq!(names(house.temporary.path()), ["out", "root"]);
    assert_eq!(names(&house.root.cache()), ["app_1"]);
}

/// The manifest of a folder that is gone has the right names and sizes for the same content unpacked again, whose bytes may
/// never have reached the disk.
#[test]
fn what_another_run_was_unpacking_is_not_taken_up_by_an_old_manifest() {
    let house = House::new();
    for place in [house.out(), house.cached()] {
        let mac = filled(&house, &place);
        let staging = unplace_to(&place, &format!("{}waybill-01234567", prefix_of(&place)));
        assert_eq!(house.find(&place, &mac).unwrap(), None, "staging of another name");
        assert!(!staging.exists());

        let mac = filled(&house, &place);
        let staging = unplace(&place);
        let copy = staging.join("copy");
        std::fs::rename(staging.join("content"), &copy).unwrap();
        std::fs::create_dir(staging.join("content")).unwrap();
        for name in names(&copy) {
            std::fs::rename(copy.join(&name), staging.join("content").join(&name)).unwrap();
        }
        std::fs::remove_dir(&copy).unwrap();
        assert_eq!(house.find(&place, &mac).unwrap(), None, "another folder in the staging of this name");
        assert!(!place.path().exists());
    }
}

fn prefix_of(place: &DestinationFolder) -> String {
    format!(".{}.", place.path().file_name().unwrap().to_str().unwrap())
}

/// A replacement was cut short after its manifest was written, and the damaged folder came back.
#[test]
fn a_manifest_does_not_vouch_for_the_folder_that_it_was_to_replace() {
    let mut house = House::new();
    let place = house.out();
    filled(&house, &place);
    let former = place.path().with_file_name("former");
    std::fs::rename(place.path(), &former).unwrap();
    std::fs::write(former.join("setup.exe"), [0, 0]).unwrap();
    let mac = filled(&house, &place);
    std::fs::remove_dir_all(place.path()).unwrap();
    std::fs::rename(&former, place.path()).unwrap();
    assert_eq!(id(house.find(&place, &mac)), "folder-damaged");
    house.options.force = true;
    assert_eq!(house.find(&place, &mac).unwrap(), None);
}

/// A copy of a folder may lie in memory alone: it is read in full in this boot and once in another.
#[test]
fn a_copy_in_the_place_of_a_folder_is_read_before_it_counts_as_whole() {
    let house = House::new();
    let place = house.out();
    let mac = filled(&house, &place);
    let former = place.path().with_file_name("former");
    std::fs::rename(place.path(), &former).unwrap();
    std::fs::create_dir(place.path()).unwrap();
    for name in names(&former) {
        std::fs::rename(former.join(&name), place.path().join(&name)).unwrap();
    }
    assert_eq!(house.find(&place, &mac).unwrap(), present(false));
    let summary = Manifest::open(&place.manifest).unwrap().summary;
    assert!(!summary.settled && summary.boot == waybill_disk::boot::id());
    std::fs::write(place.path().join("setup.exe"), [0, 0]).unwrap();
    // Where the boot is not known, every look reads all bytes.
    if waybill_disk::boot::id().is_some() {
        assert_eq!(house.find(&place, &mac).unwrap(), present(false), "by names and sizes in this boot");
    } else {
        assert_eq!(id(house.find(&place, &mac)), "folder-damaged");
    }
}

#[test]
fn with_force_it_replaces_what_is_there() {
    let mut house = House::new();
    let place = house.out();
    let mac = filled(&house, &place);
    unplace(&place);
    std::fs::create_dir(place.path()).unwrap();
    std::fs::write(place.path().join("old"), "").unwrap();
    assert_ne!(id(house.find(&place, &mac)), "no error");
    house.options.force = true;
    assert_eq!(house.find(&place, &mac).unwrap(), present(true));
    assert_eq!(names(place.path()), ["data", "logs", "setup.exe"]);
    assert_eq!(names(house.temporary.path()), ["out", "root"]);
}

#[test]
fn beside_a_folder_that_is_whole_dead_runs_leave_nothing() {
    let house = House::new();
    let place = house.out();
    let mac = filled(&house, &place);
    let staging = unplace(&place);
    std::fs::create_dir(place.path()).unwrap();
    for name in names(&staging.join("content")) {
        std::fs::rename(staging.join("content").join(&name), place.path().join(name)).unwrap();
    }
    assert_eq!(house.find(&place, &mac).unwrap(), present(false));
    assert_eq!(names(house.temporary.path()), ["out", "root"]);
}

#[test]
fn what_a_dead_run_left_half_is_removed() {
    let house = House::new();
    let place = house.out();
    let mac = filled(&house, &place);
    let staging = unplace(&place);
    std::fs::remove_file(staging.join("content").join("data").join("a.bin")).unwrap();
    assert_eq!(house.find(&place, &mac).unwrap(), None);
    assert_eq!(names(house.temporary.path()), ["root"]);
}

#[test]
fn a_replacement_that_was_cut_short_is_undone() {
    let house = House::new();
    let place = house.out();
    let mac = filled(&house, &place);
    let old = place.path().with_file_name(".out.old-0123456789abcdef");
    std::fs::rename(place.path(), &old).unwrap();
    assert_eq!(id(house.find(&place, &Mac::new([1; 32]))), "destination-exists");
    assert_eq!(house.find(&place, &mac).unwrap(), present(false), "it is back");
}

#[test]
fn looking_can_be_interrupted() {
    let house = House::new();
    let place = house.out();
    let mac = filled(&house, &place);
    let stop = std::sync::atomic::AtomicBool::new(true);
    let context = Context::new(&(), &stop, &waybill_context::SystemClock);
    assert_eq!(id(place.already_there(&mac, &house.options, &context)), "interrupted");
}
