//! Files that change while they are packed, and interruptions.

use super::*;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use waybill_context::{Cancel, SystemClock};
use waybill_schemas::codes::Classified;

/// Lists a folder, lets `meddle` change something, and packs what was listed.
fn pack_meddled(place: &PackFolder, meddle: impl FnOnce()) -> PackError {
    let request = place.request();
    let prepared = PreparedPack::prepare(&request, &silent()).unwrap();
    meddle();
    let draft = PackageDraft::create(&prepared.path, true).unwrap();
    let error = write(&prepared, &request.options, &draft, &silent()).map(drop).unwrap_err();
    drop(draft);
    assert_eq!(place.output_names(), [""; 0], "no output is left");
    error
}

#[test]
fn a_file_that_is_no_longer_what_was_listed_is_an_error() {
    for size in [1000, 9 * MIB] {
        let place = PackFolder::new();
        let original = mixture(size, 5);
        let outcome = |meddle: &dyn Fn()| {
            place.write("data", &original);
            pack_meddled(&place, meddle)
        };
        let gone = outcome(&|| fs::remove_file(place.file("data")).unwrap());
        assert_eq!(gone.to_string(), "\"data\" vanished while it was packed");
        let shrunk = outcome(&|| place.write("data", &original[..size - 1]));
        assert_eq!(
            shrunk.to_string(),
            format!("\"data\" shrank from {size} to {} bytes while it was packed", size - 1)
        );
        let grown = outcome(&|| place.write("data", &mixture(size + 1, 5)));
        assert_eq!(
            grown.to_string(),
            format!("\"data\" grew from {size} to {} bytes while it was packed", size + 1)
        );
        let changed = outcome(&|| {
            place.write("data", &mixture(size, 6));
            place.date("data", 1_700_000_001);
        });
        assert_eq!(changed.to_string(), "\"data\" was changed while it was packed");
        for error in [gone, shrunk, grown, changed] {
            assert_eq!(error.code().id, "source-changed");
        }
    }
}

/// `open` itself would wait for ever here, because nobody writes to the pipe.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_became_a_pipe_is_not_opened() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    for size in [1000, 9 * MIB] {
        let place = PackFolder::new();
        place.write("data", &mixture(size, 5));
        let error = pack_meddled(&place, || {
            fs::remove_file(place.file("data")).unwrap();
            mknodat(CWD, place.file("data"), FileType::Fifo, Mode::RWXU, 0).unwrap();
        });
        assert_eq!(error.code().id, "source-unreadable");
    }
}

/// A cancel flag that is read before every job and every write, and acts once, when read for the `when`th time.
struct Meddler<'a> {
    asked: AtomicUsize,
    when: usize,
    act: &'a (dyn Fn() -> bool + Sync),
}

impl Cancel for Meddler<'_> {
    fn is_cancelled(&self) -> bool {
        self.asked.fetch_add(1, Ordering::Relaxed) == self.when && (self.act)()
    }
}

fn pack_under(place: &PackFolder, when: usize, act: &(dyn Fn() -> bool + Sync)) -> Option<PackError> {
    let meddler = Meddler { asked: AtomicUsize::new(0), when, act };
    let context = Context::new(&(), &meddler, &SystemClock);
    let result =
        pack(&place.with(PackOptions { threads: NonZeroUsize::new(2), ..PackOptions::default() }), &context);
    match result {
        Ok(_) => fs::remove_dir_all(place.0.path().join("out")).unwrap(),
        Err(_) => assert_eq!(place.output_names(), [""; 0], "no output is left"),
    }
    result.err()
}

#[test]
fn a_large_file_that_changes_between_two_blocks_is_an_error() {
    let place = PackFolder::new();
    for stored in [false, true] {
        let bytes = if stored { noise(9 * MIB) } else { mixture(9 * MIB, 5) };
        // Listing reads the flag a few times; then the file is opened, and every block reads it twice.
        for when in [8, 14, 20] {
            place.write("data", &bytes);
            let grow = || {
                let file = fs::File::options().append(true).open(place.file("data")).unwrap();
                file.set_len(bytes.len() as u64 + 1).unwrap();
                false
            };
            let error = pack_under(&place, when, &grow).expect("the change is noticed");
            assert_eq!(error.code().id, "source-changed", "{when}: {error}");
        }
    }
}

#[test]
fn interrupted_at_any_time_it_ends_and_leaves_nothing() {
    let place = PackFolder::new();
    place.write("data", &mixture(9 * MIB, 5));
    place.write("more", &mixture(100_000, 5));
    for when in [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20] {
        let error = pack_under(&place, when, &|| true).expect("it is interrupted");
        assert_eq!(error.code().class.exit_code(), 130, "{error}");
    }
    assert!(pack_under(&place, 1000, &|| true).is_none(), "asked too late");
}
