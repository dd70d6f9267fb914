//! Names and values in fields and lines of their own: `Name : Password` above `Value : x`, `- name: password` above
//! `value: x`, a value above its name; and private keys of which only the end is left.

use super::holds_secret_word;
use super::line::{Line, Name};
use super::signs::{behind_blanks, behind_sign, is_blank};
use super::values::{self, labels_a_name};

/// How many lines may stand between a name and its value.
pub(super) const MOST_BETWEEN: usize = 8;
/// How many lines of a private key are masked. The longest in use has 100.
pub(super) const MOST_OF_KEY: usize = 400;
/// Longer lines are no field of a name.
const LONGEST_FIELD: usize = 512;

/// For each line: where the masking begins, if a line below says that it is a secret.
pub(super) fn values_before_names(lines: &[(&str, &str)]) -> Vec<Option<usize>> {
    let mut masked = vec![None; lines.len()];
    for (index, (line, _)) in lines.iter().enumerate() {
        if ends_key(line) {
            let above = (0..index).rev().take(MOST_OF_KEY).take_while(|above| is_base64(lines[*above].0));
            above.for_each(|above| masked[above] = Some(indent(lines[above].0)));
        }
        if !names_secret(line) || begins_record(line) {
            continue;
        }
        for above in (0..index).rev().take(MOST_BETWEEN) {
            let text = lines[above].0;
            if let Some(start) = value_field(text) {
                masked[above] = Some(start);
                break;
            }
            if ends_record(text) || begins_record(text) {
                break;
            }
        }
    }
    masked
}

/// How many bytes a line is indented.
pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Whether a line begins a record of its own, as an entry of a list of YAML does.
pub(super) fn begins_record(line: &str) -> bool {
    line.trim_start().starts_with("- ")
}

/// Whether nothing behind this line belongs to the record before it.
pub(super) fn ends_record(line: &str) -> bool {
    let bare = line.trim();
    bare.is_empty() || bare.starts_with(['}', '{', ']']) || bare.starts_with("</") && !bare[2..].contains('<')
}

/// Whether a line is the field of a name, and the name a secret's: `Name : Password`, `"name": "token",`,
/// `<key>Password</key>`.
pub(super) fn names_secret(line: &str) -> bool {
    if line.len() > LONGEST_FIELD {
        return false;
    }
    let line = Line::new(line);
    // The `key` of `</key>` is none.
    let is_name = |name: &Name<'_>| !line.text[..name.start].ends_with("</");
    let Some(name) = Name::all(&line, holds_secret_word).filter(is_name).last() else { return false };
    let before = line.text[..name.begin()].trim_end_matches(['"', '\'', ':', '=', '>', ' ', '\t', '\\']);
    let is_field = before.len() < name.begin() && labels_a_name(before);
    // Between the beginning of the line and the name is one word and signs: it is no sentence.
    let label = before.trim_start_matches(['-', ' ', '\t', '"', '\'', '<', '{', '@', ',', '|', '(', '[']);
    let rest = line.text[name.end..].trim_matches(['"', '\'', ',', ';', ' ', '\t', '|']);
    let bare = line.text.trim();
    if is_field && bare.starts_with('<') && bare.ends_with('>') && bare.matches('<').count() == 1 {
        // `<setting name="Password" type="x">`, and the value in an element of its own below it
        return !bare.starts_with("</");
    }
    is_field
        && label.chars().all(|c| c.is_alphanumeric() || c == '_')
        && (rest.is_empty() || rest.starts_with("</"))
}

/// Labels of a value's field.
const LABELS: [&str; 9] =
    ["value", "data", "string", "content", "defaultvalue", "default", "val", "stringvalue", "text"];

/// Where the value begins in a line that is the field of one: `Value : x`, `"value": "x"`, `<string>x</string>`.
pub(super) fn value_field(line: &str) -> Option<usize> {
    let begin =
        line.len() - line.trim_start_matches(['-', ' ', '\t', '"', '\'', '<', '{', '@', ',', '\\']).len();
    let length = line[begin..].find(|c: char| !c.is_alphanumeric())?;
    let label = line.get(begin..begin + length).filter(|label| label.len() <= 16)?.to_ascii_lowercase();
    let end = begin + length;
    let is_element = line[..begin].ends_with('<') && line[end..].starts_with('>');
    let quotes = line[end..].len() - line[end..].trim_start_matches(['"', '\'', '\\']).len();
    let sign = if is_element { Some(end + 1) } else { behind_sign(line, end + quotes) };
    let start = behind_blanks(line, sign.filter(|_| LABELS.contains(&label.as_str()))?);
    (start < line.len()).then_some(start)
}

/// What is said of a secret in two words of which neither is a secret's.
const PHRASES: [&str; 8] = [
    "activation code",
    "registration code",
    "unlock code",
    "one-time code",
    "verification code",
    "access code",
    "enrollment code",
    "s/n",
];

/// The values behind such words: `Activation code: x`, `the activation code is x`.
pub(super) fn of_phrases(line: &str) -> Option<(usize, usize)> {
    let lower = line.to_ascii_lowercase();
    let begins = |phrase: &&'static str| {
        lower.match_indices(*phrase).filter_map(|(at, phrase)| value_of_phrase(line, at + phrase.len())).min()
    };
    let start = PHRASES.iter().filter_map(begins).min()?;
    Some((start, line.len())).filter(|(start, end)| start < end)
}

/// Where the value begins of a phrase that ends at `end`, if it is given one.
fn value_of_phrase(line: &str, end: usize) -> Option<usize> {
    if let Some(start) = behind_sign(line, end) {
        return Some(behind_blanks(line, start)).filter(|start| *start < line.len());
    }
    let word = behind_blanks(line, end);
    let rest = line[word..].get(..4).filter(|_| word > end)?.to_ascii_lowercase();
    let told = ["is ", "was "].iter().find(|told| rest.starts_with(**told))?;
    let start = behind_blanks(line, word + told.len());
    let value = line[start..].split(is_blank).next().unwrap_or_default();
    (!values::tells_no_value(value)).then_some(start)
}

/// Where in a line the mark of a private key begins (`BEGIN `, `END `), behind its dashes.
fn mark_of_key(line: &str, mark: &str) -> Option<usize> {
    let last = line.rfind("PRIVATE KEY")?;
    let is_mark = |at: &usize| line[..*at].trim_end().ends_with("--");
    line.match_indices(mark).map(|(at, _)| at).take_while(|at| *at < last).find(is_mark)
}

/// Whether a line begins a private key.
pub(super) fn begins_key(line: &str) -> bool {
    mark_of_key(line, "BEGIN ").is_some() || line.starts_with("Private-Lines:")
}

/// Whether a line ends a private key.
pub(super) fn ends_key(line: &str) -> bool {
    mark_of_key(line, "END ").is_some() || line.starts_with("Private-MAC:")
}

/// A private key whose lines stand in one line, as JSON has it.
pub(super) fn private_key(line: &str) -> Option<(usize, usize)> {
    let begin = mark_of_key(line, "BEGIN ")?;
    let start = begin + line[begin..].find("PRIVATE KEY")?;
    let start = start + line[start..].find("--")?;
    let start = line.len() - line[start..].trim_start_matches('-').len();
    let end = line[start..].rfind("--END ").map_or(line.len(), |length| start + length);
    (start < end && line[start..end].contains(|c: char| c.is_alphanumeric())).then_some((start, end))
}

/// Whether a line is one of a key in base64.
fn is_base64(line: &str) -> bool {
    let bare = line.trim_matches(is_blank);
    !bare.is_empty() && bare.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'+' | b'/' | b'='))
}
