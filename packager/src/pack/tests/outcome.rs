//! Tests of the report, of progress, and of what is refused.

use super::*;
use crate::exclude::Exclusions;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use waybill_context::{Progress, SystemClock};
use waybill_schemas::codes::Classified;
use waybill_schemas::report::pack::PackNote;

#[test]
fn progress_adds_up_to_the_sources() {
    #[derive(Default)]
    struct Sum(AtomicU64, Mutex<Vec<Option<u64>>>);
    impl Progress for Sum {
        fn begin(&self, stage: Stage, total: Option<u64>) {
            if stage == Stage::Pack {
                self.1.lock().unwrap().push(total);
            }
        }
        fn advance(&self, stage: Stage, bytes: u64) {
            if stage == Stage::Pack {
                self.0.fetch_add(bytes, Ordering::Relaxed);
            }
        }
    }
    let place = PackFolder::new();
    place.write("deflated", &mixture(9 * MIB, 5));
    place.write("stored", &noise(9 * MIB));
    place.write("small", b"small");
    let sum = Sum::default();
    let report = pack(&place.request(), &Context::new(&sum, &(), &SystemClock)).unwrap();
    assert_eq!(report.sizes.source, 18 * MIB as u64 + 5 + 8);
    assert_eq!(sum.0.into_inner(), report.sizes.source);
    assert_eq!(*sum.1.lock().unwrap(), [Some(report.sizes.source)]);
}

#[test]
fn the_package_itself_is_never_packed() {
    let place = PackFolder::new();
    let mut request = place.request();
    request.output = PackOutput::Folder(place.source());
    let first = pack(&request, &silent()).unwrap();
    let second = pack(&request, &silent()).unwrap();
    assert_eq!(first.file_digest, second.file_digest);
    assert_eq!((second.entries.files, second.left_out.files), (1, 1));
    assert_eq!(second.left_out.first[0].why, "the output file");
    request.options.force = false;
    let refused = pack(&request, &silent()).unwrap_err();
    assert_eq!(refused.code().id, "output-exists");
    assert!(refused.to_string().ends_with("setup.intunewin exists already"), "{refused}");
}

#[test]
fn the_report_tells_the_largest_and_what_was_left_out() {
    let place = PackFolder::new();
    for at in 1..=12 {
        place.write(&format!("data/{at:02}"), &vec![0; at * 10]);
    }
    place.write("data/same", &[0; 120]);
    place.write("notes.txt", b"");
    let exclusions = Exclusions::new(&["*.txt"]).unwrap();
    let report = pack(&place.with(PackOptions { exclusions, ..PackOptions::default() }), &silent()).unwrap();
    let largest: Vec<_> = report.largest.iter().map(|file| (file.name.as_str(), file.size)).collect();
    assert_eq!(largest[..3], [("data/12", 120), ("data/same", 120), ("data/11", 110)]);
    assert_eq!((largest.len(), largest[9]), (10, ("data/04", 40)));
    assert_eq!((report.left_out.files, report.left_out.first[0].name.as_str()), (1, "notes.txt"));
    assert_eq!((report.name.as_str(), report.setup_file.as_str()), ("setup.exe", "setup.exe"));
    assert!(report.sizes.ratio > 0.5, "headers weigh more than such files: {}", report.sizes.ratio);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["leftOut"]["first"][0]["why"], "excluded by *.txt");
    assert!(!json.to_string().contains("Key"), "no key in a report");
}

#[cfg(unix)]
#[test]
fn names_that_windows_refuses_are_all_told_before_the_first_byte() {
    let place = PackFolder::new();
    place.write("a:b", b"");
    place.write("con.txt", b"");
    place.write("Readme", b"");
    place.write("README", b"");
    let error = pack(&place.request(), &silent()).unwrap_err();
    let PackError::Refused(violations) = &error else { panic!("{error}") };
    let rules: Vec<_> = violations.iter().map(|violation| violation.rule.id).collect();
    assert_eq!(rules, ["name-duplicate", "name-drive", "name-reserved"]);
    assert_eq!((error.code().id, place.output_names().len()), ("source-refused", 0));
    assert!(!place.0.path().join("out").exists(), "not even the folder");
    fs::remove_file(place.file("a:b")).unwrap();
    fs::remove_file(place.file("README")).unwrap();
    assert_eq!(pack(&place.request(), &silent()).unwrap_err().code().id, "name-reserved");
}

#[test]
fn names_with_invisible_characters_are_packed_and_told() {
    let place = PackFolder::new();
    place.write("read\u{200d}me.txt", b"");
    let report = pack(&place.request(), &silent()).unwrap();
    let told =
        |note: &PackNote| note.message.contains("read\\u{200d}me.txt") && note.message.contains("U+200D");
    assert!(report.notes.iter().any(told), "{:?}", report.notes);
    let place = PackFolder::new();
    place.write("setup\u{2060}.exe", b"");
    assert_eq!(pack(&place.request(), &silent()).unwrap_err().code().id, "name-duplicate");
}

#[cfg(unix)]
#[test]
fn an_unreadable_file_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = PackFolder::new();
    place.write("locked", b"locked");
    fs::set_permissions(place.file("locked"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(place.file("locked")).is_ok() {
        return; // root can read every file
    }
    let error = pack(&place.request(), &silent()).unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.code().id),
        ("\"locked\" cannot be read", "source-unreadable")
    );
}
