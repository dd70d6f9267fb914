//! What `waybill lint` found.
//!
//! The same as SARIF 2.1.0, for code scanning services and editors (OASIS standard, 2020).

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// The app will fail, or fails its users; `waybill lint` exits with 3.
    Error,
    /// The app works only for now, or only on most devices.
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
    /// What goes wrong, and why.
    pub harm: &'static str,
    /// How to fix it.
    pub fix: &'static str,
    /// An example that is found.
    pub before: &'static str,
    /// The same example, fixed.
    pub after: &'static str,
}

/// Where something was found. All absent: the package or folder as a whole.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(feature = "json-schema", schemars(rename = "Place"))]
pub struct FindingPlace {
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

impl FindingPlace {
    /// A place in a document, by its JSON pointer.
    pub fn in_document(document: impl Into<String>, pointer: impl Into<String>) -> Self {
        Self { document: Some(document.into()), pointer: Some(pointer.into()), ..Self::default() }
    }

    /// A place in a file that is or will be packed.
    pub fn in_file(file: impl Into<String>) -> Self {
        Self { file: Some(file.into()), ..Self::default() }
    }

    /// The same place, on a line counted from 1.
    pub fn on_line(self, line: u32) -> Self {
        Self { line: Some(line), ..self }
    }
}

impl std::fmt::Display for FindingPlace {
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

/// One finding: a rule's code, a place and what was found there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Its code, e.g. `WB105`; `waybill explain` has a page for it.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// Where it was found.
    #[serde(default)]
    pub place: FindingPlace,
    /// What was found, one sentence, without any secret.
    pub message: String,
    /// How to fix it here.
    pub fix: String,
    /// Why it is allowed, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<String>,
}

impl Finding {
    /// What findings are sorted by.
    fn rank(&self) -> (&str, &FindingPlace, Severity, &str) {
        (&self.code, &self.place, self.severity, &self.message)
    }
}

/// How many findings there are. Allowed ones count neither as errors nor as warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LintCounts {
    /// Findings of severity `error` that are not allowed.
    pub errors: u32,
    /// Findings of severity `warning` that are not allowed.
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
    /// The findings, in the order of their codes, then of their places.
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

    /// Whether there is an error, or with `deny_warnings` a warning, that is not allowed.
    pub fn is_refused(&self, deny_warnings: bool) -> bool {
        self.counts.errors > 0 || (deny_warnings && self.counts.warnings > 0)
    }
}

impl LintReport {
    /// The report as SARIF 2.1.0. Every rule is described from its page, found or not; an allowed finding
    /// is a suppressed result with its reason.
    pub fn to_sarif(&self, pages: &[&'static LintPage]) -> Value {
        let rules: Vec<Value> = pages.iter().map(|page| sarif_rule(page)).collect();
        let results = self.findings.iter().map(|finding| sarif_result(finding, &self.subject, pages));
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": { "driver": {
                    "name": "waybill",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                } },
                "columnKind": "unicodeCodePoints",
                "results": results.collect::<Vec<_>>(),
            }],
        })
    }
}

fn sarif_rule(page: &LintPage) -> Value {
    let LintPage { code, severity, title, harm, fix, before, after } = page;
    json!({
        "id": code,
        "shortDescription": { "text": title },
        "fullDescription": { "text": harm },
        "help": {
            "text": format!("{harm} {fix} Found: {before} Fixed: {after}"),
            "markdown": format!(
                "{harm}\n\n**Fix:** {fix}\n\nFound:\n\n```\n{before}\n```\n\nFixed:\n\n```\n{after}\n```\n"
            ),
        },
        "defaultConfiguration": { "level": severity },
    })
}

fn sarif_result(finding: &Finding, subject: &str, pages: &[&'static LintPage]) -> Value {
    let place = &finding.place;
    let artifact = place.file.as_deref().or(place.document.as_deref()).unwrap_or(subject);
    let pointer = place.pointer.as_deref().filter(|pointer| !pointer.is_empty());
    let suppression = |reason| json!({ "kind": "external", "justification": reason });
    without_nulls(json!({
        "ruleId": finding.code,
        "ruleIndex": pages.iter().position(|page| page.code.eq_ignore_ascii_case(&finding.code)),
        "level": finding.severity,
        "message": { "text": format!("{} {}", finding.message, finding.fix) },
        "locations": [without_nulls(json!({
            "physicalLocation": without_nulls(json!({
                "artifactLocation": { "uri": uri(artifact) },
                "region": place.line.map(|line| json!({ "startLine": line })),
            })),
            "logicalLocations": pointer.map(|pointer| json!([{ "fullyQualifiedName": pointer }])),
        }))],
        // Stands in every result or in none (SARIF 3.27.23), so always.
        "suppressions": finding.allowed.iter().map(suppression).collect::<Vec<_>>(),
    }))
}

/// The object without the properties that have no value: SARIF leaves them out.
fn without_nulls(mut object: Value) -> Value {
    if let Value::Object(properties) = &mut object {
        properties.retain(|_, value| !value.is_null());
    }
    object
}

/// A path as a relative reference, an absolute one as `file:`; what a URI does not take is escaped.
fn uri(path: &str) -> String {
    let path = path.replace('\\', "/");
    let has_drive = path.as_bytes().get(1) == Some(&b':');
    let mut out = String::from(match path.strip_prefix('/') {
        Some(_) => "file://",
        None if has_drive => "file:///",
        None => "",
    });
    for (at, byte) in path.bytes().enumerate() {
        match byte {
            b':' if at == 1 && has_drive => out.push(':'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(byte.into());
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: &str, severity: Severity, allowed: Option<&str>) -> Finding {
        Finding {
            code: code.into(),
            severity,
            place: FindingPlace::in_document("app.json", "/installCommandLine"),
            message: "m".into(),
            fix: "m".into(),
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
        assert_eq!(FindingPlace::default().to_string(), "the package");
        assert_eq!(FindingPlace::in_file("a/b.ps1").on_line(3).to_string(), "a/b.ps1:3");
        assert_eq!(FindingPlace::in_document("app.json", "/rules/0").to_string(), "app.json /rules/0");
    }

    static PAGE: LintPage = LintPage {
        code: "WB105",
        severity: Severity::Warning,
        title: "title",
        harm: "harm",
        fix: "fix",
        before: "before",
        after: "after",
    };

    fn log(findings: Vec<Finding>) -> Value {
        serde_json::to_value(LintReport::new("my app", findings).to_sarif(&[&PAGE])).unwrap()
    }

    fn finding_at(place: FindingPlace, allowed: Option<&str>) -> Finding {
        Finding {
            code: "WB105".into(),
            severity: Severity::Error,
            place,
            message: "What.".into(),
            fix: "How.".into(),
            allowed: allowed.map(str::to_owned),
        }
    }

    #[test]
    fn a_result_points_at_its_rule_and_its_place() {
        let place = FindingPlace::in_document("my app\\app.json", "/installCommandLine").on_line(7);
        let log = log(vec![finding_at(place, None)]);
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let result = &run["results"][0];
        assert_eq!(result["level"], "error");
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "WB105");
        let location = &result["locations"][0];
        assert_eq!(location["physicalLocation"]["artifactLocation"]["uri"], "my%20app/app.json");
        assert_eq!(location["physicalLocation"]["region"]["startLine"], 7);
        assert_eq!(location["logicalLocations"][0]["fullyQualifiedName"], "/installCommandLine");
        assert_eq!(result["suppressions"], serde_json::json!([]));
    }

    #[test]
    fn an_allowed_finding_is_suppressed_with_its_reason() {
        let log = log(vec![finding_at(FindingPlace::default(), Some("vendor's habit"))]);
        let result = &log["runs"][0]["results"][0];
        assert_eq!(result["suppressions"][0]["justification"], "vendor's habit");
        assert_eq!(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "my%20app");
    }

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("a b/ü.ps1"), "a%20b/%C3%BC.ps1");
        assert_eq!(uri("C:\\Apps\\x:y"), "file:///C:/Apps/x%3Ay");
        assert_eq!(uri("/srv/apps"), "file:///srv/apps");
    }
}
