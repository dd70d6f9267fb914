//! Where a value ends that begins at a known place: in quotes, as a word, or with its line.

use super::line::{Line, Quote};
use super::steps;

/// Where one value lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// How the end of a value is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Surroundings {
    /// The quote right before the parameter, as in `"/password:a b"`.
    pub(super) opened_by: Option<Quote>,
    /// Whether the name stands in quotes of its own, as in `"password": "a b"`.
    pub(super) is_json: bool,
    /// Whether a `;` stands before the name, as in a connection string.
    pub(super) is_list: bool,
    /// Whether the name stands in the query of a URL.
    pub(super) is_query: bool,
}

/// How values begin that are more than a word.
const EXPRESSIONS: [&str; 18] =
    ["(", "@(", "@{", "$(", "${", "{", "[", "<", "`", "@'", "@\"", "“", "”", "„", "‘", "’", "‚", "«"];

/// The value that begins at `start`; quotes around it are left standing.
pub(super) fn value_at(line: &Line<'_>, start: usize, surroundings: &Surroundings) -> Value {
    let text = line.text;
    let quoted = quoted_at(line, start);
    if let (true, Some((value, _))) = (surroundings.is_json, quoted) {
        return value;
    }
    let behind_quote = quoted.map_or(start, |(_, closed)| closed);
    let mut end = word_end(line, behind_quote, line.is_inside_quotes(start), surroundings);
    if let Some(opened_by) = surroundings.opened_by {
        end = end.max(line.closing(opened_by, start).unwrap_or(text.len()));
    }
    if surroundings.is_list {
        end = end.max(text[start..].find([';', '"']).map_or(text.len(), |length| start + length));
    }
    // The end of an expression, and of a text in other quotes, cannot be found without a parser for it, so the rest of
    // the line is masked.
    if EXPRESSIONS.iter().any(|opening| text[start..].starts_with(opening)) {
        end = text.len();
    }
    match quoted {
        Some((value, closed)) if closed >= end => value,
        _ => Value { start, end },
    }
}

/// A value in quotes, and where the quote that closes it ends. `None` where no quote opens, or an apostrophe that
/// nothing closes.
pub(super) fn quoted_at(line: &Line<'_>, start: usize) -> Option<(Value, usize)> {
    let text = line.text;
    let quote = line.quote_at(start)?;
    let signs = text[start..].len() - text[start..].trim_start_matches('"').len();
    let inner = start + signs.max(quote.len());
    let ends_there =
        text[inner..].chars().next().is_none_or(|c| matches!(c, ' ' | '\t' | ',' | ';' | ')' | '}' | ']'));
    if signs == 2 && ends_there {
        return Some((Value { start: inner, end: inner }, inner));
    }
    if signs >= 2 {
        // `""a b""` inside outer quotes
        let end = text[inner..].find("\"\"").map(|length| inner + length);
        return Some((
            Value { start: inner, end: end.unwrap_or(text.len()) },
            end.map_or(text.len(), |end| end + 2),
        ));
    }
    match line.closing(quote, inner) {
        Some(end) => Some((Value { start: inner, end }, end + quote.len())),
        None if quote.sign == '\'' => None,
        None => Some((Value { start: inner, end: text.len() }, text.len())),
    }
}

/// The end of the word that goes on at `start`, as a command line has words: blanks in quotes, and those behind `\` or
/// `` ` ``, do not end it.
fn word_end(line: &Line<'_>, start: usize, is_inside: bool, surroundings: &Surroundings) -> usize {
    let text = line.text;
    let mut at = start;
    let mut previous = ' ';
    while let Some(character) = text[at..].chars().next() {
        steps::count(1);
        let ends = match character {
            ' ' | '\t' => !matches!(previous, '\\' | '`'),
            '"' if is_inside && previous != '\\' => true,
            '&' | '#' | '<' | '>' => surroundings.is_query,
            _ => false,
        };
        if ends {
            break;
        }
        // A run of backslashes is stepped over at once: looking behind each for a quote would take quadratic time.
        let run =
            text.as_bytes()[at..].iter().take_while(|byte| character == '\\' && **byte == b'\\').count();
        steps::count(run);
        let next = at + run.max(character.len_utf8());
        let may_open = matches!(character, '"' | '\'') || character == '\\' && !is_inside;
        let closed = quoted_at(line, at).filter(|_| may_open).map_or(next, |(_, closed)| closed);
        at = closed.max(next);
        previous = character;
    }
    at
}
