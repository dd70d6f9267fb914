//! Where secrets stand in a text: the one reader of parameters and their values, and the mask over them
//! (docs/context.md, "Secrets").
//!
//! [`mask`] hides values in everything that is logged, reported or printed. It never masks too little: where a text
//! can be read in two ways, the values of both readings go, and where the end of a value cannot be told, the rest of
//! its line goes with it. Lint asks [`parameters`] which values are worth a finding, with names of its own: there a
//! needless one costs, here a missed one does.

mod carried;
mod ends;
mod fields;
mod joined;
mod line;
mod names;
mod programs;
mod signs;
mod steps;
mod terminal;
mod tokens;
mod urls;
mod values;

pub use names::{holds_secret_word, names_licence, names_password};
pub use terminal::without_terminal_signs;
pub use tokens::{Token, tokens};

use carried::Carried;
use ends::Value;
use line::{Line, Name};

/// What stands in a secret's place.
pub const MASK: &str = "***";

/// The text with the values of secret parameters replaced by `***`: of every parameter whose name holds key, pass, pwd,
/// token, secret, pin, serial, licence or license, or has one of the other words in `names.rs`, in the forms that command
/// lines, output, JSON, XML, YAML, URLs and MSI logs have, also where the value stands on other lines; and tokens that are
/// known by their shape. Give it whole texts: a value that was cut from its name is not known for a secret. The masked text
/// has the lines of the text. Where something is masked, the control sequences of terminals are left out.
pub fn mask(text: &str) -> String {
    let seen = without_terminal_signs(text);
    let masked = mask_seen(&seen);
    // A sign of no width parts words in one reading, and stands within a word in another.
    if masked.contains(is_of_no_width) {
        let joined = masked.replace(is_of_no_width, "");
        let masked_joined = mask_seen(&joined);
        if masked_joined != joined {
            return masked_joined;
        }
    }
    if masked == *seen { text.to_owned() } else { masked }
}

/// Whether a character takes no place in a line: a zero-width space, a soft hyphen, a sign of the writing's direction.
const fn is_of_no_width(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
    )
}

fn mask_seen(text: &str) -> String {
    let lines: Vec<_> = lines(text).collect();
    let before = fields::values_before_names(&lines);
    let joined = joined::secrets(&lines);
    let mut masked = String::with_capacity(text.len());
    let mut carried = Carried::default();
    for (((line, ending), before), joined) in lines.into_iter().zip(before).zip(joined) {
        if is_gap(line) {
            masked.push_str(line);
            masked.push_str(ending);
            continue;
        }
        match carried.masks(line).or(before) {
            Some(start) => {
                masked.push_str(&line[..start]);
                masked.push_str(MASK);
            }
            None => mask_line(line, joined, &mut masked),
        }
        carried.read(line, masked.ends_with(MASK));
        masked.push_str(ending);
    }
    masked
}

/// The line that stands for the middle of a text that was cut out. A table or a list that begins before it goes on behind
/// it.
pub fn gap(bytes: u64) -> String {
    format!("{GAP_BEGINS}{bytes}{GAP_ENDS}")
}

const GAP_BEGINS: &str = "… ";
const GAP_ENDS: &str = " bytes left out …";

fn is_gap(line: &str) -> bool {
    let bytes = line.strip_prefix(GAP_BEGINS).and_then(|line| line.strip_suffix(GAP_ENDS));
    bytes.is_some_and(|bytes| bytes.len() <= 20 && bytes.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The lines of a text with their endings.
fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let line = &rest[..rest.find(['\n', '\r']).unwrap_or(rest.len())];
        let behind = &rest[line.len()..];
        // wmic and its like end lines with two carriage returns.
        let ending = ["\r\r\n", "\r\n"].iter().find(|ending| behind.starts_with(**ending));
        let ending = ending.map_or(behind.len().min(1), |ending| ending.len());
        rest = &behind[ending..];
        Some((line, &behind[..ending]))
    })
}

/// Adds a line without its secrets, and without those that are known by the lines that it goes on with.
fn mask_line(line: &str, joined: Vec<(usize, usize)>, masked: &mut String) {
    let mut spans = spans(&Line::new(line));
    spans.extend(joined);
    spans.extend(urls::passwords(line));
    spans.extend(urls::queries(line));
    spans.extend(programs::secrets(line).map(|secret| (secret.start, secret.end)));
    spans.extend(tokens(line).into_iter().map(|token| (token.span.start, token.span.end)));
    spans.extend(fields::private_key(line));
    spans.extend(fields::of_phrases(line));
    if line.len() <= LONGEST_LINE {
        // What is decoded is shorter than the line, so that this ends soon.
        let holds_secrets = |(_, command): &(_, String)| mask(command) != *command;
        let encoded = tokens::encoded_commands(line).into_iter().filter(holds_secrets);
        spans.extend(encoded.map(|(span, _)| (span.start, span.end)));
    }
    spans.sort_unstable();
    let mut done = 0;
    for (start, end) in spans {
        if end <= done {
            continue;
        }
        // Values that touch or overlap are one secret and get one mask.
        if start > done || done == 0 {
            masked.push_str(&line[done..start.max(done)]);
            masked.push_str(MASK);
        }
        done = end;
    }
    masked.push_str(&line[done..]);
}

/// A parameter of a command line together with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter<'a> {
    /// Its name, without the signs of a switch.
    pub name: &'a str,
    /// Its value, without quotes around it.
    pub value: &'a str,
    /// Whether the value is the next word (`-Name value`), which may as well be a word of its own.
    pub is_next_word: bool,
}

/// The parameters of a command line that are called as wanted: `NAME=value`, `/NAME:value`, `-NAME value`,
/// `NAME : value`, `PASSWORD value`, `setx NAME value`, and the password of `net use`, which has no name of its own.
/// Values in quotes are read as well (`/v"/qn NAME=value"`), but not the values of values (`URL=x?NAME=value`).
/// Of a text that is longer than any command line may be, only the beginning is read.
pub fn parameters<'a>(text: &'a str, is_wanted: impl Fn(&str) -> bool) -> Vec<Parameter<'a>> {
    let text = &text[..text.floor_char_boundary(LONGEST_LINE)];
    let line = Line::new(text);
    let parameter = |name: Name<'a>, read: &mut usize| {
        let (Value { start, end }, is_next_word) = values::of_parameter(&line, &name, read)?;
        Some(Parameter { name: name.text, value: &text[start..end], is_next_word })
    };
    let of_programs = programs::secrets(text).filter(|secret| is_wanted(secret.name));
    let of_programs = of_programs.map(|secret| Parameter {
        name: secret.name,
        value: &text[secret.start..secret.end],
        is_next_word: false,
    });
    // A line of many names that each reach far would take long: what is left of it is not read.
    let mut patience = patience(text);
    let mut found = Vec::new();
    for name in Name::all(&line, &is_wanted) {
        let mut read = name.text.len();
        found.extend(parameter(name, &mut read));
        patience = patience.saturating_sub(read);
        if patience == 0 {
            break;
        }
    }
    found.extend(of_programs);
    found
}

/// Longer lines are not read closely: from the first secret's name on they are masked.
const LONGEST_LINE: usize = 64 << 10;

/// How many bytes of values are read in a line.
const fn patience(text: &str) -> usize {
    8 * text.len() + (1 << 16)
}

/// The spans of the line that are values of secret parameters. They may overlap.
fn spans(line: &Line<'_>) -> Vec<(usize, usize)> {
    if line.text.len() > LONGEST_LINE {
        return Name::all(line, holds_secret_word)
            .next()
            .map(|name| (name.end, line.text.len()))
            .into_iter()
            .collect();
    }
    let mut spans = Vec::new();
    // From here on everything is masked already.
    let mut masked_from = line.text.len();
    // A line of many names that each reach far would take long: what is left of it is masked as a whole.
    let mut patience = patience(line.text);
    for name in Name::all(line, holds_secret_word) {
        if let Some(value) = values::before_name(line, &name) {
            spans.push((value.start, value.end));
            patience = patience.saturating_sub(value.end.saturating_sub(value.start));
        }
        if masked_from < line.text.len() && name.end >= masked_from && patience > 0 {
            continue;
        }
        for Value { start, end } in values::readings(line, &name).into_iter().map(|reading| reading.value) {
            spans.extend((start < end).then_some((start, end)));
            if end == line.text.len() {
                masked_from = masked_from.min(start);
            }
            patience = patience.saturating_sub(end.saturating_sub(name.start));
        }
        if patience == 0 {
            spans.push((name.end, line.text.len()));
            break;
        }
    }
    spans
}

#[cfg(test)]
mod tests;
