//! The modules of a crate, and which of them names which.

use std::fs;
use std::path::{Path, PathBuf};

use super::tokens::{Source, Token, group};

/// A module and what it names.
#[derive(Debug)]
pub(super) struct Module {
    /// The names from the crate's root, without the crate's own; empty for the root itself.
    pub(super) path: Vec<String>,
    file: PathBuf,
    names: Vec<Named>,
}

/// A path in the source as it was written: it may begin with `self`, or with one `super` for each step up.
#[derive(Debug)]
struct Named {
    path: Vec<String>,
    /// The line of its last segment, counted from 0.
    line: usize,
}

/// One module needs another, and neither contains the other.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Edge {
    pub(super) from: Vec<String>,
    pub(super) to: Vec<String>,
    /// Where the one names the other, as `file:line`.
    pub(super) place: String,
}

/// All modules of the crate whose root file is `root`, relative to `repo`; tests are left out.
pub(super) fn modules(repo: &Path, root: &Path) -> Result<Vec<Module>, String> {
    let mut reader = Reader { repo, found: Vec::new() };
    reader.read_file(root, root.parent().unwrap_or(Path::new("")), &[])?;
    Ok(reader.found)
}

struct Reader<'a> {
    repo: &'a Path,
    found: Vec<Module>,
}

impl Reader<'_> {
    /// Reads a file and those of the modules in it, which lie in `folder`.
    fn read_file(&mut self, file: &Path, folder: &Path, path: &[String]) -> Result<(), String> {
        let text = fs::read_to_string(self.repo.join(file))
            .map_err(|error| format!("{}: {error}", file.display()))?;
        self.read_module(&Source::read(&text).tokens, file, folder, path)
    }

    fn read_module(
        &mut self,
        tokens: &[Token<'_>],
        file: &Path,
        folder: &Path,
        path: &[String],
    ) -> Result<(), String> {
        let this = self.found.len();
        self.found.push(Module { path: path.to_vec(), file: file.to_owned(), names: Vec::new() });
        let mut at = 0;
        while at < tokens.len() {
            let text = |offset: usize| tokens.get(at + offset).map_or("", |token| token.text);
            if text(0) == "mod" && matches!(text(2), ";" | "{") {
                let name = text(1).to_owned();
                let inner = [path, std::slice::from_ref(&name)].concat();
                let below = folder.join(&name);
                if text(2) == ";" {
                    let flat = folder.join(format!("{name}.rs"));
                    let file = if self.repo.join(&flat).exists() { flat } else { below.join("mod.rs") };
                    self.read_file(&file, &below, &inner)?;
                    at += 3;
                } else {
                    let length = group(&tokens[at + 2..]);
                    self.read_module(&tokens[at + 3..at + 1 + length], file, &below, &inner)?;
                    at += 2 + length;
                }
            } else if text(1) == "::" && at.checked_sub(1).is_none_or(|before| tokens[before].text != "::") {
                at += read_path(&tokens[at..], &[], &mut self.found[this].names);
            } else {
                at += 1;
            }
        }
        Ok(())
    }
}

/// Reads the path that the tokens begin with, or each path of a `use` with braces, and returns how many tokens it read.
fn read_path(tokens: &[Token<'_>], before: &[String], names: &mut Vec<Named>) -> usize {
    let mut path = before.to_vec();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if token.text == "{" && !path.is_empty() {
            let end = at + group(&tokens[at..]);
            at += 1;
            while at + 1 < end {
                at += match tokens[at].text {
                    "," => 1,
                    _ => read_path(&tokens[at..end - 1], &path, names),
                };
            }
            return end;
        }
        if !token.text.starts_with(|letter: char| letter.is_alphanumeric() || letter == '_') {
            break;
        }
        path.push(token.text.to_owned());
        at += 1;
        if tokens.get(at).is_none_or(|token| token.text != "::") {
            break;
        }
        at += 1;
    }
    let line = tokens[at.saturating_sub(1)].line;
    names.push(Named { path, line });
    at.max(1)
}

/// Which module needs which: each path is followed as far as it names modules.
pub(super) fn edges(modules: &[Module]) -> Vec<Edge> {
    let exists = |path: &[String]| modules.iter().any(|module| module.path == path);
    let mut edges = Vec::new();
    for module in modules {
        for named in &module.names {
            let Some(to) = resolve(&module.path, &named.path, exists) else { continue };
            // A module and those that contain it, or are in it, do not count.
            if !to.starts_with(&module.path) && !module.path.starts_with(&to) {
                // The same on every system, as the docs write paths.
                let file = module.file.display().to_string().replace('\\', "/");
                let place = format!("{file}:{}", named.line + 1);
                edges.push(Edge { from: module.path.clone(), to, place });
            }
        }
    }
    edges
}

/// The innermost module that a path written in the module `here` goes through.
fn resolve(here: &[String], written: &[String], exists: impl Fn(&[String]) -> bool) -> Option<Vec<String>> {
    let mut segments = written.iter().map(String::as_str).peekable();
    let mut at = match *segments.peek()? {
        "crate" => Vec::new(),
        "self" | "super" => here.to_vec(),
        name if exists(&[here, &[name.to_owned()]].concat()) => here.to_vec(),
        // A crate, a type, or something that was imported: the import has its own edge.
        _ => return None,
    };
    for segment in segments {
        match segment {
            "crate" | "self" => {}
            "super" => drop(at.pop()),
            name => {
                at.push(name.to_owned());
                if !exists(&at) {
                    at.pop();
                    break;
                }
            }
        }
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The edges of a crate of these files, as `from -> to`.
    fn edges_of(name: &str, files: &[(&str, &str)]) -> Vec<String> {
        let folder = std::env::temp_dir().join(format!("waybill-rooms-{}-{name}", std::process::id()));
        for (path, text) in files {
            let file = folder.join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text).unwrap();
        }
        let modules = modules(&folder, Path::new("src/lib.rs")).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        edges(&modules)
            .iter()
            .map(|edge| format!("{} -> {} at {}", edge.from.join("::"), edge.to.join("::"), edge.place))
            .collect()
    }

    #[test]
    fn imports_and_paths_make_edges() {
        let found = edges_of(
            "imports",
            &[
                ("src/lib.rs", "mod a;\nmod b;\npub use a::A;\n"),
                ("src/a.rs", "use crate::{b::{B, deep::C}, A};\nfn f() { super::b::deep::g() }\n"),
                ("src/b/mod.rs", "mod deep;\nuse deep::C;\n"),
                ("src/b/deep.rs", "use super::B;\nuse std::a::A;\n"),
            ],
        );
        assert_eq!(
            found,
            ["a -> b at src/a.rs:1", "a -> b::deep at src/a.rs:1", "a -> b::deep at src/a.rs:2"]
        );
    }

    #[test]
    fn comments_strings_and_tests_make_none() {
        let found = edges_of(
            "tests",
            &[
                ("src/lib.rs", "mod a;\nmod b { pub fn f() {} }\n"),
                (
                    "src/a.rs",
                    "// crate::b::f\n/* crate::b /* nested */ crate::b::f */\nconst S: &str = r#\"\" crate::b::f\"#;\n\
                     const Q: char = '\"';\n#[cfg(test)]\n#[derive(Debug)]\nmod tests {\n    use crate::b::f;\n}\n\
                     #[cfg(test)]\nuse crate::b::{f, g};\nfn of<'a>(a: &'a str) { crate::b::f(a) }\n",
                ),
            ],
        );
        assert_eq!(found, ["a -> b at src/a.rs:12"]);
    }
}
