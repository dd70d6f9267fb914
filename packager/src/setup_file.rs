//! Finds the setup file in a source folder: tolerant of its spelling, exact in the name that it returns.

use crate::exclude::{LeftOutEntry, why_excluded};
use crate::walk::{SourceEntry, SourceList, WalkOptions};
use std::path::{Path, PathBuf};
use waybill_disk::shown;
use waybill_intune::path::leaf;
use waybill_schemas::Quoted;
use waybill_schemas::codes::{Classified, Code, source};

/// The file that starts the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetupFile {
    name: String,
    path: PathBuf,
    spelled_otherwise: bool,
}

impl SetupFile {
    /// The name relative to the source folder, with `/` between components, spelled as on the disk.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The last component of the name.
    pub fn leaf(&self) -> &str {
        leaf(&self.name)
    }

    /// The path for opening the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it was given in another case than on the disk, whose case is used.
    pub fn spelled_otherwise(&self) -> bool {
        self.spelled_otherwise
    }

    fn from_entry(entry: &SourceEntry<'_>, spelled_otherwise: bool) -> Self {
        Self { name: entry.name(), path: entry.path(), spelled_otherwise }
    }
}

/// Why the setup file cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupFileError {
    /// There is no file of that name, in any case.
    #[error("the setup file {given} is not in {}{}", shown(folder), question(suggestion.as_deref()), given = Quoted(given))]
    Missing {
        /// The name as it was given.
        given: String,
        /// The source folder, as the list has it.
        folder: PathBuf,
        /// The name of the file that was probably meant.
        suggestion: Option<String>,
    },
    /// The path leads out of the source folder.
    #[error("the setup file {given} lies outside the source folder {}{}", shown(folder), question(suggestion.as_deref()), given = Quoted(given))]
    Outside {
        /// The path as it was given.
        given: String,
        /// The source folder, as the list has it.
        folder: PathBuf,
        /// The name of a file in the source folder whose last component is the same.
        suggestion: Option<String>,
    },
    /// The file exists, but is left out of the package.
    #[error("the setup file {name} is left out of the package: {why}", name = Quoted(name))]
    Excluded {
        /// The file's name, relative to the source folder.
        name: String,
        /// The pattern or rule that leaves it out.
        why: String,
    },
    /// There is a folder of that name.
    #[error("{name} is a folder, not a setup file", name = Quoted(name))]
    NotAFile {
        /// The folder's name, relative to the source folder.
        name: String,
    },
}

impl Classified for SetupFileError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Missing { .. } => &source::SETUP_FILE_MISSING,
            Self::Outside { .. } => &source::SETUP_FILE_OUTSIDE,
            Self::Excluded { .. } => &source::SETUP_FILE_EXCLUDED,
            Self::NotAFile { .. } => &source::SETUP_FILE_NOT_A_FILE,
        }
    }
}

fn question(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean {name}?", name = Quoted(name)))
}

/// Finds `given` among the files of `list`: a relative path with either separator (`sub\x.msi`, `./x`), or an absolute
/// path into the folder. A difference in case is accepted, and [recorded](SetupFile::spelled_otherwise).
///
/// `options` are those of the walk, which explain why an existing file was left out.
///
/// # Errors
/// A file that is missing or outside the folder, with the nearest match; one that is left out; a folder.
pub fn locate(list: &SourceList, options: &WalkOptions, given: &Path) -> Result<SetupFile, SetupFileError> {
    let Some(name) = relative_name(given, list.root()) else {
        let suggestion = same_leaf(list, &given.file_name().unwrap_or_default().to_string_lossy());
        let folder = list.root().to_path_buf();
        return Err(SetupFileError::Outside { given: shown(given), folder, suggestion });
    };
    // An exact match comes first, because two files may differ only in case.
    if let Some(entry) = list.find(&name) {
        return Ok(SetupFile::from_entry(&entry, false));
    }
    let folded = name.to_lowercase();
    let mut files = list.iter().filter(|entry| !entry.is_folder());
    if let Some(entry) = files.find(|entry| entry.name().to_lowercase() == folded) {
        return Ok(SetupFile::from_entry(&entry, true));
    }
    Err(explain(list, options, given, name))
}

/// The relative name with `/`; `None` where the path leads out of `root`.
fn relative_name(given: &Path, root: &Path) -> Option<String> {
    if given.has_root() {
        // Only the folder is resolved: the file itself may be a link, and is packed under its own name.
        let folder = std::fs::canonicalize(given.parent()?).ok()?;
        let below = folder.strip_prefix(root).ok()?.join(given.file_name()?);
        let below = below.to_string_lossy();
        return Some(below.split(['/', '\\']).filter(|leaf| !leaf.is_empty()).collect::<Vec<_>>().join("/"));
    }
    let mut components: Vec<&str> = Vec::new();
    let text = given.to_string_lossy();
    for component in text.split(['/', '\\']) {
        match component {
            "" | "." => {}
            ".." => drop(components.pop()?),
            leaf => components.push(leaf),
        }
    }
    Some(components.join("/"))
}

fn explain(list: &SourceList, options: &WalkOptions, given: &Path, name: String) -> SetupFileError {
    let mut path = list.root().to_path_buf();
    path.extend(name.split('/'));
    match std::fs::metadata(&path) {
        Ok(metadata) if metadata.is_dir() => SetupFileError::NotAFile { name },
        Ok(_) => SetupFileError::Excluded { why: why_left_out(list, options, &name), name },
        Err(_) => {
            let suggestion = same_leaf(list, &name).or_else(|| by_distance(list, &name));
            SetupFileError::Missing { given: shown(given), folder: list.root().to_path_buf(), suggestion }
        }
    }
}

fn why_left_out(list: &SourceList, options: &WalkOptions, name: &str) -> String {
    let is_listed = |entry: &&LeftOutEntry| entry.name == name;
    let listed = || list.left_out().first().iter().find(is_listed).map(|entry| entry.why.clone());
    let why = why_excluded(list.root(), &options.exclusions, name).or_else(listed);
    why.map_or_else(|| "it is not a part of the app".to_owned(), |why| why.to_string())
}

/// A file with the same last component in any case, anywhere; the one with the shortest name.
fn same_leaf(list: &SourceList, name: &str) -> Option<String> {
    let wanted = leaf(name).to_lowercase();
    let same = list.iter().filter(|entry| !entry.is_folder() && entry.leaf().to_lowercase() == wanted);
    same.map(|entry| entry.name()).min_by_key(|name| (name.len(), name.clone()))
}

/// The file whose last component needs the fewest edits, ignoring case, if these are at most a third of it.
fn by_distance(list: &SourceList, name: &str) -> Option<String> {
    let wanted: Vec<char> = leaf(name).to_lowercase().chars().take(LONGEST).collect();
    let most = (wanted.len() / 3).max(1);
    let files = list.iter().filter(|entry| !entry.is_folder());
    let near = files.filter_map(|entry| {
        let leaf: Vec<char> = entry.leaf().to_lowercase().chars().take(LONGEST).collect();
        // Saves computing the distance for most of 200,000 names.
        let may_be_near = leaf.len().abs_diff(wanted.len()) <= most;
        let distance = if may_be_near { distance(&wanted, &leaf) } else { usize::MAX };
        (distance <= most).then_some((distance, entry))
    });
    near.min_by_key(|(distance, _)| *distance).map(|(_, entry)| entry.name())
}

/// The longest name on Windows, in characters.
const LONGEST: usize = 255;

/// Levenshtein's distance: insertions, deletions and replacements.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, one) in left.iter().enumerate() {
        let mut diagonal = above;
        let mut before = above + 1;
        if let Some(first) = row.first_mut() {
            *first = before;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(right) {
            let replaced = diagonal + usize::from(one != other);
            diagonal = *cell;
            before = replaced.min(before + 1).min(diagonal + 1);
            *cell = before;
        }
    }
    row.last().copied().unwrap_or(left.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exclude::Exclusions;
    use crate::walk::walk;
    use std::fs;
    use waybill_context::Context;

    struct Folder(tempfile::TempDir, WalkOptions);

    impl Folder {
        fn new(names: &[&str], excludes: &[&str]) -> Self {
            let folder = tempfile::tempdir().unwrap();
            for name in names {
                let path = name.split('/').fold(folder.path().to_path_buf(), |path, leaf| path.join(leaf));
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, name).unwrap();
            }
            Self(
                folder,
                WalkOptions { exclusions: Exclusions::new(excludes).unwrap(), ..WalkOptions::default() },
            )
        }

        fn locate(&self, given: impl AsRef<Path>) -> Result<SetupFile, SetupFileError> {
            let list = walk(self.0.path(), &self.1, &Context::silent()).unwrap();
            locate(&list, &self.1, given.as_ref())
        }

        fn suggestion(&self, given: &str) -> Option<String> {
            match self.locate(given).unwrap_err() {
                SetupFileError::Missing { suggestion, .. } | SetupFileError::Outside { suggestion, .. } => {
                    suggestion
                }
                other => panic!("{other}"),
            }
        }
    }

    #[test]
    fn every_spelling_of_the_path_is_understood() {
        let folder = Folder::new(&["Setup.exe", "sub/x.msi"], &[]);
        let absolute = folder.0.path().join("sub").join("x.msi");
        for given in ["sub/x.msi", r"sub\x.msi", "./sub/x.msi", r".\sub\.\x.msi", "sub/../sub//x.msi"] {
            assert_eq!(folder.locate(given).unwrap().name(), "sub/x.msi", "{given}");
        }
        let mixed = format!(r"{}/sub\x.msi", folder.0.path().display());
        assert_eq!(folder.locate(mixed).unwrap().name(), "sub/x.msi");
        let found = folder.locate(absolute).unwrap();
        assert_eq!((found.name(), found.leaf(), found.spelled_otherwise()), ("sub/x.msi", "x.msi", false));
        assert_eq!(fs::read_to_string(found.path()).unwrap(), "sub/x.msi");
        let found = folder.locate("setup.EXE").unwrap();
        assert_eq!((found.name(), found.spelled_otherwise()), ("Setup.exe", true));
    }

    #[test]
    fn the_nearest_match_is_suggested() {
        let folder = Folder::new(&["setup-1.2.exe", "bin/tool.msi", "deep/er/tool.msi", "readme.txt"], &[]);
        assert_eq!(folder.suggestion("setup-1.3.exe").as_deref(), Some("setup-1.2.exe"));
        assert_eq!(folder.suggestion("TOOL.MSI").as_deref(), Some("bin/tool.msi"));
        assert_eq!(folder.suggestion("other/tool.msi").as_deref(), Some("bin/tool.msi"));
        assert_eq!(folder.suggestion("something-else-entirely.exe"), None);
        assert_eq!(folder.suggestion(r"C:\Downloads\tool.msi").as_deref(), Some("bin/tool.msi"));
        let error = folder.locate("setup-1.3.exe").unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("\"setup-1.3.exe\" is not in")
                && text.ends_with("; did you mean \"setup-1.2.exe\"?")
        );
    }

    #[test]
    fn outside_is_refused() {
        let (folder, other) = (Folder::new(&["bin/tool.msi"], &[]), Folder::new(&["tool.msi"], &[]));
        let given = other.0.path().join("tool.msi");
        for given in [given.as_path(), Path::new("../tool.msi"), Path::new("bin/../../tool.msi")] {
            let error = folder.locate(given).unwrap_err();
            assert_eq!(error.code().id, "setup-file-outside");
            assert!(error.to_string().ends_with("did you mean \"bin/tool.msi\"?"), "{error}");
        }
    }

    #[test]
    fn a_file_that_is_left_out_is_told_from_one_that_is_missing() {
        let folder = Folder::new(&["a.exe", "bin/b.exe", "app.json", "c.txt"], &["*.exe"]);
        let why = |given: &str| folder.locate(given).unwrap_err().to_string();
        assert_eq!(why("a.exe"), "the setup file \"a.exe\" is left out of the package: excluded by *.exe");
        fs::write(folder.0.path().join("bin").join(".waybillignore"), "!b.exe\n").unwrap();
        assert!(why("bin/b.exe").ends_with("excluded by *.exe"));
        assert!(why("app.json").ends_with("the app's document"));
        assert_eq!(folder.locate("bin").unwrap_err().code().id, "setup-file-not-a-file");
        let folder = Folder::new(&["bin/b.exe", "c.txt", ".waybillignore"], &[]);
        fs::write(folder.0.path().join(".waybillignore"), "bin/\n").unwrap();
        assert!(folder.locate("bin/b.exe").unwrap_err().to_string().ends_with("bin/ in .waybillignore"));
    }

    #[test]
    fn distances_are_levenshteins() {
        let steps = |left: &str, right: &str| {
            distance(&left.chars().collect::<Vec<_>>(), &right.chars().collect::<Vec<_>>())
        };
        assert_eq!(
            (steps("kitten", "sitting"), steps("", "abc"), steps("abc", ""), steps("flaw", "lawn")),
            (3, 3, 3, 2)
        );
        assert_eq!((steps("same", "same"), steps("setup.exe", "setpu.exe")), (0, 2));
    }
}
