//! The program of a command line, as CreateProcess takes it where it is given no application name (Microsoft, CreateProcessW,
//! `lpApplicationName`): what stands in quotes, or the growing prefix at blanks.
//!
//! Of `C:\Program Files\App\setup.exe /S` it tries `C:\Program`, `C:\Program Files\App\setup.exe`, and would go on with
//! `C:\Program Files\App\setup.exe /S`; the first that is a file is taken. Each is looked for in every place before the
//! next. The first token, which CommandLineToArgvW calls `argv[0]`, is the first of them.

use crate::path::{self, LONGEST_NAME};
use crate::right_line::{is_document, is_program};

/// A program that the line may mean, and what stands behind it, character for character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The program as the line names it, without quotes.
    pub name: &'a str,
    /// Everything behind it.
    pub tail: &'a str,
}

/// Every program that the line may mean, in the order in which Windows tries them.
pub fn candidates(line: &str) -> Vec<Candidate<'_>> {
    if let Some(behind) = line.strip_prefix('"') {
        let (name, tail) = behind.split_once('"').unwrap_or((behind, ""));
        return vec![Candidate { name, tail }];
    }
    let is_blank = |c: char| matches!(c, ' ' | '\t');
    let ends = line.match_indices(is_blank).map(|(at, _)| at).chain([line.len()]);
    let first = ends.clone().next().unwrap_or_default();
    let is_end = |end: &usize| !line[..*end].ends_with(is_blank);
    // A longer prefix of what cannot be a path, or is too long for one, cannot be one either.
    let may_be = |end: &usize| *end == first || (may_exist(&line[..*end]));
    let fitting = ends.filter(is_end).take_while(may_be);
    fitting.map(|end| Candidate { name: &line[..end], tail: &line[end..] }).collect()
}

fn may_exist(name: &str) -> bool {
    name.encode_utf16().count() <= LONGEST_NAME && path::is_possible(name)
}

/// Whether the name ends in the extension of a program, or of a file that people start as if it were one: then it is
/// a whole name, whatever follows it.
pub(super) fn starts_by_name(name: &str) -> bool {
    let extension = path::extension(name);
    is_program(&extension) || is_document(&extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> Vec<&str> {
        candidates(line).iter().map(|one| one.name).collect()
    }

    #[test]
    fn the_prefix_grows_at_blanks() {
        for (line, expected) in [
            ("setup.exe", vec!["setup.exe"]),
            ("setup.exe /S", vec!["setup.exe", "setup.exe /S"]),
            ("My\tSetup.exe  /S", vec!["My", "My\tSetup.exe", "My\tSetup.exe  /S"]),
            (r"C:\a b\c.exe x", vec![r"C:\a", r"C:\a b\c.exe", r"C:\a b\c.exe x"]),
            // What holds a quote or a second colon names no file, and neither does anything longer.
            ("setup.exe A=\"b c\" d", vec!["setup.exe"]),
            ("setup.exe /l:x y", vec!["setup.exe"]),
            ("se\"tup.exe x", vec!["se\"tup.exe"]),
        ] {
            assert_eq!(names(line), expected, "{line}");
            for one in candidates(line) {
                assert_eq!(format!("{}{}", one.name, one.tail), line);
            }
        }
    }

    #[test]
    fn quotes_end_it_whatever_follows() {
        for (line, name, tail) in [
            ("\"My Setup.exe\" /S", "My Setup.exe", " /S"),
            ("\"setup.exe\"/S", "setup.exe", "/S"),
            ("\"a\\\"b\" c", "a\\", "b\" c"),
            ("\"never closed /S", "never closed /S", ""),
            ("\"\" /S", "", " /S"),
        ] {
            assert_eq!(candidates(line), [Candidate { name, tail }], "{line}");
        }
    }

    #[test]
    fn a_long_line_is_not_tried_to_its_end() {
        let line = "setup.exe x".to_owned() + &" y".repeat(10_000);
        assert!(candidates(&line).len() < LONGEST_NAME);
    }
}
