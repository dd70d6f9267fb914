//! Parses the words of a PowerShell script into a tree of statements.

use super::tokens::Token;
use std::iter::Peekable;
use std::vec::IntoIter;

/// The deepest nesting of blocks that is understood.
const DEEPEST: usize = 64;

/// A statement of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Statement {
    /// `if`, `elseif` and `else`: the words of all conditions, the blocks, and whether there is an `else`.
    If(Vec<Token>, Vec<Vec<Statement>>, bool),
    /// `try`: its block, those of its `catch`es, and its `finally`.
    Try(Vec<Statement>, Vec<Vec<Statement>>, Vec<Statement>),
    /// A loop: the words of its condition, and a body that runs any number of times.
    Loop(Vec<Token>, Vec<Statement>),
    /// The definition of a function with this name. Its body is not looked at, because a definition runs nothing.
    Function(String),
    /// A command, assignment or expression, by its words.
    Simple(Vec<Token>),
    /// A statement that is not understood.
    Unknown,
}

type Tokens = Peekable<IntoIter<Token>>;

/// Parses a whole script.
pub(super) fn parse(tokens: Vec<Token>) -> Vec<Statement> {
    let mut tokens = tokens.into_iter().peekable();
    let mut statements = block(&mut tokens, 0);
    if tokens.next().is_some() {
        statements.push(Statement::Unknown); // a brace too many
    }
    statements
}

/// Parses to the closing brace, which is not taken.
fn block(tokens: &mut Tokens, depth: usize) -> Vec<Statement> {
    let mut statements = Vec::new();
    while let Some(token) = tokens.peek() {
        if token.is('}') {
            break;
        }
        if *token == Token::End {
            tokens.next();
            continue;
        }
        statements.push(statement(tokens, depth));
    }
    statements
}

fn statement(tokens: &mut Tokens, depth: usize) -> Statement {
    let word = tokens.peek().map(Token::word).unwrap_or_default();
    // Scripts come from anybody, and a thousand braces must not overflow the stack.
    if depth > DEEPEST {
        tokens.by_ref().for_each(drop);
        return Statement::Unknown;
    }
    known_statement(&word, tokens, depth).unwrap_or(Statement::Unknown)
}

/// Parses the statement that begins with `word`; `None` where it is not understood.
fn known_statement(word: &str, tokens: &mut Tokens, depth: usize) -> Option<Statement> {
    match word {
        "if" => if_statement(tokens, depth),
        "try" => try_statement(tokens, depth),
        "foreach" | "for" | "while" => {
            tokens.next();
            Some(Statement::Loop(parentheses(tokens), braced(tokens, depth)?))
        }
        "do" => {
            tokens.next();
            let body = braced(tokens, depth);
            tokens.next(); // `while` or `until`
            Some(Statement::Loop(parentheses(tokens), body?))
        }
        "function" | "filter" => {
            tokens.next();
            let name = tokens.next().map(|token| token.word()).unwrap_or_default();
            parentheses(tokens);
            braced(tokens, depth).map(|_| Statement::Function(name))
        }
        "switch" | "trap" | "class" | "enum" | "begin" | "process" | "end" | "workflow" | "data" => {
            // When and how often these run their blocks is not followed. Their words are taken so that parsing can
            // continue, and the script is not judged.
            simple(tokens);
            None
        }
        _ => Some(Statement::Simple(simple(tokens))),
    }
}

fn if_statement(tokens: &mut Tokens, depth: usize) -> Option<Statement> {
    let (mut conditions, mut blocks) = (Vec::new(), Vec::new());
    loop {
        tokens.next(); // `if` or `elseif`
        conditions.extend(parentheses(tokens));
        blocks.push(braced(tokens, depth)?);
        match keyword_after_ends(tokens, &["elseif", "else"]).as_str() {
            "elseif" => {}
            "else" => {
                tokens.next();
                blocks.push(braced(tokens, depth)?);
                return Some(Statement::If(conditions, blocks, true));
            }
            _ => return Some(Statement::If(conditions, blocks, false)),
        }
    }
}

fn try_statement(tokens: &mut Tokens, depth: usize) -> Option<Statement> {
    tokens.next();
    let body = braced(tokens, depth)?;
    let (mut catches, mut last) = (Vec::new(), Vec::new());
    loop {
        match keyword_after_ends(tokens, &["catch", "finally"]).as_str() {
            "catch" => {
                // As in `catch [System.Exception] { … }`.
                while tokens.next_if(|token| !token.is('{') && *token != Token::End).is_some() {}
                catches.push(braced(tokens, depth)?);
            }
            "finally" => {
                tokens.next();
                last = braced(tokens, depth)?;
            }
            _ => return Some(Statement::Try(body, catches, last)),
        }
    }
}

/// Skips line ends, and returns the next word if it is one of `keywords`, without taking it; else an empty text.
fn keyword_after_ends(tokens: &mut Tokens, keywords: &[&str]) -> String {
    while tokens.next_if_eq(&Token::End).is_some() {}
    let word = tokens.peek().map(Token::word).unwrap_or_default();
    if keywords.contains(&word.as_str()) { word } else { String::new() }
}

/// Takes a block in braces, with line ends before it; `None` where there is none or it is not closed.
fn braced(tokens: &mut Tokens, depth: usize) -> Option<Vec<Statement>> {
    while tokens.next_if_eq(&Token::End).is_some() {}
    tokens.next_if(|token| token.is('{'))?;
    let statements = block(tokens, depth + 1);
    tokens.next_if(|token| token.is('}'))?;
    Some(statements)
}

/// Takes the words in parentheses; none where there are no parentheses.
fn parentheses(tokens: &mut Tokens) -> Vec<Token> {
    while tokens.next_if_eq(&Token::End).is_some() {}
    let (mut inside, mut depth) = (Vec::new(), 0_usize);
    while let Some(token) = tokens.next_if(|token| depth > 0 || token.is('(')) {
        // Never below zero: the first token can only be an opening parenthesis, and the loop ends with the one that
        // closes it.
        depth += usize::from(token.is('('));
        depth -= usize::from(token.is(')'));
        inside.push(token);
        if depth == 0 {
            break;
        }
    }
    inside
}

/// Takes the words of a statement, with everything in its own braces and parentheses.
fn simple(tokens: &mut Tokens) -> Vec<Token> {
    let mut words: Vec<Token> = Vec::new();
    let mut depth = 0_usize;
    while let Some(token) = tokens.peek() {
        let closes = token.is('}') || token.is(')');
        if depth == 0 && (token.is('}') || *token == Token::End) {
            // A pipe or comma at the end of a line continues the statement in the next one.
            if *token == Token::End && words.last().is_some_and(|last| last.is('|') || last.is(',')) {
                tokens.next();
                continue;
            }
            break;
        }
        depth += usize::from(token.is('{') || token.is('('));
        depth = depth.saturating_sub(usize::from(closes));
        words.extend(tokens.next());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    fn shape(text: &str) -> Vec<Statement> {
        parse(tokens(text))
    }

    #[test]
    fn blocks_are_found_wherever_their_braces_stand() {
        for text in
            ["if (a) { b } else { c }", "if (a)\n{\n b\n}\nelse\n{\n c\n}", "if ((a) -and (b)) {b}else{c}"]
        {
            let Statement::If(_, blocks, true) = &shape(text)[0] else { panic!("{text}: {:?}", shape(text)) };
            assert_eq!(blocks.len(), 2, "{text}");
        }
        assert!(matches!(&shape("try { a } catch [System.Exception] { b } finally { c }")[..],
            [Statement::Try(body, catches, last)] if body.len() == 1 && catches.len() == 1 && last.len() == 1));
        assert!(matches!(
            &shape("foreach ($a in $b) { c }\nd")[..],
            [Statement::Loop(..), Statement::Simple(_)]
        ));
        assert!(
            matches!(&shape("function Get-It($a) { exit 0 }")[..], [Statement::Function(name)] if name == "get-it")
        );
    }

    #[test]
    fn a_simple_statement_holds_its_script_blocks() {
        let statements = shape("Get-It |\n Where-Object { $_.A\n }; exit 1");
        assert_eq!(statements.len(), 2, "{statements:?}");
    }

    #[test]
    fn broken_and_deep_scripts_end() {
        for text in [
            "if (",
            "if (a) {",
            "try {",
            "} }",
            "do {",
            "catch",
            "((((",
            &"if(1){".repeat(10_000),
            &"{".repeat(10_000),
        ] {
            shape(text);
        }
    }
}
