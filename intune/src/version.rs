//! Versions as rules compare them.

use std::fmt;
use std::str::FromStr;
use waybill_schemas::Quoted;

/// A version as .NET's `System.Version` reads and compares it: two to four numbers, an absent part older than 0, so
/// that 1.2 < 1.2.0 (docs/detection.md, "Files and folders").
///
/// ```
/// use waybill_intune::VersionNumber;
///
/// let version = |text: &str| text.parse::<VersionNumber>();
/// assert!(version("1.2")? < version("1.2.0")? && version("1.10.0.0")? > version("1.9.9.9")?);
/// assert!(version("7").is_err() && version("1.2b").is_err());
/// # Ok::<(), waybill_intune::NoVersion>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionNumber {
    // Vectors compare as System.Version does: part by part, and the one that ends first is less.
    parts: Vec<u32>,
}

impl VersionNumber {
    /// How many parts it is written with: 2, 3 or 4.
    pub fn count(&self) -> usize {
        self.parts.len()
    }

    /// Whether both are the same version with a different number of parts, such as 1.2 and 1.2.0.0.
    pub fn is_same_but_longer(&self, other: &Self) -> bool {
        let (short, long) = if self.count() < other.count() { (self, other) } else { (other, self) };
        short.count() < long.count()
            && long.parts.starts_with(&short.parts)
            && long.parts[short.count()..].iter().all(|part| *part == 0)
    }
}

/// The four numbers of a file's version resource.
impl From<[u16; 4]> for VersionNumber {
    fn from(numbers: [u16; 4]) -> Self {
        Self { parts: numbers.map(u32::from).to_vec() }
    }
}

impl FromStr for VersionNumber {
    type Err = NoVersion;

    /// Reads text as `System.Version.Parse` does: each part is a number from 0 to 2147483647; blanks and a sign are
    /// allowed.
    fn from_str(text: &str) -> Result<Self, NoVersion> {
        let parts: Option<Vec<u32>> = text.split('.').map(number).collect();
        let parts = parts.filter(|parts| (2..=4).contains(&parts.len()));
        parts.map(|parts| Self { parts }).ok_or_else(|| NoVersion { text: text.to_owned() })
    }
}

impl fmt::Display for VersionNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.parts.iter().map(u32::to_string).collect();
        formatter.write_str(&parts.join("."))
    }
}

/// Reads one part as .NET's `NumberStyles.Integer` does, negative numbers excepted.
fn number(part: &str) -> Option<u32> {
    // .NET allows blanks and a sign around each part, and these six characters are the only blanks to it.
    let bare = part.trim_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    bare.parse::<i32>().ok().and_then(|number| u32::try_from(number).ok())
}

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text} is no version: two to four numbers with points between are", text = Quoted(text))]
pub struct NoVersion {
    /// The text that could not be read, as it was given.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Ordering;

    fn version(text: &str) -> VersionNumber {
        text.parse().unwrap()
    }

    #[test]
    fn versions_compare_as_the_device_does() {
        assert!(version("1.2") < version("1.2.0"));
        assert!(version("1.10.0.0") > version("1.9.9.9"));
        assert_eq!(version("1.2.0"), version("01.002.0"));
        assert_eq!(version(" 1. +2 .3 ").to_string(), "1.2.3");
        assert_eq!(VersionNumber::from([1, 2, 0, 65535]), version("1.2.0.65535"));
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for wrong in [
            "",
            "7",
            "1.",
            ".1",
            "1..2",
            "1.2.3.4.5",
            "1.2b",
            "v1.2",
            "1.-1",
            "1.2147483648",
            "1.2 beta",
            "1,2",
            "1.2.3-rc.1",
            "1.0x10",
            "1.\u{a0}2",
        ] {
            assert_eq!(wrong.parse::<VersionNumber>(), Err(NoVersion { text: wrong.into() }), "{wrong}");
        }
    }

    #[test]
    fn the_same_version_is_recognised_in_another_length() {
        assert!(version("23.1").is_same_but_longer(&version("23.1.0.0")));
        assert!(version("23.1.0").is_same_but_longer(&version("23.1")));
        assert!(!version("23.1").is_same_but_longer(&version("23.1.4")));
        assert!(!version("23.1").is_same_but_longer(&version("23.1")));
    }

    /// `System.Version.CompareTo`, written as its documentation says it: absent parts are −1, and the first of
    /// major, minor, build, revision that differs decides.
    fn model(left: &[u32], right: &[u32]) -> Ordering {
        let part = |parts: &[u32], at: usize| parts.get(at).map_or(-1, |part| i64::from(*part));
        for at in 0..4 {
            if part(left, at) != part(right, at) {
                return if part(left, at) > part(right, at) { Ordering::Greater } else { Ordering::Less };
            }
        }
        Ordering::Equal
    }

    /// Parts that are often equal, and now and then at the border.
    fn parts() -> impl Strategy<Value = Vec<u32>> {
        let part = prop_oneof![4 => 0..4u32, 1 => Just(9u32), 1 => Just(10u32), 1 => Just(2_147_483_647u32)];
        prop::collection::vec(part, 2..=4)
    }

    fn written(parts: &[u32]) -> VersionNumber {
        version(&parts.iter().map(u32::to_string).collect::<Vec<_>>().join("."))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn comparison_agrees_with_the_model(left in parts(), right in parts()) {
            prop_assert_eq!(written(&left).cmp(&written(&right)), model(&left, &right));
        }

        #[test]
        fn comparison_is_a_total_order(one in parts(), two in parts(), three in parts()) {
            let (one, two, three) = (written(&one), written(&two), written(&three));
            prop_assert_eq!(one.cmp(&two), two.cmp(&one).reverse());
            prop_assert_eq!(one == two, one.cmp(&two) == Ordering::Equal);
            if one <= two && two <= three {
                prop_assert!(one <= three);
            }
        }

        #[test]
        fn what_is_written_is_read_again(text in "[0-9]{1,6}([.][0-9]{1,6}){1,3}") {
            let read = version(&text);
            prop_assert_eq!(version(&read.to_string()), read);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".{0,40}") {
            let _ = text.parse::<VersionNumber>();
        }
    }
}
