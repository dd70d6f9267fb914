//! Any code that a person may meet, looked up in every table: what `waybill explain` prints.

use super::{Code, FETCH_RULES, FetchRule, NUMBERS, NumberCode, Table, errors};
use crate::report::lint::LintPage;
use serde::Serialize;

/// One meaning of a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "json-schema", schemars(rename = "Entry"))]
pub struct CodeMeaning {
    /// The table that has this meaning.
    pub table: Table,
    /// The code as its table writes it, e.g. `0x87D1041C`, `1603`, `WB105`, `mac-mismatch`.
    pub code: String,
    /// The name of the code, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'static str>,
    /// What `waybill` exits with, for its own errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<u8>,
    /// What the code means.
    pub meaning: String,
    /// Usual causes, most likely first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<&'static str>,
    /// What to do next.
    pub hint: &'static str,
    /// An example, which only lint codes have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Example>,
}

/// An example of what `waybill lint` finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Example {
    /// The lines that are found.
    pub before: &'static str,
    /// The same lines after the fix.
    pub after: &'static str,
}

/// Every meaning of `text`: an id (`mac-mismatch`), a lint code (`WB105`), a rule of fetch (`range-ignored`), an
/// HRESULT (`0x87D1041C`, `87D1041C`, `-2016345060`, `2278622236`, `1041C`), an exit code (`1603`), a state by number
/// or name (`6005`, `ErrorDownloadingContent`). A word before the number asks for one table: `exit 4`,
/// `applicability 1002`. Empty where nothing is known.
///
/// Lint's pages stand with its rules (`waybill_packager::lint::pages`) and are given by the caller.
pub fn find(text: &str, lint: &[&'static LintPage]) -> Vec<CodeMeaning> {
    let text = text.trim();
    let found = find_in(None, text, lint);
    match split_table(text) {
        Some((table, rest)) if found.is_empty() => find_in(Some(table), rest, lint),
        _ => found,
    }
}

fn find_in(wanted: Option<Table>, text: &str, lint: &[&'static LintPage]) -> Vec<CodeMeaning> {
    let mut found: Vec<CodeMeaning> = Vec::new();
    let mut add = |entry: CodeMeaning| {
        if wanted.is_none_or(|table| table == entry.table) && !found.contains(&entry) {
            found.push(entry);
        }
    };
    errors().filter(|code| code.id.eq_ignore_ascii_case(text)).map(meaning_of_error).for_each(&mut add);
    let pages = lint.iter().filter(|page| page.code.eq_ignore_ascii_case(text));
    pages.map(|page| meaning_of_lint(page)).for_each(&mut add);
    let of_text = FETCH_RULES.iter().filter(|rule| rule.name.eq_ignore_ascii_case(text));
    of_text.map(meaning_of_rule).for_each(&mut add);
    let bits = candidates(text);
    for (table, codes) in NUMBERS.iter() {
        let of_table = codes.iter().filter(|code| matches(*table, code, text, &bits));
        of_table.map(|code| meaning_of_number(*table, code)).for_each(&mut add);
    }
    found
}

/// Splits a text such as `exit 4`, which asks for one table, into the table and the code.
pub fn split_table(text: &str) -> Option<(Table, &str)> {
    let (word, rest) = text.split_once(|c: char| c.is_whitespace() || c == ':')?;
    let named =
        |table: &Table| table.word().eq_ignore_ascii_case(word) || table.title().eq_ignore_ascii_case(word);
    let named_alone = [Table::Error, Table::Lint, Table::Rule];
    let tables = named_alone.into_iter().chain(NUMBERS.iter().map(|(table, _)| *table));
    Some((tables.into_iter().find(named)?, rest.trim()))
}

fn matches(table: Table, code: &NumberCode, text: &str, bits: &[u32]) -> bool {
    let is_named = code.name.eq_ignore_ascii_case(text);
    match table {
        Table::Device => is_named || bits.contains(&code.bits()) || is_short_form(text, code.bits()),
        // HRESULT_FROM_WIN32: 0x80070643 is 1603 as an HRESULT.
        Table::Installer => {
            let win32 = bits.iter().filter(|bits| **bits >> 16 == 0x8007).map(|bits| bits & 0xFFFF);
            let is_number = bits.iter().copied().chain(win32).any(|one| code.holds(one));
            is_named || is_number || is_cut_by_agent(code, bits)
        }
        _ => is_named || bits.contains(&code.bits()),
    }
}

/// Whether Intune's agent shows one of these numbers for the exit code: of a code over 16 bits it keeps the low 16
/// (docs/intune-agent.md, "States").
fn is_cut_by_agent(code: &NumberCode, bits: &[u32]) -> bool {
    code.bits() > 0xFFFF && bits.contains(&(0x8007_0000 | code.bits() & 0xFFFF))
}

/// A meaning with the fields that every table has; the others are left empty.
fn meaning(table: Table, code: String, meaning: String, hint: &'static str) -> CodeMeaning {
    CodeMeaning { table, code, name: None, exit: None, meaning, causes: Vec::new(), hint, example: None }
}

fn meaning_of_error(code: &'static Code) -> CodeMeaning {
    CodeMeaning {
        exit: Some(code.class.exit_code()),
        causes: code.causes.to_vec(),
        ..meaning(Table::Error, code.id.to_owned(), code.meaning.to_owned(), code.hint)
    }
}

fn meaning_of_lint(page: &'static LintPage) -> CodeMeaning {
    CodeMeaning {
        name: Some(page.title),
        example: Some(Example { before: page.before, after: page.after }),
        ..meaning(Table::Lint, page.code.to_owned(), page.harm.to_owned(), page.fix)
    }
}

fn meaning_of_rule(rule: &'static FetchRule) -> CodeMeaning {
    let FetchRule { name, number, seen, done, hint } = rule;
    let text = format!("Seen: {seen}. Done: {done} (docs/delivery.md, rule {number}).");
    meaning(Table::Rule, name.clone(), text, hint)
}

fn meaning_of_number(table: Table, code: &'static NumberCode) -> CodeMeaning {
    let written = match table {
        Table::Device => format!("0x{:08X}", code.bits()),
        Table::Installer if code.bits() > 0x0FFF_FFFF => format!("0x{:08X}", code.bits()),
        _ => code.value.to_string(),
    };
    CodeMeaning {
        name: Some(&code.name),
        causes: code.causes.iter().map(String::as_str).collect(),
        ..meaning(table, written, code.meaning.clone(), &code.hint)
    }
}

/// Every number of 32 bits that `text` may be: `0x…`, decimal signed or unsigned, eight hexadecimal digits.
fn candidates(text: &str) -> Vec<u32> {
    let mut bits = Vec::new();
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        bits.extend(hex_digits(hex).then(|| u32::from_str_radix(hex, 16).ok()).flatten());
        return bits;
    }
    // Word processors and web pages write a minus sign as one of these.
    let decimal = text.replacen(['\u{2212}', '\u{2013}'], "-", 1);
    bits.extend(decimal.parse::<i64>().ok().and_then(bits_of));
    if text.len() == 8 && hex_digits(text) {
        bits.extend(u32::from_str_radix(text, 16).ok());
    }
    bits
}

fn bits_of(number: i64) -> Option<u32> {
    u32::try_from(number).ok().or_else(|| i32::try_from(number).ok().map(i32::cast_unsigned))
}

fn hex_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether `text` is the end of a code of Intune's own facility: `1041C` for 0x87D1041C.
fn is_short_form(text: &str, bits: u32) -> bool {
    let is_intunes = bits >> 20 == 0x87D;
    let written = format!("{bits:08X}");
    is_intunes && (5..=7).contains(&text.len()) && written.ends_with(&text.to_ascii_uppercase())
}

#[cfg(test)]
mod tests;
