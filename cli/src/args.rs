//! The options that several commands share, and parsers for their values: sizes, and `*.intunewin` on Windows.

use anstream::ColorChoice;
use clap::builder::{PossibleValuesParser, StringValueParser, TypedValueParser};
use clap::{ArgAction, Args};
use intunewin::ArchivePolicy;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use waybill_disk::Root;

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Print exactly one JSON document on stdout, success or error
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Tell errors and what was asked for, nothing else
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Log what happens; twice for everything
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to use colours; NO_COLOR is respected
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", value_parser = choice(&COLORS))]
    pub(crate) color: ColorChoice,
}

/// The names of `--color`, and what they stand for.
pub(crate) const COLORS: [(&str, ColorChoice); 3] =
    [("auto", ColorChoice::Auto), ("always", ColorChoice::Always), ("never", ColorChoice::Never)];

/// Parses one of the names in `choices` as the value beside it.
pub(crate) fn choice<T: Copy + Send + Sync>(
    choices: &'static [(&'static str, T)],
) -> impl TypedValueParser<Value = T> {
    let names = PossibleValuesParser::new(choices.iter().map(|(name, _)| *name));
    names.try_map(move |name| {
        choices.iter().find(|(other, _)| *other == name).map(|(_, value)| *value).ok_or("not a choice")
    })
}

/// Parses a whole number of this range. Its errors name the range in plain words; Rust's own would say "invalid digit
/// found in string".
pub(crate) fn whole_number<T>(range: RangeInclusive<u64>) -> impl TypedValueParser<Value = T>
where
    T: TryFrom<u64> + Clone + Send + Sync + 'static,
{
    let (least, most) = range.into_inner();
    StringValueParser::new().try_map(move |text| {
        let number = text.trim().parse::<u64>().ok().filter(|number| (least..=most).contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| match most {
            u64::MAX => format!("not a whole number from {least} on"),
            _ => format!("not a whole number from {least} to {most}"),
        })
    })
}

/// The longest wait that can be asked for: a year, in seconds.
pub(crate) const LONGEST_WAIT: u64 = 365 * 24 * 60 * 60;

/// How packages are read.
#[derive(Debug, Clone, Args)]
pub(crate) struct PackageArgs {
    /// Read bare encrypted contents: take their keys from a Detection.xml, a content.json or Graph's
    /// fileEncryptionInfo
    #[arg(long, value_name = "FILE")]
    pub(crate) encryption_info: Option<PathBuf>,
    /// What may be read at most.
    #[command(flatten)]
    pub(crate) limits: Limits,
}

/// What a package may be at most.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct Limits {
    /// Refuse larger packages
    #[arg(long, value_name = "SIZE", default_value = "30GiB")]
    max_package: Size,
    /// Refuse payloads that unpack to more
    #[arg(long, value_name = "SIZE", default_value = "60GiB")]
    max_unpacked: Size,
}

impl Limits {
    /// The archive policy with these limits.
    pub(crate) fn policy(&self) -> ArchivePolicy {
        let mut policy = ArchivePolicy::default();
        (policy.max_package, policy.max_unpacked) = (self.max_package.0, self.max_unpacked.0);
        policy
    }
}

/// The folder of state and content.
#[derive(Debug, Clone, Args)]
pub(crate) struct RootArgs {
    /// The folder of state and partial downloads, made where it is missing; by default that of the variable
    /// WAYBILL_ROOT, else the device's own
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
}

impl RootArgs {
    /// The root that was given, else the machine's. The path is absolute, because reports name files in it.
    pub(crate) fn folder(&self) -> PathBuf {
        // Not read by clap, which would show the option as a required one in every usage line while the variable is set.
        let of_environment =
            || std::env::var_os("WAYBILL_ROOT").filter(|root| !root.is_empty()).map(PathBuf::from);
        let folder = self.root.clone().or_else(of_environment).unwrap_or_else(Root::default_path);
        std::path::absolute(&folder).unwrap_or(folder)
    }
}

/// A number of bytes, written as `1048576`, `1024KiB`, `1.5 MiB`, `30GiB` or `2GB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size(pub(crate) u64);

const UNITS: &[(&str, u64)] = &[
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kib", 1 << 10),
    ("kb", 1_000),
    ("m", 1 << 20),
    ("mib", 1 << 20),
    ("mb", 1_000_000),
    ("g", 1 << 30),
    ("gib", 1 << 30),
    ("gb", 1_000_000_000),
    ("t", 1 << 40),
    ("tib", 1 << 40),
    ("tb", 1_000_000_000_000),
];

impl FromStr for Size {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "not a size such as 48MiB, 1.5GiB or 1048576";
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit = unit.trim().to_ascii_lowercase();
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(WRONG)?;
        let number = number.replace('_', "");
        let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
        let whole: u64 = whole.parse().map_err(|_| WRONG)?;
        let part = parse_fraction(fraction, *factor).ok_or(WRONG)?;
        whole
            .checked_mul(*factor)
            .and_then(|bytes| bytes.checked_add(part))
            .map(Self)
            .ok_or("larger than any disk")
    }
}

/// The bytes of the digits after the point. Digits after the ninth are ignored.
fn parse_fraction(digits: &str, factor: u64) -> Option<u64> {
    let digits = &digits[..digits.len().min(9)];
    if digits.is_empty() {
        return Some(0);
    }
    let value: u64 = digits.parse().ok()?;
    // In 128 bits, because nine digits of a terabyte do not fit into 64.
    let scale = 10_u128.pow(digits.len() as u32);
    u64::try_from(u128::from(value) * u128::from(factor) / scale).ok()
}

/// The paths; on Windows, where the last part of one has `*` or `?`, all files that match it, by name. A pattern that
/// matches nothing stays, so that the error names it.
pub(crate) fn expand(paths: &[PathBuf]) -> Vec<PathBuf> {
    // Neither cmd nor PowerShell expands patterns for a program. A Unix shell has done so already, and a star that is
    // left belongs to a name.
    paths.iter().flat_map(|path| if cfg!(windows) { matching(path) } else { vec![path.clone()] }).collect()
}

fn matching(path: &Path) -> Vec<PathBuf> {
    let pattern = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let folder = path.parent().unwrap_or(Path::new(""));
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = if pattern.contains(['*', '?']) { std::fs::read_dir(listed).ok() } else { None };
    let names = entries.into_iter().flatten().flatten().map(|entry| entry.file_name());
    let fits = |name: &std::ffi::OsString| is_match(&pattern, &name.to_string_lossy().to_lowercase());
    let mut found: Vec<PathBuf> = names.filter(fits).map(|name| folder.join(name)).collect();
    found.sort();
    if found.is_empty() { vec![path.to_owned()] } else { found }
}

/// Matches a name. `*` stands for any number of characters, `?` for one. It takes at most pattern times name steps, because
/// only the last star is tried again.
fn is_match(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut at, mut seen) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while seen < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(one) if *one == '?' || *one == name[seen] => (at, seen) = (at + 1, seen + 1),
            _ => {
                // The last star takes one character more.
                let Some((star_at, from)) = star else { return false };
                star = Some((star_at, from + 1));
                (at, seen) = (star_at + 1, from + 1);
            }
        }
    }
    pattern[at..].iter().all(|one| *one == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_every_spelling() {
        for (text, bytes) in [
            ("0", 0),
            ("1048576", 1 << 20),
            ("48MiB", 48 << 20),
            ("48 mib", 48 << 20),
            ("30G", 30 << 30),
            ("1.5GiB", 3 << 29),
            ("2GB", 2_000_000_000),
            ("1_000b", 1000),
            ("0.1k", 102),
        ] {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
        for text in [
            "",
            "MiB",
            "-1",
            "1e3",
            "12 parsecs",
            "1.2.3",
            ".5",
            "20000000TiB",
            "¼MiB",
            "99999999999999999999",
        ] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    #[test]
    fn stars_and_question_marks_match() {
        for (pattern, name, expected) in [
            ("*.intunewin", "a.intunewin", true),
            ("*.intunewin", "a.intunewin.txt", false),
            ("a*b*c", "a-b-b-c", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*", "", true),
            ("", "a", false),
            ("*ab", "aab", true),
        ] {
            assert_eq!(is_match(pattern, name), expected, "{pattern} {name}");
        }
        // With every star tried again this would not end.
        assert!(!is_match(&"*a".repeat(30), &format!("{}b", "a".repeat(200))));
    }

    #[test]
    fn files_are_found_in_order_and_what_is_not_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.intunewin", "A.INTUNEWIN", "c.txt"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let found = |name: &str| {
            let found = matching(&folder.path().join(name));
            found
                .iter()
                .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(found("*.intunewin"), ["A.INTUNEWIN", "b.intunewin"]);
        assert_eq!(found("*.zip"), ["*.zip"]);
        assert_eq!(found("c.txt"), ["c.txt"]);
    }
}
