//! Tests of the whole report: places, allowances and codes.

use super::*;
use std::collections::HashSet;
use waybill_schemas::codes::{Table, find};

fn broken() -> Value {
    let app = with(msi_app(), "/installCommandLine", "msiexec /i contoso.msi /qn".into());
    with(app, "/rules/0/productCode", "{}".into())
}

#[test]
fn findings_know_their_place_down_to_the_line() {
    let report = lint(msi_subject(&broken()), &[]);
    let text = format!("{:#}", broken());
    let line_of = |needle: &str| 1 + text.lines().position(|line| line.contains(needle)).unwrap();
    let place =
        |code: &str| report.findings.iter().find(|finding| finding.code == code).unwrap().place.clone();
    let command = place("WB105");
    assert_eq!(command.document.as_deref(), Some("app.json"));
    assert_eq!(command.pointer.as_deref(), Some("/installCommandLine"));
    assert_eq!(command.line, u32::try_from(line_of("installCommandLine")).ok());
    let rule = place("WB201");
    assert_eq!(rule.pointer.as_deref(), Some("/rules/0/productCode"));
    assert_eq!(rule.line, u32::try_from(line_of("productCode")).ok());
}

#[test]
fn an_allowed_finding_keeps_its_reason_and_does_not_count() {
    let allow = json!({ "allow": [{ "code": "wb105", "reason": "the vendor's MSI never restarts" }] });
    let given = [
        Allowance { code: "WB105".into(), reason: "on the command line".into() },
        Allowance { code: "WB999".into(), reason: "nothing".into() },
        Allowance { code: "WB201".into(), reason: "known".into() },
    ];
    let report = lint(msi_subject(&with(broken(), "/lint", allow)), &given);
    let reason =
        |code: &str| report.findings.iter().find(|finding| finding.code == code).unwrap().allowed.clone();
    assert_eq!(reason("WB105").as_deref(), Some("the vendor's MSI never restarts"));
    assert_eq!(reason("WB201").as_deref(), Some("known"));
    assert_eq!(report.unused_allowances, ["WB999"]);
    assert_eq!(report.counts.allowed, 2);
    assert!(report.is_refused(false), "WB204 is still there: {:?}", report.findings);
}

#[test]
fn every_finding_has_a_page_and_speaks_in_sentences() {
    let app = with(
        broken(),
        "/installCommandLine",
        "C:\\Temp\\My Setup.ps1 && $env:x %ProgramFiles% PASSWORD=x".into(),
    );
    let app = with(app, "/returnCodes", json!([{ "returnCode": 1603, "type": "success" }]));
    for finding in lint(msi_subject(&app), &[]).findings {
        assert!(page(&finding.code).is_some(), "{}", finding.code);
        for text in [&finding.message, &finding.fix] {
            assert!(
                text.ends_with(['.', '`', ')'])
                    && text.starts_with(|c: char| c.is_uppercase() || c.is_numeric()),
                "{text}"
            );
        }
    }
}

proptest::proptest! {
    #[test]
    fn no_command_stops_lint(text in "([ \"/\\\\=&|<>%$.:-]|cmd|msiexec|powershell|/c|/i|-File|start|%TEMP%|[a-zü0]){0,40}") {
        lint(msi_subject(&with(msi_app(), "/installCommandLine", text.into())), &[]);
    }
}

#[test]
fn hostile_text_never_stops_lint() {
    let texts = [
        "\"",
        "\u{0}\u{FFFD}\"\\\"",
        "cmd /c \"\"\"\"",
        "msiexec /i",
        "powershell -File",
        "cmd /",
        "cmd /c",
        "%",
        "= = =",
        "/",
        "ß\u{301} \u{202e}.exe",
        "cmd /c start \"",
        "-",
        "msiexec /x{ /f",
        "msiexec /é",
        "cmd /é",
    ];
    for text in texts {
        let app = with(msi_app(), "/installCommandLine", text.into());
        let app = with(app, "/rules/0/productCode", text.into());
        lint(msi_subject(&with(app, "/setupFilePath", text.into())), &[]);
    }
    let long = "a \"".repeat(200_000);
    lint(msi_subject(&with(msi_app(), "/installCommandLine", long.into())), &[]);
}

#[test]
fn every_page_is_full_and_explained() {
    let (pages, mut seen) = (pages(), HashSet::new());
    for page in &pages {
        assert!(seen.insert(page.code), "{} stands twice", page.code);
        let entry = &find(&page.code.to_lowercase(), &pages)[0];
        assert_eq!((entry.table, entry.code.as_str()), (Table::Lint, page.code));
        for text in [page.title, page.harm, page.fix, page.before, page.after] {
            assert!(text.len() >= 5, "{}: {text:?}", page.code);
        }
        assert_ne!(page.before, page.after);
    }
    let expected = ["WB101", "WB118", "WB201", "WB207", "WB301", "WB304", "WB401", "WB406"];
    assert!(expected.iter().all(|code| seen.contains(code)));
    assert_eq!(seen.len(), 18 + 7 + 5 + 7 + 3);
}

/// A rule and its row in docs/lint.md come and go together, and the row's first letter is the severity of the page.
#[test]
fn the_documentation_has_a_row_for_every_rule_and_for_nothing_else() {
    let documentation = include_str!("../../../../docs/lint.md");
    let rows = documentation.lines().filter_map(|line| line.strip_prefix("| WB"));
    let told: Vec<String> = rows
        .map(|row| {
            let mut cells = row.split(" | ");
            format!("WB{} {}", cells.next().unwrap_or_default(), cells.next().unwrap_or_default())
        })
        .collect();
    let letter = |page: &LintPage| if page.severity == Severity::Error { "E" } else { "W" };
    let expected: Vec<String> =
        pages().iter().map(|page| format!("{} {}", page.code, letter(page))).collect();
    assert_eq!(told, expected);
}

#[test]
fn sarif_describes_every_rule() {
    let log = serde_json::to_value(LintReport::new("app", Vec::new()).to_sarif(&pages())).unwrap();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), pages().len());
    for rule in rules {
        for pointer in
            ["/shortDescription/text", "/help/text", "/help/markdown", "/defaultConfiguration/level"]
        {
            assert!(rule.pointer(pointer).unwrap().as_str().unwrap().len() > 4, "{rule}");
        }
    }
}
