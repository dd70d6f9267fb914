//! The tables that are data: numbers that devices and installers report, and the rules of `waybill fetch`.
//!
//! They are prose for administrators, so they stand in JSON files in `tables/`, where a row can be added without Rust:
//! a value (a number, or an HRESULT as text: `"0x87D1041C"`), a name, what it means, at most three usual causes, and
//! what to do next. Rows stand in the order of their values. The tests below read every file.

use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::sync::LazyLock;

/// HRESULTs that the runner itself reports; each has a row in the table of HRESULTs.
pub mod device {
    /// An installer reported success, and the app is not detected.
    pub const NOT_DETECTED_AFTER_INSTALL: u32 = 0x87D1_041C;
    /// An uninstaller reported success, and the app is still detected.
    pub const DETECTED_AFTER_UNINSTALL: u32 = 0x87D1_041D;
    /// The installer ran longer than `maxRunTimeInMinutes`.
    pub const TIME_LIMIT: u32 = 0x87D3_00C9;
    /// A detection rule that cannot be evaluated.
    pub const DETECTION_RULE_INVALID: u32 = 0x87D3_0004;
    /// The system's "access denied".
    pub const ACCESS_DENIED: u32 = 0x8007_0005;
    /// The system's "file not found".
    pub const FILE_NOT_FOUND: u32 = 0x8007_0002;
}

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
    /// The table's name for people, and the word that asks for this table alone.
    const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Error => ("error of waybill", "error"),
            Self::Lint => ("lint finding", "lint"),
            Self::Rule => ("rule of fetch", "rule"),
            Self::Exit => ("exit code of waybill", "exit"),
            Self::Installer => ("exit code of an installer", "installer"),
            Self::Device => ("HRESULT on a device", "hresult"),
            Self::Applicability => ("Applicability", "applicability"),
            Self::EnforcementState => ("EnforcementState", "enforcement"),
            Self::ComplianceState => ("ComplianceState", "compliance"),
            Self::DesiredState => ("DesiredState", "desired"),
            Self::InstallContext => ("InstallContext", "context"),
            Self::TargetingMethod => ("TargetingMethod", "targeting"),
        }
    }

    /// The table's name for people.
    pub const fn title(self) -> &'static str {
        self.names().0
    }

    /// The word that asks for this table alone, as in `exit 4`.
    pub const fn word(self) -> &'static str {
        self.names().1
    }
}

/// One number with its meaning in one table.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberCode {
    /// The number: an HRESULT as its unsigned 32 bits, anything else as it is written.
    #[serde(deserialize_with = "number")]
    pub value: i64,
    /// The last number of a range that means the same; `value` is its first.
    #[serde(default)]
    pub to: Option<i64>,
    /// A short name; Microsoft's own where it has one.
    pub name: String,
    /// What it means, one sentence.
    pub meaning: String,
    /// Usual causes, most likely first; none where nothing went wrong.
    #[serde(default)]
    pub causes: Vec<String>,
    /// What to do next.
    pub hint: String,
}

impl NumberCode {
    /// The number's 32 bits, as a process ends with them.
    pub const fn bits(&self) -> u32 {
        (self.value & 0xFFFF_FFFF) as u32
    }

    /// Whether these 32 bits are the number, or lie in its range.
    pub fn holds(&self, bits: u32) -> bool {
        bits == self.bits() || self.to.is_some_and(|to| (self.value..=to).contains(&bits.into()))
    }
}

fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    let value = Value::deserialize(deserializer)?;
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    let number = digits.map_or(value.as_i64(), |digits| i64::from_str_radix(digits, 16).ok());
    number.ok_or_else(|| {
        D::Error::custom(format_args!("{value} is neither a number nor a text like \"0x87D1041C\""))
    })
}

/// One rule of `waybill fetch` (`docs/delivery.md`, "The rules") that says by its name that it acted. Rules are
/// reported under `observations` and "On the way"; none is an error.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FetchRule {
    /// The name in kebab case, e.g. `range-ignored`.
    pub name: String,
    /// The rule's number in `docs/delivery.md`.
    pub number: u8,
    /// What `waybill` saw.
    pub seen: String,
    /// What `waybill` did.
    pub done: String,
    /// What to do about it, where anything is.
    pub hint: String,
}

/// The files of numbers, the likeliest first. The deployment toolkit's exit codes are those of its documentation,
/// winget's those of its source (`AppInstallerErrors.h`), Click-to-Run's those of the Office Deployment Tool's page.
const NUMBER_FILES: [(Table, &str); 11] = [
    (Table::Device, include_str!("tables/hresult.json")),
    (Table::Installer, include_str!("tables/installer.json")),
    (Table::Installer, include_str!("tables/installer-toolkit.json")),
    (Table::Installer, include_str!("tables/installer-winget.json")),
    (Table::Exit, include_str!("tables/exit.json")),
    (Table::Applicability, include_str!("tables/applicability.json")),
    (Table::EnforcementState, include_str!("tables/enforcement.json")),
    (Table::ComplianceState, include_str!("tables/compliance.json")),
    (Table::DesiredState, include_str!("tables/desired.json")),
    (Table::InstallContext, include_str!("tables/context.json")),
    (Table::TargetingMethod, include_str!("tables/targeting.json")),
];
const FETCH_RULES_FILE: &str = include_str!("tables/fetch-rules.json");

/// Every table of numbers, the likeliest first.
pub static NUMBERS: LazyLock<Vec<(Table, Vec<NumberCode>)>> =
    LazyLock::new(|| NUMBER_FILES.map(|(table, file)| (table, rows(file))).into());

/// Every rule of `waybill fetch` with a name, in the order of `docs/delivery.md`.
pub static FETCH_RULES: LazyLock<Vec<FetchRule>> = LazyLock::new(|| rows(FETCH_RULES_FILE));

/// The rows of a file that was compiled in. One that cannot be read would be an empty table; the tests read them all.
fn rows<T: DeserializeOwned>(file: &str) -> Vec<T> {
    serde_json::from_str(file).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Class;

    #[test]
    fn every_file_is_read_and_its_values_rise() {
        for (table, file) in NUMBER_FILES {
            let codes: Vec<NumberCode> =
                serde_json::from_str(file).unwrap_or_else(|error| panic!("{table:?}: {error}"));
            assert!(codes.is_sorted_by(|one, next| one.value < next.value), "{table:?}");
            for code in codes {
                assert!(
                    u32::try_from(code.value).is_ok() && code.causes.len() <= 3,
                    "{table:?} {}",
                    code.value
                );
            }
        }
        serde_json::from_str::<Vec<FetchRule>>(FETCH_RULES_FILE).unwrap();
    }

    #[test]
    fn what_is_no_number_and_a_field_of_another_name_are_refused() {
        let row = |value: &str, field: &str| {
            let text = format!(r#"{{ "value": {value}, "name": "n", "meaning": "m", "{field}": "h" }}"#);
            serde_json::from_str::<NumberCode>(&text)
                .map(|code| code.value)
                .map_err(|error| error.to_string())
        };
        assert_eq!(row("1603", "hint"), Ok(1603));
        assert_eq!(row("\"0x87D1041C\"", "hint"), Ok(0x87D1_041C));
        for (value, field) in [("\"1603\"", "hint"), ("\"0xG\"", "hint"), ("1.5", "hint"), ("1603", "hints")]
        {
            assert!(row(value, field).is_err(), "{value} {field}");
        }
    }

    #[test]
    fn every_named_hresult_and_every_class_has_a_row() {
        let has = |table: Table, bits: u32| {
            NUMBERS.iter().any(|(one, codes)| *one == table && codes.iter().any(|code| code.bits() == bits))
        };
        for bits in [
            device::NOT_DETECTED_AFTER_INSTALL,
            device::DETECTED_AFTER_UNINSTALL,
            device::TIME_LIMIT,
            device::DETECTION_RULE_INVALID,
            device::ACCESS_DENIED,
            device::FILE_NOT_FOUND,
        ] {
            assert!(has(Table::Device, bits), "0x{bits:08X}");
        }
        let exits = (0..=u8::MAX).filter(|exit| has(Table::Exit, (*exit).into()));
        let classes = (0..=u8::MAX).filter(|exit| *exit == 0 || Class::from_exit_code(*exit).is_some());
        assert!(exits.eq(classes), "the exit codes are success and the classes");
    }
}
