//! With `--json`, stdout is exactly one document that fits its committed schema.

use super::run;
use super::workbench::{Workbench, project};
use serde_json::Value;
use std::fs;

/// The one document on stdout, checked against its committed schema, and the exit code.
fn document(bench: &Workbench, schema: &str, arguments: &[&str]) -> (Value, i32) {
    let output = run(bench, arguments);
    let document = validated(schema, &output.stdout);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    (document, output.status.code().unwrap())
}

/// The one document in `stdout`, checked against its committed schema.
pub(crate) fn validated(schema: &str, stdout: &[u8]) -> Value {
    let document: Value = serde_json::from_slice(stdout)
        .unwrap_or_else(|error| panic!("{schema}: {error}: {}", String::from_utf8_lossy(stdout)));
    let file = project().join("schemas").join("json").join(format!("{schema}.schema.json"));
    let schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let faults: Vec<String> = validator.iter_errors(&document).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}\n{document:#}");
    document
}

#[test]
fn every_report_fits_its_schema() {
    let bench = Workbench::new();
    for (schema, arguments, exit) in [
        ("inspect-report", &["inspect", "--json", "--files", "multichunk.intunewin"][..], 0),
        ("inspect-report", &["inspect", "--json", "--metadata", "--show-keys", "keys.intunewin"], 0),
        ("inspect-report", &["inspect", "--json", "content.bin", "--encryption-info", "Detection.xml"], 0),
        ("diff-report", &["inspect", "--json", "--diff", "old.intunewin", "new.intunewin"], 0),
        ("verify-report", &["verify", "--json", "--deep", "tiny.intunewin", "unicode.intunewin"], 0),
        ("verify-report", &["verify", "--json", "cut.intunewin", "flipped.intunewin"], 4),
        ("unpack-report", &["unpack", "--json", "deep.intunewin", "--output", "out"], 0),
        ("pack-report", &["pack", "--json", "source", "--setup", "install.cmd", "--output", "p"], 0),
        ("pack-report", &["pack", "--json", "msi", "--setup", "hello.msi", "--output", "p"], 0),
        ("pack-report", &["pack", "--json", "packed-app", "--output", "p/app.intunewin"], 0),
        ("publish-report", &["publish", "--json", "keys.intunewin", "--to", "lab", "--with-keys"], 0),
        ("publish-report", &["publish", "--json", "keys.intunewin", "--to", "lab", "--with-keys"], 0),
        ("fetch-report", &["fetch", "--json", "tiny.intunewin", "--output", "fetched", "--root", "state"], 0),
        ("fetch-report", &["fetch", "--json", "tiny.intunewin", "--output", "fetched", "--root", "state"], 0),
        ("init-report", &["init", "--json", "msi", "--setup", "hello.msi"], 0),
        ("lint-report", &["lint", "--json", "broken-app"], 3),
        ("lint-report", &["lint", "--json", "new.intunewin"], 0),
        ("explain-report", &["explain", "--json", "1603"], 0),
        ("explain-report", &["explain", "--json", "WB105"], 0),
        ("error", &["verify", "--json"], 2),
        ("error", &["--json", "nonsense"], 2),
        ("error", &["inspect", "--json", "missing.intunewin"], 3),
        ("error", &["inspect", "--json", "page.intunewin"], 3),
        ("error", &["unpack", "--json", "flipped.intunewin", "--output", "none"], 4),
        ("error", &["fetch", "--json", "flipped.intunewin", "--output", "none", "--root", "state"], 4),
        ("error", &["pack", "--json", "source", "--setup", "instal.cmd"], 3),
        ("error", &["lint", "--json", "page.intunewin"], 3),
    ] {
        let (document, actual) = document(&bench, schema, arguments);
        assert_eq!(actual, exit, "{arguments:?}");
        if let Some(error) = document.get("error") {
            assert_eq!(error["exit"], exit, "the document and the process agree: {arguments:?}");
        }
    }
}

#[test]
fn shown_keys_are_encryption_info() {
    let bench = Workbench::new();
    let shown = run(&bench, &["inspect", "--json", "--metadata", "--show-keys", "keys.intunewin"]);
    fs::write(bench.file("shown.json"), shown.stdout).unwrap();
    let verified = run(&bench, &["verify", "content.bin", "--encryption-info", "shown.json"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

#[test]
fn a_sarif_file_is_json_and_is_replaced_only_with_force() {
    let bench = Workbench::new();
    let lint =
        |more: &[&str]| run(&bench, &[&["lint", "broken-app", "--sarif", "new/x.sarif"], more].concat());
    assert_eq!(lint(&[]).status.code(), Some(3));
    let sarif: Value = serde_json::from_slice(&fs::read(bench.file("new/x.sarif")).unwrap()).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    assert!(sarif["runs"][0]["results"].as_array().is_some_and(|results| !results.is_empty()));
    assert_eq!((lint(&[]).status.code(), lint(&["--force"]).status.code()), (Some(2), Some(3)));
}

#[test]
fn completions_name_every_command() {
    let bench = Workbench::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = run(&bench, &["completions", shell]);
        let script = String::from_utf8(output.stdout).unwrap();
        for command in [
            "init",
            "pack",
            "inspect",
            "verify",
            "unpack",
            "lint",
            "publish",
            "fetch",
            "serve",
            "detect",
            "install",
            "uninstall",
            "schema",
            "explain",
        ] {
            assert!(script.contains(command), "{shell}: {command}");
        }
    }
}
