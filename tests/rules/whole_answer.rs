//! The answer of an app with several rules.

use crate::look::{Looker, app_with};
use serde_json::{Value, json};
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{Answer, DetectionReport};
use waybill_system::fake::FakeSystem;

fn exists(name: &str) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule",
        "path": r"C:\App", "fileOrFolderName": name, "operationType": "exists",
    })
}

fn machine() -> FakeSystem {
    let machine = FakeSystem::windows();
    machine.add_file(r"C:\App\there", 1);
    machine.deny(r"C:\App\denied");
    machine
}

fn detect(rules: &[Value]) -> DetectionReport {
    Looker::new(&machine()).detect(&app_with(rules, "detection"))
}

/// For every pair and triple of answers: "cannot tell" wins, then "not detected", and every rule is evaluated.
#[test]
fn what_cannot_be_told_wins_over_everything() {
    use Answer::{CannotTell, Detected, NotDetected};
    let kinds = [("there", Detected), ("missing", NotDetected), ("denied", CannotTell), ("", CannotTell)];
    let mut ran = 0;
    for (first, one) in kinds {
        for (second, two) in kinds {
            for (third, three) in kinds {
                let report = detect(&[exists(first), exists(second), exists(third)]);
                let answers: Vec<Answer> = report.rules.iter().map(|rule| rule.answer).collect();
                assert_eq!(answers, [one, two, three]);
                let expected = [CannotTell, NotDetected].into_iter().find(|answer| answers.contains(answer));
                assert_eq!(report.answer, expected.unwrap_or(Detected));
                let invalid = [first, second, third].contains(&"");
                let code = (report.answer == CannotTell).then_some(if invalid {
                    "0x87D30004"
                } else {
                    "0x80070005"
                });
                assert_eq!(report.code.as_ref().map(|code| code.text.as_str()), code);
                ran += 1;
            }
        }
    }
    waybill_tests::counted(&format!("rule table: {ran} triples of answers"));
}

#[test]
fn an_app_without_rules_is_invalid() {
    let report = detect(&[]);
    assert_eq!(report.answer, Answer::CannotTell);
    assert_eq!((report.rules.len(), report.rules[0].invalid), (1, true));
    assert_eq!(report.code.unwrap().text, "0x87D30004");
}

#[test]
fn rules_that_nobody_knows_are_invalid() {
    let unknown = json!({ "@odata.type": "#microsoft.graph.win32LobAppQuantumRule" });
    let report = detect(&[exists("there"), unknown]);
    assert_eq!(report.answer, Answer::CannotTell);
    assert_eq!((report.rules[1].kind.as_str(), report.rules[1].invalid), ("unknown", true));

    // Ignoring the rule of unknown purpose would make this app look installed.
    let mut odd = exists("missing");
    odd["ruleType"] = "compliance".into();
    let mut there = exists("there");
    there["ruleType"] = "detection".into();
    let app = AppDocument::from_value(json!({ "rules": [odd, there] })).unwrap();
    let report = Looker::new(&machine()).detect(&app);
    assert_eq!(report.answer, Answer::CannotTell);
    assert_eq!(
        report.rules.iter().map(|rule| rule.pointer.as_str()).collect::<Vec<_>>(),
        ["/rules/1", "/rules/0/ruleType"]
    );
}

#[test]
fn rules_of_older_documents_are_evaluated_in_their_place() {
    let app = AppDocument::from_value(json!({ "detectionRules": [{
        "@odata.type": "#microsoft.graph.win32LobAppFileSystemDetection",
        "path": r"C:\App", "fileOrFolderName": "there", "detectionType": "exists",
    }] }))
    .unwrap();
    let report = Looker::new(&machine()).detect(&app);
    assert_eq!((report.answer, report.rules[0].pointer.as_str()), (Answer::Detected, "/detectionRules/0"));
}
