//! Rust source as words and signs, and what each of its lines holds: enough to count lines and to follow paths.
//!
//! A full parser would be slower to build than the rest of `xtask`, and drops the comments that are to be counted.

/// What a line holds; a line with code and a comment counts as code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Blank,
    Code,
    /// A line of a comment that becomes documentation.
    Doc,
    /// A line of any other comment.
    Comment,
    /// A line of an item that only tests see.
    Test,
}

/// A word, a literal, `::` or any other sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    /// The line on which it begins, counted from 0.
    pub(super) line: usize,
}

/// A source file without the items that only tests see.
#[derive(Debug)]
pub(super) struct Source<'a> {
    pub(super) tokens: Vec<Token<'a>>,
    pub(super) lines: Vec<Line>,
}

impl<'a> Source<'a> {
    pub(super) fn read(text: &'a str) -> Self {
        let mut source = Self { tokens: Vec::new(), lines: vec![Line::Blank; text.lines().count()] };
        let (mut rest, mut line) = (text, 0);
        while let Some(first) = rest.chars().next() {
            let (kind, length) = piece(rest, first);
            let (text, behind) = rest.split_at(length);
            let last = line + text.matches('\n').count();
            if let Some(kind) = kind {
                source.mark(line..=last, kind);
                if kind == Line::Code {
                    source.tokens.push(Token { text, line });
                }
            }
            (rest, line) = (behind, last);
        }
        source.leave_tests_out();
        source
    }

    fn mark(&mut self, lines: std::ops::RangeInclusive<usize>, kind: Line) {
        for line in lines {
            if let Some(old) = self.lines.get_mut(line)
                && (*old == Line::Blank || kind == Line::Code)
            {
                *old = kind;
            }
        }
    }

    fn leave_tests_out(&mut self) {
        let mut kept = Vec::with_capacity(self.tokens.len());
        let mut at = 0;
        while at < self.tokens.len() {
            let Some(behind_attribute) = test_attribute(&self.tokens[at..]) else {
                kept.push(self.tokens[at]);
                at += 1;
                continue;
            };
            let end = at + behind_attribute + item_length(&self.tokens[at + behind_attribute..]);
            // The lines between its tokens belong to it as well: comments, and blank ones.
            let last = self.tokens.get(end - 1).unwrap_or(&self.tokens[at]).line;
            self.lines[self.tokens[at].line..=last].fill(Line::Test);
            at = end;
        }
        self.tokens = kept;
    }
}

/// The kind and length in bytes of the piece that the text begins with; white space has no kind.
fn piece(text: &str, first: char) -> (Option<Line>, usize) {
    if first.is_whitespace() {
        return (None, first.len_utf8());
    }
    if text.starts_with("//") {
        let doc = text.starts_with("//!") || text.starts_with("///") && !text.starts_with("////");
        return (Some(if doc { Line::Doc } else { Line::Comment }), text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        let doc = text.starts_with("/*!") || text.starts_with("/**") && !text.starts_with("/**/");
        return (Some(if doc { Line::Doc } else { Line::Comment }), block_comment(text));
    }
    let word = text.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(text.len());
    let length = match (&text[..word], &text[word..]) {
        ("r" | "br" | "cr", behind) if behind.starts_with(['"', '#']) => match raw_string(behind) {
            Some(length) => word + length,
            None => word + 1, // `r#type` is a word
        },
        ("" | "b" | "c", behind) if behind.starts_with('"') => word + quoted(behind, '"'),
        ("" | "b", behind) if behind.starts_with('\'') => word + character(behind),
        ("", behind) if behind.starts_with("::") => 2,
        ("", _) => first.len_utf8(),
        _ => word,
    };
    (Some(Line::Code), length)
}

fn block_comment(text: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of `#"..."#` with any number of `#`.
fn raw_string(text: &str) -> Option<usize> {
    let signs = text.find(|letter| letter != '#')?;
    text[signs..].starts_with('"').then_some(())?;
    let end = format!("\"{}", &text[..signs]);
    Some(text[signs + 1..].find(&end).map_or(text.len(), |at| signs + 1 + at + end.len()))
}

/// The length of a literal between two quotes, in which a backslash takes the next character along.
fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return at + quote.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The length of a character's literal; of a lifetime only its quote, because its name is a word.
fn character(text: &str) -> usize {
    // A lifetime has no closing quote, so the next quote may be anybody's.
    let mut letters = text.chars().skip(1);
    match (letters.next(), letters.next()) {
        (Some('\\'), _) | (_, Some('\'')) => quoted(text, '\''),
        _ => 1,
    }
}

/// The number of tokens of `#[cfg(test)]` or `#[cfg(all(test, ...))]`, where they begin with one.
fn test_attribute(tokens: &[Token<'_>]) -> Option<usize> {
    let begins = |with: &[&str]| {
        tokens.len() > with.len() && with.iter().zip(tokens).all(|(text, token)| *text == token.text)
    };
    (begins(&["#", "[", "cfg", "(", "test", ")"]) || begins(&["#", "[", "cfg", "(", "all", "(", "test"]))
        .then(|| 1 + group(&tokens[1..]))
}

/// How many tokens a group in brackets has, both of these included.
pub(super) fn group(tokens: &[Token<'_>]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// How many tokens the item at the beginning has: up to its `;` or the end of its body, and for a field up to its
/// comma.
fn item_length(tokens: &[Token<'_>]) -> usize {
    let mut at = 0;
    while tokens.get(at).is_some_and(|token| token.text == "#") {
        at += 1 + group(&tokens[at + 1..]);
    }
    // The braces of a `use` come before its end; any other item ends with its first ones.
    let import = tokens[at..].iter().take(5).any(|token| token.text == "use");
    let field = tokens.get(at + 1).is_some_and(|token| token.text == ":");
    while let Some(token) = tokens.get(at) {
        match token.text {
            ";" => return at + 1,
            "," if field => return at + 1,
            ")" | "]" | "}" => return at,
            "{" if !import => return at + group(&tokens[at..]),
            "(" | "[" | "{" => at += group(&tokens[at..]),
            _ => at += 1,
        }
    }
    tokens.len()
}
