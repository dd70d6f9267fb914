//! What a walk can find wrong: every finding has its place, and all are gathered before the walk gives up.

use crate::exclude::IgnoreFileError;
use std::io;
use std::path::{Path, PathBuf};
use waybill_context::Cancelled;
use waybill_disk::shown;
use waybill_schemas::codes::{Classified, Code, source};

/// How many findings are kept; all are counted.
const KEPT: usize = 1000;

/// One thing in the source folder that cannot be packed.
#[derive(Debug)]
#[non_exhaustive]
pub struct SourceFinding {
    /// Relative name with `/`, unprintable parts replaced; empty for the folder as a whole.
    pub name: String,
    /// What is wrong with it.
    pub problem: SourceProblem,
}

impl std::fmt::Display for SourceFinding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name.as_str() {
            "" => write!(formatter, "the source folder {}", self.problem)?,
            name => write!(formatter, "{name:?} {}", self.problem)?,
        }
        // A finding is one line of a list, not the head of a chain: its causes stand in the same line.
        let mut cause = std::error::Error::source(&self.problem);
        while let Some(error) = cause {
            write!(formatter, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// Why an entry cannot be packed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceProblem {
    /// It could not be listed or looked at.
    #[error("cannot be read")]
    Unreadable(#[source] io::Error),
    /// A link to something outside.
    #[error("is a link that leads out of the source folder, to {}", shown(target))]
    LinkOutside {
        /// What it leads to.
        target: PathBuf,
    },
    /// A link to nothing, or to itself.
    #[error("is a link that leads to nothing")]
    LinkBroken(#[source] io::Error),
    /// A link to a folder that it lies in.
    #[error("leads back to a folder that it lies in, {}", shown(target))]
    LinkLoop {
        /// What it leads to.
        target: PathBuf,
    },
    /// A socket, pipe or device.
    #[error("is a socket, pipe or device, not a file")]
    Special,
    /// The system's name is not Unicode.
    #[error("has a name that is not valid Unicode")]
    NotUnicode,
    /// Readers take a backslash for a separator.
    #[error("has a backslash in its name")]
    Backslash,
    /// An ignore file that cannot be used.
    #[error("cannot be used as an ignore file")]
    IgnoreFile(#[source] IgnoreFileError),
    /// Over the limit on entries; the walk stops there.
    #[error("holds more than {limit} entries, the limit on entries in a package")]
    TooManyEntries {
        /// The most entries that are allowed.
        limit: usize,
    },
    /// Over the limit on the sum of sizes.
    #[error("holds {total} bytes, over the limit on package bytes ({limit})")]
    TooLarge {
        /// The sum of the sizes in bytes.
        total: u64,
        /// The most bytes that are allowed.
        limit: u64,
    },
    /// There is no file in it, or all of them are left out.
    #[error("holds nothing to pack")]
    Empty,
    /// The catalogue folder's fixed name is taken.
    #[error("has the name that the catalogue files get in the package")]
    CatalogNameTaken,
}

impl SourceProblem {
    /// Its entry in the table of codes.
    pub fn code(&self) -> &'static Code {
        match self {
            Self::Unreadable(_) => &source::SOURCE_UNREADABLE,
            Self::LinkOutside { .. } => &source::LINK_OUTSIDE,
            Self::LinkBroken(_) => &source::LINK_BROKEN,
            Self::LinkLoop { .. } => &source::LINK_LOOP,
            Self::Special => &source::SPECIAL_FILE,
            Self::NotUnicode => &source::NAME_NOT_UNICODE,
            Self::Backslash => &source::NAME_BACKSLASH,
            Self::IgnoreFile(_) => &source::IGNORE_FILE,
            Self::TooManyEntries { .. } => &source::SOURCE_TOO_MANY,
            Self::TooLarge { .. } => &source::SOURCE_TOO_LARGE,
            Self::Empty => &source::SOURCE_EMPTY,
            Self::CatalogNameTaken => &source::CATALOG_REFUSED,
        }
    }
}

/// All findings of a walk, in its order; at most 1,000 are kept.
#[derive(Debug, Default)]
pub struct SourceFindings {
    kept: Vec<SourceFinding>,
    count: u64,
}

impl SourceFindings {
    /// How many there are, those included that were not kept.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The findings that were kept.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFinding> {
        self.kept.iter()
    }

    pub(super) fn add(&mut self, name: String, problem: SourceProblem) {
        self.count += 1;
        // A folder may hold 200,000 names that are all wrong. The first thousand are more than anybody
        // reads, and the count stays exact.
        if self.kept.len() < KEPT {
            self.kept.push(SourceFinding { name, problem });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// One finding speaks for itself; several of one kind share its code, a mixture is refused as such.
    fn code(&self) -> &'static Code {
        let mut codes = self.kept.iter().map(|finding| finding.problem.code());
        let Some(first) = codes.next() else { return &source::SOURCE_REFUSED };
        if codes.all(|code| code == first) { first } else { &source::SOURCE_REFUSED }
    }
}

impl std::fmt::Display for SourceFindings {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&one_a_line(&self.kept, self.count))
    }
}

/// One finding as it is; several one a line, so that all can be fixed at once: at most 50 of `count`.
pub(crate) fn one_a_line<T: std::fmt::Display>(findings: &[T], count: u64) -> String {
    const SHOWN: usize = 50;
    let [only] = findings else {
        let mut text = format!("{count} findings");
        for finding in findings.iter().take(SHOWN) {
            text.push_str(&format!("\n    {finding}"));
        }
        let left = count.saturating_sub(findings.len().min(SHOWN) as u64);
        if left > 0 {
            text.push_str(&format!("\n    and {left} more"));
        }
        return text;
    };
    only.to_string()
}

/// A source folder that cannot be packed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WalkError {
    /// It is not there, or is a file.
    #[error("the source folder {} is not a folder", shown(path))]
    NotAFolder {
        /// As it was given.
        path: PathBuf,
        /// Why, where the system said so.
        #[source]
        source: Option<io::Error>,
    },
    /// The catalogue folder is not there, is a file, or is empty.
    #[error("the catalogue folder {} {what}", shown(path))]
    Catalog {
        /// As it was given.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Things in it cannot be packed.
    #[error("cannot pack {}: {findings}", shown(root))]
    Refused {
        /// The source folder.
        root: PathBuf,
        /// Everything that cannot be packed, as far as it was kept.
        findings: SourceFindings,
    },
    /// The user wants to stop.
    #[error("listing the source folder was interrupted")]
    Cancelled,
}

impl WalkError {
    /// The findings, where there are any.
    pub fn findings(&self) -> Option<&SourceFindings> {
        match self {
            Self::Refused { findings, .. } => Some(findings),
            _ => None,
        }
    }

    pub(super) fn not_a_folder(path: &Path, source: Option<io::Error>) -> Self {
        Self::NotAFolder { path: path.to_path_buf(), source }
    }
}

impl From<Cancelled> for WalkError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl Classified for WalkError {
    fn code(&self) -> &'static Code {
        match self {
            Self::NotAFolder { .. } => &source::SOURCE_MISSING,
            Self::Catalog { .. } => &source::CATALOG_REFUSED,
            Self::Refused { findings, .. } => findings.code(),
            Self::Cancelled => &source::SCAN_INTERRUPTED,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use waybill_schemas::codes::Class;

    #[test]
    fn several_findings_are_counted_and_classified_together() {
        let mut findings = SourceFindings::default();
        let unreadable = || SourceProblem::Unreadable(io::Error::from(io::ErrorKind::PermissionDenied));
        findings.add("a".into(), unreadable());
        assert_eq!(findings.to_string(), "\"a\" cannot be read: permission denied");
        findings.add("b".into(), unreadable());
        assert_eq!(findings.code().class, Class::Machine);
        findings.add("c".into(), SourceProblem::Special);
        assert_eq!(findings.code().id, "source-refused");
        let lines: Vec<String> = findings.to_string().lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[..2], ["3 findings", "    \"a\" cannot be read: permission denied"]);
        for _ in 0..60 {
            findings.add("d".into(), SourceProblem::Special);
        }
        assert!(findings.to_string().ends_with("\n    and 13 more"), "{findings}");
        (0..2000).for_each(|_| findings.add(String::new(), SourceProblem::Special));
        assert_eq!((findings.count(), findings.iter().count()), (2063, KEPT));
    }
}
