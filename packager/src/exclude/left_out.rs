//! The account of what was left out, so that "N files left out" can be said with examples.

/// How many names are kept as examples; the counts go on.
const EXAMPLES: usize = 20;

/// Why an entry is not in the package.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// It matches a glob given with `--exclude`.
    Excluded {
        /// The glob.
        glob: String,
    },
    /// It matches a pattern of an ignore file.
    IgnoreFile {
        /// The ignore file, relative to the source folder.
        file: String,
        /// The pattern.
        pattern: String,
    },
    /// It is an ignore file.
    IsIgnoreFile,
    /// It is the package being written, a previous one at that path, or what an interrupted run left of it.
    OutputFile,
    /// It is the app's own document, which describes the package and is no part of it.
    AppDocument,
}

impl std::fmt::Display for Why {
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

/// One entry that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOutEntry {
    /// Relative name; a folder's ends in `/`.
    pub name: String,
    /// The files it stands for: 1, or those below the folder.
    pub files: u64,
    /// The reason.
    pub why: Why,
}

/// What was left out of a source folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    files: u64,
    entries: u64,
    first: Vec<LeftOutEntry>,
}

impl LeftOut {
    /// Files that were left out, those below folders included.
    pub fn files(&self) -> u64 {
        self.files
    }

    /// True where nothing was left out.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// The first entries, in the order of the walk; at most 20.
    pub fn first(&self) -> &[LeftOutEntry] {
        &self.first
    }

    pub(crate) fn add(&mut self, name: String, files: u64, why: Why) {
        self.files += files;
        self.entries += 1;
        if self.first.len() < EXAMPLES {
            self.first.push(LeftOutEntry { name, files, why });
        }
    }
}
