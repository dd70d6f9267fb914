//! Leaves files out of a package, by `--exclude` globs and `.waybillignore` files in gitignore syntax.
//!
//! Nothing else is ignored: no `.gitignore`, no hidden files. Matching is case-sensitive on every system, so that the
//! same folder gives the same payload everywhere. `--exclude` takes precedence over every ignore file, and a deeper
//! ignore file over a shallower one. Within one list the last pattern that matches decides; `!` takes a file back in.
//! As in git, nothing below a folder that is left out can be taken back in.

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use std::path::Path;
use waybill_schemas::Quoted;
use waybill_schemas::codes::{Classified, Code, source};
use waybill_schemas::read_regular;

pub use ignore::Error as PatternError;

/// The name of ignore files, which are never packed themselves.
pub const IGNORE_FILE_NAME: &str = ".waybillignore";

/// The largest ignore file that is read, in bytes.
const MAX_IGNORE_FILE: usize = 1024 * 1024;

/// The most patterns with wildcards that are asked for one name, `--exclude` and all ignore files above it together. A
/// plain name, a path and `*.ext` are looked up in a table and not counted, however many there are; every other pattern
/// takes its time for every file.
const MOST_WILDCARDS: usize = 1_000;
/// The most bytes of those patterns together.
const MOST_WILDCARD_BYTES: usize = 64 * 1024;

/// Why the patterns of `--exclude` cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExcludeError {
    /// A pattern is not in gitignore syntax.
    #[error("the exclude pattern {glob} is not in gitignore syntax", glob = Quoted(glob))]
    Pattern {
        /// The pattern as it was given.
        glob: String,
        /// What is wrong with the pattern.
        #[source]
        source: PatternError,
    },
    /// There are too many patterns.
    #[error(transparent)]
    Wildcards(#[from] WildcardError),
    /// The patterns are too large together to be compiled.
    #[error("the exclude patterns cannot be used together")]
    Together(#[source] PatternError),
}

/// There are more patterns with wildcards than can be asked for every file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error(
    "{count} patterns with wildcards ({bytes} bytes) are asked for each file, at most {MOST_WILDCARDS} \
     ({MOST_WILDCARD_BYTES} bytes) can be; plain names, paths and `*.ext` do not count"
)]
pub struct WildcardError {
    /// How many patterns there are.
    pub count: usize,
    /// How many bytes they have together.
    pub bytes: usize,
}

/// The patterns with wildcards of one or more lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Wildcards {
    count: usize,
    bytes: usize,
}

impl Wildcards {
    fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let wild = lines.filter(|line| has_wildcards(line));
        wild.fold(Self::default(), |sum, line| sum.plus(Self { count: 1, bytes: line.len() }))
    }

    fn plus(self, other: Self) -> Self {
        Self { count: self.count + other.count, bytes: self.bytes + other.bytes }
    }

    fn check(self) -> Result<(), WildcardError> {
        match self.count <= MOST_WILDCARDS && self.bytes <= MOST_WILDCARD_BYTES {
            true => Ok(()),
            false => Err(WildcardError { count: self.count, bytes: self.bytes }),
        }
    }
}

/// Whether a line is a pattern that globset cannot look up in a table of whole names, paths or extensions.
fn has_wildcards(line: &str) -> bool {
    let is_wild = |text: &str| text.contains(['*', '?', '[', '{']);
    if line.starts_with('#') {
        return false;
    }
    let pattern = line.trim_end().trim_start_matches('!').trim_end_matches('/');
    let pattern = pattern.strip_prefix("**/").unwrap_or(pattern);
    let extension = pattern.strip_prefix("*.");
    let is_extension =
        extension.is_some_and(|text| !text.is_empty() && !is_wild(text) && !text.contains(['.', '/', '\\']));
    !is_extension && is_wild(pattern)
}

impl Classified for ExcludeError {
    fn code(&self) -> &'static Code {
        &source::EXCLUDE_GLOB
    }
}

/// The compiled `--exclude` globs. [`Default`] excludes nothing.
#[derive(Debug, Clone)]
pub struct Exclusions {
    globs: Gitignore,
    wildcards: Wildcards,
}

impl Default for Exclusions {
    fn default() -> Self {
        Self { globs: Gitignore::empty(), wildcards: Wildcards::default() }
    }
}

impl Exclusions {
    /// Compiles globs in gitignore syntax, relative to the source folder.
    ///
    /// # Errors
    /// [`ExcludeError`] with the first pattern that is not in gitignore syntax, or over 1,000 patterns with wildcards.
    pub fn new<S: AsRef<str>>(globs: &[S]) -> Result<Self, ExcludeError> {
        let mut builder = GitignoreBuilder::new("");
        builder.allow_unclosed_class(false);
        let wildcards = Wildcards::of(globs.iter().map(S::as_ref));
        wildcards.check()?;
        for glob in globs.iter().map(S::as_ref) {
            let refused = |source| ExcludeError::Pattern { glob: glob.to_owned(), source };
            builder.add_line(None, glob).map_err(refused)?;
        }
        Ok(Self { globs: builder.build().map_err(ExcludeError::Together)?, wildcards })
    }
}

/// Why an ignore file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IgnoreFileError {
    /// The file could not be read.
    #[error("cannot be read")]
    Read(#[source] std::io::Error),
    /// The file is larger than 1 MiB.
    #[error("is larger than {MAX_IGNORE_FILE} bytes")]
    TooLarge,
    /// The file is not UTF-8.
    #[error("is not UTF-8")]
    NotText,
    /// Together with the files above it and `--exclude` there are too many patterns.
    #[error("makes too many patterns")]
    Wildcards(#[from] WildcardError),
    /// The patterns are too large together to be compiled.
    #[error("holds patterns that cannot be used together")]
    Together(#[source] PatternError),
    /// A line is not a pattern in gitignore syntax.
    #[error("line {line}: {pattern} is not in gitignore syntax", pattern = Quoted(pattern))]
    Pattern {
        /// The number of the line, from 1.
        line: usize,
        /// The text of the line.
        pattern: String,
        /// What is wrong with the pattern.
        #[source]
        source: PatternError,
    },
}

/// The ignore files of the source folder and of every folder down to the one that is being listed.
pub(crate) struct IgnoreStack<'a> {
    exclusions: &'a Exclusions,
    files: Vec<IgnoreFile>,
}

/// An ignore file that was read.
struct IgnoreFile {
    /// Length of its folder's name with the `/`, which is cut off before matching.
    prefix: usize,
    /// The name of the file, relative to the source folder.
    name: String,
    matcher: Gitignore,
    wildcards: Wildcards,
}

impl<'a> IgnoreStack<'a> {
    pub(crate) fn new(exclusions: &'a Exclusions) -> Self {
        Self { exclusions, files: Vec::new() }
    }

    /// Adds the ignore file at `path`; `folder` is the relative name of its folder, which is empty or ends in `/`.
    pub(crate) fn push(&mut self, folder: &str, path: &Path) -> Result<(), IgnoreFileError> {
        let (prefix, name) = (folder.len(), format!("{folder}{IGNORE_FILE_NAME}"));
        let above = self.files.iter().fold(self.exclusions.wildcards, |sum, file| sum.plus(file.wildcards));
        let (matcher, wildcards) = read_ignore_file(path, above)?;
        self.files.push(IgnoreFile { prefix, name, matcher, wildcards });
        Ok(())
    }

    pub(crate) fn depth(&self) -> usize {
        self.files.len()
    }

    /// Removes the ignore files that were added since [`depth`](Self::depth) returned `depth`.
    pub(crate) fn truncate(&mut self, depth: usize) {
        self.files.truncate(depth);
    }

    /// Why the entry of this relative name is left out; `None` where it is packed.
    pub(crate) fn decide(&self, name: &str, is_folder: bool) -> Option<LeftOutReason> {
        match self.exclusions.globs.matched(name, is_folder) {
            Match::Ignore(glob) => return Some(LeftOutReason::Excluded { glob: glob.original().to_owned() }),
            // Taken back in on the command line, which no ignore file can overrule.
            Match::Whitelist(_) => return None,
            Match::None => {}
        }
        for file in self.files.iter().rev() {
            // Patterns are relative to the folder of their file.
            let Some(below) = name.get(file.prefix..) else { continue };
            match file.matcher.matched(below, is_folder) {
                Match::Ignore(glob) => {
                    let pattern = glob.original().to_owned();
                    return Some(LeftOutReason::IgnoreFile { file: file.name.clone(), pattern });
                }
                Match::Whitelist(_) => return None,
                Match::None => {}
            }
        }
        None
    }
}

/// Why the file of this relative name is left out of the folder `root`, by a glob or an ignore file. Ignore files that
/// cannot be used are skipped.
pub(crate) fn why_excluded(root: &Path, exclusions: &Exclusions, name: &str) -> Option<LeftOutReason> {
    let mut stack = IgnoreStack::new(exclusions);
    let (mut folder, mut path) = (String::new(), root.to_path_buf());
    let mut leaves = name.split('/').peekable();
    while let Some(leaf) = leaves.next() {
        // One that cannot be used was reported by the walk.
        let _ = stack.push(&folder, &path.join(IGNORE_FILE_NAME));
        let is_folder = leaves.peek().is_some();
        if let Some(why) = stack.decide(&format!("{folder}{leaf}"), is_folder) {
            return Some(why);
        }
        folder = folder + leaf + "/";
        path.push(leaf);
    }
    None
}

/// Reads and compiles an ignore file that is asked together with the patterns `above` it.
fn read_ignore_file(path: &Path, above: Wildcards) -> Result<(Gitignore, Wildcards), IgnoreFileError> {
    let bytes = read_regular(path, MAX_IGNORE_FILE).map_err(IgnoreFileError::Read)?;
    if bytes.len() > MAX_IGNORE_FILE {
        return Err(IgnoreFileError::TooLarge);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| IgnoreFileError::NotText)?;
    let text = text.trim_start_matches('\u{feff}');
    let wildcards = Wildcards::of(text.lines());
    wildcards.plus(above).check()?;
    let mut builder = GitignoreBuilder::new("");
    // A pattern that can match nothing would let a file into the package that should stay out.
    builder.allow_unclosed_class(false);
    let refused =
        |line, pattern: &str, source| IgnoreFileError::Pattern { line, pattern: pattern.to_owned(), source };
    for (number, line) in (1..).zip(text.lines()) {
        builder.add_line(None, line).map_err(|source| refused(number, line, source))?;
    }
    Ok((builder.build().map_err(IgnoreFileError::Together)?, wildcards))
}

/// How many names are kept as examples; the rest is only counted.
const EXAMPLES: usize = 20;

/// Why an entry is not in the package.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeftOutReason {
    /// It matches a glob of `--exclude`.
    Excluded {
        /// The pattern as it was given.
        glob: String,
    },
    /// It matches a pattern of an ignore file.
    IgnoreFile {
        /// The ignore file, relative to the source folder.
        file: String,
        /// The pattern as it is written in the file.
        pattern: String,
    },
    /// It is an ignore file itself.
    IsIgnoreFile,
    /// It is the package that is written, an earlier one at that path, or what an interrupted run left of one.
    OutputFile,
    /// It is the app's own document, which describes the package and is no part of it.
    AppDocument,
}

impl std::fmt::Display for LeftOutReason {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Excluded { glob } => write!(formatter, "excluded by {glob}"),
            Self::IgnoreFile { file, pattern } => write!(formatter, "{pattern} in {file}"),
            Self::IsIgnoreFile => formatter.write_str("an ignore file"),
            Self::OutputFile => formatter.write_str("the output file"),
            Self::AppDocument => formatter.write_str("the app's document"),
        }
    }
}

/// An entry that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOutEntry {
    /// The relative name; that of a folder ends in `/`.
    pub name: String,
    /// How many files that are: 1, or those below the folder.
    pub files: u64,
    /// The pattern or rule that leaves it out.
    pub why: LeftOutReason,
}

/// The entries that were left out of a source folder: examples and counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    files: u64,
    first: Vec<LeftOutEntry>,
}

impl LeftOut {
    /// Number of files that were left out, including those below folders.
    pub fn files(&self) -> u64 {
        self.files
    }

    /// Whether nothing was left out.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// The first 20 entries at most, in the order of the walk.
    pub fn first(&self) -> &[LeftOutEntry] {
        &self.first
    }

    pub(crate) fn add(&mut self, name: String, files: u64, why: LeftOutReason) {
        self.files += files;
        if self.first.len() < EXAMPLES {
            self.first.push(LeftOutEntry { name, files, why });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excluded(globs: &[&str], name: &str, is_folder: bool) -> bool {
        let exclusions = Exclusions::new(globs).unwrap();
        IgnoreStack::new(&exclusions).decide(name, is_folder).is_some()
    }

    #[test]
    fn globs_follow_gitignore_syntax() {
        assert!(excluded(&["*.pdb"], "bin/app.pdb", false));
        assert!(!excluded(&["*.pdb"], "bin/app.PDB", false));
        assert!(excluded(&["/build"], "build", true) && !excluded(&["/build"], "src/build", true));
        assert!(excluded(&["logs/"], "a/logs", true) && !excluded(&["logs/"], "a/logs", false));
        assert!(excluded(&["a/**/z"], "a/b/c/z", false));
        assert!(!excluded(&["*.log", "!keep.log"], "keep.log", false));
        assert!(!excluded(&[".gitignore is not asked"], ".git", true));
    }

    #[test]
    fn a_bad_glob_is_named() {
        let error = Exclusions::new(&["ok", "a[b"]).unwrap_err();
        assert!(matches!(&error, ExcludeError::Pattern { glob, .. } if glob == "a[b"), "{error}");
        assert_eq!(error.code().id, "exclude-glob");
    }

    #[test]
    fn what_is_looked_up_in_a_table_is_not_counted_and_the_rest_is_limited() {
        for plain in ["", "# *", "a.txt", "/a/b/", "*.pdb", "!*.pdb", "**/node_modules/", "*.log/", "a b"] {
            assert!(!has_wildcards(plain), "{plain}");
        }
        for wild in
            ["*", "a*", "*a.txt", "*.tar.gz", "*.p?b", "/a/*.txt", "a/**/b", "[ab]", "{a,b}", "!a?", "*."]
        {
            assert!(has_wildcards(wild), "{wild}");
        }
        let many = |count: usize, pattern: fn(usize) -> String| {
            Exclusions::new(&(0..count).map(pattern).collect::<Vec<_>>())
        };
        for pattern in [|at| format!("a{at}.txt"), |at| format!("/a/{at}"), |at| format!("*.e{at}")] {
            assert!(many(20_000, pattern).is_ok());
        }
        assert!(many(1_000, |at| format!("*a{at}.txt")).is_ok());
        let error = many(1_001, |at| format!("*a{at}.txt")).unwrap_err();
        assert!(matches!(error, ExcludeError::Wildcards(WildcardError { count: 1_001, .. })), "{error}");
        assert!(matches!(many(2, |_| "*a".repeat(20_000)), Err(ExcludeError::Wildcards(_))));
    }

    #[test]
    fn the_patterns_of_all_lists_that_are_asked_count_together() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ignore");
        std::fs::write(&path, (0..500).map(|at| format!("*a{at}.txt\n")).collect::<String>()).unwrap();
        let exclusions = Exclusions::new(&["*b"]).unwrap();
        let mut stack = IgnoreStack::new(&exclusions);
        stack.push("", &path).unwrap();
        assert!(matches!(stack.push("sub/", &path), Err(IgnoreFileError::Wildcards(_))));
        stack.truncate(0);
        assert!(stack.push("other/", &path).is_ok());
    }

    #[test]
    fn a_deeper_file_wins_and_exclude_wins_over_both() {
        let folder = tempfile::tempdir().unwrap();
        let (top, deep) = (folder.path().join("top"), folder.path().join("deep"));
        std::fs::write(&top, "\u{feff}*.log\n# comment\n").unwrap();
        std::fs::write(&deep, "!keep.log\n/only-here\n").unwrap();
        let exclusions = Exclusions::new(&["always.log"]).unwrap();
        let mut stack = IgnoreStack::new(&exclusions);
        stack.push("", &top).unwrap();
        stack.push("sub/", &deep).unwrap();
        assert_eq!(
            stack.decide("sub/x.log", false),
            Some(LeftOutReason::IgnoreFile { file: ".waybillignore".into(), pattern: "*.log".into() })
        );
        assert_eq!(stack.decide("sub/keep.log", false), None);
        assert!(stack.decide("sub/only-here", false).is_some());
        assert!(stack.decide("sub/deeper/only-here", false).is_none());
        assert!(matches!(stack.decide("sub/always.log", false), Some(LeftOutReason::Excluded { .. })));
        stack.truncate(1);
        assert!(stack.decide("sub/keep.log", false).is_some());
    }

    #[test]
    fn unusable_ignore_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ignore");
        let exclusions = Exclusions::default();
        let push = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            IgnoreStack::new(&exclusions).push("", &path)
        };
        assert!(matches!(push(b"\xff\xfe*\0"), Err(IgnoreFileError::NotText)));
        assert!(matches!(push(&vec![b'a'; 1024 * 1024 + 1]), Err(IgnoreFileError::TooLarge)));
        assert!(matches!(push(b"ok\n{a,b\n"), Err(IgnoreFileError::Pattern { line: 2, .. })));
        assert!(matches!(push(b"[bad\n"), Err(IgnoreFileError::Pattern { line: 1, .. })));
    }
}
