//! docs/delivery.md agrees with the program: its example, its rules and its ids.

use super::documents::validated;
use super::run;
use super::workbench::{Workbench, project};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use waybill_schemas::codes::FETCH_RULES;

fn text(path: &[&str]) -> String {
    let path = path.iter().fold(project(), |path, part| path.join(part));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The words in backticks.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// The rules of docs/delivery.md that have a name, each with its number. A row without a number belongs to the last
/// one.
fn documented_rules() -> BTreeMap<String, u8> {
    let delivery = text(&["docs", "delivery.md"]);
    let (_, rest) = delivery.split_once("## The rules").unwrap();
    let (section, _) = rest.split_once("\n## ").unwrap();
    let (mut rules, mut number) = (BTreeMap::new(), 0);
    for row in section.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        number = cells[1].parse().unwrap_or(number);
        rules.extend(quoted(cells[2]).map(|name| (name.to_owned(), number)));
    }
    rules
}

/// Other names in kebab case where requests are made.
const HEADER_FIELDS: [&str; 6] =
    ["accept-encoding", "content-encoding", "content-range", "transfer-encoding", "x-a", "x-key"];

/// The names under which the downloader and the transport record what they saw: string literals in kebab case, which
/// they use for nothing else but failpoints, and single words where a rule is named.
fn noted_rules() -> BTreeSet<String> {
    let mut code = String::new();
    for room in ["downloader", "transport"] {
        sources(&project().join(room).join("src"), &mut code);
    }
    let lines = code.lines().filter(|line| !line.contains("failpoint::reach("));
    lines.flat_map(noted_in).filter(|name| !HEADER_FIELDS.contains(&name.as_str())).collect()
}

fn noted_in(line: &str) -> Vec<String> {
    let names_rule = |before: &str| {
        ["note(", "odd.push((", "RangeUseless(", "Ok(("].iter().any(|end| before.ends_with(end))
    };
    let texts: Vec<_> = line.split('"').collect();
    let quoted = texts.windows(2).step_by(2).map(|pair| (pair[0], pair[1]));
    let noted = quoted.filter(|(before, text)| is_kebab(text) && (text.contains('-') || names_rule(before)));
    noted.map(|(_, text)| text.to_owned()).collect()
}

fn is_kebab(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9'));
    text.split('-').all(is_word)
}

/// The names in kebab case in column `column` of every table between two headings.
fn names(text: &str, from: &str, to: &str, column: usize) -> BTreeSet<String> {
    let (_, rest) = text.split_once(from).unwrap();
    let (section, _) = rest.split_once(to).unwrap();
    let rows = section.lines().filter(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.split('|').nth(column));
    let is_name = |name: &&str| name.contains('-') && is_kebab(name);
    cells.flat_map(quoted).filter(is_name).map(str::to_owned).collect()
}

/// Appends the sources below a folder, without tests.
fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.file_stem().is_some_and(|name| name == "tests") {
            continue;
        }
        if path.is_dir() {
            sources(&path, into);
        } else {
            let text = fs::read_to_string(path).unwrap();
            into.push_str(text.split("#[cfg(test)]\nmod tests").next().unwrap());
        }
    }
}

#[test]
fn its_example_fits_the_schema() {
    let delivery = text(&["docs", "delivery.md"]);
    let (_, rest) = delivery.split_once("```json\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    assert!(validated("fetch-report", example.as_bytes())["observations"].is_array());
}

#[test]
fn its_rules_are_those_of_the_code_of_explain_and_of_the_matrix() {
    let documented = documented_rules();
    let explained: BTreeMap<_, _> =
        FETCH_RULES.iter().map(|rule| (rule.name.to_owned(), rule.number)).collect();
    assert_eq!(documented, explained, "docs/delivery.md, and schemas/src/codes/tables/fetch-rules.json");
    let known: BTreeSet<_> = documented.into_keys().collect();
    assert_eq!(noted_rules(), known, "downloader/src and transport/src, and docs/delivery.md");
    let matrix = names(&text(&["tests", "weather", "README.md"]), "## Rules", "\n## ", 1);
    let missing: Vec<_> = matrix.difference(&known).collect();
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
