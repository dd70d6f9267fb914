//! WB203 and WB204: which versions a rule accepts, how they are written, and whether they fit the packed MSI.

use super::{AppRule, Command, Examined, Findings, LintPage, LintRule, Severity::Warning, text};
use crate::msi::MsiFacts;
use std::fmt::Display;
use waybill_intune::command_line::{Msiexec, ProductOrFile};
use waybill_intune::right_line::{quoted, removal_line};
use waybill_intune::{
    CheckedRule, Comparison, ComparisonOperator, FileCheck, FileTest, ProductCheck, RegistryCheck,
    RegistryTest, VersionNumber,
};
use waybill_schemas::app::{ProductCodeRule, Rule};

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB203",
            severity: Warning,
            title: "detection asks for exactly one version",
            harm: "Once the app updates itself, the rule does not hold any more, and Intune installs the old version \
               over the new one, again and again.",
            fix: "Compare with `greaterThanOrEqual`.",
            before: "\"operationType\": \"version\", \"operator\": \"equal\", \"comparisonValue\": \"1.2.0.0\"",
            after: "\"operationType\": \"version\", \"operator\": \"greaterThanOrEqual\", \"comparisonValue\": \"1.2.0.0\"",
        },
        checks: &[one_version_alone],
    },
    LintRule {
        page: LintPage {
            code: "WB204",
            severity: Warning,
            title: "versions of different lengths, or a rule that does not fit the packed MSI",
            harm: "An absent part is older than a zero: 1.2 is less than 1.2.0, so a rule that looks right never holds. \
               A product code or version that the packed MSI does not have (an error) is what is left when only the \
               MSI was exchanged. An uninstall command with `/i` (an error) repairs the app.",
            fix: "Write versions with as many parts as the app does (four for files), and take product code and \
               version from the MSI: `waybill inspect` shows them.",
            before: "\"operator\": \"equal\", \"comparisonValue\": \"1.2\"",
            after: "\"operator\": \"greaterThanOrEqual\", \"comparisonValue\": \"1.2.0.0\"",
        },
        checks: &[
            file_versions,
            absent_parts,
            product_codes,
            packed_versions,
            information,
            removal,
            installing_removal,
        ],
    },
];

fn one_version_alone(examined: &Examined<'_>, findings: &mut Findings) {
    for (rule, wanted) in versions_wanted(examined).filter(|(rule, _)| rule.detects) {
        if wanted.operator == ComparisonOperator::Equal {
            let message = format!(
                "{rule} holds for version {} alone: once the app updates itself, it is installed again and again.",
                wanted.value
            );
            let place = rule.place(wanted.operator_field, examined.subject);
            findings.warning(place, message, "Compare with `greaterThanOrEqual`.");
        }
    }
}

/// The rules that compare versions.
fn versions_wanted<'a>(examined: &'a Examined<'_>) -> impl Iterator<Item = (&'a AppRule<'a>, VersionWanted)> {
    let wanted = |rule: &'a AppRule<'_>| Some((rule, VersionWanted::in_rule(rule.checked.as_ref().ok()?)?));
    examined.rules.iter().filter_map(wanted)
}

/// A comparison of versions in a rule.
struct VersionWanted {
    value_field: &'static str,
    operator_field: &'static str,
    operator: ComparisonOperator,
    /// The version as written in the rule; a registry rule may compare text.
    value: String,
    source: VersionSource,
}

#[derive(PartialEq, Eq)]
enum VersionSource {
    /// A file's version resource, which always has four parts.
    File,
    /// A registry value, which the installer writes in any form.
    Registry,
    /// The MSI's ProductVersion.
    Product,
}

impl VersionWanted {
    fn new<T: Display>(wanted: &Comparison<T>, source: VersionSource) -> Self {
        let (operator_field, value_field) = match source {
            VersionSource::Product => ("productVersionOperator", "productVersion"),
            VersionSource::File | VersionSource::Registry => ("operator", "comparisonValue"),
        };
        let value = wanted.value.to_string().trim().to_owned();
        Self { value_field, operator_field, operator: wanted.operator, value, source }
    }

    fn in_rule(rule: &CheckedRule) -> Option<Self> {
        match rule {
            CheckedRule::File(FileCheck { test: FileTest::Version(wanted), .. }) => {
                Some(Self::new(wanted, VersionSource::File))
            }
            CheckedRule::Registry(RegistryCheck { test, value_name, .. }) => match test {
                RegistryTest::Version(wanted) => Some(Self::new(wanted, VersionSource::Registry)),
                RegistryTest::Text(wanted) if value_name.to_lowercase().contains("version") => {
                    Some(Self::new(wanted, VersionSource::Registry))
                }
                _ => None,
            },
            CheckedRule::Product(product) => {
                Some(Self::new(product.version.as_ref()?, VersionSource::Product))
            }
            _ => None,
        }
    }

    /// Whether the comparison gives a surprising result for versions of different lengths. 1.2 ≤ 1.2.0.0 holds and
    /// 1.2.0.0 < 1.2 does not, as one expects; the other comparisons surprise.
    fn surprises(&self) -> bool {
        use ComparisonOperator::{Equal, GreaterThan, LessThanOrEqual, NotEqual};
        matches!(self.operator, Equal | NotEqual | GreaterThan | LessThanOrEqual)
    }
}

/// Finds versions of files that are compared in fewer than four parts.
fn file_versions(examined: &Examined<'_>, findings: &mut Findings) {
    let is_odd = |version: &VersionWanted| version.source == VersionSource::File && version.surprises();
    for (rule, version) in versions_wanted(examined).filter(|(_, version)| is_odd(version)) {
        let value = &version.value;
        let count = value.parse().map_or(4, |number: VersionNumber| number.count());
        if count < 4 {
            let four = format!("{value}{}", ".0".repeat(4 - count));
            let message = format!(
                "{rule} compares a file's version with {value}, which is older than {four}: files have four parts."
            );
            let place = rule.place(version.value_field, examined.subject);
            findings.warning(place, message, format!("Write all four parts, e.g. `{four}`."));
        }
    }
}

/// Finds a version that the app never has, because it writes more parts.
fn absent_parts(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    for (rule, version) in versions_wanted(examined) {
        // The installer writes the version as the app itself calls it.
        let actual = match version.source {
            VersionSource::File => None,
            VersionSource::Product => subject.setup.msi.as_ref().and_then(|msi| msi.version.as_deref()),
            VersionSource::Registry => subject.app().and_then(|app| app.display_version.as_deref()),
        };
        let (Some(actual), Ok(wanted)) = (actual, version.value.parse::<VersionNumber>()) else { continue };
        let (value, actual) = (&version.value, actual.trim());
        // `greaterThanOrEqual 1.2` holds for 1.2.0 as well as for 1.2, as one expects.
        let holds_for_both = |actual: &VersionNumber| actual.count() > wanted.count() && !version.surprises();
        let is_odd = |actual: VersionNumber| wanted.is_same_but_longer(&actual) && !holds_for_both(&actual);
        if actual.parse().is_ok_and(is_odd) {
            let message = format!(
                "{rule} compares with {value}, but the app calls that version {actual}: an absent part is older than a zero."
            );
            findings.warning(rule.place(version.value_field, subject), message, format!("Write `{actual}`."));
        }
    }
}

/// The detection rules for products, with the MSI that is or will be packed.
fn products<'a>(examined: &'a Examined<'_>) -> Vec<(&'a AppRule<'a>, &'a ProductCodeRule, &'a MsiFacts)> {
    let rules = examined.rules.iter().filter(|rule| rule.detects);
    let with_msi = rules.filter_map(|rule| match (rule.rule(), &examined.subject.setup.msi) {
        (Rule::ProductCode(product), Some(msi)) => Some((rule, product, msi)),
        _ => None,
    });
    with_msi.collect()
}

fn fits(product: &ProductCodeRule, msi: &MsiFacts) -> bool {
    same_code(text(&product.product_code), &msi.product_code)
}

fn product_codes(examined: &Examined<'_>, findings: &mut Findings) {
    let products = products(examined);
    let some_fits = products.iter().any(|(_, product, msi)| fits(product, msi));
    if let Some((rule, product, msi)) = products.first().filter(|_| !some_fits) {
        let (asked, packed) = (text(&product.product_code), &msi.product_code);
        let message = format!("{rule} asks for the product code {asked}, but the packed MSI's is {packed}.");
        findings.error(rule.place("productCode", examined.subject), message, format!("Write `{packed}`."));
    }
}

fn packed_versions(examined: &Examined<'_>, findings: &mut Findings) {
    for (rule, product, msi) in products(examined).into_iter().filter(|(_, product, msi)| fits(product, msi))
    {
        let Ok(CheckedRule::Product(ProductCheck { version: Some(wanted), .. })) = &rule.checked else {
            continue;
        };
        let Some(packed) = msi.version.as_deref() else { continue };
        if packed.parse().is_ok_and(|packed: VersionNumber| !wanted.holds(&packed)) {
            let (operator, version) = (wanted.operator, text(&product.product_version));
            let message =
                format!("{rule} wants a version {operator} {version}, but the packed MSI's is {packed}.");
            let fix = format!("Write `{packed}` with `greaterThanOrEqual`.");
            findings.error(rule.place("productVersion", examined.subject), message, fix);
        }
    }
}

/// Compares `msiInformation` with the MSI that is or will be packed.
fn information(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let information = subject.app().and_then(|app| app.msi_information.as_ref());
    let (Some(information), Some(msi)) = (information, &subject.setup.msi) else { return };
    let code = text(&information.product_code);
    let version = text(&information.product_version);
    let fix = "Run `waybill pack` again, which fills it in, or take `msiInformation` from the MSI.";
    if !code.is_empty() && !same_code(code, &msi.product_code) {
        let packed = &msi.product_code;
        let message =
            format!("msiInformation has the product code {code}, but the packed MSI's is {packed}.");
        findings.error(subject.app_place("/msiInformation/productCode"), message, fix);
    }
    if let Some(packed) = msi.version.as_deref().filter(|packed| !version.is_empty() && *packed != version) {
        let message = format!("msiInformation has the version {version}, but the packed MSI's is {packed}.");
        findings.error(subject.app_place("/msiInformation/productVersion"), message, fix);
    }
}

/// Finds an uninstall command that removes another product than the packed one.
fn removal(examined: &Examined<'_>, findings: &mut Findings) {
    let calls = examined.msiexec_calls().filter(|(command, call)| !command.installs && call.removes);
    let targets =
        calls.flat_map(|(command, call)| call.targets.into_iter().map(move |target| (command, target)));
    let products = targets.filter_map(|(command, target)| match target {
        ProductOrFile::Product(code) => Some((command, code)),
        ProductOrFile::File(..) => None,
    });
    let codes: Vec<_> = products.collect();
    let Some(packed) = examined.subject.setup.msi.as_ref().map(|msi| &msi.product_code) else {
        return removal_by_rule(examined, &codes, findings);
    };
    let is_removed = codes.iter().any(|(_, code)| same_code(code, packed));
    if let Some((command, code)) = codes.first().filter(|_| !is_removed) {
        let message = format!("{command} removes {code}, but the packed MSI's product code is {packed}.");
        findings.error(command.place.clone(), message, format!("Write `{}`.", removal_line(packed)));
    }
}

/// Finds an uninstall command that installs: `msiexec /i {code}`, as many uninstall keys have it, repairs the product.
fn installing_removal(examined: &Examined<'_>, findings: &mut Findings) {
    let removes = |call: &Msiexec| call.removes || call.property("REMOVE").is_some();
    let calls: Vec<_> = examined.msiexec_calls().filter(|(command, _)| !command.installs).collect();
    // An older version may be put back after the new one was removed.
    let [(command, call)] = &calls[..] else { return };
    let target = call.targets.first().filter(|_| call.installs && !removes(call));
    let (named, line) = match target {
        Some(ProductOrFile::Product(code)) => (code.as_str(), removal_line(code)),
        Some(ProductOrFile::File(path, _)) if examined.subject.is_setup_file(path) => {
            (path.as_str(), format!("msiexec /x {} /qn /norestart", quoted(path)))
        }
        _ => return,
    };
    let message = format!("{command} installs or repairs {named} (`/i`) and removes nothing.");
    findings.error(command.place.clone(), message, format!("Write `{line}`."));
}

/// Without the MSI: finds an uninstall command that removes other products than those that the rules look for.
fn removal_by_rule(examined: &Examined<'_>, removed: &[(&Command<'_>, String)], findings: &mut Findings) {
    let asked: Vec<String> = examined
        .detection_rules()
        .into_iter()
        // What is no product code is found by WB201.
        .filter_map(|rule| match (rule.rule(), &rule.checked) {
            (Rule::ProductCode(product), Ok(_)) => Some(text(&product.product_code).to_owned()),
            _ => None,
        })
        .collect();
    let is_asked = |code: &String| asked.iter().any(|one| same_code(one, code));
    let (Some(first), Some((command, code))) = (asked.first(), removed.first()) else { return };
    if !removed.iter().any(|(_, code)| is_asked(code)) {
        let message = format!("{command} removes {code}, but detection asks for {first}.");
        let fix = "Take both from the same MSI: `waybill inspect` shows its product code.";
        findings.warning(command.place.clone(), message, fix);
    }
}

/// Whether two codes are equal except for case and braces.
fn same_code(left: &str, right: &str) -> bool {
    let bare = |code: &str| code.trim_matches(['{', '}', ' ']).to_lowercase();
    bare(left) == bare(right)
}
