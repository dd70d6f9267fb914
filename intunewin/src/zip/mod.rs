//! Zip structure, read and checked: the only parser of packages and payloads. Holds no entry longer than it must.

pub(crate) mod central;
pub(crate) mod data;
pub(crate) mod record;
pub(crate) mod structure;

use crate::policy::{Rule, Violation};

/// Why an archive could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ZipError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Cancelled(#[from] waybill_context::Cancelled),
    /// Broken rules, at least one.
    #[error("{}", list(.0))]
    Refused(Vec<Violation>),
}

impl From<Violation> for ZipError {
    fn from(violation: Violation) -> Self {
        Self::Refused(vec![violation])
    }
}

pub(crate) fn violation(rule: Rule, detail: impl Into<String>) -> ZipError {
    Violation::archive(rule, detail).into()
}

/// The first violations, one a line, and how many more there are.
pub(crate) fn list(violations: &[Violation]) -> String {
    const SHOWN: usize = 5;
    let mut text = violations.iter().take(SHOWN).map(ToString::to_string).collect::<Vec<_>>().join("; ");
    if violations.len() > SHOWN {
        text.push_str(&format!("; and {} more", violations.len() - SHOWN));
    }
    text
}
