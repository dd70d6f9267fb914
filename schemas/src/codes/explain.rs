//! Any code that a person may meet, looked up in every table: what `waybill explain` prints.

use super::{Code, EXITS, FETCH_RULES, FetchRule, NumberCode, device, errors, installer};
use crate::report::lint::LintPage;
use serde::Serialize;

/// Where a code comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Table {
    /// An error of Waybill.
    Error,
    /// Something that `waybill lint` finds.
    Lint,
    /// What `waybill fetch` reports about servers and lines.
    Rule,
    /// An exit code of `waybill`.
    Exit,
    /// An exit code of an installer.
    Installer,
    /// An HRESULT that a device reports.
    Device,
    /// Whether an app may be installed on a device.
    Applicability,
    /// How far installing or removing has come.
    EnforcementState,
    /// Whether an app is there.
    ComplianceState,
    /// What is wanted of an app.
    DesiredState,
    /// With whose rights an app installs.
    InstallContext,
    /// Why an app comes to a device.
    TargetingMethod,
}

impl Table {
    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Error => "error of waybill",
            Self::Lint => "lint finding",
            Self::Rule => "rule of fetch",
            Self::Exit => "exit code of waybill",
            Self::Installer => "exit code of an installer",
            Self::Device => "HRESULT on a device",
            Self::Applicability => "Applicability",
            Self::EnforcementState => "EnforcementState",
            Self::ComplianceState => "ComplianceState",
            Self::DesiredState => "DesiredState",
            Self::InstallContext => "InstallContext",
            Self::TargetingMethod => "TargetingMethod",
        }
    }

    /// The word that asks for this table alone, as in `exit 4`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Lint => "lint",
            Self::Rule => "rule",
            Self::Exit => "exit",
            Self::Installer => "installer",
            Self::Device => "hresult",
            Self::Applicability => "applicability",
            Self::EnforcementState => "enforcement",
            Self::ComplianceState => "compliance",
            Self::DesiredState => "desired",
            Self::InstallContext => "context",
            Self::TargetingMethod => "targeting",
        }
    }
}

/// Every table of numbers, the likeliest first.
pub const NUMBERS: &[(Table, &[NumberCode])] = &[
    (Table::Device, device::ALL),
    (Table::Installer, installer::ALL),
    (Table::Installer, installer::TOOLKIT),
    (Table::Exit, EXITS),
    (Table::Applicability, device::APPLICABILITY),
    (Table::EnforcementState, device::ENFORCEMENT_STATE),
    (Table::ComplianceState, device::COMPLIANCE_STATE),
    (Table::DesiredState, device::DESIRED_STATE),
    (Table::InstallContext, device::INSTALL_CONTEXT),
    (Table::TargetingMethod, device::TARGETING_METHOD),
];

/// One meaning of a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "json-schema", schemars(rename = "Entry"))]
pub struct CodeMeaning {
    /// Where it comes from.
    pub table: Table,
    /// The code as its table writes it, e.g. `0x87D1041C`, `1603`, `WB105`, `mac-mismatch`.
    pub code: String,
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'static str>,
    /// What `waybill` exits with, for its own errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit: Option<u8>,
    /// What it means.
    pub meaning: String,
    /// Usual causes, most likely first.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    pub causes: &'static [&'static str],
    /// What to do next.
    pub hint: &'static str,
    /// For a lint: what is found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub example: Option<Example>,
}

/// Something that is found, and the same after the fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Example {
    /// What is found.
    pub before: &'static str,
    /// The same after the fix.
    pub after: &'static str,
}

/// Every meaning of `text`: an id (`mac-mismatch`), a lint code (`WB105`), a rule of fetch (`range-ignored`), an
/// HRESULT (`0x87D1041C`, `87D1041C`, `-2016345060`, `2278622236`, `1041C`), an exit code (`1603`), a state by number or name
/// (`6005`, `ErrorDownloadingContent`). A word before the number asks for one table: `exit 4`,
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
    for (table, codes) in NUMBERS {
        let of_table = codes.iter().filter(|code| matches(*table, code, text, &bits));
        of_table.map(|code| meaning_of_number(*table, code)).for_each(&mut add);
    }
    found
}

/// `exit 4` asks for one table.
fn split_table(text: &str) -> Option<(Table, &str)> {
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
        // HRESULT_FROM_WIN32: 0x80070643 is 1603 in another coat.
        Table::Installer => {
            let win32 = bits.iter().filter(|bits| **bits >> 16 == 0x8007).map(|bits| bits & 0xFFFF);
            is_named || bits.iter().copied().chain(win32).any(|one| one == code.bits())
        }
        _ => is_named || bits.contains(&code.bits()),
    }
}

fn meaning_of_error(code: &'static Code) -> CodeMeaning {
    CodeMeaning {
        table: Table::Error,
        code: code.id.to_owned(),
        name: None,
        exit: Some(code.class.exit_code()),
        meaning: code.meaning.to_owned(),
        causes: code.causes,
        hint: code.hint,
        example: None,
    }
}

fn meaning_of_lint(page: &'static LintPage) -> CodeMeaning {
    CodeMeaning {
        table: Table::Lint,
        code: page.code.to_owned(),
        name: Some(page.title),
        exit: None,
        meaning: page.harm.to_owned(),
        causes: &[],
        hint: page.mend,
        example: Some(Example { before: page.before, after: page.after }),
    }
}

fn meaning_of_rule(rule: &'static FetchRule) -> CodeMeaning {
    let FetchRule { name, number, seen, done, hint } = rule;
    CodeMeaning {
        table: Table::Rule,
        code: (*name).to_owned(),
        name: None,
        exit: None,
        meaning: format!("Seen: {seen}. Done: {done} (docs/delivery.md, rule {number})."),
        causes: &[],
        hint,
        example: None,
    }
}

fn meaning_of_number(table: Table, code: &'static NumberCode) -> CodeMeaning {
    let written = match table {
        Table::Device => format!("0x{:08X}", code.bits()),
        _ => code.value.to_string(),
    };
    CodeMeaning {
        table,
        code: written,
        name: Some(code.name),
        exit: None,
        meaning: code.meaning.to_owned(),
        causes: code.causes,
        hint: code.hint,
        example: None,
    }
}

/// Every 32 bits that `text` may stand for: `0x…`, decimal signed or unsigned, eight hexadecimal digits.
fn candidates(text: &str) -> Vec<u32> {
    let mut bits = Vec::new();
    if let Some(hex) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        bits.extend(hex_digits(hex).then(|| u32::from_str_radix(hex, 16).ok()).flatten());
        return bits;
    }
    // A minus sign as word processors and web pages write it.
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
