/// A `Content-Range` (RFC 9110, section 14.4), unit `bytes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentRange {
    /// `bytes 0-99/200`; the total is `None` where it is `*`.
    Part {
        /// Offset of the first byte.
        first: u64,
        /// Offset of the last byte.
        last: u64,
        /// Bytes of the whole.
        total: Option<u64>,
    },
    /// `bytes */200`: nothing of it.
    Unsatisfied {
        /// Bytes of the whole.
        total: u64,
    },
}

impl ContentRange {
    /// Reads the header's value; `None` for what contradicts itself or is of another unit.
    pub fn parse(text: &str) -> Option<Self> {
        let (unit, rest) = text.trim().split_once(' ')?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (range, total) = rest.trim().split_once('/')?;
        let total = if total == "*" { None } else { Some(number(total)?) };
        if range == "*" {
            return total.map(|total| Self::Unsatisfied { total });
        }
        let (first, last) = range.split_once('-')?;
        let (first, last) = (number(first)?, number(last)?);
        let fits = first <= last && total.is_none_or(|total| last < total);
        fits.then_some(Self::Part { first, last, total })
    }
}

/// Digits alone: `u64::from_str` would take a sign.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_ones_are_read() {
        let part = |first, last, total| Some(ContentRange::Part { first, last, total });
        assert_eq!(ContentRange::parse("bytes 0-0/1"), part(0, 0, Some(1)));
        assert_eq!(ContentRange::parse("Bytes 5-99/200"), part(5, 99, Some(200)));
        assert_eq!(ContentRange::parse("bytes 5-99/*"), part(5, 99, None));
        assert_eq!(ContentRange::parse("bytes */200"), Some(ContentRange::Unsatisfied { total: 200 }));
    }

    #[test]
    fn contradictions_are_none() {
        for text in [
            "",
            "bytes",
            "bytes 1-2",
            "bytes 2-1/9",
            "bytes 0-9/9",
            "bytes */*",
            "bytes +1-2/9",
            "bytes 1-/9",
            "bytes -2/9",
            "items 0-1/2",
            "bytes 0-18446744073709551616/99999999999999999999999",
            "bytes 1 - 2/9",
        ] {
            assert_eq!(ContentRange::parse(text), None, "{text}");
        }
    }
}
