//! What one statement of a script does: prints, fails, ends.

use super::tokens::Token;

/// How sure something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likely {
    No,
    Maybe,
    Yes,
}

/// How a way ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Goes on.
    Open,
    /// Leaves the loop's body.
    Body,
    Zero,
    NonZero,
    Unknown,
}

/// What one statement does.
pub(super) enum Effect {
    Nothing,
    Prints(Likely),
    Stderr,
    Ends(End, Likely),
    Lost,
}

/// What a statement does; `functions` are those that the script defines.
pub(super) fn effect_of(tokens: &[Token], functions: &[String]) -> Effect {
    let Some(first) = tokens.first() else { return Effect::Nothing };
    let word = first.word();
    let rest = &tokens[1..];
    if functions.contains(&word) || word == "&" || word == "." || contains_word(rest, "exit") {
        return Effect::Lost;
    }
    if goes_nowhere(tokens) {
        return Effect::Nothing;
    }
    match word.as_str() {
        "exit" => Effect::Ends(exit_code(rest), Likely::No),
        "return" => Effect::Ends(End::Zero, prints_of(rest)),
        "throw" => Effect::Ends(End::NonZero, Likely::No),
        "break" | "continue" => Effect::Ends(End::Body, Likely::No),
        "write-output" | "write-host" | "write" | "echo" | "write-warning" | "out-host" => {
            Effect::Prints(prints_of(rest))
        }
        "write-error" => Effect::Stderr,
        "test-path" => Effect::Prints(if has_pipe(rest) { Likely::Maybe } else { Likely::Yes }),
        _ if word.starts_with("[console]::error") || word.starts_with("$host.ui.writeerror") => {
            Effect::Stderr
        }
        _ if word.starts_with("[console]::write") => Effect::Prints(prints_of(rest)),
        _ if word.starts_with("[environment]::exit") => Effect::Lost,
        _ if is_silent(&word) => Effect::Nothing,
        _ if matches!(first, Token::Text(..)) => Effect::Prints(prints_of(tokens)),
        "invoke-expression" | "iex" | "start-job" => Effect::Lost,
        _ => Effect::Prints(Likely::Maybe),
    }
}

/// Whether it may write an error and go on.
pub(super) fn may_fail(tokens: &[Token]) -> bool {
    let word_at = |at: usize| tokens.get(at).map(Token::word).unwrap_or_default();
    let is_silenced = (0..tokens.len()).any(|at| {
        matches!(word_at(at).as_str(), "-erroraction" | "-ea")
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

/// Assignments, and what is piped or redirected away.
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

/// Whether these words, printed, come out as something.
fn prints_of(tokens: &[Token]) -> Likely {
    let literal = tokens.iter().map(|token| match token {
        Token::Text(text, expands) => {
            let plain = if *expands { text.split('$').next().unwrap_or_default() } else { text };
            if plain.trim().is_empty() { Likely::Maybe } else { Likely::Yes }
        }
        Token::Word(word) if matches!(word.to_lowercase().as_str(), "$true" | "$false") => Likely::Yes,
        Token::Word(word) if !word.starts_with(['$', '-', '[', '@']) => Likely::Yes,
        Token::Word(_) | Token::Mark(_) | Token::End => Likely::Maybe,
    });
    let likely = literal.max().unwrap_or(Likely::No);
    if has_pipe(tokens) { likely.min(Likely::Maybe) } else { likely }
}

/// Commands that print nothing.
fn is_silent(word: &str) -> bool {
    const SILENT: &[&str] = &[
        "param",
        "using",
        "set-strictmode",
        "import-module",
        "start-sleep",
        "set-location",
        "push-location",
        "pop-location",
        "remove-item",
        "remove-itemproperty",
        "set-variable",
        "clear-variable",
        "add-type",
        "write-verbose",
        "write-debug",
        "write-information",
        "write-progress",
        "stop-transcript",
        "out-null",
        "set-itemproperty",
        "set-content",
        "add-content",
        "out-file",
        "clear-host",
        "set-executionpolicy",
        "stop-service",
        "start-service",
        "stop-process",
    ];
    SILENT.contains(&word) || word.starts_with("[void]") || word.starts_with("[cmdletbinding")
}
