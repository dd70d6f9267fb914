//! `*.intunewin` on Windows, whose shells hand it on as it is.

use std::path::{Path, PathBuf};

/// Every path; where the last part of one has `*` or `?` and this is Windows, all files that match it, by name. A
/// pattern that nothing matches stays, so that it is told.
pub(crate) fn expand(paths: &[PathBuf]) -> Vec<PathBuf> {
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

/// `*` stands for any characters, `?` for one.
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
