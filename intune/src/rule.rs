//! Detection and requirement rules, checked once: what Intune's agent makes of their fields (docs/detection.md).
//!
//! `CheckedRule::check` reads a rule of app.json and gives either a rule that can be asked of a machine or all of its
//! faults. `waybill lint` reports the faults before anybody has the app; the runner answers "cannot tell" because of
//! them.

use crate::{Comparison, ProductCode, RegistryKey, RuleDate, VersionNumber, compare_texts};
use std::cmp::Ordering;
use std::fmt;
use waybill_schemas::app::RunAsAccount;

/// The most bytes of a script: what Intune takes for platform scripts and remediations; for detection scripts its limit
/// is not documented (docs/detection.md, "Where Waybill differs from Intune's agent").
pub const SCRIPT_LIMIT: usize = 200 * 1024;

/// What a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RulePurpose {
    /// The rule detects whether the app is installed.
    Detection,
    /// The rule decides whether the app may be installed on this device.
    Requirement,
}

/// How the paths of file rules are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PathStyle {
    /// Windows paths, with drives and `\`, as Intune's agent reads them.
    Windows,
    /// Absolute paths from `/`, for rehearsals on Unix. A Windows path is no fault, but the machine cannot answer it.
    Unix,
}

/// A rule that has been read without faults and can be evaluated.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckedRule {
    /// A file or folder.
    File(FileCheck),
    /// A registry key or value.
    Registry(RegistryCheck),
    /// A product of Windows Installer.
    Product(ProductCheck),
    /// The output of a PowerShell script.
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
    /// The property that is looked at, and what it must be.
    pub test: FileTest,
}

/// The property of a file or folder that a rule looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum FileTest {
    /// Whether the file or folder exists.
    Exists,
    /// Whether the file or folder is absent.
    DoesNotExist,
    /// The time of its last modification.
    Modified(Comparison<RuleDate>),
    /// The time of its creation.
    Created(Comparison<RuleDate>),
    /// The four numbers of its version resource.
    Version(Comparison<VersionNumber>),
    /// The size in MiB, rounded down.
    Mebibytes(Comparison<u64>),
    /// The size in bytes.
    Bytes(Comparison<u64>),
}

/// Looks at a registry key or value.
#[derive(Debug, Clone, PartialEq)]
pub struct RegistryCheck {
    /// The key that the rule names.
    pub key: RegistryKey,
    /// The value's name; empty for the key itself, or its default value where something is compared.
    pub value_name: String,
    /// Whether the 32-bit view of the registry is read.
    pub is_32_bit: bool,
    /// The property that is looked at, and what it must be.
    pub test: RegistryTest,
}

/// The property of a key or value that a rule looks at.
#[derive(Debug, Clone, PartialEq)]
pub enum RegistryTest {
    /// Whether the key or value exists.
    Exists,
    /// Whether the key or value is absent.
    DoesNotExist,
    /// The value's data as text, compared without regard to case.
    Text(Comparison<String>),
    /// The value's data as a whole number.
    Number(Comparison<i128>),
    /// The value's data as a version. Where one of the two is no version, both are compared as text.
    Version(Comparison<String>),
}

/// Asks Windows Installer for a product.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductCheck {
    /// The product code that Windows Installer is asked for.
    pub code: ProductCode,
    /// The version it must have, where the rule compares one.
    pub version: Option<Comparison<VersionNumber>>,
}

/// Runs a PowerShell script and looks at its output.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptCheck {
    /// The script's bytes as app.json has them.
    pub script: Vec<u8>,
    /// Whether the 32-bit PowerShell runs it.
    pub is_32_bit: bool,
    /// Whether the script must carry a signature that the device trusts.
    pub is_signed: bool,
    /// The account that a requirement script asks to run as.
    pub account: Option<RunAsAccount>,
    /// The test of a requirement script's output; `None` for a detection script, which only has to print something.
    pub output: Option<Comparison<OutputValue>>,
}

/// The value that the output of a requirement script is compared with, of the type that the rule names.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum OutputValue {
    /// A text, compared without regard to case.
    Text(String),
    /// A point in time.
    Date(RuleDate),
    /// A whole number of 64 bits.
    Integer(i64),
    /// A floating-point number; NaN and infinities are not read.
    Float(f64),
    /// A version of two to four numbers.
    Version(VersionNumber),
    /// `true` or `false`, in any case.
    Boolean(bool),
}

/// One reason why a rule cannot be evaluated as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// The field's name in app.json, e.g. `operationType`; empty where the fault concerns the whole rule.
    pub field: &'static str,
    /// The field's value; empty where it has none.
    pub word: String,
    /// What is wrong, as a clause without a full stop: "it names no folder".
    pub why: String,
    /// For a word that the field's vocabulary does not have: the word that is most likely meant.
    pub nearest: Option<&'static str>,
    /// Whether the field has the word that Graph answers for a newer one: then the rule is not invalid, but nobody can
    /// tell what it asks.
    pub is_newer_word: bool,
}

/// Every fault of one rule; there is at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFaults(pub(crate) Vec<RuleFault>);

impl RuleFaults {
    /// The faults, in the order of the rule's fields.
    pub fn iter(&self) -> std::slice::Iter<'_, RuleFault> {
        self.0.iter()
    }

    /// Whether nothing is wrong but words that are newer than this version.
    pub fn are_newer_words(&self) -> bool {
        self.0.iter().all(|fault| fault.is_newer_word)
    }
}

/// All faults in one line, separated by semicolons.
impl fmt::Display for RuleFaults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clauses: Vec<&str> = self.0.iter().map(|fault| fault.why.as_str()).collect();
        formatter.write_str(&clauses.join("; "))
    }
}

impl std::error::Error for RuleFaults {}

impl OutputValue {
    /// How an output compares to the rule's value; `None` for an output that cannot be read as the rule's type.
    pub fn compare(&self, output: &str) -> Option<Ordering> {
        let bare = output.trim();
        match self {
            Self::Text(wanted) => Some(compare_texts(output, wanted)),
            Self::Date(wanted) => bare.parse::<RuleDate>().ok().map(|found| found.cmp(wanted)),
            Self::Integer(wanted) => bare.parse::<i64>().ok().map(|found| found.cmp(wanted)),
            Self::Float(wanted) => float(bare).and_then(|found| found.partial_cmp(wanted)),
            Self::Version(wanted) => bare.parse::<VersionNumber>().ok().map(|found| found.cmp(wanted)),
            Self::Boolean(wanted) => boolean(bare).map(|found| found.cmp(wanted)),
        }
    }

    /// The name of the type for reports: `date`, `whole number`.
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

/// The rule's value as it was read.
impl fmt::Display for OutputValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => fmt::Display::fmt(text, formatter),
            Self::Date(date) => fmt::Display::fmt(date, formatter),
            Self::Integer(number) => fmt::Display::fmt(number, formatter),
            Self::Float(number) => fmt::Display::fmt(number, formatter),
            Self::Version(version) => fmt::Display::fmt(version, formatter),
            Self::Boolean(boolean) => fmt::Display::fmt(boolean, formatter),
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

/// Reads a floating-point number; `None` for text that is none, and for NaN and infinities.
pub(crate) fn float(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Reads `true` or `false` in any case.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    let is = |word: &str| text.trim().eq_ignore_ascii_case(word);
    (is("true") || is("false")).then(|| is("true"))
}
