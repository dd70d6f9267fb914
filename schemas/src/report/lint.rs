//! What `waybill lint` found.

use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// It will fail, or fails its users: exit code 3.
    Error,
    /// It works today, or on most devices.
    Warning,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// The page of one rule of `waybill lint`: what `waybill explain` and SARIF say of its code.
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
    /// How to fix it.
    pub mend: &'static str,
    /// An example that is found.
    pub before: &'static str,
    /// The same, fixed.
    pub after: &'static str,
}

/// Where something was found. All absent: the package or folder as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
pub struct Place {
    /// A document: app.json as it was given, or `Detection.xml` in the package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    /// JSON pointer into the document (RFC 6901), e.g. `/rules/0/keyPath`; an element's name for Detection.xml.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// A file of the source folder or an entry of the payload, with `/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

impl Place {
    /// In a document.
    pub fn in_document(document: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self { document: Some(document.into()), pointer: Some(pointer.into()), ..Self::default() }
    }

    /// In a file that is or will be packed.
    pub fn in_file(file: impl Into<String>) -> Self {
        Self { file: Some(file.into()), ..Self::default() }
    }

    /// On a line of it, from 1.
    pub fn on_line(self, line: u32) -> Self {
        Self { line: Some(line), ..self }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whole = self.document.is_none() && self.file.is_none();
        let name = self.file.as_deref().or(self.document.as_deref());
        formatter.write_str(if whole { "the package" } else { name.unwrap_or_default() })?;
        if let Some(line) = self.line {
            write!(formatter, ":{line}")?;
        }
        match self.pointer.as_deref() {
            Some(pointer) if !pointer.is_empty() => write!(formatter, " {pointer}"),
            _ => Ok(()),
        }
    }
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Its code, e.g. `WB105`; `waybill explain` has a page for it.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where it is.
    #[serde(default)]
    pub place: Place,
    /// What was found, one sentence, without any secret.
    pub message: String,
    /// How to mend it here.
    pub mend: String,
    /// Why it is allowed, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<String>,
}

impl Finding {
    /// What findings are sorted by.
    fn rank(&self) -> (&str, &Place, Severity, &str) {
        (&self.code, &self.place, self.severity, &self.message)
    }
}

/// How many findings there are. Allowed ones count neither as errors nor as warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LintCounts {
    /// Errors.
    pub errors: u32,
    /// Warnings.
    pub warnings: u32,
    /// Findings that are allowed.
    pub allowed: u32,
}

/// Everything that one run found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "json-schema", schemars(title = "lint report"))]
pub struct LintReport {
    /// What was looked at: a path as it was given.
    pub subject: String,
    /// In the order of their codes, then of their places.
    pub findings: Vec<Finding>,
    /// How many there are.
    pub counts: LintCounts,
    /// What could not be looked at, and why; those rules were left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<String>,
    /// Codes that are allowed although nothing of the kind was found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unused_allowances: Vec<String>,
}

impl LintReport {
    /// Sorts the findings and counts them.
    pub fn new(subject: impl Into<String>, mut findings: Vec<Finding>) -> Self {
        findings.sort_by(|a, b| a.rank().cmp(&b.rank()));
        let mut counts = LintCounts::default();
        for finding in &findings {
            match (finding.allowed.is_some(), finding.severity) {
                (true, _) => counts.allowed += 1,
                (false, Severity::Error) => counts.errors += 1,
                (false, Severity::Warning) => counts.warnings += 1,
            }
        }
        Self { subject: subject.into(), findings, counts, ..Self::default() }
    }

    /// Whether something stands that must not: an error, or with `deny_warnings` a warning too.
    pub fn is_refused(&self, deny_warnings: bool) -> bool {
        self.counts.errors > 0 || (deny_warnings && self.counts.warnings > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: &str, severity: Severity, allowed: Option<&str>) -> Finding {
        Finding {
            code: code.into(),
            severity,
            place: Place::in_document("app.json", "/installCommandLine"),
            message: "m".into(),
            mend: "m".into(),
            allowed: allowed.map(str::to_owned),
        }
    }

    #[test]
    fn findings_are_sorted_and_counted_and_allowed_ones_count_for_themselves() {
        let report = LintReport::new(
            "app",
            vec![
                finding("WB203", Severity::Warning, None),
                finding("WB101", Severity::Error, Some("known")),
                finding("WB105", Severity::Warning, None),
            ],
        );
        assert_eq!(report.counts, LintCounts { errors: 0, warnings: 2, allowed: 1 });
        let codes: Vec<_> = report.findings.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, ["WB101", "WB105", "WB203"]);
        assert!(!report.is_refused(false) && report.is_refused(true));
        let back: LintReport = serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
        assert_eq!(back, report);
    }

    #[test]
    fn a_place_reads_like_a_place() {
        assert_eq!(Place::default().to_string(), "the package");
        assert_eq!(Place::in_file("a/b.ps1").on_line(3).to_string(), "a/b.ps1:3");
        assert_eq!(Place::in_document("app.json", "/rules/0").to_string(), "app.json /rules/0");
    }
}
