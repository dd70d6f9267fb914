//! Splits a PowerShell script into code, strings and comments, and into words.

/// A piece of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Code between strings and comments.
    Code(&'a str),
    /// A string with its quotes.
    Text(&'a str),
    /// A comment with its marks.
    Comment(&'a str),
}

/// A word, mark or end of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lint) enum Token {
    /// A command, variable, parameter, number or operator.
    Word(String),
    /// A string without its quotes, and whether variables in it are expanded.
    Text(String, bool),
    /// One of `{ } ( ) | , =`.
    Mark(char),
    /// The end of a statement: the end of a line, or `;`.
    End,
}

impl Token {
    /// The word in lower case; empty for every other token.
    pub(in crate::lint) fn word(&self) -> String {
        match self {
            Self::Word(word) => word.to_lowercase(),
            Self::Text(..) | Self::Mark(_) | Self::End => String::new(),
        }
    }

    pub(in crate::lint) fn is(&self, mark: char) -> bool {
        *self == Self::Mark(mark)
    }
}

/// The pieces of a script, in order and complete.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut at, mut code_start) = (0, 0);
    while at < text.len() {
        let rest = &text[at..];
        let before = text[..at].chars().next_back();
        let length = special_length(rest, before);
        match length {
            Some((length, is_comment)) => {
                pieces.extend((code_start < at).then(|| Piece::Code(&text[code_start..at])));
                let piece = &rest[..length];
                pieces.push(if is_comment { Piece::Comment(piece) } else { Piece::Text(piece) });
                at += length;
                code_start = at;
            }
            // A backtick takes away the special meaning of the next character: an escaped quote opens no string, and an
            // escaped `#` no comment.
            None if rest.starts_with('`') => {
                at += 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    pieces.extend((code_start < text.len()).then(|| Piece::Code(&text[code_start..])));
    pieces
}

/// The length in bytes of the comment or string that begins here, and whether it is a comment.
fn special_length(rest: &str, before: Option<char>) -> Option<(usize, bool)> {
    let through =
        |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    if rest.starts_with("<#") {
        return Some((through("#>", 2), true));
    }
    // `a#b` is a word: a comment must begin one.
    let begins_word =
        before.is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '{' | '}' | '(' | ')' | '|' | ','));
    if rest.starts_with('#') && begins_word {
        return Some((rest.find('\n').unwrap_or(rest.len()), true));
    }
    // A here-string ends only where its closing sign begins a line. Quotes in it end nothing, so it is tried before an
    // ordinary string.
    for (open, close) in [("@\"", "\n\"@"), ("@'", "\n'@")] {
        if rest.starts_with(open) {
            return Some((through(close, 2), false));
        }
    }
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Some((string_length(rest, quote), false))
}

/// The length to the closing quote. Doubled quotes, and backticks in `"`, escape.
fn string_length(rest: &str, quote: char) -> usize {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == '`' && quote == '"' {
            characters.next();
        } else if character == quote {
            match characters.peek() {
                Some((_, next)) if *next == quote => drop(characters.next()),
                _ => return at + quote.len_utf8(),
            }
        }
    }
    rest.len()
}

/// The words of a script, without comments and escaped line ends.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for piece in pieces(text) {
        match piece {
            Piece::Comment(_) => {}
            Piece::Text(text) => tokens.push(string_token(text)),
            Piece::Code(code) => code_tokens(code, &mut tokens),
        }
    }
    tokens
}

/// The token of a string with its quotes.
pub(super) fn string_token(source: &str) -> Token {
    let source = source.strip_prefix('@').unwrap_or(source);
    let source = source.strip_suffix('@').filter(|rest| rest.ends_with(['"', '\''])).unwrap_or(source);
    let expands = source.starts_with('"');
    let quote = if expands { '"' } else { '\'' };
    let inner = source.strip_prefix(quote).unwrap_or(source);
    let inner = inner.strip_suffix(quote).unwrap_or(inner).trim_matches(['\r', '\n']);
    let text = match expands {
        true => inner.replace("`\"", "\"").replace("\"\"", "\""),
        false => inner.replace("''", "'"),
    };
    Token::Text(text, expands)
}

/// Adds the words of a piece of code.
pub(super) fn code_tokens(code: &str, tokens: &mut Vec<Token>) {
    let code = code.replace("`\r\n", " ").replace("`\n", " ");
    let mut word = String::new();
    // Whether `${` stands in the word and is open. The word is not searched for it: it may have a million letters.
    let mut in_braces = false;
    let flush = |word: &mut String, tokens: &mut Vec<Token>| {
        if !word.is_empty() {
            tokens.push(Token::Word(std::mem::take(word)));
        }
    };
    for character in code.chars() {
        match character {
            '\n' | ';' => {
                in_braces = false;
                flush(&mut word, tokens);
                tokens.push(Token::End);
            }
            '{' if word.ends_with('$') => {
                word.push('{');
                in_braces = true;
            }
            // `${env:ProgramFiles(x86)}`, and a blank in such a name is a part of it too.
            '}' | '(' | ')' | ' ' if in_braces => {
                word.push(character);
                in_braces = character != '}';
            }
            '{' | '}' | '(' | ')' | '|' | ',' => {
                flush(&mut word, tokens);
                tokens.push(Token::Mark(character));
            }
            // `-Filter=x` is one word of a command; any other `=` is an assignment.
            '=' if !word.starts_with('-') => {
                if !matches!(word.as_str(), "+" | "-" | "*" | "/") {
                    flush(&mut word, tokens);
                }
                word.clear();
                tokens.push(Token::Mark('='));
            }
            blank if blank.is_whitespace() => flush(&mut word, tokens),
            other => word.push(other),
        }
    }
    flush(&mut word, tokens);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_complete_and_in_order() {
        let text = "a 'it''s' # c\n\"x`\"y\" <# b #> @'\n'q'\n'@ z";
        let joined: String = pieces(text)
            .into_iter()
            .map(|piece| match piece {
                Piece::Code(text) | Piece::Text(text) | Piece::Comment(text) => text,
            })
            .collect();
        assert_eq!(joined, text);
        let strings: Vec<_> = pieces(text)
            .into_iter()
            .filter_map(|piece| if let Piece::Text(text) = piece { Some(text) } else { None })
            .collect();
        assert_eq!(strings, ["'it''s'", "\"x`\"y\"", "@'\n'q'\n'@"]);
    }

    #[test]
    fn unclosed_things_end_with_the_script() {
        for text in ["'abc", "\"abc`", "<# abc", "@'\nabc", "`", "a`", "\"ü``"] {
            assert!(!pieces(text).is_empty(), "{text}");
            tokens(text);
        }
    }

    #[test]
    fn words_and_marks() {
        let found = tokens("$x = Get-Item \"a $y\"; if (1) {\n exit 0 }");
        let word = |text: &str| Token::Word(text.into());
        let expected = [
            word("$x"),
            Token::Mark('='),
            word("Get-Item"),
            Token::Text("a $y".into(), true),
            Token::End,
            word("if"),
            Token::Mark('('),
            word("1"),
            Token::Mark(')'),
            Token::Mark('{'),
            Token::End,
            word("exit"),
            word("0"),
            Token::Mark('}'),
        ];
        assert_eq!(found, expected);
        assert_eq!(tokens("${env:ProgramFiles(x86)}"), [word("${env:ProgramFiles(x86)}")]);
        assert_eq!(tokens("a `\n b"), [word("a"), word("b")]);
    }
}
