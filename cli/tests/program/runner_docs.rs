//! docs/runner.md agrees with the program: its examples, fields, options, outcomes and codes.

use super::documents::validated;
use super::run;
use super::workbench::{Workbench, project};
use serde_json::Value;
use std::fs;
use waybill_schemas::report::install::RUNNER_CONTRACT;

fn contract() -> String {
    fs::read_to_string(project().join("docs").join("runner.md")).unwrap()
}

/// The words in backticks in the section that begins with `heading`.
fn quoted(text: &str, heading: &str) -> Vec<String> {
    let (_, rest) = text.split_once(heading).unwrap();
    let section = rest.split("\n## ").next().unwrap().split("\n### ").next().unwrap();
    section.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn its_examples_fit_their_schemas_and_its_version() {
    let text = contract();
    let mut seen = Vec::new();
    for block in text.split("```json ").skip(1) {
        let (schema, rest) = block.split_once('\n').unwrap();
        let example = validated(schema, rest.split("\n```").next().unwrap().as_bytes());
        if let Some(contract) = example.get("contract") {
            assert_eq!(contract, RUNNER_CONTRACT);
        }
        seen.push(schema);
    }
    seen.sort_unstable();
    assert_eq!(seen, ["detect-report", "error", "install-event", "install-report"]);
    assert!(text.contains(&format!("This is version {RUNNER_CONTRACT} of the contract")));
}

#[test]
fn every_field_of_the_report_is_explained() {
    let file = project().join("schemas").join("json").join("install-report.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let explained = quoted(&contract(), "### The report");
    let missing: Vec<_> =
        schema["properties"].as_object().unwrap().keys().filter(|field| !explained.contains(field)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_outcome_and_step_is_named() {
    let file = project().join("schemas").join("json").join("install-report.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    for (definition, heading) in [("Outcome", "### Exit codes"), ("Step", "### Events")] {
        let known = &schema["$defs"][definition]["oneOf"];
        let named = quoted(&contract(), heading);
        let missing: Vec<_> = known
            .as_array()
            .unwrap_or_else(|| panic!("{definition}: {known:#}"))
            .iter()
            .filter_map(|one| one["const"].as_str())
            .filter(|name| !named.iter().any(|one| one == name))
            .collect();
        assert!(missing.is_empty(), "{definition}: {missing:?}");
    }
}

#[test]
fn every_option_is_explained() {
    let bench = Workbench::new();
    let text = contract();
    let help = run(&bench, &["install", "--help"]);
    let help = String::from_utf8(help.stdout).unwrap();
    let (options, _) = help.split_once("Global options:").unwrap();
    let options: Vec<_> = options
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--"))
        .map(|line| line.split([' ', '<']).next().unwrap())
        .collect();
    assert!(options.len() >= 10, "{options:?}");
    let missing: Vec<_> = options.iter().filter(|option| !text.contains(&format!("`--{option}"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
