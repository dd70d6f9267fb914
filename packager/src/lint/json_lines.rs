//! Finds the lines of a JSON text that JSON pointers lead to.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

/// The deepest value that has a line of its own. The parser of documents goes no deeper either.
const DEEPEST: usize = 128;

/// The most values whose lines are kept; those behind them have none.
const MOST_VALUES: usize = 1 << 20;

/// The line of every value of a JSON text, found in one pass over it: a search from the top for each of thousands of
/// findings would take quadratic time.
#[derive(Debug)]
pub(super) struct JsonLines {
    /// Lines by the digest of the pointer. The pointers themselves may be far longer than the text together.
    lines: HashMap<u64, u32>,
    keys: RandomState,
}

impl JsonLines {
    /// Reads a text that was parsed before. One that is not JSON gives the lines up to where it goes wrong.
    pub(super) fn new(text: &str) -> Self {
        let mut lines = Self { lines: HashMap::new(), keys: RandomState::new() };
        Scanner { rest: text, line: 1 }.values(&mut lines);
        lines
    }

    /// The line of the value at a pointer (RFC 6901), from 1; `None` where the text has no such value.
    pub(super) fn line_of(&self, pointer: &str) -> Option<u32> {
        let parts = pointer.split('/').skip(1);
        let key = parts.fold(0, |key, part| self.child(key, &part.replace("~1", "/").replace("~0", "~")));
        self.lines.get(&key).copied()
    }

    fn child(&self, parent: u64, part: &str) -> u64 {
        self.keys.hash_one((parent, part))
    }
}

/// An object or array that is open.
struct Open {
    /// Its digest.
    key: u64,
    /// The number of the next item of an array; `None` for an object.
    next_item: Option<usize>,
}

struct Scanner<'a> {
    rest: &'a str,
    line: u32,
}

impl Scanner<'_> {
    /// Records every value's line. Of a key that is there twice, the first counts.
    fn values(&mut self, found: &mut JsonLines) {
        let mut open: Vec<Open> = Vec::new();
        let mut key = Some(0);
        loop {
            self.skip_blanks();
            if let Some(key) = key.take() {
                if self.rest.is_empty() || found.lines.len() >= MOST_VALUES {
                    return;
                }
                found.lines.entry(key).or_insert(self.line);
                if self.rest.starts_with(['{', '[']) && open.len() < DEEPEST {
                    let next_item = self.rest.starts_with('[').then_some(0);
                    self.next();
                    open.push(Open { key, next_item });
                } else {
                    self.skip_value();
                }
                self.skip_blanks();
            }
            if self.rest.starts_with(',') {
                self.next();
                self.skip_blanks();
            }
            let Some(inner) = open.last_mut() else { return };
            if self.rest.starts_with(['}', ']']) {
                self.next();
                open.pop();
                continue;
            }
            let part = match &mut inner.next_item {
                Some(next) => {
                    *next += 1;
                    (*next - 1).to_string()
                }
                None => match self.key() {
                    Some(name) => name,
                    None => return,
                },
            };
            key = Some(found.child(inner.key, &part));
        }
    }

    /// Takes a key and the colon behind it.
    fn key(&mut self) -> Option<String> {
        let name = self.string()?;
        self.skip_blanks();
        (self.next()? == ':').then_some(name)
    }

    fn next(&mut self) -> Option<char> {
        let character = self.rest.chars().next()?;
        self.rest = &self.rest[character.len_utf8()..];
        self.line += u32::from(character == '\n');
        Some(character)
    }

    fn skip_blanks(&mut self) {
        while self.rest.starts_with([' ', '\t', '\r', '\n', '\u{FEFF}']) {
            self.next();
        }
    }

    /// Advances over a value, to the comma or bracket behind it.
    fn skip_value(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.rest.chars().next() {
                Some('"') => {
                    if self.string().is_none() {
                        return;
                    }
                    continue;
                }
                Some('{' | '[') => depth += 1,
                Some('}' | ']') if depth == 0 => return,
                Some('}' | ']') => depth -= 1,
                Some(',') if depth == 0 => return,
                Some(_) => {}
                None => return,
            }
            self.next();
        }
    }

    /// Reads a string. Escapes other than those in the keys that we look for are kept as they are.
    fn string(&mut self) -> Option<String> {
        (self.next()? == '"').then_some(())?;
        let mut text = String::new();
        loop {
            match self.next()? {
                '"' => return Some(text),
                '\\' => text.extend(self.next()),
                character => text.push(character),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "{\n  \"a\": \"x,\\\"}\",\n  \"@b\": [1,\n    {\"c\": [],\n \"d/e\": null}],\n\"f\":\n  true\n}\n";

    #[test]
    fn values_are_found_on_their_lines() {
        let lines = JsonLines::new(TEXT);
        for (pointer, line) in [
            ("", 1),
            ("/a", 2),
            ("/@b", 3),
            ("/@b/0", 3),
            ("/@b/1", 4),
            ("/@b/1/c", 4),
            ("/@b/1/d~1e", 5),
            ("/f", 7),
        ] {
            assert_eq!(lines.line_of(pointer), Some(line), "{pointer}");
        }
    }

    #[test]
    fn what_is_not_there_has_no_line() {
        let lines = JsonLines::new(TEXT);
        for pointer in ["/x", "/@b/2", "/@b/x", "/a/b", "/f/0"] {
            assert_eq!(lines.line_of(pointer), None, "{pointer}");
        }
        for broken in ["", "{", "{\"a\"", "[", "{\"b\": \"", "]]]", "{\"b\":1 2}", "[1 2", "{,}"] {
            assert_eq!(JsonLines::new(broken).line_of("/a"), None, "{broken}");
        }
    }

    #[test]
    fn the_first_of_two_keys_counts_and_deep_values_have_no_line() {
        assert_eq!(JsonLines::new("{\"a\":1,\n\"a\":2}").line_of("/a"), Some(1));
        let deep = format!("{}1{}", "[\n".repeat(300), "]".repeat(300));
        let lines = JsonLines::new(&deep);
        assert_eq!(lines.line_of(&"/0".repeat(100)), Some(101));
        assert_eq!(lines.line_of(&"/0".repeat(200)), None);
    }
}
