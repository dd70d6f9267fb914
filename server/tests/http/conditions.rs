use crate::raw_client::Lab;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const OLD: &str = "Sat, 29 Oct 1994 19:43:31 GMT";
const MODIFIED: &str = "Tue, 14 Nov 2023 22:13:20 GMT";
const LATER: &str = "Tue, 14 Nov 2023 22:13:21 GMT";

/// A file that was changed at [`MODIFIED`] and half a second, and its tag.
fn lab() -> (Lab, String) {
    let lab = Lab::new();
    lab.write("a.bin", "0123456789");
    set_modified(&lab, UNIX_EPOCH + Duration::from_millis(1_700_000_000_500));
    let answer = lab.get("/a.bin", &[]);
    assert_eq!(answer.header("last-modified"), Some(MODIFIED));
    let tag = answer.header("etag").unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag} is not strong");
    (lab, tag)
}

fn set_modified(lab: &Lab, time: SystemTime) {
    std::fs::File::options().write(true).open(lab.path("a.bin")).unwrap().set_modified(time).unwrap();
}

#[test]
fn conditions_are_judged_in_their_order() {
    let (lab, tag) = lab();
    let (tag, weak) = (tag.as_str(), format!("W/{tag}"));
    let weak = weak.as_str();
    for (headers, status) in [
        (vec![("If-Match", tag)], 200),
        (vec![("If-Match", "*")], 200),
        (vec![("If-Match", "\"x\""), ("If-Match", tag)], 200),
        (vec![("If-Match", "\"x\"")], 412),
        (vec![("If-Match", weak)], 412),
        (vec![("If-Match", "nonsense")], 412),
        (vec![("If-Match", "")], 412),
        (vec![("If-Match", tag), ("If-Unmodified-Since", OLD)], 200),
        (vec![("If-Unmodified-Since", OLD)], 412),
        (vec![("If-Unmodified-Since", MODIFIED)], 200),
        (vec![("If-Unmodified-Since", LATER)], 200),
        (vec![("If-Unmodified-Since", "yesterday")], 200),
        (vec![("If-None-Match", tag)], 304),
        (vec![("If-None-Match", weak)], 304),
        (vec![("If-None-Match", "*")], 304),
        (vec![("If-None-Match", "\"x\"")], 200),
        (vec![("If-None-Match", "nonsense")], 200),
        (vec![("If-None-Match", "\"x\""), ("If-Modified-Since", LATER)], 200),
        (vec![("If-Modified-Since", OLD)], 200),
        (vec![("If-Modified-Since", MODIFIED)], 304),
        (vec![("If-Modified-Since", "yesterday")], 200),
        (vec![("If-Match", "\"x\""), ("If-None-Match", tag)], 412),
        (vec![("If-Match", tag), ("If-None-Match", tag)], 304),
        (vec![("If-Match", "\"x\""), ("Range", "bytes=0-1")], 412),
        (vec![("If-Match", tag), ("Range", "bytes=0-1")], 206),
        (vec![("If-Match", tag), ("Range", "bytes=10-")], 416),
        (vec![("If-None-Match", tag), ("Range", "bytes=0-1")], 304),
    ] {
        let lines: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        for method in ["GET", "HEAD"] {
            let expected = if method == "HEAD" && matches!(status, 206 | 416) { 200 } else { status };
            assert_eq!(lab.ask(method, "/a.bin", &lines).status, expected, "{method} {lines:?}");
        }
    }
}

#[test]
fn an_if_range_that_does_not_fit_gets_the_whole_file() {
    let (lab, tag) = lab();
    for (value, status) in [
        (tag.as_str(), 206),
        (MODIFIED, 206),
        (&format!("W/{tag}"), 200),
        ("\"x\"", 200),
        (LATER, 200),
        (OLD, 200),
        ("nonsense", 200),
        (&format!("{tag}, \"x\""), 200),
    ] {
        let answer = lab.get("/a.bin", &[&format!("If-Range: {value}"), "Range: bytes=2-3"]);
        assert_eq!(answer.status, status, "{value}");
        assert_eq!(answer.text(), if status == 206 { "23" } else { "0123456789" });
    }
    let twice = format!("If-Range: {tag}");
    assert_eq!(lab.get("/a.bin", &[&twice, &twice, "Range: bytes=2-3"]).status, 200);
    let past_the_end = lab.get("/a.bin", &["If-Range: \"x\"", "Range: bytes=99-"]);
    assert_eq!(past_the_end.status, 200);
}

/// A second is too coarse for a file that was written in it.
#[test]
fn a_fresh_date_is_no_strong_validator() {
    let (lab, _) = lab();
    set_modified(&lab, SystemTime::now() + Duration::from_secs(3600));
    let modified = lab.get("/a.bin", &[]).header("last-modified").unwrap().to_owned();
    let answer = lab.get("/a.bin", &[&format!("If-Range: {modified}"), "Range: bytes=2-3"]);
    assert_eq!(answer.status, 200);
}

#[test]
fn a_304_names_the_tag_and_has_no_body() {
    let (lab, tag) = lab();
    let answer = lab.get("/a.bin", &[&format!("If-None-Match: {tag}")]);
    assert_eq!((answer.status, answer.header("etag"), answer.body.len()), (304, Some(tag.as_str()), 0));
    assert_eq!(answer.header("content-length"), None);
}

#[test]
fn a_file_that_changed_has_another_tag() {
    let (lab, tag) = lab();
    set_modified(&lab, UNIX_EPOCH + Duration::from_millis(1_700_000_000_501));
    assert_eq!(lab.get("/a.bin", &[&format!("If-Match: {tag}")]).status, 412);
}

/// Windows hands no inode out, and lets a file put in another's place inherit when that was made.
#[cfg(unix)]
#[test]
fn a_file_put_in_the_place_of_another_has_another_tag() {
    let (lab, tag) = lab();
    lab.write("b.bin", "9876543210");
    std::fs::rename(lab.path("b.bin"), lab.path("a.bin")).unwrap();
    set_modified(&lab, UNIX_EPOCH + Duration::from_millis(1_700_000_000_500));
    assert_eq!(
        lab.get("/a.bin", &[&format!("If-Match: {tag}")]).status,
        412,
        "another file of the same length and time"
    );
}
