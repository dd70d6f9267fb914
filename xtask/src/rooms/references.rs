//! Comments that name a page of `docs/` and a section of it: both must be there, so that a reader finds the source of a
//! rule after a page was rewritten.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The sections of each page in `docs`, by the page's name.
type Pages = BTreeMap<String, Vec<String>>;

/// What is wrong with the references in these source files: a page or a section that is not there.
pub(super) fn broken(repo: &Path, sources: &[String]) -> Result<Vec<String>, String> {
    let pages = pages(repo)?;
    let mut faults = Vec::new();
    for name in sources {
        let text = fs::read_to_string(repo.join(name)).map_err(|error| format!("{name}: {error}"))?;
        faults.extend(faults_in(&text, &pages).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    Ok(faults)
}

fn pages(repo: &Path) -> Result<Pages, String> {
    let told = |error: std::io::Error| format!("docs: {error}");
    let mut pages = Pages::new();
    for entry in fs::read_dir(repo.join("docs")).map_err(told)? {
        let path = entry.map_err(told)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".md") {
            let text = fs::read_to_string(&path).map_err(told)?;
            let sections = text.lines().filter(|line| line.starts_with('#'));
            pages.insert(name, sections.map(|line| plain(line.trim_start_matches('#'))).collect());
        }
    }
    Ok(pages)
}

fn faults_in(source: &str, pages: &Pages) -> Vec<String> {
    let text = in_one_line(source);
    let mut faults = Vec::new();
    for (at, start) in text.match_indices("docs/") {
        let rest = &text[at + start.len()..];
        let Some(end) = rest.find(".md") else { continue };
        let page = &rest[..end + ".md".len()];
        let is_name = page.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.'));
        // A path of another folder, such as `schemas/docs/…`, or prose between two mentions.
        if !is_name
            || text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '/') && !text[..at].ends_with("../")
        {
            continue;
        }
        match pages.get(page) {
            None => faults.push(format!("there is no docs/{page}")),
            Some(sections) => {
                let named = sections_named(&rest[page.len()..]);
                let missing =
                    named.into_iter().filter(|name| !sections.iter().any(|one| one.starts_with(name)));
                faults.extend(missing.map(|name| format!("docs/{page} has no section \"{name}\"")));
            }
        }
    }
    faults
}

/// The sections in `, "One", "Two"` or `, "One" and "Two"` right after a page's name.
fn sections_named(mut rest: &str) -> Vec<String> {
    let mut found = Vec::new();
    rest = rest.strip_prefix('`').unwrap_or(rest);
    loop {
        let separator = [", and \"", ", \"", " and \""].into_iter().find(|one| rest.starts_with(one));
        // "and" alone leads to a section only after another one.
        let Some(separator) = separator.filter(|one| !found.is_empty() || *one == ", \"") else {
            return found;
        };
        let Some((name, after)) = rest[separator.len()..].split_once('"') else { return found };
        found.push(plain(name));
        rest = after;
    }
}

/// The source with the line breaks of its comments taken out.
fn in_one_line(source: &str) -> String {
    let lines = source.lines().map(str::trim).map(|line| {
        let comment = ["///", "//!", "//"].into_iter().find_map(|sign| line.strip_prefix(sign));
        comment.unwrap_or(line).trim()
    });
    lines.collect::<Vec<_>>().join(" ")
}

/// A heading without marks of code and of emphasis, and without the comma or full stop that American quotes hold.
fn plain(heading: &str) -> String {
    heading.replace(['`', '*'], "").trim().trim_end_matches(['.', ',']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(source: &str) -> Vec<String> {
        let sections = ["Return codes", "What a reader meets in the wild, and what Waybill does"];
        let pages = Pages::from([("runner.md".to_owned(), sections.map(str::to_owned).to_vec())]);
        faults_in(source, &pages)
    }

    #[test]
    fn pages_and_sections_that_are_there_are_found_across_lines() {
        assert_eq!(told("// as the page says (docs/runner.md, \"Return codes\")"), [""; 0]);
        assert_eq!(
            told("    /// (`docs/runner.md`, \"Return\n    /// codes\" and \"What a reader meets\")"),
            [""; 0]
        );
        assert_eq!(told("//! docs/runner.md says \"something else\""), [""; 0]);
        assert_eq!(told("include_str!(\"../../docs/runner.md\")"), [""; 0]);
    }

    #[test]
    fn others_are_told() {
        let page = "runer.md"; // apart from its folder, or this check would find it here
        assert_eq!(told(&format!("// docs/{page}")), [format!("there is no docs/{page}")]);
        assert_eq!(told("// docs/runner.md, \"ErrorCode\""), ["docs/runner.md has no section \"ErrorCode\""]);
        assert_eq!(
            told("// docs/runner.md, \"Return codes\", \"Open\n// questions\""),
            ["docs/runner.md has no section \"Open questions\""]
        );
    }
}
