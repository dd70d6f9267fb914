//! What docs/delivery.md says is what the program does: its example, its rules, its ids.

use super::documents::judged;
use super::run;
use super::workbench::{Workbench, project};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn text(path: &[&str]) -> String {
    let path = path.iter().fold(project(), |path, part| path.join(part));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What stands in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Names in kebab case in the cells that `column` picks of every table between two headings.
fn names(text: &str, from: &str, to: &str, column: usize) -> BTreeSet<String> {
    let (_, rest) = text.split_once(from).unwrap();
    let (section, _) = rest.split_once(to).unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(column));
    let is_name =
        |name: &&str| name.contains('-') && name.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
    cells.flat_map(quoted).filter(is_name).map(str::to_owned).collect()
}

fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else {
            into.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn its_example_fits_the_schema() {
    let delivery = text(&["docs", "delivery.md"]);
    let (_, rest) = delivery.split_once("```json\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    assert!(judged("fetch-report", example.as_bytes())["observations"].is_array());
}

#[test]
fn its_rules_are_those_of_the_code_and_of_the_matrix() {
    let documented = names(&text(&["docs", "delivery.md"]), "## The rules", "\n## ", 2);
    assert!(documented.len() > 20, "{documented:?}");
    let mut code = String::new();
    sources(&project().join("downloader").join("src"), &mut code);
    let unknown: Vec<_> = documented.iter().filter(|name| !code.contains(&format!("\"{name}\""))).collect();
    assert!(unknown.is_empty(), "not in the code: {unknown:?}");
    let matrix = names(&text(&["tests", "weather", "README.md"]), "## Rules", "\n## ", 1);
    let missing: Vec<_> = matrix.difference(&documented).collect();
    assert!(!matrix.is_empty() && missing.is_empty(), "not in docs/delivery.md: {missing:?}");
}

#[test]
fn explain_knows_its_ids() {
    let bench = Workbench::new();
    let exits = names(&text(&["docs", "delivery.md"]), "| exit | | ids |", "\n## ", 3);
    assert!(exits.len() > 20, "{exits:?}");
    for id in exits {
        assert!(run(&bench, &["explain", &id]).status.success(), "{id}");
    }
}
