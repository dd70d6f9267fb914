//! Where secrets stand in a text: the one reader of parameters and their values, and the mask over them
//! (docs/context.md, "Secrets").
//!
//! [`mask`] hides values in everything that is logged, reported or printed. It never masks too little: where a text
//! can be read in two ways, the values of both readings go, and where the end of a value cannot be told, the rest of
//! its line goes with it. Lint asks [`parameters`] which values are worth a finding, with names of its own: there a
//! needless one costs, here a missed one does.

mod carried;
mod line;
mod names;
mod programs;
mod signs;
mod values;

pub use names::{holds_secret_word, names_licence, names_password};

use carried::Carried;
use line::{Line, Name};
use values::Value;

/// What stands in a secret's place.
pub const MASK: &str = "***";

/// The text with the values of secret parameters replaced by `***`: of every parameter whose name holds key, pass, pwd,
/// token, secret, pin, serial, licence or license, in the forms that command lines, output, JSON, XML, URLs and MSI
/// logs have, also where the value stands on the next line. Give it whole texts: a value that was cut from its name is
/// not known for a secret. The masked text has the lines of the text.
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut carried = Carried::default();
    for (line, ending) in lines(text) {
        match carried.masks(line) {
            Some(start) => {
                masked.push_str(&line[..start]);
                masked.push_str(MASK);
            }
            None => mask_line(line, &mut masked),
        }
        carried.read(line);
        masked.push_str(ending);
    }
    masked
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
        let ending = if behind.starts_with("\r\n") { 2 } else { behind.len().min(1) };
        rest = &behind[ending..];
        Some((line, &behind[..ending]))
    })
}

fn mask_line(line: &str, masked: &mut String) {
    let mut spans = spans(&Line::new(line));
    spans.extend(url_passwords(line));
    spans.extend(programs::secrets(line).map(|secret| (secret.start, secret.end)));
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

/// The passwords of `scheme://user:password@host`.
fn url_passwords(line: &str) -> impl Iterator<Item = (usize, usize)> {
    line.match_indices("://").filter_map(move |(at, sign)| {
        let start = at + sign.len();
        let end =
            line[start..].find(|c: char| c.is_whitespace() || matches!(c, '/' | '"' | '\'' | '<' | '>'));
        let authority = &line[start..end.map_or(line.len(), |end| start + end)];
        let user = &authority[..authority.rfind('@')?];
        Some((start + user.find(':')? + 1, start + user.len()))
    })
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
pub fn parameters<'a>(text: &'a str, is_wanted: impl Fn(&str) -> bool) -> Vec<Parameter<'a>> {
    let line = Line::new(text);
    let parameter = |name: Name<'a>| {
        let (Value { start, end }, is_next_word) = values::of_parameter(&line, &name)?;
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
        let parameter = parameter(name);
        let reach = parameter.as_ref().map_or(0, |one: &Parameter<'_>| one.value.len());
        found.extend(parameter);
        patience = patience.saturating_sub(reach.max(name.text.len()));
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
    64 * text.len() + (1 << 16)
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
        if name.end >= masked_from {
            break;
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
