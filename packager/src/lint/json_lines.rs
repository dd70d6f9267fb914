//! Finds the line of a JSON text that a JSON pointer leads to.

/// The line of the value at a pointer (RFC 6901), from 1; `None` where the text has no such value. The text was parsed
/// before; for one that is not JSON the result is some line or `None`.
pub(super) fn line_of(text: &str, pointer: &str) -> Option<u32> {
    let mut scanner = Scanner { rest: text, line: 1 };
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        scanner.skip_blanks();
        match scanner.next()? {
            '{' => scanner.enter_key(&part)?,
            '[' => scanner.enter_index(part.parse().ok()?)?,
            _ => return None,
        }
    }
    scanner.skip_blanks();
    (!scanner.rest.is_empty()).then_some(scanner.line)
}

struct Scanner<'a> {
    rest: &'a str,
    line: u32,
}

impl Scanner<'_> {
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

    /// Advances to the value of `key`. Of a key that is there twice, the first counts.
    fn enter_key(&mut self, key: &str) -> Option<()> {
        loop {
            self.skip_blanks();
            let found = self.string()?;
            self.skip_blanks();
            (self.next()? == ':').then_some(())?;
            if found == key {
                return Some(());
            }
            self.skip_value()?;
        }
    }

    fn enter_index(&mut self, index: usize) -> Option<()> {
        (0..index).try_for_each(|_| self.skip_value())?;
        self.skip_blanks();
        (!self.rest.starts_with(']')).then_some(())
    }

    /// Advances over a value and the comma after it; `None` where it was the last.
    fn skip_value(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            if self.rest.starts_with('"') {
                self.string()?;
                continue;
            }
            match self.next()? {
                '{' | '[' => depth += 1,
                '}' | ']' => depth = depth.checked_sub(1)?,
                ',' if depth == 0 => return Some(()),
                _ => {}
            }
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
            assert_eq!(line_of(TEXT, pointer), Some(line), "{pointer}");
        }
    }

    #[test]
    fn what_is_not_there_has_no_line() {
        for pointer in ["/x", "/@b/2", "/@b/x", "/a/b", "/f/0"] {
            assert_eq!(line_of(TEXT, pointer), None, "{pointer}");
        }
        for broken in ["", "{", "{\"a\"", "[", "{\"b\": \"", "]]]"] {
            assert_eq!(line_of(broken, "/a"), None, "{broken}");
        }
    }
}
