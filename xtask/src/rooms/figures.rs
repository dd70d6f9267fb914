//! Counts of lines: how much code there is, and how it is divided into files.
//!
//! Every Rust file counts that Git has or would add, but for those of tests: files in a folder `tests` or `fuzz`,
//! `tests.rs`, `*_tests.rs`, and items under `#[cfg(test)]`. A file that holds nothing else does not count.
//!
//! - **Code lines** hold at least a part of a word, sign or literal; comments and blank lines do not count.
//! - **A file's length** is its lines without those of tests, comments and blank lines included.
//! - **`use` and `mod` lines** are code lines that begin with one of these words, behind `pub` and the like where they
//!   are there; their share is of all lines that are not blank.
//! - **Comments that say why** are lines with nothing but a comment that does not become documentation; their share is
//!   of all lines that are not blank.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::tokens::{Line, Source};

/// The counts of one file, without its tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileFigures {
    pub(super) path: String,
    pub(super) lines: usize,
    pub(super) code: usize,
    imports: usize,
    comments: usize,
    blank: usize,
}

/// The figures of every file that counts, in the order of their names.
pub(super) fn files(repo: &Path) -> Result<Vec<FileFigures>, String> {
    let mut found = Vec::new();
    for name in sources(repo)?.iter().filter(|name| !is_test(name)) {
        let text = fs::read_to_string(repo.join(name)).map_err(|error| format!("{name}: {error}"))?;
        let file = file_figures(name, &text);
        if file.lines > 0 {
            found.push(file);
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found.dedup_by(|a, b| a.path == b.path);
    Ok(found)
}

/// Every source file in Rust, tests too, relative to `repo`. New files count before they are added, and removed ones no
/// longer do.
pub(super) fn sources(repo: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.rs"])
        .current_dir(repo)
        .output()
        .map_err(|error| format!("git ls-files: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let names = String::from_utf8_lossy(&output.stdout);
    let names = names.split('\0').filter(|name| !name.is_empty() && repo.join(name).exists());
    Ok(names.map(str::to_owned).collect())
}

fn is_test(name: &str) -> bool {
    name.ends_with("_tests.rs") || name.split('/').any(|part| matches!(part, "tests" | "fuzz" | "tests.rs"))
}

fn file_figures(path: &str, text: &str) -> FileFigures {
    let source = Source::read(text);
    let count = |kind| source.lines.iter().filter(|line| **line == kind).count();
    let imports = text
        .lines()
        .zip(&source.lines)
        .filter(|(text, line)| **line == Line::Code && is_import(text))
        .count();
    FileFigures {
        path: path.to_owned(),
        lines: source.lines.len() - count(Line::Test),
        code: count(Line::Code),
        imports,
        comments: count(Line::Comment),
        blank: count(Line::Blank),
    }
}

fn is_import(line: &str) -> bool {
    let mut words = line.trim_start().split(' ').peekable();
    while words
        .next_if(|word| word.starts_with("pub") || matches!(*word, "in" | "self)" | "super)" | "crate)"))
        .is_some()
    {}
    matches!(words.next(), Some("use" | "mod"))
}

/// The figures of all files together, as lines to print.
pub(super) fn summary(files: &[FileFigures]) -> String {
    let sum = |part: fn(&FileFigures) -> usize| files.iter().map(part).sum::<usize>();
    let mut lengths: Vec<usize> = files.iter().map(|file| file.lines).collect();
    lengths.sort_unstable();
    let at = |share: usize| lengths.get(lengths.len() * share / 100).copied().unwrap_or_default();
    let longest = files.iter().max_by_key(|file| file.lines);
    let written = sum(|file| file.lines) - sum(|file| file.blank);
    format!(
        "code lines        {}\n\
         files             {}: median {}, 90th percentile {}, longest {}\n\
         use and mod       {}\n\
         comments of why   {}\n",
        sum(|file| file.code),
        files.len(),
        at(50),
        at(90),
        longest.map_or_else(String::new, |file| format!("{} ({})", file.lines, file.path)),
        share(sum(|file| file.imports), written),
        share(sum(|file| file.comments), written),
    )
}

fn share(part: usize, whole: usize) -> String {
    let tenths = (part * 1000 + whole / 2).checked_div(whole).unwrap_or_default();
    format!("{}.{} % ({part} of {whole} lines)", tenths / 10, tenths % 10)
}

/// One line for each top folder and each of its files.
pub(super) fn listing(files: &[FileFigures]) -> String {
    let mut folders: BTreeMap<&str, Vec<&FileFigures>> = BTreeMap::new();
    for file in files {
        folders.entry(file.path.split('/').next().unwrap_or_default()).or_default().push(file);
    }
    let mut text = String::from("  code  lines  use+mod  why\n");
    for (folder, files) in folders {
        let sum = |part: fn(&FileFigures) -> usize| files.iter().map(|file| part(file)).sum::<usize>();
        let name = format!("{folder}/ ({} files)", files.len());
        let rows =
            files.iter().map(|file| (file.path.as_str(), file.code, file.lines, file.imports, file.comments));
        let whole =
            (name.as_str(), sum(|f| f.code), sum(|f| f.lines), sum(|f| f.imports), sum(|f| f.comments));
        for (name, code, lines, imports, comments) in std::iter::once(whole).chain(rows) {
            let _ = writeln!(text, "{code:>6} {lines:>6} {imports:>8} {comments:>4}  {name}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_counts_as_one_thing() {
        let text = "//! What it is.\n\nuse std::fs;\npub(crate) mod inner;\n\n// Why it is so.\nfn f() {\n    g(); // behind code\n}\n\
                    \n#[cfg(test)]\nmod tests {\n    // Not counted.\n}\n";
        let file = file_figures("src/lib.rs", text);
        assert_eq!((file.lines, file.code, file.imports, file.comments, file.blank), (10, 5, 2, 1, 3));
    }

    #[test]
    fn files_of_tests_are_left_out() {
        for name in ["tests/lib.rs", "pe/src/tests.rs", "pe/src/a/tests/deep.rs", "fuzz/targets/unpack.rs"] {
            assert!(is_test(name), "{name}");
        }
        assert!(!is_test("intunewin/examples/inspect.rs"));
    }

    #[test]
    fn the_summary_gives_shares_and_percentiles() {
        let file = |path: &str, lines| FileFigures {
            path: path.to_owned(),
            lines,
            code: 80,
            imports: 5,
            comments: 2,
            blank: 10,
        };
        let text = summary(&[file("a.rs", 100), file("b.rs", 110), file("c.rs", 120)]);
        assert_eq!(
            text,
            "code lines        240\nfiles             3: median 110, 90th percentile 120, longest 120 (c.rs)\n\
             use and mod       5.0 % (15 of 300 lines)\ncomments of why   2.0 % (6 of 300 lines)\n"
        );
    }
}
