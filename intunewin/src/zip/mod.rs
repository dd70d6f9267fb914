//! Reads and checks the structure of zips; the only parser of packages and payloads.

pub(crate) mod central;
pub(crate) mod data;
mod extra;
pub(crate) mod record;
pub(crate) mod structure;

use crate::policy::Violation;
use waybill_context::Cancelled;
use waybill_schemas::codes::{Classified, Code, package};

/// Why an archive was refused or could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The archive could not be read.
    #[error("cannot read the archive")]
    Io(#[from] std::io::Error),
    /// The caller's cancel flag was set.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The archive breaks at least one rule of the policy; holds every one that was found.
    #[error("the archive is refused: {}", list(.0))]
    Refused(Vec<Violation>),
}

impl From<Violation> for ArchiveError {
    fn from(violation: Violation) -> Self {
        Self::Refused(vec![violation])
    }
}

/// For a visitor of an archive whose own errors are those of I/O.
impl From<ArchiveError> for std::io::Error {
    fn from(error: ArchiveError) -> Self {
        Self::other(error)
    }
}

impl Classified for ArchiveError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Io(_) => &package::CONTENT_UNREADABLE,
            Self::Cancelled(_) => &package::INTERRUPTED,
            Self::Refused(violations) => first_rule(violations),
        }
    }
}

/// The code for all violations: that of the first.
pub(crate) fn first_rule(violations: &[Violation]) -> &'static Code {
    violations.first().map_or(&package::NOT_A_PACKAGE, |first| first.rule)
}

pub(crate) fn violation(rule: &'static Code, detail: impl Into<String>) -> ArchiveError {
    Violation::archive(rule, detail).into()
}

/// The first violations, one per line, and how many more there are.
pub(crate) fn list(violations: &[Violation]) -> String {
    const SHOWN: usize = 5;
    let mut text = violations.iter().take(SHOWN).map(ToString::to_string).collect::<Vec<_>>().join("; ");
    if violations.len() > SHOWN {
        text.push_str(&format!("; and {} more", violations.len() - SHOWN));
    }
    text
}
