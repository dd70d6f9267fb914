//! Every example ends as its `expected.json` says: each field in it must be in the report with that value.
//!
//! They install for real on the machine that runs the tests, below the user's own folders, and uninstall again.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and tells what it counted"
)]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use waybill_tests::counted;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("examples")
}

/// Whether the example is built. ci/build-examples.sh does that and needs wixl; a run that requires every witness fails
/// without.
fn is_built(example: &Path) -> bool {
    let built = !example.join("hello.wxs").exists() || example.join("source").join("hello.msi").exists();
    let required = std::env::var("WAYBILL_WITNESSES").is_ok_and(|value| value == "required");
    assert!(built || !required, "{}: run ci/build-examples.sh", example.display());
    built
}

/// What the example should report here; `None` where it cannot be run on this system.
fn expected(example: &Path) -> Option<Value> {
    let text = fs::read_to_string(example.join("expected.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    let under_wine = std::env::var_os("WINEPREFIX").is_some();
    if cfg!(windows) && under_wine && all.get("notUnderWine").is_some() {
        return None;
    }
    Some(all[if cfg!(windows) { "windows" } else { "unix" }].clone())
}

fn try_example(example: &Path) -> (i32, Value, String) {
    let root = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_waybill"))
        .args(["try", "--json", "--as", "current", "--root"])
        .arg(root.path().join("root"))
        .arg(example)
        .output()
        .unwrap();
    let messages = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {messages}"));
    (output.status.code().unwrap(), report, messages)
}

/// Each place at which the report differs from what is expected. Lists have the same length; objects may have more
/// fields.
fn differences(expected: &Value, actual: &Value, place: &str, into: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Object(fields), Value::Object(_)) => {
            for (name, wanted) in fields {
                differences(wanted, &actual[name], &format!("{place}/{name}"), into);
            }
        }
        (Value::Array(wanted), Value::Array(found)) if wanted.len() == found.len() => {
            for (index, pair) in wanted.iter().zip(found).enumerate() {
                differences(pair.0, pair.1, &format!("{place}/{index}"), into);
            }
        }
        _ if expected == actual => {}
        _ => into.push(format!("{place}: expected {expected}, found {actual}")),
    }
}

/// Checks a report against the committed schema.
fn check(report: &Value) {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("schemas").join("json");
    let schema = fs::read_to_string(schemas.join("try-report.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> = validator.iter_errors(report).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn each_ends_as_its_expected_report_says() {
    // Their destinations are the user's own: a second run on this machine would find the first one's apps.
    let alone = fs::File::create(std::env::temp_dir().join("waybill-examples.lock")).unwrap();
    alone.lock().unwrap();
    let (mut shown, mut wrong) = (Vec::new(), Vec::new());
    let mut folders: Vec<PathBuf> =
        fs::read_dir(examples()).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("expected.json").exists());
    folders.sort();
    assert!(folders.len() >= 8, "{folders:?}");
    for folder in folders.iter().filter(|folder| is_built(folder)) {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some(wanted) = expected(folder) else { continue };
        let (exit, report, messages) = try_example(folder);
        check(&report);
        let mut differ = Vec::new();
        differences(&wanted, &report, "", &mut differ);
        if i64::from(exit) != report["exit"] {
            differ.push(format!("the process ended with {exit}"));
        }
        if !differ.is_empty() {
            wrong.push(format!("{name}:\n  {}\n{messages}", differ.join("\n  ")));
        }
        shown.push(name);
    }
    counted(&format!("examples: {} ended as expected: {}", shown.len() - wrong.len(), shown.join(", ")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Wine's powershell.exe does nothing, so only the program that would run can be checked.
#[cfg(windows)]
#[test]
fn sysnative_names_the_64_bit_powershell() {
    let root = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_waybill"))
        .args(["install", "--dry-run", "--json", "--as", "current", "--root"])
        .arg(root.path().join("root"))
        .arg(examples().join("powershell-64"))
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let program = report["command"]["program"].as_str().unwrap().to_lowercase();
    assert!(program.ends_with(r"\system32\windowspowershell\v1.0\powershell.exe"), "{report:#}");
}
