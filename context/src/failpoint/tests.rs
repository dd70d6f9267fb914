//! The list of points is compared with the sources, and points are parsed.

use super::all;
use std::collections::BTreeSet;
use std::path::Path;

/// Names given to `failpoint::reach` in the sources of `folder`, however deep.
fn reached(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            reached(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let calls = text.split("failpoint::reach(\"").skip(1);
            found.extend(calls.filter_map(|call| Some(call.split_once('"')?.0.to_owned())));
        }
    }
}

#[test]
fn every_named_point_is_reached_somewhere_and_no_other() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = BTreeSet::new();
    for room in ["disk", "intunewin", "packager", "downloader", "installer-runner", "agent", "cli"] {
        reached(&house.join(room).join("src"), &mut found);
    }
    let listed: BTreeSet<_> = all().map(str::to_owned).collect();
    assert_eq!(listed.len(), all().count(), "a name is listed twice");
    assert_eq!(found, listed);
}

#[cfg(feature = "failpoints")]
#[test]
fn points_are_names_times_or_bytes() {
    use super::armed::Point;
    let name = || "partial-synced".to_owned();
    assert_eq!(Point::parse("partial-synced"), Some(Point::Named { name: name(), nth: 1 }));
    assert_eq!(Point::parse("partial-synced#12"), Some(Point::Named { name: name(), nth: 12 }));
    assert_eq!(
        Point::parse("download:123456"),
        Some(Point::Bytes { stage: "download".into(), bytes: 123_456 })
    );
    for wrong in ["", "no-such-point", "partial-synced#0", "partial-synced#x", "download:", "download:-1"] {
        assert_eq!(Point::parse(wrong), None, "{wrong}");
    }
}
