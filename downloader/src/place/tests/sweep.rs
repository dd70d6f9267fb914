use super::*;
use crate::place::sweep;
use std::time::Duration;
use waybill_disk::Lock;
use waybill_support::clock::TestClock;

fn sweep_after(house: &House, days: u32) {
    let later = TestClock::at(SystemTime::now() + Duration::from_secs(86_400) * days);
    sweep(&house.root, &Context::new(&(), &(), &later));
}

fn left_of(incoming: &Incoming) -> Vec<String> {
    let names = names(incoming.partial().parent().unwrap());
    names.into_iter().filter_map(|name| Some(name.split_once('.')?.1.to_owned())).collect()
}

#[test]
fn partial_contents_are_kept_for_a_month() {
    let house = House::new();
    let incoming = Incoming::new(&house.root, &Mac::new([1; 32]));
    let unfinished = private_file::beside(&incoming.journal());
    for path in [incoming.partial(), incoming.journal(), unfinished] {
        std::fs::write(path, "x").unwrap();
    }
    sweep_after(&house, 29);
    assert_eq!(left_of(&incoming), ["journal", "lock", "partial"]);
    sweep_after(&house, 31);
    assert_eq!(left_of(&incoming), ["lock"]);
}

#[test]
fn a_journal_that_was_written_since_keeps_its_content() {
    let house = House::new();
    let incoming = Incoming::new(&house.root, &Mac::new([1; 32]));
    let partial = std::fs::File::create(incoming.partial()).unwrap();
    partial.set_modified(SystemTime::now() - Duration::from_secs(40 * 86_400)).unwrap();
    drop(partial);
    std::fs::write(incoming.journal(), "x").unwrap();
    sweep_after(&house, 0);
    assert_eq!(left_of(&incoming), ["journal", "partial"]);
}

#[test]
fn a_journal_without_its_content_goes_at_once_and_a_content_without_its_journal_stays() {
    let house = House::new();
    let incoming = Incoming::new(&house.root, &Mac::new([1; 32]));
    std::fs::write(incoming.journal(), "x").unwrap();
    sweep_after(&house, 0);
    assert_eq!(left_of(&incoming), ["lock"]);
    std::fs::write(incoming.partial(), "x").unwrap();
    sweep_after(&house, 0);
    assert_eq!(left_of(&incoming), ["lock", "partial"]);
    sweep_after(&house, 31);
    assert_eq!(left_of(&incoming), ["lock"]);
}

#[test]
fn what_a_live_run_holds_is_left_alone() {
    let house = House::new();
    let incoming = Incoming::new(&house.root, &Mac::new([1; 32]));
    std::fs::write(incoming.journal(), "x").unwrap();
    let held = Lock::acquire(&incoming.lock(), Duration::ZERO, &Context::silent()).unwrap();
    sweep_after(&house, 31);
    assert!(incoming.journal().exists());
    drop(held);
    sweep_after(&house, 31);
    assert!(!incoming.journal().exists());
}

#[test]
fn other_files_are_none_of_ours() {
    let house = House::new();
    let folder = house.root.incoming_folder();
    for name in ["readme.journal", "ABCDEF.journal", "journal"] {
        std::fs::write(folder.join(name), "").unwrap();
    }
    sweep_after(&house, 31);
    assert_eq!(names(&folder).len(), 3);
}

#[test]
fn manifests_go_a_month_after_their_folders() {
    let house = House::new();
    let place = house.out();
    house.unpack(&place, content(&FILES)).unwrap();
    std::fs::write(private_file::beside(&place.manifest), "half").unwrap();
    sweep_after(&house, 31);
    assert!(place.manifest.exists(), "its folder is there");
    assert!(!private_file::beside(&place.manifest).exists());
    std::fs::rename(place.path(), place.path().with_extension("moved")).unwrap();
    sweep_after(&house, 29);
    assert!(place.manifest.exists());
    sweep_after(&house, 31);
    assert!(!place.manifest.exists());
}

#[test]
fn staging_in_the_cache_goes_a_day_after_its_run() {
    let house = House::new();
    let cache = house.root.cache();
    let make = |name: &str| {
        std::fs::create_dir_all(cache.join(name).join("content")).unwrap();
        std::fs::write(cache.join(name).join("lock"), "").unwrap();
    };
    make(".app_1.waybill-01234567");
    make(".app_1.trash-01234567");
    make(".app_1.bad-01234567");
    std::fs::create_dir(cache.join("app_2")).unwrap();
    std::fs::create_dir(cache.join(".other")).unwrap();
    sweep_after(&house, 0);
    assert_eq!(names(&cache).len(), 5);
    sweep_after(&house, 2);
    assert_eq!(names(&cache), [".app_1.bad-01234567", ".other", "app_2"]);
    sweep_after(&house, 31);
    assert_eq!(names(&cache), [".other", "app_2"]);
}
