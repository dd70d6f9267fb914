//! Detection and requirement rules, checked once: what Intune's agent makes of their fields (docs/detection.md).
//!
//! `CheckedRule::check` reads a rule of app.json and gives either a rule that can be asked of a machine or all of its
//! faults. `waybill lint` reports the faults before anybody has the app; the runner answers "cannot tell" because of them.

use crate::{
    Comparison, ComparisonOperator, ProductCode, RegistryKey, RuleDate, VersionNumber, compare_texts,
};
use std::cmp::Ordering;
use std::fmt;
use waybill_schemas::app::RunAsAccount;

/// The most bytes of a script: what Intune takes for platform scripts and remediations; for detection scripts its limit
/// is not documented (docs/detection.md, "Where we differ").
pub const SCRIPT_LIMIT: usize = 200 * 1024;

/// What a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RulePurpose {
    /// Is the app there?
    Detection,
    /// May it be installed?
    Requirement,
}

/// How the paths of file rules are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathStyle {
    /// With drives and `\`: what Intune's agent reads.
    Windows,
    /// From `/` on: for rehearsals elsewhere. A path of Windows is no fault there; the machine cannot answer it.
    Unix,
}

/// A rule without faults.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckedRule {
    /// A file or folder.
    File(FileCheck),
    /// A registry key or value.
    Registry(RegistryCheck),
    /// A product of Windows Installer.
    Product(ProductCheck),
    /// A PowerShell script.
    Script(ScriptCheck),
}

/// Looks at a file or folder.
#[derive(Debug, Clone, PartialEq)]
pub struct FileCheck {
    /// The folder as it is written, without blanks around it; variables are not expanded.
    pub folder: String,
    /// The file or folder in it.
    pub name: String,
    /// Whether variables and folders are those of 32-bit programs.
    pub is_32_bit: bool,
    /// What is asked of it.
    pub test: FileTest,
}

/// What a file rule asks.
#[derive(Debug, Clone, PartialEq)]
pub enum FileTest {
    /// It is there.
    Exists,
    /// It is not there.
    DoesNotExist,
    /// When it was last written.
    Modified(Comparison<RuleDate>),
    /// When it was created.
    Created(Comparison<RuleDate>),
    /// The four numbers of its version resource.
    Version(Comparison<VersionNumber>),
    /// Its size in MiB, rounded down.
    Mebibytes(Comparison<u64>),
    /// Its size in bytes.
    Bytes(Comparison<u64>),
}

/// Looks at a registry key or value.
#[derive(Debug, Clone, PartialEq)]
pub struct RegistryCheck {
    /// The key.
    pub key: RegistryKey,
    /// The value's name; empty for the key itself, or its default value where something is compared.
    pub value_name: String,
    /// Whether the 32-bit view is asked.
    pub is_32_bit: bool,
    /// What is asked of it.
    pub test: RegistryTest,
}

/// What a registry rule asks.
#[derive(Debug, Clone, PartialEq)]
pub enum RegistryTest {
    /// The key or value is there.
    Exists,
    /// It is not there.
    DoesNotExist,
    /// Its text, regardless of case.
    Text(Comparison<String>),
    /// Its number.
    Number(Comparison<i128>),
    /// Its version; where one of the two is none, both as text.
    Version(Comparison<String>),
}

/// Asks Windows Installer for a product.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductCheck {
    /// Its product code.
    pub code: ProductCode,
    /// The version it must have, where the rule compares one.
    pub version: Option<Comparison<VersionNumber>>,
}

/// Runs a script.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptCheck {
    /// The script's bytes as app.json has them.
    pub script: Vec<u8>,
    /// Whether the 32-bit PowerShell runs it.
    pub is_32_bit: bool,
    /// Whether it must be signed by somebody the device trusts.
    pub is_signed: bool,
    /// Whose rights a requirement script asks for.
    pub account: Option<RunAsAccount>,
    /// What a requirement script must print; nothing for a detection script, which only has to print something.
    pub output: Option<OutputTest>,
}

/// As what the output of a requirement script is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum OutputTest {
    /// Text, regardless of case.
    Text(Comparison<String>),
    /// A point in time.
    Date(Comparison<RuleDate>),
    /// A whole number.
    Integer(Comparison<i64>),
    /// A finite number.
    Float(Comparison<f64>),
    /// A version.
    Version(Comparison<VersionNumber>),
    /// True or false.
    Boolean(Comparison<bool>),
}

/// Why a rule asks nothing as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// The field, e.g. `operationType`; empty where it is the whole rule.
    pub field: &'static str,
    /// What stands there; empty where nothing does.
    pub word: String,
    /// Why that is a fault, a clause without a full stop: "it names no folder".
    pub why: String,
    /// For a word that the field's vocabulary does not have: the word that is most likely meant.
    pub nearest: Option<&'static str>,
    /// Whether the field has a word that this version does not know. A newer Intune may know it.
    pub is_unknown_word: bool,
}

/// Every fault of one rule; there is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFaults(pub(crate) Vec<RuleFault>);

impl RuleFaults {
    /// The faults, in the order of the rule's fields.
    pub fn iter(&self) -> std::slice::Iter<'_, RuleFault> {
        self.0.iter()
    }
}

/// All of them in one clause.
impl fmt::Display for RuleFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clauses: Vec<&str> = self.0.iter().map(|fault| fault.why.as_str()).collect();
        formatter.write_str(&clauses.join("; "))
    }
}

impl std::error::Error for RuleFaults {}

impl OutputTest {
    /// How an output compares to the rule's value; nothing for an output that is not of the rule's kind.
    pub fn compare(&self, output: &str) -> Option<Ordering> {
        let bare = output.trim();
        match self {
            Self::Text(wanted) => Some(compare_texts(output, &wanted.value)),
            Self::Date(wanted) => bare.parse::<RuleDate>().ok().map(|found| found.cmp(&wanted.value)),
            Self::Integer(wanted) => bare.parse::<i64>().ok().map(|found| found.cmp(&wanted.value)),
            Self::Float(wanted) => float(bare).and_then(|found| found.partial_cmp(&wanted.value)),
            Self::Version(wanted) => bare.parse::<VersionNumber>().ok().map(|found| found.cmp(&wanted.value)),
            Self::Boolean(wanted) => boolean(bare).map(|found| found.cmp(&wanted.value)),
        }
    }

    /// The operator.
    pub const fn operator(&self) -> ComparisonOperator {
        match self {
            Self::Text(wanted) => wanted.operator,
            Self::Date(wanted) => wanted.operator,
            Self::Integer(wanted) => wanted.operator,
            Self::Float(wanted) => wanted.operator,
            Self::Version(wanted) => wanted.operator,
            Self::Boolean(wanted) => wanted.operator,
        }
    }

    /// The rule's value as it was read.
    pub fn value(&self) -> &dyn fmt::Display {
        match self {
            Self::Text(wanted) => &wanted.value,
            Self::Date(wanted) => &wanted.value,
            Self::Integer(wanted) => &wanted.value,
            Self::Float(wanted) => &wanted.value,
            Self::Version(wanted) => &wanted.value,
            Self::Boolean(wanted) => &wanted.value,
        }
    }

    /// What an output is called that it can compare: `date`, `whole number`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => TEXT,
            Self::Date(_) => DATE,
            Self::Integer(_) => WHOLE_NUMBER,
            Self::Float(_) => NUMBER,
            Self::Version(_) => VERSION,
            Self::Boolean(_) => BOOLEAN,
        }
    }
}

/// What reports call the kinds of values that rules compare.
pub(crate) const TEXT: &str = "text";
pub(crate) const DATE: &str = "date";
pub(crate) const WHOLE_NUMBER: &str = "whole number";
pub(crate) const NUMBER: &str = "number";
pub(crate) const VERSION: &str = "version";
pub(crate) const BOOLEAN: &str = "boolean (true or false)";

/// A finite number.
pub(crate) fn float(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// `true` or `false` in any case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    let is = |word: &str| text.trim().eq_ignore_ascii_case(word);
    (is("true") || is("false")).then(|| is("true"))
}
