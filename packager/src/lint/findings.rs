//! Where rules put what they find.

use std::collections::BTreeSet;
use waybill_schemas::report::lint::{Finding, Place, Severity};

/// How many findings of one code are kept: a package with 200,000 bad names needs no report of that length.
const MOST_OF_A_CODE: usize = 100;

/// The findings so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// The code of the rule that runs.
    code: &'static str,
    pub(super) kept: Vec<Finding>,
    /// Codes of which there were more than are kept.
    pub(super) cut: BTreeSet<&'static str>,
}

impl Findings {
    /// What follows is found by the rule of this code.
    pub(super) fn begin(&mut self, code: &'static str) {
        self.code = code;
    }

    pub(super) fn error(&mut self, place: Place, message: impl Into<String>, mend: impl Into<String>) {
        self.add(Severity::Error, place, message.into(), mend.into());
    }

    pub(super) fn warning(&mut self, place: Place, message: impl Into<String>, mend: impl Into<String>) {
        self.add(Severity::Warning, place, message.into(), mend.into());
    }

    pub(super) fn add(&mut self, severity: Severity, place: Place, message: String, mend: String) {
        if self.kept.iter().filter(|finding| finding.code == self.code).count() >= MOST_OF_A_CODE {
            self.cut.insert(self.code);
            return;
        }
        let finding = Finding { code: self.code.to_owned(), severity, place, message, mend, allowed: None };
        if !self.kept.contains(&finding) {
            self.kept.push(finding);
        }
    }
}
