//! Where rules put what they find.

use std::collections::BTreeSet;
use waybill_schemas::report::lint::{Finding, Place, Severity};

/// How many findings of one code are kept: a package with 200,000 bad names needs no report of that length.
const MOST_OF_A_CODE: usize = 100;

/// The findings so far.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) findings: Vec<Finding>,
    /// Codes of which there were more than are kept.
    pub(super) cut: BTreeSet<&'static str>,
}

impl Found {
    pub(super) fn error(
        &mut self,
        code: &'static str,
        place: Place,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.add(Severity::Error, code, place, message.into(), mend.into());
    }

    pub(super) fn warning(
        &mut self,
        code: &'static str,
        place: Place,
        message: impl Into<String>,
        mend: impl Into<String>,
    ) {
        self.add(Severity::Warning, code, place, message.into(), mend.into());
    }

    fn add(&mut self, severity: Severity, code: &'static str, place: Place, message: String, mend: String) {
        if self.findings.iter().filter(|finding| finding.code == code).count() >= MOST_OF_A_CODE {
            self.cut.insert(code);
            return;
        }
        let finding = Finding { code: code.to_owned(), severity, place, message, mend, allowed: None };
        if !self.findings.contains(&finding) {
            self.findings.push(finding);
        }
    }
}
