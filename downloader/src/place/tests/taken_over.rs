//! Content folders of a root whose content folders lay below it, and now lie elsewhere.

use super::*;

impl House {
    /// The same root, whose content folders lie elsewhere from now on.
    fn moved(self) -> Self {
        let cache = self.temporary.path().join("programs").join("Content");
        let root = Root::open_with_cache(self.root.path(), &cache).unwrap();
        Self { root, ..self }
    }
}

#[test]
fn what_an_earlier_version_unpacked_is_moved_and_not_fetched_again() {
    let house = House::new();
    let content = content(&FILES);
    let mac = content.encryption_info().mac;
    house.unpack(&house.cached(), content).unwrap();
    let former = house.cached().path().to_owned();
    let house = house.moved();
    let place = house.cached();
    assert_ne!(place.path(), former);
    place.take_over(&Context::silent());
    assert!(!former.exists());
    let present = house.find(&place, &mac).unwrap().unwrap();
    assert_eq!((present.files, present.taken_up), (2, false), "by its manifest");
    assert_eq!(names(place.path()), ["data", "logs", "setup.exe"]);
    place.take_over(&Context::silent());
    assert!(house.find(&place, &mac).unwrap().is_some(), "there is nothing left to take over");
}

#[test]
fn what_cannot_be_taken_over_goes() {
    let house = House::new();
    let content = content(&FILES);
    house.unpack(&house.cached(), content).unwrap();
    let (former, manifest) = (house.cached().path().to_owned(), house.cached().manifest);
    let house = house.moved();
    // Without a manifest nobody knows what the folder holds.
    std::fs::remove_file(manifest).unwrap();
    let place = house.cached();
    place.take_over(&Context::silent());
    assert!(!former.exists() && !place.path().exists());

    std::fs::create_dir_all(&former).unwrap();
    std::fs::create_dir(place.path()).unwrap();
    std::fs::write(place.path().join("newer"), "").unwrap();
    place.take_over(&Context::silent());
    assert!(!former.exists());
    assert_eq!(names(place.path()), ["newer"], "what is in place stays");
}

/// Only folders of the cache have a former place, and a link there is not followed.
#[test]
fn nothing_else_is_touched() {
    let house = House::new().moved();
    house.out().take_over(&Context::silent());
    #[cfg(unix)]
    {
        let elsewhere = house.temporary.path().join("elsewhere");
        std::fs::create_dir(&elsewhere).unwrap();
        let former = house.root.former_cache().unwrap();
        std::fs::create_dir_all(&former).unwrap();
        std::os::unix::fs::symlink(&elsewhere, former.join("app_1")).unwrap();
        house.cached().take_over(&Context::silent());
        assert!(elsewhere.exists() && !house.cached().path().exists());
    }
}
