//! Judges whether a detection script can both detect an app and not detect it.
//!
//! An app is detected where the exit code is 0, there is output on stdout and none on stderr. Every way through the
//! script is followed. Where anything cannot be judged there is no finding, because a wrong finding is worse than none.

use super::statements::{Statement, parse};
use super::tokens::{Token, tokens};
use crate::lint::is_one_of;
use std::collections::HashSet;

/// The most ways through one script that are followed.
const MOST_WAYS: usize = 256;

/// The most variables that are followed.
const MOST_TRUTHS: usize = 50;

/// What a detection script can answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::lint) enum ScriptAnswer {
    /// Both, or the script cannot be judged.
    Fine,
    /// Every way prints and exits 0, so the app is always detected.
    AlwaysDetected,
    /// Every way that exits 0 prints nothing, so the app is never detected.
    NeverPrints,
    /// Every way that prints and exits 0 also writes to stderr, so the app is never detected.
    WritesToStderr,
    /// No way exits 0, so the app is never detected.
    NeverExitsZero,
}

/// A way through the script, as far as it was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    prints: Likely,
    stderr: Likely,
    end: End,
}

/// Judges a detection script.
pub(in crate::lint) fn script_answer(text: &str) -> ScriptAnswer {
    let statements = parse(tokens(text));
    let mut follower = Follower {
        functions: functions(&statements),
        truths: truths(text),
        assigned: Vec::new(),
        depth: 0,
        stops: stops_on_errors(text),
        lost: false,
    };
    let start = Way { prints: Likely::No, stderr: Likely::No, end: End::Open };
    let mut ways = follower.block(&statements, vec![start]);
    if follower.lost {
        return ScriptAnswer::Fine;
    }
    // The end of a script is exit code 0, and so is leaving a loop that is the last statement.
    for way in &mut ways {
        if matches!(way.end, End::Open | End::Body) {
            way.end = End::Zero;
        }
    }
    answer_of_all(&ways)
}

fn answer_of_all(ways: &[Way]) -> ScriptAnswer {
    // "Can" includes what is not known and "must" does not, because a finding has to hold for every run of the script.
    let can_detect =
        |way: &Way| way.end != End::NonZero && way.prints != Likely::No && way.stderr != Likely::Yes;
    let must_detect =
        |way: &Way| way.end == End::Zero && way.prints == Likely::Yes && way.stderr == Likely::No;
    if !ways.is_empty() && ways.iter().all(must_detect) {
        return ScriptAnswer::AlwaysDetected;
    }
    if ways.iter().any(can_detect) {
        return ScriptAnswer::Fine;
    }
    let mut zero = ways.iter().filter(|way| way.end != End::NonZero).peekable();
    if zero.peek().is_none() {
        return ScriptAnswer::NeverExitsZero;
    }
    if zero.any(|way| way.prints != Likely::No) {
        ScriptAnswer::WritesToStderr
    } else {
        ScriptAnswer::NeverPrints
    }
}

/// The names of all functions that the script defines.
fn functions(statements: &[Statement]) -> Vec<String> {
    let names = statements.iter().flat_map(|statement| match statement {
        Statement::Function(name) => vec![name.clone()],
        Statement::If(_, blocks, _) => blocks.iter().flat_map(|block| functions(block)).collect(),
        Statement::Loop(_, body) => functions(body),
        Statement::Try(body, catches, last) => {
            let blocks = [body, last].into_iter().chain(catches);
            blocks.flat_map(|block| functions(block)).collect()
        }
        Statement::Simple(_) | Statement::Unknown => Vec::new(),
    });
    names.collect()
}

/// Whether `$ErrorActionPreference` is `'Stop'`, with which an error ends the script with exit code 1.
fn stops_on_errors(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("$erroractionpreference") && lower.contains("stop")
}

/// The variables that only ever get True or False: `$x = Test-Path …`, `$x = $false`.
fn truths(text: &str) -> Vec<String> {
    let tokens = tokens(text);
    let is_truth = |at: usize| {
        let value: Vec<&Token> = tokens[at..]
            .iter()
            .take_while(|token| **token != Token::End && !token.is('}'))
            .take(200)
            .collect();
        let first = value.first().map(|token| token.word()).unwrap_or_default();
        let is_literal = matches!(first.as_str(), "$true" | "$false") && value.len() == 1;
        let is_plain = !value.iter().any(|token| token.is('|') || token.is('{') || token.is('='));
        is_literal || first == "test-path" && is_plain
    };
    let (mut found, mut others) = (Vec::new(), Vec::new());
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| token.word().starts_with('$')) {
        let name = token.word();
        let behind = tokens.get(at + 1);
        if behind.is_some_and(|next| next.is('=')) {
            (if is_truth(at + 2) { &mut found } else { &mut others }).push(name);
        } else if behind.is_some_and(|next| next.word() == "in" || next.is(',')) {
            others.push(name);
        }
    }
    found.sort_unstable();
    found.dedup();
    let others: HashSet<String> = others.into_iter().collect();
    found.retain(|name| !others.contains(name));
    // Each statement is compared with them.
    found.truncate(MOST_TRUTHS);
    found
}

struct Follower {
    functions: Vec<String>,
    /// The variables that only ever get True or False.
    truths: Vec<String>,
    /// Those of them that have their value on every way so far.
    assigned: Vec<String>,
    /// How many blocks are open.
    depth: usize,
    stops: bool,
    lost: bool,
}

impl Follower {
    fn block(&mut self, statements: &[Statement], ways: Vec<Way>) -> Vec<Way> {
        self.depth += 1;
        let ways = self.statements(statements, ways);
        self.depth -= 1;
        ways
    }

    fn statements(&mut self, statements: &[Statement], mut ways: Vec<Way>) -> Vec<Way> {
        for statement in statements {
            let (open, mut ended): (Vec<_>, Vec<_>) = ways.into_iter().partition(|way| way.end == End::Open);
            if open.is_empty() || self.lost {
                return ended;
            }
            ended.extend(self.statement(statement, open));
            // Twenty `if`s in a row make a million ways, nearly all of which are alike. Merged after every statement,
            // they stay few.
            ended.sort_unstable();
            ended.dedup();
            ways = ended;
            self.lost |= ways.len() > MOST_WAYS;
        }
        ways
    }

    fn statement(&mut self, statement: &Statement, ways: Vec<Way>) -> Vec<Way> {
        match statement {
            Statement::Unknown => {
                self.lost = true;
                ways
            }
            // A definition runs nothing. A call of it ends the judgement, because its body is not followed.
            Statement::Function(_) => ways,
            Statement::Simple(tokens) => self.simple(tokens, ways),
            Statement::If(conditions, blocks, has_else) => {
                let ways = after_words(conditions, ways);
                let mut after: Vec<Way> =
                    blocks.iter().flat_map(|block| self.block(block, ways.clone())).collect();
                after.extend((!has_else).then_some(ways).into_iter().flatten());
                after
            }
            Statement::Loop(condition, body) => {
                let ways = after_words(condition, ways);
                let mut after = self.block(body, ways.clone());
                for way in after.iter_mut().filter(|way| way.end == End::Body) {
                    way.end = End::Open;
                }
                // The body may never run.
                after.extend(ways);
                after
            }
            Statement::Try(body, catches, last) => self.attempt(body, catches, last, ways),
        }
    }

    /// A `catch` can begin anywhere in the body, so what the body prints may have been printed.
    fn attempt(
        &mut self,
        body: &[Statement],
        catches: &[Vec<Statement>],
        last: &[Statement],
        ways: Vec<Way>,
    ) -> Vec<Way> {
        let mut after = self.block(body, ways.clone());
        let mut thrown = ways;
        if after.iter().any(|way| way.prints != Likely::No) {
            thrown.iter_mut().for_each(|way| way.prints = way.prints.max(Likely::Maybe));
        }
        for catch in catches {
            // An error that is caught is not written to stderr.
            after.extend(self.block(catch, thrown.clone()));
        }
        self.block(last, after)
    }

    fn simple(&mut self, tokens: &[Token], ways: Vec<Way>) -> Vec<Way> {
        let mut ways = after_words(tokens, ways);
        let name = tokens.first().map(Token::word).unwrap_or_default();
        if self.depth == 1
            && tokens.get(1).is_some_and(|next| next.is('='))
            && self.truths.contains(&name)
            && !self.assigned.contains(&name)
        {
            self.assigned.push(name);
        }
        match effect_of(tokens, &self.functions, &self.assigned) {
            Effect::Nothing => {}
            Effect::Prints(likely) => ways.iter_mut().for_each(|way| way.prints = way.prints.max(likely)),
            Effect::Stderr => {
                for way in &mut ways {
                    way.stderr = Likely::Yes;
                    way.end = if self.stops { End::NonZero } else { way.end };
                }
            }
            Effect::Ends(end, prints) => {
                for way in &mut ways {
                    way.prints = way.prints.max(prints);
                    way.end = end;
                }
            }
            Effect::Lost => self.lost = true,
        }
        ways
    }
}

/// A command that fails writes to stderr and the script continues: then the app is not detected, which may be intended.
fn after_words(tokens: &[Token], mut ways: Vec<Way>) -> Vec<Way> {
    if may_fail(tokens) {
        ways.iter_mut().for_each(|way| way.stderr = way.stderr.max(Likely::Maybe));
    }
    ways
}

/// How certain something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Likely {
    No,
    Maybe,
    Yes,
}

/// How a way ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// It has not ended, and continues with the next statement.
    Open,
    /// It leaves the body of the loop.
    Body,
    Zero,
    NonZero,
    Unknown,
}

/// What one statement does.
enum Effect {
    Nothing,
    Prints(Likely),
    Stderr,
    Ends(End, Likely),
    Lost,
}

/// What a statement does; `functions` are the names that the script defines, `truths` the variables that are True or False.
fn effect_of(tokens: &[Token], functions: &[String], truths: &[String]) -> Effect {
    let Some(first) = tokens.first() else { return Effect::Nothing };
    let word = first.word();
    let rest = &tokens[1..];
    // An `exit` among the words of another statement may be in a script block, which may or may not run.
    if functions.contains(&word) || word == "&" || word == "." || contains_word(rest, "exit") {
        return Effect::Lost;
    }
    if goes_nowhere(tokens) {
        return Effect::Nothing;
    }
    let prints_of = |tokens: &[Token]| prints_of(tokens, truths);
    match word.as_str() {
        "exit" => Effect::Ends(exit_code(rest), Likely::No),
        // Only the script's own level is followed, where `return` ends it with exit code 0.
        "return" => Effect::Ends(End::Zero, prints_of(rest)),
        // Uncaught, it ends powershell.exe with exit code 1. A `catch` is followed with its `try`.
        "throw" => Effect::Ends(End::NonZero, Likely::No),
        "break" | "continue" => Effect::Ends(End::Body, Likely::No),
        // powershell.exe sends the host's text and warnings to stdout as well, and the agent does not ask which command
        // wrote them.
        "write-output" | "write-host" | "write" | "echo" | "write-warning" | "out-host" => {
            Effect::Prints(prints_of(rest))
        }
        "write-error" => Effect::Stderr,
        // It prints True or False, and False on stdout is output like any other: a script of this command alone always
        // detects the app.
        "test-path" => Effect::Prints(if has_pipe(rest) { Likely::Maybe } else { Likely::Yes }),
        _ if word.starts_with("[console]::error") || word.starts_with("$host.ui.writeerror") => {
            Effect::Stderr
        }
        _ if word.starts_with("[console]::write") => Effect::Prints(prints_of(rest)),
        _ if word.starts_with("[environment]::exit") => Effect::Lost,
        _ if is_silent(&word) => Effect::Nothing,
        _ if matches!(first, Token::Text(..)) => Effect::Prints(prints_of(tokens)),
        // It prints True or False.
        "$true" | "$false" => Effect::Prints(prints_of(tokens)),
        _ if truths.contains(&word) => Effect::Prints(prints_of(tokens)),
        _ if first.is('(')
            && rest.first().is_some_and(|next| next.word() == "test-path")
            && is_whole(tokens) =>
        {
            Effect::Prints(if has_pipe(rest) { Likely::Maybe } else { Likely::Yes })
        }
        "invoke-expression" | "iex" | "start-job" => Effect::Lost,
        _ => Effect::Prints(Likely::Maybe),
    }
}

/// Whether one pair of parentheses is all of a statement.
fn is_whole(tokens: &[Token]) -> bool {
    let marks = |mark: char| tokens.iter().filter(|token| token.is(mark)).count();
    marks('(') == 1 && marks(')') == 1 && tokens.last().is_some_and(|last| last.is(')'))
}

/// Whether a statement may write an error and continue.
fn may_fail(tokens: &[Token]) -> bool {
    let word_at = |at: usize| tokens.get(at).map(Token::word).unwrap_or_default();
    // The error is discarded, so nothing reaches stderr.
    let is_silenced = (0..tokens.len()).any(|at| {
        matches!(word_at(at).as_str(), "-erroraction" | "-ea")
            // 0 is the number of SilentlyContinue.
            && matches!(word_at(at + 1).as_str(), "silentlycontinue" | "ignore" | "0")
    });
    let fails = |at: usize| {
        let word = word_at(at);
        let is_command = word.contains('-') && word.starts_with(|first: char| first.is_ascii_alphabetic());
        let is_safe =
            word.starts_with("write-") || matches!(word.as_str(), "test-path" | "out-null" | "where-object");
        let is_call = word.contains('.') && tokens.get(at + 1).is_some_and(|next| next.is('('));
        (is_command && !is_safe && !is_silenced) || is_call || word.starts_with('[') || word == "&"
    };
    (0..tokens.len()).any(fails)
}

/// Whether the output goes nowhere: it is assigned, piped or redirected away.
fn goes_nowhere(tokens: &[Token]) -> bool {
    let first = tokens.first().map(Token::word).unwrap_or_default();
    let assigned = tokens.iter().take(4).any(|token| token.is('='))
        && (first.starts_with('$') || first.starts_with('['));
    let nulled = tokens.windows(2).any(|pair| pair[0].is('|') && pair[1].word() == "out-null");
    let redirected = tokens
        .windows(2)
        .any(|pair| matches!(pair[0].word().as_str(), ">" | "*>") && pair[1].word() == "$null");
    assigned || nulled || redirected || first.starts_with("[void]")
}

fn contains_word(tokens: &[Token], word: &str) -> bool {
    tokens.iter().any(|token| token.word() == word)
}

fn has_pipe(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| token.is('|'))
}

fn exit_code(rest: &[Token]) -> End {
    let words: Vec<String> = rest.iter().map(Token::word).filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [] if rest.is_empty() => End::Zero,
        [code] => match code.parse::<i64>() {
            Ok(0) => End::Zero,
            Ok(_) => End::NonZero,
            Err(_) => End::Unknown,
        },
        _ => End::Unknown,
    }
}

/// Whether these words print anything.
fn prints_of(tokens: &[Token], truths: &[String]) -> Likely {
    let literal = tokens.iter().map(|token| match token {
        Token::Text(text, expands) => {
            // What a variable holds is not known, so only the text before the first one is certain to be printed.
            let plain = if *expands { text.split('$').next().unwrap_or_default() } else { text };
            if plain.trim().is_empty() { Likely::Maybe } else { Likely::Yes }
        }
        Token::Word(word) if matches!(word.to_lowercase().as_str(), "$true" | "$false") => Likely::Yes,
        Token::Word(word) if truths.contains(&word.to_lowercase()) => Likely::Yes,
        Token::Word(word) if !word.starts_with(['$', '-', '[', '@']) => Likely::Yes,
        Token::Word(_) | Token::Mark(_) | Token::End => Likely::Maybe,
    });
    let likely = literal.max().unwrap_or(Likely::No);
    if has_pipe(tokens) { likely.min(Likely::Maybe) } else { likely }
}

/// Whether a command prints nothing.
fn is_silent(word: &str) -> bool {
    const SILENT: &str = "param using set-strictmode import-module start-sleep set-location push-location pop-location \
        remove-item remove-itemproperty set-variable clear-variable add-type write-verbose \
        write-debug write-information write-progress stop-transcript out-null set-itemproperty set-content \
        add-content out-file clear-host set-executionpolicy stop-service start-service stop-process";
    is_one_of(SILENT, word) || word.starts_with("[void]") || word.starts_with("[cmdletbinding")
}

#[cfg(test)]
mod tests;
