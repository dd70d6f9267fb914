//! WB501 to WB503: words, fields and limits of the app document.

use super::*;
use waybill_schemas::report::lint::Finding;

fn findings(app: &Value) -> Vec<Finding> {
    lint(msi_subject(app), &[]).findings
}

/// `E501 /pointer: fix` of each finding.
fn told(app: &Value) -> Vec<String> {
    let letter = |severity| if severity == Severity::Error { "E" } else { "W" };
    let one = |finding: Finding| {
        let pointer = finding.place.pointer.unwrap_or_default();
        format!("{}{} {pointer}: {}", letter(finding.severity), &finding.code[2..], finding.fix)
    };
    findings(app).into_iter().map(one).collect()
}

#[test]
fn wb501_words_of_closed_vocabularies_are_errors() {
    for (pointer, word, expected) in [
        ("/returnCodes/2/type", "Soft reboot", "E501 /returnCodes/2/type: Write `softReboot`."),
        ("/returnCodes/0/type", "Success", "W501 /returnCodes/0/type: Write `success`."),
        ("/installExperience/runAsAccount", "User", "W501 /installExperience/runAsAccount: Write `user`."),
        (
            "/installExperience/runAsAccount",
            "Admin",
            "E501 /installExperience/runAsAccount: Take a word that `waybill schema app` lists for this field.",
        ),
        (
            "/installExperience/deviceRestartBehavior",
            "No specific action",
            "E501 /installExperience/deviceRestartBehavior: Write `suppress`.",
        ),
    ] {
        let found = told(&with(msi_app(), pointer, word.into()));
        assert!(found.contains(&expected.to_owned()), "{word}: {found:?}");
    }
}

#[test]
fn wb501_a_code_that_lint_does_not_have_allows_nothing() {
    let mut app = msi_app();
    app["lint"] = json!({ "allow": [
        { "code": " wb106 ", "reason": "known" },
        { "code": "WB999", "reason": "mistyped" },
    ] });
    let found = told(&app);
    let unknown = "E501 /lint/allow/1/code: Write a code as lint prints it, e.g. `WB105`.";
    assert_eq!(found.iter().filter(|one| one.contains("/lint/allow")).collect::<Vec<_>>(), [unknown]);
}

#[test]
fn words_of_rules_are_found_with_the_rule() {
    let rule = |field: &str, word: &str| {
        let mut app = msi_app();
        app["rules"][0]["productVersion"] = "23.1.0".into();
        app["rules"][0][field] = word.into();
        told(&app)
    };
    assert_eq!(
        rule("productVersionOperator", "equals"),
        ["E201 /rules/0/productVersionOperator: Write `equal`."]
    );
    assert_eq!(
        rule("productVersionOperator", "GreaterThanOrEqual"),
        ["W501 /rules/0/productVersionOperator: Write `greaterThanOrEqual`."]
    );
    let of_type = rule("@odata.type", "#microsoft.graph.win32LobAppProductRule");
    assert_eq!(of_type, ["E201 /rules/0/@odata.type: Write `win32LobAppProductCodeRule`."]);
    let no_purpose = rule("ruleType", "detections");
    assert!(no_purpose.contains(&"E501 /rules/0/ruleType: Write `detection`.".to_owned()), "{no_purpose:?}");
    assert_eq!(
        rule("productVersionOperator", "unknownFutureValue"),
        ["W501 /rules/0/productVersionOperator: Take a word that `waybill schema app` lists for this field."]
    );
}

#[test]
fn wb501_words_of_open_vocabularies_are_warnings() {
    let release = with(msi_app(), "/minimumSupportedWindowsRelease", "Windows11_24H3".into());
    assert_eq!(told(&release), ["W501 /minimumSupportedWindowsRelease: Write `Windows11_24H2`."]);
    let architectures = with(msi_app(), "/applicableArchitectures", "x64,amd64".into());
    assert_eq!(told(&architectures), ["W501 /applicableArchitectures: Write `x64`."]);
    let null = with(msi_app(), "/installExperience/runAsAccount", Value::Null);
    assert_eq!(told(&null), [""; 0], "null is the default");
}

#[test]
fn wb502_misspelt_fields_are_found_and_strangers_are_not() {
    let mut app = msi_app();
    app["detectionRule"] = json!([]);
    app["installExperience"]["runAsAcount"] = "user".into();
    app["tenantOfOurs"] = "x".into();
    app["_comment"] = "x".into();
    app["committedContentVersion"] = "1".into();
    let expected = [
        "W502 /detectionRule: Write `detectionRules`, or take it out.",
        "W502 /installExperience/runAsAcount: Write `runAsAccount`, or take it out.",
    ];
    assert_eq!(told(&app), expected);
}

#[test]
fn wb503_what_intune_asks_for() {
    for (pointer, value, expected) in [
        ("/installCommandLine", json!(" "), "E503 /installCommandLine"),
        ("/installCommandLine", Value::Null, "E503 /installCommandLine"),
        ("/uninstallCommandLine", Value::Null, "W503 /uninstallCommandLine"),
        ("/publisher", json!(""), "W503 /publisher"),
        ("/displayName", Value::Null, "W503 /displayName"),
        (
            "/installExperience/maxRunTimeInMinutes",
            json!(1441),
            "E503 /installExperience/maxRunTimeInMinutes",
        ),
        ("/installExperience/maxRunTimeInMinutes", json!(0), "E503 /installExperience/maxRunTimeInMinutes"),
    ] {
        let found = told(&with(msi_app(), pointer, value.clone()));
        assert!(found.iter().any(|line| line.starts_with(expected)), "{pointer} {value}: {found:?}");
    }
    for minutes in [1, 60, 1440] {
        assert_eq!(told(&with(msi_app(), "/installExperience/maxRunTimeInMinutes", minutes.into())), [""; 0]);
    }
}

#[test]
fn a_script_in_place_of_a_command_is_told_and_no_command_is_missed() {
    let app = with(msi_app(), "/installCommandLine", Value::Null);
    let app = with(app, "/activeInstallScript", json!({ "targetId": "5d2f" }));
    let found = findings(&app);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].place.pointer.as_deref(), Some("/activeInstallScript"));
    assert!(found[0].message.contains("5d2f") && found[0].fix.contains("install.ps1"), "{found:?}");
}

#[test]
fn findings_of_an_app_in_a_list_stand_on_its_lines() {
    let mut app = msi_app();
    app["returnCodes"][0]["type"] = "Success".into();
    let text = format!("{:#}", json!({ "value": [app] }));
    let mut subject = msi_subject(&app);
    let read = AppDocument::from_slice(text.as_bytes()).unwrap();
    subject.app = Some(AppInput { document: "app.json".into(), app: read, text: Some(text.clone()) });
    let finding = lint(subject, &[]).findings.remove(0);
    assert_eq!(finding.place.pointer.as_deref(), Some("/value/0/returnCodes/0/type"));
    let line = text.lines().position(|line| line.contains("\"Success\"")).unwrap() + 1;
    assert_eq!(finding.place.line, Some(line as u32));
}

#[test]
fn hostile_words_and_fields_are_judged_in_time_and_shown_in_part() {
    let mut app = msi_app();
    app["returnCodes"][0]["type"] = "x".repeat(256 << 10).into();
    for number in 0..3_000 {
        app[format!("instalCommandLineOfNumber{number}")] = 1.into();
    }
    let rule = app["rules"][0].clone();
    let mut wrong = rule.clone();
    wrong["productVersionOperator"] = "equals".into();
    app["rules"] = Value::Array(std::iter::once(rule).chain(std::iter::repeat_n(wrong, 300)).collect());
    let found = findings(&app);
    assert!(found.iter().all(|finding| finding.message.len() < 500), "a long word is not shown whole");
    assert!(found.iter().any(|finding| finding.code == "WB501"));
}
