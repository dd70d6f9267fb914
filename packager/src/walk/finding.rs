//! The findings of a walk: each has its place, and all are collected before the walk fails.

use crate::exclude::{IgnoreFileError, LeftOut};
use intunewin::{EntryName, rules};
use std::error::Error as _;
use std::io;
use std::path::PathBuf;
use waybill_context::Cancelled;
use waybill_disk::shown;
use waybill_schemas::codes::{Classified, Code, source};
use waybill_schemas::{Quoted, counted};

/// How many findings are kept; the others are only counted.
const KEPT: usize = 1000;

/// Something in the source folder that cannot be packed.
#[derive(Debug)]
#[non_exhaustive]
pub struct SourceFinding {
    /// The relative name with `/`, unprintable parts replaced; empty for the source folder itself.
    pub name: String,
    /// Why it cannot be packed.
    pub problem: SourceProblem,
}

impl std::fmt::Display for SourceFinding {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.name.as_str() {
            "" => write!(formatter, "the source folder {}", self.problem)?,
            name => write!(formatter, "{name} {}", self.problem, name = Quoted(name))?,
        }
        // A finding is one line of a list and not the head of a chain, so its causes are in the same line.
        let mut causes = std::iter::successors(self.problem.source(), |cause| (*cause).source());
        causes.try_for_each(|cause| write!(formatter, ": {cause}"))
    }
}

/// Why an entry cannot be packed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceProblem {
    /// The entry could not be listed, or its type not read.
    #[error("cannot be read")]
    Unreadable(#[source] io::Error),
    /// The entry is a link to a place outside the source folder.
    #[error("is a link that leads out of the source folder, to {}", shown(target))]
    LinkOutside {
        /// The path that the link leads to.
        target: PathBuf,
    },
    /// The entry is a link to nothing, or to itself.
    #[error("is a link that leads to nothing")]
    LinkBroken(#[source] io::Error),
    /// The entry is a link to a folder that it is in.
    #[error("leads back to a folder that it lies in, {}", shown(target))]
    LinkLoop {
        /// The path that the link leads to.
        target: PathBuf,
    },
    /// The entry is a socket, pipe or device.
    #[error("is a socket, pipe or device, not a file")]
    Special,
    /// The entry is a folder that lies deeper than a name in a package may. The walk does not enter it.
    #[error("lies deeper than {} folders, the limit on a name in a package", EntryName::MOST_COMPONENTS)]
    TooDeep,
    /// The entry's name is not valid Unicode.
    #[error("has a name that is not valid Unicode")]
    NotUnicode,
    /// The entry's name has a backslash, which readers of the package would take for a separator.
    #[error("has a backslash in its name")]
    Backslash,
    /// The entry is an ignore file that cannot be used.
    #[error("cannot be used as an ignore file")]
    IgnoreFile(#[source] IgnoreFileError),
    /// There are more entries than the limit. The walk stops there.
    #[error("holds more than {limit} entries, the limit on entries in a package")]
    TooManyEntries {
        /// The limit on entries.
        limit: u64,
    },
    /// The sizes of all files together are over the limit.
    #[error("holds {total} bytes, over the limit on package bytes ({limit})")]
    TooLarge {
        /// The sum of the sizes in bytes.
        total: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// There is no file in the source folder, or all of them are left out.
    #[error("holds nothing to pack{}", of_left_out(left_out))]
    Empty {
        /// What was left out of it.
        left_out: LeftOut,
    },
    /// The source folder has an entry with the catalogue folder's fixed name.
    #[error("has the name that the catalogue files get in the package")]
    CatalogNameTaken,
}

/// The first entries that were left out and why, as the end of a sentence; empty where nothing was.
fn of_left_out(left_out: &LeftOut) -> String {
    const SHOWN: usize = 5;
    if left_out.is_empty() {
        return ": it is empty, or its folders are".to_owned();
    }
    let first = left_out.first().iter().take(SHOWN);
    let first: Vec<_> = first.map(|entry| format!("{} ({})", Quoted(&entry.name), entry.why)).collect();
    let more = if left_out.first().len() > SHOWN { ", …" } else { "" };
    format!(": {} left out: {}{more}", counted(left_out.files(), "file"), first.join(", "))
}

impl SourceProblem {
    /// The problem's row in the table of codes.
    pub fn code(&self) -> &'static Code {
        match self {
            Self::Unreadable(_) => &source::SOURCE_UNREADABLE,
            Self::LinkOutside { .. } => &source::LINK_OUTSIDE,
            Self::LinkBroken(_) => &source::LINK_BROKEN,
            Self::LinkLoop { .. } => &source::LINK_LOOP,
            Self::Special => &source::SPECIAL_FILE,
            Self::TooDeep => &rules::NAME_TOO_LONG,
            Self::NotUnicode => &source::NAME_NOT_UNICODE,
            Self::Backslash => &source::NAME_BACKSLASH,
            Self::IgnoreFile(_) => &source::IGNORE_FILE,
            Self::TooManyEntries { .. } => &source::SOURCE_TOO_MANY,
            Self::TooLarge { .. } => &source::SOURCE_TOO_LARGE,
            Self::Empty { .. } => &source::SOURCE_EMPTY,
            Self::CatalogNameTaken => &source::CATALOG_REFUSED,
        }
    }
}

/// The findings of a walk in its order. The first 1,000 are kept.
#[derive(Debug, Default)]
pub struct SourceFindings {
    kept: Vec<SourceFinding>,
    count: u64,
}

impl SourceFindings {
    /// The number of findings, including those that were not kept.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The findings that were kept.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFinding> {
        self.kept.iter()
    }

    pub(super) fn add(&mut self, name: String, problem: SourceProblem) {
        self.count += 1;
        // A folder may have 200,000 names that are all wrong. Nobody reads more than the first thousand, and the count
        // stays exact.
        if self.kept.len() < KEPT {
            self.kept.push(SourceFinding { name, problem });
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// A single finding has its own code, several of one kind share theirs, and a mixture has the general one.
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

/// A single finding as it is; several one per line, so that all can be fixed at once. Shows 50 of `count` at most.
pub(crate) fn one_a_line<T: std::fmt::Display>(findings: &[T], count: u64) -> String {
    const SHOWN: usize = 50;
    if let [only] = findings {
        return only.to_string();
    }
    let shown = findings.iter().take(SHOWN).map(|finding| format!("\n    {finding}"));
    let left = count.saturating_sub(findings.len().min(SHOWN) as u64);
    let more = (left > 0).then(|| format!("\n    and {left} more"));
    shown.chain(more).fold(format!("{count} findings"), |text, line| text + &line)
}

/// Why a source folder cannot be packed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WalkError {
    /// The source folder does not exist, or is not a folder.
    #[error("the source folder {} is not a folder", shown(path))]
    NotAFolder {
        /// The path as it was given.
        path: PathBuf,
        /// The system's error; `None` where the path is not a folder.
        #[source]
        source: Option<io::Error>,
    },
    /// The catalogue folder does not exist, is not a folder, or holds no file.
    #[error("the catalogue folder {} {what}", shown(path))]
    Catalog {
        /// The path as it was given.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Some entries cannot be packed.
    #[error("cannot pack {}: {findings}", shown(root))]
    Refused {
        /// The canonical path of the source folder.
        root: PathBuf,
        /// The entries that cannot be packed.
        findings: SourceFindings,
    },
    /// The caller's cancel flag was set.
    #[error("listing the source folder was interrupted")]
    Cancelled,
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
