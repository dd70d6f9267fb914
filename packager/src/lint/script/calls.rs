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
    /// Whether its output goes into a pipe, a variable or an expression, which PowerShell waits for.
    pub(in crate::lint) is_taken: bool,
    /// The conditions of the innermost blocks around it, as far as they are understood.
    pub(in crate::lint) guards: Vec<Guard>,
}

/// A condition that one variable decides: `if ($Interactive)`, `if (-not $Silent)`, and `else` behind them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::lint) struct Guard {
    /// The variable in lower case, as it is written: `$interactive`, `[environment]::userinteractive`.
    pub(in crate::lint) variable: String,
    /// Whether the block runs where the variable is true; otherwise where it is false.
    pub(in crate::lint) wants_true: bool,
}

/// How the condition of a function's body begins: it runs where something calls the function, whose name follows.
pub(in crate::lint) const FUNCTION: &str = "function ";

/// The lines of a block, the first and the last, and the conditions in front of it.
pub(in crate::lint) type GuardedLines = (u32, u32, Vec<Guard>);

/// The commands of a script, in order.
pub(in crate::lint) fn calls(text: &str) -> Vec<ScriptCall> {
    read(text).calls
}

/// The blocks of a script that stand behind a condition that is understood.
pub(in crate::lint) fn guarded_lines(text: &str) -> Vec<GuardedLines> {
    read(text).guarded
}

fn read(text: &str) -> Reader {
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
    reader
}

fn newlines(text: &str) -> u32 {
    u32::try_from(text.matches('\n').count()).unwrap_or(u32::MAX)
}

struct Reader {
    line: u32,
    /// Blocks around the current statement.
    blocks: Vec<Block>,
    /// How many of them do not always run.
    conditions: usize,
    /// The conditions of the block that ended last, for the `else` behind it.
    last_guards: Vec<Guard>,
    guarded: Vec<GuardedLines>,
    /// The statement that ended last.
    before: Vec<Token>,
    /// Parentheses that are open in it.
    parentheses: usize,
    statement: Vec<Token>,
    started_on: u32,
    calls: Vec<ScriptCall>,
}

/// A block in braces.
struct Block {
    guards: Vec<Guard>,
    /// Whether it always runs: `& { … }`, `try { … }`.
    is_plain: bool,
    /// Whether the guards are the whole condition, so that `else` behind the block means their opposite.
    is_whole: bool,
    begins_on: u32,
}

/// The most conditions that are kept of one block, and the most blocks around a command that are looked at.
const MOST_GUARDS: usize = 8;

impl Default for Reader {
    fn default() -> Self {
        Self {
            line: 1,
            blocks: Vec::new(),
            last_guards: Vec::new(),
            conditions: 0,
            guarded: Vec::new(),
            before: Vec::new(),
            parentheses: 0,
            statement: Vec::new(),
            started_on: 1,
            calls: Vec::new(),
        }
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
                // The brace may stand on a line of its own.
                let before = if self.statement.is_empty() { &self.before } else { &self.statement };
                let guards = guards_of(before, &self.last_guards);
                let is_plain = is_plain(before);
                let is_whole = !before.iter().any(|token| token.word() == "-and");
                self.end();
                self.before.clear();
                self.conditions += usize::from(!is_plain);
                self.blocks.push(Block { guards, is_plain, is_whole, begins_on: self.line });
                return;
            }
            Token::Mark('}') => {
                self.end();
                let block = self.blocks.pop();
                self.conditions -= usize::from(block.as_ref().is_some_and(|block| !block.is_plain));
                let whole = block.as_ref().filter(|block| block.is_whole);
                self.last_guards = whole.map(|block| block.guards.clone()).unwrap_or_default();
                if let Some(block) = block.filter(|block| !block.guards.is_empty()) {
                    self.guarded.push((block.begins_on, self.line, block.guards));
                }
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
        // Whether a pipe, an assignment or a parenthesis stood in front.
        let mut takes = false;
        for (at, token) in statement.iter().enumerate() {
            if begins && let Some(name) = name_of(&statement, at) {
                let arguments = arguments(&statement[at + 1..]);
                let is_certain = self.conditions == 0;
                let around = self.blocks.iter().rev().take(MOST_GUARDS);
                let guards = around.flat_map(|block| block.guards.iter().cloned()).collect();
                let is_taken = takes || statement[at + 1..].iter().take(400).any(|token| token.is('|'));
                let call = ScriptCall {
                    line: self.started_on,
                    name,
                    arguments,
                    is_certain,
                    is_fed,
                    is_taken,
                    guards,
                };
                self.calls.push(call);
            }
            let word = token.word();
            let keeps = begins
                && matches!(
                    word.as_str(),
                    "&" | "." | "return" | "exit" | "throw" | "if" | "elseif" | "while"
                );
            begins = keeps || matches!(token, Token::Mark('(' | '|' | '='));
            takes |= matches!(token, Token::Mark('(' | '|' | '='));
            is_fed = token.is('|') || (is_fed && keeps);
        }
        if !statement.is_empty() {
            self.before = statement;
        }
    }
}

/// Whether a block behind these words always runs.
fn is_plain(statement: &[Token]) -> bool {
    let first = statement.first().map(Token::word).unwrap_or_default();
    statement.len() == 1 && matches!(first.as_str(), "try" | "&" | ".")
}

/// The conditions in front of a block: all of them must hold. None where they are not understood.
fn guards_of(statement: &[Token], last: &[Guard]) -> Vec<Guard> {
    let first = statement.first().map(Token::word).unwrap_or_default();
    match (first.as_str(), last) {
        ("else", [only]) if statement.len() == 1 => {
            vec![Guard { variable: only.variable.clone(), wants_true: !only.wants_true }]
        }
        ("function" | "filter", _) => {
            let name = statement.get(1).map(Token::word).filter(|name| !name.is_empty());
            name.map(|name| Guard { variable: format!("{FUNCTION}{name}"), wants_true: true })
                .into_iter()
                .collect()
        }
        ("if" | "elseif", _) if statement.len() < 60 => conjuncts(&statement[1..]),
        _ => Vec::new(),
    }
}

/// The conditions that `-and` joins. None where an operator is applied to what `-and` joins in parentheses: `-not ($A -and
/// $B)` holds where either is false.
fn conjuncts(condition: &[Token]) -> Vec<Guard> {
    if is_applied_to_several(condition) {
        return Vec::new();
    }
    let words: Vec<String> = condition
        .iter()
        .map(|token| if token.is('(') || token.is(')') { String::new() } else { token.word() })
        .collect();
    if words.iter().any(|word| word == "-or" || word == "-xor") {
        return Vec::new();
    }
    words.split(|word| word == "-and").filter_map(guard).take(MOST_GUARDS).collect()
}

/// Whether `-not`, `!` or a comparison is applied to parentheses with an `-and` in them.
fn is_applied_to_several(condition: &[Token]) -> bool {
    // Of each open parenthesis: whether it is negated, and whether there was an `-and` in it.
    let mut open: Vec<(bool, bool)> = Vec::new();
    let word_at = |at: usize| condition.get(at).map(Token::word).unwrap_or_default();
    for (at, token) in condition.iter().enumerate() {
        if token.is('(') {
            let before = at.checked_sub(1).map(word_at).unwrap_or_default();
            open.push((before == "-not" || before.ends_with('!'), false));
        } else if token.is(')') {
            let Some((is_negated, has_and)) = open.pop() else { continue };
            let behind = word_at(at + 1);
            if has_and && (is_negated || behind.starts_with('-') && behind != "-and") {
                return true;
            }
            open.last_mut().into_iter().for_each(|outer| outer.1 |= has_and);
        } else if token.word() == "-and" {
            open.last_mut().into_iter().for_each(|innermost| innermost.1 = true);
        }
    }
    false
}

/// `$x`, `!$x`, `-not $x`, `$x.IsPresent`, `$x -eq $true`.
fn guard(words: &[String]) -> Option<Guard> {
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    let (words, mut wants_true) = match words[..] {
        ["-not" | "!", ref rest @ ..] => (rest.to_vec(), false),
        _ => (words, true),
    };
    let variable = match words[..] {
        [variable] => variable,
        [variable, "-eq", "$true"] | [variable, "-ne", "$false"] => variable,
        [variable, "-eq", "$false"] | [variable, "-ne", "$true"] => {
            wants_true = !wants_true;
            variable
        }
        _ => return None,
    };
    let bare = variable.strip_prefix('!');
    let variable = bare.unwrap_or(variable).trim_end_matches(".ispresent");
    let is_variable = variable.starts_with(['$', '[']);
    is_variable.then(|| Guard { variable: variable.to_owned(), wants_true: wants_true != bare.is_some() })
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

    #[test]
    fn blocks_that_always_run_are_told_from_others() {
        for (text, is_certain) in [
            ("& { a }", true),
            ("try { a } catch { b }", true),
            ("try\n{\n a\n}\nfinally { b }", true),
            ("try { b } catch { a }", false),
            ("if ($x) { a }", false),
            ("if ($x) { try { a } catch { } }", false),
            ("$block = { a }", false),
        ] {
            let call = calls(text).into_iter().find(|call| call.name == "a").unwrap();
            assert_eq!(call.is_certain, is_certain, "{text}");
        }
    }

    #[test]
    fn conditions_of_one_variable_are_understood() {
        let guards = |text: &str| {
            let call = calls(text).into_iter().find(|call| call.name == "a").unwrap();
            call.guards.iter().map(|one| (one.variable.clone(), one.wants_true)).collect::<Vec<_>>()
        };
        let one = |variable: &str, wants_true| vec![(variable.to_owned(), wants_true)];
        for (text, expected) in [
            ("if ($X) { a }", one("$x", true)),
            ("if (-not $X) { a }", one("$x", false)),
            ("if (!$X) {\n a\n}", one("$x", false)),
            ("if (-not ($X.IsPresent)) { a }", one("$x", false)),
            ("if ($X -eq $false) { a }", one("$x", false)),
            ("if ($X) { b } else { a }", one("$x", false)),
            ("if ([Environment]::UserInteractive) { a }", one("[environment]::userinteractive", true)),
            ("if ($X -and (b)) { a }", one("$x", true)),
            ("if ($X -or $Y) { a }", vec![]),
            ("if (-not ($X -and $Y)) { a }", vec![]),
            ("if (!(($X -and $Y))) { a }", vec![]),
            ("if (($X -and $Y) -eq $false) { a }", vec![]),
            ("if (($X -and (b)) -and (c)) { a }", one("$x", true)),
            ("if ($X -and (b)) { c } else { a }", vec![]),
            ("if ($X -gt 3) { a }", vec![]),
            ("while ($X) { a }", vec![]),
            ("function B { a }", one("function b", true)),
            ("if ($X)\n{\n a\n}", one("$x", true)),
            ("if ($X)\n{\n b\n}\nelse\n{\n a\n}", one("$x", false)),
            ("if ($X) { b }\na", vec![]),
        ] {
            assert_eq!(guards(text), expected, "{text}");
        }
        assert_eq!(guarded_lines("b\nif ($X) {\n b\n}\nb")[0].1, 4);
    }

    proptest::proptest! {
        #[test]
        fn no_text_stops_the_reader(text in "([ \\n;{}()|=$@'\"`#<>.,&-]|if|pause|[a-zé]){0,80}") {
            calls(&text);
        }
    }
}
