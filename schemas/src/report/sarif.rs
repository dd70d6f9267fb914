//! A lint report as SARIF 2.1.0, for code scanning services and editors (OASIS standard, 2020).

use super::lint::{Finding, LintPage, LintReport, Severity};
use serde::Serialize;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// A SARIF log with one run.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SarifLog {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<SarifResult>,
}

#[derive(Debug, Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<ReportingDescriptor>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor {
    id: &'static str,
    short_description: Message,
    full_description: Message,
    help: Help,
    default_configuration: Configuration,
}

#[derive(Debug, Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
}

#[derive(Debug, Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [Location; 1],
    /// Stands in every result or in none (SARIF 3.27.23), so always.
    suppressions: Vec<Suppression>,
}

#[derive(Debug, Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    physical_location: Option<PhysicalLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<LogicalLocation>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Debug, Serialize)]
struct ArtifactLocation {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct LogicalLocation {
    fully_qualified_name: String,
}

impl LintReport {
    /// The report as SARIF 2.1.0. Every rule is described from its page, found or not; an allowed finding
    /// is a suppressed result with its reason.
    pub fn to_sarif(&self, pages: &[&'static LintPage]) -> SarifLog {
        let driver = Driver {
            name: "waybill",
            semantic_version: env!("CARGO_PKG_VERSION"),
            rules: pages.iter().map(|page| descriptor(page)).collect(),
        };
        let run = Run {
            tool: Tool { driver },
            column_kind: "unicodeCodePoints",
            results: self.findings.iter().map(|finding| result(finding, &self.subject, pages)).collect(),
        };
        SarifLog { schema: SCHEMA, version: "2.1.0", runs: [run] }
    }
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn descriptor(page: &LintPage) -> ReportingDescriptor {
    let text = format!("{} {} Found: {} Mended: {}", page.harm, page.mend, page.before, page.after);
    let markdown = format!(
        "{}\n\n**Mend:** {}\n\nFound:\n\n```\n{}\n```\n\nMended:\n\n```\n{}\n```\n",
        page.harm, page.mend, page.before, page.after
    );
    ReportingDescriptor {
        id: page.code,
        short_description: Message { text: page.title.to_owned() },
        full_description: Message { text: page.harm.to_owned() },
        help: Help { text, markdown },
        default_configuration: Configuration { level: level(page.severity) },
    }
}

fn result(finding: &Finding, subject: &str, pages: &[&'static LintPage]) -> SarifResult {
    let suppression = |reason: &String| Suppression { kind: "external", justification: reason.clone() };
    SarifResult {
        rule_id: finding.code.clone(),
        rule_index: pages.iter().position(|page| page.code.eq_ignore_ascii_case(&finding.code)),
        level: level(finding.severity),
        message: Message { text: format!("{} {}", finding.message, finding.mend) },
        locations: [location(finding, subject)],
        suppressions: finding.allowed.iter().map(suppression).collect(),
    }
}

fn location(finding: &Finding, subject: &str) -> Location {
    let place = &finding.place;
    let artifact = place.file.as_deref().or(place.document.as_deref()).unwrap_or(subject);
    let physical = PhysicalLocation {
        artifact_location: ArtifactLocation { uri: uri(artifact) },
        region: place.line.map(|start_line| Region { start_line }),
    };
    let logical = place.pointer.iter().filter(|pointer| !pointer.is_empty());
    Location {
        physical_location: Some(physical),
        logical_locations: logical
            .map(|pointer| LogicalLocation { fully_qualified_name: pointer.clone() })
            .collect(),
    }
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
    use super::super::lint::Place;
    use super::*;
    use serde_json::Value;

    static PAGE: LintPage = LintPage {
        code: "WB105",
        severity: Severity::Warning,
        title: "title",
        harm: "harm",
        mend: "mend",
        before: "before",
        after: "after",
    };

    fn log(findings: Vec<Finding>) -> Value {
        serde_json::to_value(LintReport::new("my app", findings).to_sarif(&[&PAGE])).unwrap()
    }

    fn finding(place: Place, allowed: Option<&str>) -> Finding {
        Finding {
            code: "WB105".into(),
            severity: Severity::Error,
            place,
            message: "What.".into(),
            mend: "How.".into(),
            allowed: allowed.map(str::to_owned),
        }
    }

    #[test]
    fn a_result_points_at_its_rule_and_its_place() {
        let place = Place::in_document("my app\\app.json", "/installCommandLine").on_line(7);
        let log = log(vec![finding(place, None)]);
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
        let log = log(vec![finding(Place::default(), Some("vendor's habit"))]);
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
