//! The commands of a PowerShell script with their lines: what it calls, and with which words.

use super::tokens::{Piece, Token, code_tokens, pieces, string_token};

/// A command of a PowerShell script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lint) struct ScriptCall {
    /// The line where its statement begins, from 1.
    pub(in crate::lint) line: u32,
    /// The command or program as it is named, without quotes.
    pub(in crate::lint) name: String,
    /// The words behind it, up to a pipe or the end of the statement.
    pub(in crate::lint) arguments: Vec<Token>,
    /// Whether no block surrounds it.
    pub(in crate::lint) is_certain: bool,
    /// Whether a pipe gives it input.
    pub(in crate::lint) is_fed: bool,
}

/// The commands of a script, in order.
pub(in crate::lint) fn calls(text: &str) -> Vec<ScriptCall> {
    let mut reader = Reader::default();
    for piece in pieces(text) {
        match piece {
            Piece::Comment(source) => reader.line += newlines(source),
            Piece::Text(source) => {
                reader.push(string_token(source));
                reader.line += newlines(source);
            }
            Piece::Code(source) => reader.code(source),
        }
    }
    reader.end();
    reader.calls
}

fn newlines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

struct Reader {
    line: u32,
    /// Blocks around the current statement.
    depth: usize,
    /// Parentheses that are open in it.
    parentheses: usize,
    statement: Vec<Token>,
    started_on: u32,
    calls: Vec<ScriptCall>,
}

impl Default for Reader {
    fn default() -> Self {
        Self { line: 1, depth: 0, parentheses: 0, statement: Vec::new(), started_on: 1, calls: Vec::new() }
    }
}

impl Reader {
    fn code(&mut self, source: &str) {
        let mut lines = source.split('\n').peekable();
        while let Some(line) = lines.next() {
            let mut tokens = Vec::new();
            let bare = line.trim_end();
            let is_continued = bare.ends_with('`');
            code_tokens(bare.trim_end_matches('`'), &mut tokens);
            tokens.into_iter().for_each(|token| self.push(token));
            if lines.peek().is_some() {
                let goes_on = is_continued
                    || self.parentheses > 0
                    || self.statement.last().is_some_and(|last| last.is('|') || last.is(','));
                if !goes_on {
                    self.end();
                }
                self.line += 1;
            }
        }
    }

    fn push(&mut self, token: Token) {
        match token {
            Token::End => return self.end(),
            // A block ends the words before it: they are its condition, or the command that is given it.
            Token::Mark('{') => {
                self.end();
                self.depth += 1;
                return;
            }
            Token::Mark('}') => {
                self.end();
                self.depth = self.depth.saturating_sub(1);
                return;
            }
            Token::Mark('(') => self.parentheses += 1,
            Token::Mark(')') => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
        if self.statement.is_empty() {
            self.started_on = self.line;
        }
        self.statement.push(token);
    }

    /// Ends the statement, and finds the commands in it.
    fn end(&mut self) {
        self.parentheses = 0;
        let statement = std::mem::take(&mut self.statement);
        let mut begins = true;
        let mut is_fed = false;
        for (at, token) in statement.iter().enumerate() {
            if begins && let Some(name) = name_of(&statement, at) {
                let arguments = arguments(&statement[at + 1..]);
                let is_certain = self.depth == 0;
                let call = ScriptCall { line: self.started_on, name, arguments, is_certain, is_fed };
                self.calls.push(call);
            }
            let word = token.word();
            let keeps = begins
                && matches!(
                    word.as_str(),
                    "&" | "." | "return" | "exit" | "throw" | "if" | "elseif" | "while"
                );
            begins = keeps || matches!(token, Token::Mark('(' | '|' | '='));
            is_fed = token.is('|') || (is_fed && keeps);
        }
    }
}

/// The name of the command that begins at `at`.
fn name_of(statement: &[Token], at: usize) -> Option<String> {
    match &statement[at] {
        Token::Word(word) => {
            let is_name = word.starts_with(|c: char| c.is_alphabetic() || matches!(c, '.' | '\\' | '%'));
            (is_name && word != ".").then(|| word.clone())
        }
        // A string is a program only behind `&`.
        Token::Text(text, _) => {
            let before = at.checked_sub(1).map(|before| statement[before].word());
            before.is_some_and(|word| word == "&" || word == ".").then(|| text.clone())
        }
        Token::Mark(_) | Token::End => None,
    }
}

/// The words up to a pipe or the parenthesis that closes the command.
fn arguments(rest: &[Token]) -> Vec<Token> {
    /// The most words of one command that are kept.
    const MOST: usize = 400;
    let mut depth = 0_usize;
    let inside = |token: &&Token| {
        depth += usize::from(token.is('('));
        let closes = token.is(')') && depth == 0;
        depth = depth.saturating_sub(usize::from(token.is(')')));
        let is_pipe = token.is('|') && depth == 0;
        !closes && !is_pipe
    };
    rest.iter().take_while(inside).take(MOST).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(u32, String, bool)> {
        calls(text).into_iter().map(|call| (call.line, call.name, call.is_certain)).collect()
    }

    #[test]
    fn commands_are_found_with_their_lines() {
        let text = "# Read-Host\n$a = Read-Host 'x'\nif ((Read-Host) -eq 'y') {\n  pause\n}\n& \"C:\\a b.exe\" /S;\n\
            Get-It `\n  -A b |\n  Out-Null\n'''pause'''\n<# pause\n #> msiexec /i a.msi";
        let expected = [
            (2, "Read-Host", true),
            (3, "if", true),
            (3, "Read-Host", true),
            (4, "pause", false),
            (6, "C:\\a b.exe", true),
            (7, "Get-It", true),
            (7, "Out-Null", true),
            (12, "msiexec", true),
        ];
        assert_eq!(names(text), expected.map(|(line, name, certain)| (line, name.to_owned(), certain)));
    }

    #[test]
    fn arguments_end_with_their_command() {
        let call = &calls("Start-Process msiexec -ArgumentList '/i', \"a.msi\" | Out-Null")[0];
        assert_eq!(call.arguments.len(), 5);
        assert!(calls("'y' | choice")[0].is_fed);
    }

    proptest::proptest! {
        #[test]
        fn no_text_stops_the_reader(text in "([ \\n;{}()|=$@'\"`#<>.,&-]|if|pause|[a-zé]){0,80}") {
            calls(&text);
        }
    }
}
