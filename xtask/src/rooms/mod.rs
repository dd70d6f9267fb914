//! Checks of the structure: which crate may import which, circles between modules, sections of docs that comments name,
//! and counts of lines.

mod circles;
mod direction;
mod figures;
mod modules;
mod package;
mod references;
mod tokens;

use std::path::{Path, PathBuf};

use circles::Circle;

const USAGE: &str = "usage: cargo xtask rooms --check|--figures|--files|--siblings [--repo DIR]";

/// Answers one question about this repository, or with `--repo DIR` about another tree of it.
///
/// `--check` is for the gate; `--figures` sums up and `--files` lists how long files are; `--siblings` also finds
/// folders of modules that need one another although none of their files do.
pub(crate) fn answer(arguments: &[&str]) -> Result<String, String> {
    let (question, repo) = match arguments {
        [question] => (*question, PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))),
        [question, "--repo", repo] => (*question, PathBuf::from(repo)),
        _ => return Err(USAGE.into()),
    };
    match question {
        "--check" => check(&repo),
        "--figures" => figures(&repo),
        "--files" => Ok(figures::listing(&figures::files(&repo)?)),
        "--siblings" => Ok(describe_all(&all_circles(&repo, true)?)),
        _ => Err(USAGE.into()),
    }
}

fn check(repo: &Path) -> Result<String, String> {
    let packages = package::packages(repo)?;
    let mut faults = direction::violations(&packages);
    faults.extend(all_circles(repo, false)?.iter().map(Circle::describe));
    faults.extend(references::broken(repo, &figures::sources(repo)?)?);
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    Ok(format!(
        "{} crates import as they may, no modules stand in a circle, and comments name sections that are there",
        packages.len()
    ))
}

fn figures(repo: &Path) -> Result<String, String> {
    let circles = all_circles(repo, false)?.len();
    Ok(format!("{}circles           {circles}", figures::summary(&figures::files(repo)?)))
}

fn all_circles(repo: &Path, siblings: bool) -> Result<Vec<Circle>, String> {
    let mut found = Vec::new();
    for package in package::packages(repo)? {
        for root in &package.roots {
            let mut edges = modules::edges(&modules::modules(repo, root)?);
            if siblings {
                edges = circles::between_siblings(edges);
            }
            found.extend(circles::circles(&package.name, &edges));
        }
    }
    Ok(found)
}

fn describe_all(circles: &[Circle]) -> String {
    circles.iter().map(Circle::describe).collect::<Vec<_>>().join("\n")
}

impl Circle {
    fn describe(&self) -> String {
        format!("a circle of {}:\n  {}", self.members.join(", "), self.reasons.join("\n  "))
    }
}
