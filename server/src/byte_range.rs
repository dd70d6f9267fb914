//! Byte ranges: RFC 9110, 14.1.2 and 14.2.

use std::ops::Range;

/// What a Range header makes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ranged {
    /// The whole of it: the header is of another unit, malformed, or asks for several ranges.
    Whole,
    /// These bytes, at least one.
    Part(Range<u64>),
    /// Nothing of it lies in the range.
    Unsatisfiable,
}

/// Judges `value` for a file of `length` bytes. Numbers that no `u64` holds count as the largest.
pub(crate) fn judge(value: &str, length: u64) -> Ranged {
    let Some((unit, set)) = value.split_once('=') else { return Ranged::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Ranged::Whole;
    }
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

/// The last bytes. Of an empty file there are none, and a Content-Range could not say so: it is sent whole.
fn last(suffix: u64, length: u64) -> Ranged {
    match (suffix, length) {
        (0, _) => Ranged::Unsatisfiable,
        (_, 0) => Ranged::Whole,
        _ => Ranged::Part(length.saturating_sub(suffix)..length),
    }
}

/// Digits alone, as the grammar has it.
fn number(text: &str) -> Option<u64> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
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
            assert_eq!(judge(value, 10), expected, "{value}");
        }
    }

    #[test]
    fn ranges_of_an_empty_file() {
        assert_eq!(judge("bytes=0-", 0), Ranged::Unsatisfiable);
        assert_eq!(judge("bytes=0-0", 0), Ranged::Unsatisfiable);
        assert_eq!(judge("bytes=-0", 0), Ranged::Unsatisfiable);
        assert_eq!(judge("bytes=-5", 0), Ranged::Whole);
    }

    #[test]
    fn the_largest_file_has_a_last_byte() {
        assert_eq!(judge("bytes=18446744073709551614-", u64::MAX), Ranged::Part(u64::MAX - 1..u64::MAX));
    }
}
