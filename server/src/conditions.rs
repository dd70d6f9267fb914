//! Validators, preconditions and ranges (RFC 9110, sections 8.8, 13 and 14).

use hyper::header::{
    HeaderMap, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE,
};
use std::fs::Metadata;
use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What a file is compared by.
#[derive(Debug, Clone)]
pub(crate) struct Validators {
    pub(crate) tag: EntityTag,
    /// The time of the last change in whole seconds; `None` where it cannot be written as an HTTP date.
    pub(crate) modified: Option<SystemTime>,
}

/// What the conditions of a request come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precondition {
    /// The conditions hold, and the file is sent.
    Proceed,
    /// The client has the file already; the answer is 304.
    NotModified,
    /// A condition does not hold; the answer is 412.
    Failed,
}

/// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since.
pub(crate) fn evaluate(headers: &HeaderMap, validators: &Validators) -> Precondition {
    let Validators { tag, modified } = validators;
    // A date is ignored where there is a tag (13.1.4): it counts whole seconds, and two changes within one of
    // them have the same date.
    let fits = match listed(headers, &IF_MATCH) {
        Some(value) => holds(&value, |other| tag.is(other)),
        None => date(headers, &IF_UNMODIFIED_SINCE)
            .zip(*modified)
            .is_none_or(|(given, modified)| modified <= given),
    };
    if !fits {
        return Precondition::Failed;
    }
    // Weak comparison is enough here: a client that has the file keeps it as it is, and no bytes of two files
    // are joined.
    let known = match listed(headers, &IF_NONE_MATCH) {
        Some(value) => holds(&value, |other| tag.is_like(other)),
        None => date(headers, &IF_MODIFIED_SINCE)
            .zip(*modified)
            .is_some_and(|(given, modified)| modified <= given),
    };
    if known { Precondition::NotModified } else { Precondition::Proceed }
}

/// The value of the Range header, if there is exactly one and an If-Range beside it fits.
pub(crate) fn range<'a>(headers: &'a HeaderMap, validators: &Validators, now: SystemTime) -> Option<&'a str> {
    let range = only(headers, &RANGE)?.to_str().ok()?;
    if !headers.contains_key(IF_RANGE) {
        return Some(range);
    }
    let value = only(headers, &IF_RANGE)?.to_str().ok()?;
    fits_range(value, validators, now).then_some(range)
}

/// A tag fits when it is strongly equal; a date when it is exactly the file's, and that lies a second back: within
/// that second the file may have changed again (8.8.2.2).
fn fits_range(value: &str, validators: &Validators, now: SystemTime) -> bool {
    if let Some(tag) = single(value) {
        return validators.tag.is(&tag);
    }
    let (Some(modified), Ok(given)) = (validators.modified, httpdate::parse_http_date(value)) else {
        return false;
    };
    given == modified && now.duration_since(modified).is_ok_and(|age| age > Duration::from_secs(1))
}

fn holds(value: &str, fits: impl Fn(&Listed<'_>) -> bool) -> bool {
    match TagList::parse(value) {
        TagList::Any => true,
        TagList::Tags(tags) => tags.iter().any(fits),
    }
}

/// All lines of a header that is a list, joined. A line that is not text makes the list malformed as a whole.
fn listed(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut lines = headers.get_all(name).iter().peekable();
    lines.peek()?;
    let lines: Vec<_> = lines.map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    Some(lines.join(", "))
}

/// A header that may occur only once; `None` where it occurs twice.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a hyper::header::HeaderValue> {
    let mut lines = headers.get_all(name).iter();
    lines.next().filter(|_| lines.next().is_none())
}

/// The date in a header. A malformed one counts as absent.
fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(only(headers, name)?.to_str().ok()?).ok()
}

/// A strong entity tag, with its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityTag(String);

impl EntityTag {
    /// The tag of a file, made of its length, the time of its last change, and which file it is.
    pub(crate) fn new(metadata: &Metadata) -> Self {
        let modified = metadata.modified().map_or(0, nanoseconds);
        Self(format!("\"{:x}-{modified:x}-{:x}\"", metadata.len(), identity(metadata)))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Strong comparison: `other` is this very tag, and not weak.
    pub(crate) fn is(&self, other: &Listed<'_>) -> bool {
        !other.weak && other.tag == self.0
    }

    /// Weak comparison: `other` is this tag, weak or not.
    pub(crate) fn is_like(&self, other: &Listed<'_>) -> bool {
        other.tag == self.0
    }
}

/// The inode, so that a file which was put in another's place with the same length and time has another tag.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> u128 {
    std::os::unix::fs::MetadataExt::ino(metadata).into()
}

/// The time of creation. The standard library does not give the index of a file. The time says less: a file that takes
/// another's name within seconds inherits it.
#[cfg(windows)]
fn identity(metadata: &Metadata) -> u128 {
    std::os::windows::fs::MetadataExt::creation_time(metadata).into()
}

/// Nanoseconds since 1970; times before that are counted too.
fn nanoseconds(time: SystemTime) -> u128 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_nanos(),
        Err(before) => u128::MAX - before.duration().as_nanos(),
    }
}

/// One tag of a header: with its quotes, without `W/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listed<'a> {
    weak: bool,
    tag: &'a str,
}

/// The value of If-Match or If-None-Match.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TagList<'a> {
    /// `*`, which every file fits
    Any,
    /// A list of tags; it is empty where the header is malformed.
    Tags(Vec<Listed<'a>>),
}

impl<'a> TagList<'a> {
    /// Parses a header's value. One that is malformed anywhere yields no tags.
    pub(crate) fn parse(value: &'a str) -> Self {
        if value.trim_matches(is_blank) == "*" {
            return Self::Any;
        }
        let mut tags = Vec::new();
        let mut rest = value.trim_start_matches(is_separator);
        while !rest.is_empty() {
            let Some((tag, tail)) = next(rest) else { return Self::Tags(Vec::new()) };
            tags.push(tag);
            let tail = tail.trim_start_matches(is_blank);
            if !tail.is_empty() && !tail.starts_with(',') {
                return Self::Tags(Vec::new());
            }
            rest = tail.trim_start_matches(is_separator);
        }
        Self::Tags(tags)
    }
}

/// The tag that an If-Range holds; `None` where it holds a date or is malformed.
pub(crate) fn single(value: &str) -> Option<Listed<'_>> {
    let (tag, tail) = next(value.trim_matches(is_blank))?;
    tail.is_empty().then_some(tag)
}

/// Parses a tag at the start of `text`, and returns it with what follows.
fn next(text: &str) -> Option<(Listed<'_>, &str)> {
    let (weak, quoted) = match text.strip_prefix("W/") {
        Some(quoted) => (true, quoted),
        None => (false, text),
    };
    let length = quoted.strip_prefix('"')?.find('"')? + 2;
    let (tag, tail) = quoted.split_at(length);
    let allowed = |byte: u8| byte == b'!' || (0x23..=0x7e).contains(&byte) || byte >= 0x80;
    tag[1..length - 1].bytes().all(allowed).then_some((Listed { weak, tag }, tail))
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

fn is_separator(character: char) -> bool {
    is_blank(character) || character == ','
}

/// The part of a file that a Range header asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ranged {
    /// The whole file: the header is of another unit, malformed, or asks for several ranges.
    Whole,
    /// The bytes of this range, at least one.
    Part(Range<u64>),
    /// The range begins at or after the end of the file.
    Unsatisfiable,
}

/// What the Range `value` means for a file of `length` bytes. Numbers that no `u64` holds count as the largest.
pub(crate) fn part_of_file(value: &str, length: u64) -> Ranged {
    let Some((unit, set)) = value.split_once('=') else { return Ranged::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Ranged::Whole;
    }
    // A server may ignore a Range (14.2). Several at once would need a body of several parts, and no resuming
    // download asks for that, so the whole file is sent; so it is where the header is malformed.
    let mut specs = set.split(',').map(str::trim).filter(|spec| !spec.is_empty());
    let (Some(spec), None) = (specs.next(), specs.next()) else { return Ranged::Whole };
    match spec.split_once('-') {
        Some(("", suffix)) => number(suffix).map_or(Ranged::Whole, |suffix| last(suffix, length)),
        Some((first, "")) => number(first).map_or(Ranged::Whole, |first| part(first, u64::MAX, length)),
        Some((first, end)) => match (number(first), number(end)) {
            (Some(first), Some(end)) if first <= end => part(first, end, length),
            _ => Ranged::Whole,
        },
        None => Ranged::Whole,
    }
}

fn part(first: u64, end: u64, length: u64) -> Ranged {
    if first >= length {
        return Ranged::Unsatisfiable;
    }
    Ranged::Part(first..end.saturating_add(1).min(length))
}

/// The range of the last `suffix` bytes. An empty file has none, and a Content-Range could not say so: it is sent
/// whole.
fn last(suffix: u64, length: u64) -> Ranged {
    match (suffix, length) {
        (0, _) => Ranged::Unsatisfiable,
        (_, 0) => Ranged::Whole,
        _ => Ranged::Part(length.saturating_sub(suffix)..length),
    }
}

/// Parses a number of digits alone, as the grammar demands; one over `u64` counts as the largest.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod entity_tag_tests {
    use super::*;

    fn tags(value: &str) -> Option<Vec<(bool, &str)>> {
        match TagList::parse(value) {
            TagList::Any => None,
            TagList::Tags(tags) => Some(tags.iter().map(|listed| (listed.weak, listed.tag)).collect()),
        }
    }

    #[test]
    fn lists_are_read_as_the_standard_has_them() {
        assert_eq!(tags(" * "), None);
        assert_eq!(tags("\"a\""), Some(vec![(false, "\"a\"")]));
        assert_eq!(tags(",\"a,b\" , W/\"c\",,"), Some(vec![(false, "\"a,b\""), (true, "\"c\"")]));
        assert_eq!(tags("\"\""), Some(vec![(false, "\"\"")]));
        for malformed in
            ["", "a", "\"a", "w/\"a\"", "\"a\" \"b\"", "\"a\", b", "\"a b\"", "*, \"a\"", "W/ \"a\""]
        {
            assert_eq!(tags(malformed), Some(vec![]), "{malformed}");
        }
    }

    #[test]
    fn an_if_range_holds_one_tag() {
        assert_eq!(single(" \"a\" "), Some(Listed { weak: false, tag: "\"a\"" }));
        assert_eq!(single("W/\"a\""), Some(Listed { weak: true, tag: "\"a\"" }));
        assert_eq!(single("\"a\", \"b\""), None);
        assert_eq!(single("Sat, 29 Oct 1994 19:43:31 GMT"), None);
    }

    #[test]
    fn weak_tags_are_never_strongly_equal() {
        let tag = EntityTag("\"a\"".to_owned());
        let (strong, weak) = (Listed { weak: false, tag: "\"a\"" }, Listed { weak: true, tag: "\"a\"" });
        assert_eq!((tag.is(&strong), tag.is(&weak)), (true, false));
        assert_eq!((tag.is_like(&strong), tag.is_like(&weak)), (true, true));
        assert!(!tag.is_like(&Listed { weak: false, tag: "\"b\"" }));
    }

    #[test]
    fn another_file_of_the_same_length_and_time_has_another_tag() {
        let folder = tempfile::tempdir().unwrap();
        let time = UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
        let tag = |name: &str, bytes: &[u8], time| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
            EntityTag::new(&std::fs::metadata(&path).unwrap())
        };
        let first = tag("a", b"alpha", time);
        assert_eq!(first, tag("a", b"alpha", time));
        assert_ne!(first, tag("a", b"alpha", time + std::time::Duration::from_micros(1)));
        assert_ne!(first, tag("a", b"alph", time));
        if cfg!(unix) {
            assert_ne!(first, tag("b", b"alpha", time));
        }
        assert!(first.as_str().starts_with("\"5-"), "{first:?}");
        tag("old", b"", UNIX_EPOCH - std::time::Duration::from_secs(5));
    }
}

#[cfg(test)]
mod byte_range_tests {
    use super::*;

    #[test]
    fn ranges_of_ten_bytes() {
        use Ranged::{Part, Unsatisfiable, Whole};
        for (value, expected) in [
            ("bytes=0-0", Part(0..1)),
            ("bytes=0-9", Part(0..10)),
            ("bytes=0-10", Part(0..10)),
            ("bytes=3-5", Part(3..6)),
            ("bytes=9-9", Part(9..10)),
            ("bytes=9-", Part(9..10)),
            ("bytes=0-", Part(0..10)),
            ("BYTES=1-1", Part(1..2)),
            ("bytes= 1-1 ,", Part(1..2)),
            ("bytes=5-18446744073709551615", Part(5..10)),
            ("bytes=5-99999999999999999999999", Part(5..10)),
            ("bytes=-1", Part(9..10)),
            ("bytes=-10", Part(0..10)),
            ("bytes=-11", Part(0..10)),
            ("bytes=-99999999999999999999999", Part(0..10)),
            ("bytes=10-", Unsatisfiable),
            ("bytes=10-20", Unsatisfiable),
            ("bytes=99999999999999999999999-", Unsatisfiable),
            ("bytes=-0", Unsatisfiable),
            ("bytes=5-4", Whole),
            ("bytes=0-1,3-4", Whole),
            ("bytes=10-,20-", Whole),
            ("bytes=", Whole),
            ("bytes=-", Whole),
            ("bytes", Whole),
            ("", Whole),
            ("bytes=a-b", Whole),
            ("bytes=+1-2", Whole),
            ("bytes=1 -2", Whole),
            ("bytes=--1", Whole),
            ("bytes=1-2-3", Whole),
            ("items=0-1", Whole),
        ] {
            assert_eq!(part_of_file(value, 10), expected, "{value}");
        }
    }

    #[test]
    fn ranges_of_an_empty_file() {
        assert_eq!(part_of_file("bytes=0-", 0), Ranged::Unsatisfiable);
        assert_eq!(part_of_file("bytes=0-0", 0), Ranged::Unsatisfiable);
        assert_eq!(part_of_file("bytes=-0", 0), Ranged::Unsatisfiable);
        assert_eq!(part_of_file("bytes=-5", 0), Ranged::Whole);
    }

    #[test]
    fn the_largest_file_has_a_last_byte() {
        assert_eq!(
            part_of_file("bytes=18446744073709551614-", u64::MAX),
            Ranged::Part(u64::MAX - 1..u64::MAX)
        );
    }
}
