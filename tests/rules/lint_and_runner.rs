//! `waybill lint` and the runner judge rules alike. Each case is one that they once judged differently; the expected
//! answer is that of docs/detection.md.

use crate::look::{Looker, app_with};
use serde_json::{Value, json};
use std::path::Path;
use waybill_installer_runner::{RunAs, Settings, resolve};
use waybill_packager::lint::{AppInput, Subject, lint};
use waybill_schemas::app::AppDocument;
use waybill_system::WindowsModel;
use waybill_system::fake::FakeSystem;

fn file(changes: Value) -> Value {
    let usual = json!({
        "@odata.type": "#microsoft.graph.win32LobAppFileSystemRule",
        "path": r"C:\App", "fileOrFolderName": "app.exe", "operationType": "exists",
    });
    with(usual, changes)
}

fn registry(changes: Value) -> Value {
    let usual = json!({
        "@odata.type": "#microsoft.graph.win32LobAppRegistryRule",
        "keyPath": r"HKLM\SOFTWARE\App", "valueName": "V", "operationType": "exists",
    });
    with(usual, changes)
}

fn script(changes: Value) -> Value {
    let usual =
        json!({ "@odata.type": "#microsoft.graph.win32LobAppPowerShellScriptRule", "scriptContent": "J3gn" });
    with(usual, changes)
}

fn with(mut rule: Value, changes: Value) -> Value {
    let Value::Object(changes) = changes else { panic!("changes are an object") };
    for (key, value) in changes {
        rule[key.as_str()] = value;
    }
    rule
}

fn compared(operation: &str, value: &str) -> Value {
    json!({ "operationType": operation, "operator": "greaterThan", "comparisonValue": value })
}

fn is_refused_by_lint(app: &AppDocument) -> bool {
    let mut subject = Subject::new("app.json");
    subject.app = Some(AppInput { document: "app.json".into(), app: app.clone(), text: None });
    let never_holds = |message: &str| message.contains("can never hold");
    lint(subject, &[]).findings.iter().any(|one| one.code == "WB201" && never_holds(&one.message))
}

fn assert_alike(name: &str, rule: &Value, purpose: &str, is_invalid: bool) {
    let app = app_with(std::slice::from_ref(rule), purpose);
    let machine = FakeSystem::windows();
    let looker = Looker::new(&machine);
    let reports = if purpose == "detection" { looker.detect(&app).rules } else { looker.require(&app).rules };
    assert_eq!(reports[0].invalid, is_invalid, "the runner: {name}: {}", reports[0].why);
    assert_eq!(is_refused_by_lint(&app), is_invalid, "lint: {name}");
}

#[test]
fn what_one_refused_and_the_other_took_is_judged_alike() {
    let invalid = true;
    let fine = false;
    for (name, rule, expected) in [
        ("a date that only looks like one", file(compared("modifiedDate", "31/12/2024")), invalid),
        ("a date without its day", file(compared("createdDate", "2024-13")), invalid),
        ("a path on a drive, and relative to its folder", file(json!({ "path": "C:App" })), invalid),
        ("a path from the drive's root on", file(json!({ "path": r"\App" })), invalid),
        ("a variable that is not closed", file(json!({ "path": r"%ProgramFiles\App" })), invalid),
        ("an apostrophe in a folder's name", file(json!({ "path": r"C:\O'Reilly" })), fine),
        ("a server with slashes", file(json!({ "path": "//server/share" })), fine),
        ("a version of the registry that is text", registry(compared("version", "1.2 beta")), fine),
        ("a number that needs 64 bits", registry(compared("integer", "18446744073709551615")), fine),
        ("a key with both separators", registry(json!({ "keyPath": r"HKLM/SOFTWARE\App" })), invalid),
        ("a key that begins with a separator", registry(json!({ "keyPath": r"\HKLM\SOFTWARE" })), invalid),
        ("a script beyond the limit", script(json!({ "scriptContent": "J3gn".repeat(70_000) })), invalid),
    ] {
        assert_alike(name, &rule, "detection", expected);
    }
    let product = json!({
        "@odata.type": "#microsoft.graph.win32LobAppProductCodeRule",
        "productCode": "{0F1B2C3D-1111-2222-3333-0123456789AB}",
    });
    assert_alike("a requirement about a product", &product, "requirement", invalid);
    assert_alike("a requirement script that compares nothing", &script(json!({})), "requirement", invalid);
    let integer = script(compared("integer", "one"));
    assert_alike("a requirement script's value that is no number", &integer, "requirement", invalid);
}

/// A word that Graph does not know either is refused by both.
#[test]
fn an_unknown_word_is_answered_with_the_nearest_one() {
    let rule = file(json!({ "operationType": "exist" }));
    let app = app_with(std::slice::from_ref(&rule), "detection");
    assert!(is_refused_by_lint(&app));
    let report = Looker::new(&FakeSystem::windows()).rule(&rule);
    assert_eq!(
        report.why,
        "The rule is invalid: `exist` is no operation of a file rule; `exists` is the nearest word."
    );
}

/// The codes of lint's findings about the program of an install command.
fn findings_about(line: &str) -> Vec<String> {
    let app = AppDocument::from_value(json!({ "displayName": "App", "installCommandLine": line })).unwrap();
    let mut subject = Subject::new("app.json");
    subject.app = Some(AppInput { document: "app.json".into(), app, text: None });
    let about_program = |code: &String| ["WB101", "WB102", "WB103", "WB110"].contains(&code.as_str());
    lint(subject, &[]).findings.iter().map(|one| one.code.to_string()).filter(about_program).collect()
}

/// Whether the model of a Windows refuses the line, as a device would.
fn is_refused_on_the_model(line: &str) -> bool {
    let app = AppDocument::from_value(json!({ "displayName": "App" })).unwrap();
    let machine = WindowsModel::new(None);
    let run_as = RunAs::new(&app, &Settings::new(Path::new("unused")), &machine);
    // A folder without files, so that nothing is taken to be in it.
    resolve(line, r"C:\Content", &run_as, &machine).is_err()
}

#[test]
fn a_program_of_windows_is_found_by_both_or_by_neither() {
    for (line, is_fine) in [
        ("msiexec.exe /i a.msi /qn", true),
        ("reg.exe add HKCU\\Software\\A /f", true),
        ("powershell.exe -NoProfile -File a.ps1", true),
        ("certutil -addstore Root a.cer", true),
        (r"C:\Windows\Sysnative\pnputil.exe /add-driver a.inf", true),
        ("pnputil.exe /add-driver a.inf /install", false),
        ("bcdedit /set testsigning on", false),
        (r"C:\Windows\System32\manage-bde.exe -on C:", false),
        ("wsl --install", false),
    ] {
        let findings = findings_about(line);
        assert_eq!(is_refused_on_the_model(line), !is_fine, "the runner: {line}");
        assert_eq!(findings.iter().any(|code| code == "WB110"), !is_fine, "lint: {line}: {findings:?}");
    }
}
