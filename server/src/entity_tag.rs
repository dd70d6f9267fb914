//! Entity tags: RFC 9110, 8.8.3.

use std::fs::Metadata;
use std::time::{SystemTime, UNIX_EPOCH};

/// A strong entity tag, with its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityTag(String);

impl EntityTag {
    /// Of a file: its length, when it was changed, and which file it is.
    pub(crate) fn of(metadata: &Metadata) -> Self {
        let modified = metadata.modified().map_or(0, nanoseconds);
        Self(format!("\"{:x}-{modified:x}-{:x}\"", metadata.len(), identity(metadata)))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Strong comparison: this very tag, and not weak.
    pub(crate) fn is(&self, other: &Listed<'_>) -> bool {
        !other.weak && other.tag == self.0
    }

    /// Weak comparison: this tag, weak or not.
    pub(crate) fn is_like(&self, other: &Listed<'_>) -> bool {
        other.tag == self.0
    }
}

/// Which file it is, so that one that was put in its place with the same length and time is told from it.
#[cfg(unix)]
fn identity(metadata: &Metadata) -> u128 {
    std::os::unix::fs::MetadataExt::ino(metadata).into()
}

/// The index of a file is not to be had from the standard library. When it was made tells less: a file that takes another's
/// name within seconds inherits it.
#[cfg(windows)]
fn identity(metadata: &Metadata) -> u128 {
    std::os::windows::fs::MetadataExt::creation_time(metadata).into()
}

/// Since 1970; times before that are counted too.
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

/// What If-Match and If-None-Match hold.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TagList<'a> {
    /// `*`
    Any,
    /// Tags; none where the header is malformed.
    Tags(Vec<Listed<'a>>),
}

impl<'a> TagList<'a> {
    /// Reads a header's value; one that is malformed anywhere lists nothing.
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

/// The one tag that an If-Range holds, unless it holds a date or nonsense.
pub(crate) fn single(value: &str) -> Option<Listed<'_>> {
    let (tag, tail) = next(value.trim_matches(is_blank))?;
    tail.is_empty().then_some(tag)
}

/// A tag at the start of `text`, and what follows it.
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

#[cfg(test)]
mod tests {
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
            EntityTag::of(&std::fs::metadata(&path).unwrap())
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
