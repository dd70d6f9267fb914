//! A page for each thing that `waybill lint` finds: what, why it hurts, how to mend it, an example.
//!
//! The rules are Waybill's own (`docs/lint.md`); Intune knows none of these codes.

pub mod app_rules;
pub mod commands;
pub mod content;
pub mod outcome;

use crate::report::lint::Severity;

/// The page of one lint code.
#[derive(Debug, PartialEq, Eq)]
pub struct LintPage {
    /// The code, e.g. `WB105`.
    pub code: &'static str,
    /// How bad it is as a rule; where a rule knows both, the page says when.
    pub severity: Severity,
    /// What is found, one line.
    pub title: &'static str,
    /// Why it hurts.
    pub harm: &'static str,
    /// How to mend it.
    pub mend: &'static str,
    /// An example that is found.
    pub before: &'static str,
    /// The same, mended.
    pub after: &'static str,
}

/// Every page, in the order of the codes.
pub fn pages() -> impl Iterator<Item = &'static LintPage> {
    [commands::ALL, app_rules::ALL, outcome::ALL, content::ALL].into_iter().flatten()
}

/// The page of a code, whatever its case.
pub fn page(code: &str) -> Option<&'static LintPage> {
    pages().find(|page| page.code.eq_ignore_ascii_case(code))
}
