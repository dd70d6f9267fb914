//! WB203 and WB204: which versions a rule accepts, how they are written, and whether they fit the packed MSI.

use super::{AppRule, Examined, Findings, LintRule, text};
use crate::lint::subject::Subject;
use crate::msi::MsiFacts;
use std::fmt::Display;
use waybill_intune::command_line::{Msiexec, ProductOrFile};
use waybill_intune::right_line::removal_line;
use waybill_intune::{
    CheckedRule, Comparison, ComparisonOperator, FileCheck, FileTest, ProductCheck, RegistryCheck,
    RegistryTest, VersionNumber,
};
use waybill_schemas::app::{ProductCodeRule, Rule};
use waybill_schemas::report::lint::LintPage;
use waybill_schemas::report::lint::Severity::Warning;

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB203",
            severity: Warning,
            title: "detection asks for exactly one version",
            harm: "Once the app updates itself, the rule does not hold any more, and Intune installs the old version \
               over the new one, again and again.",
            mend: "Compare with `greaterThanOrEqual`.",
            before: "\"operationType\": \"version\", \"operator\": \"equal\", \"comparisonValue\": \"1.2.0.0\"",
            after: "\"operationType\": \"version\", \"operator\": \"greaterThanOrEqual\", \"comparisonValue\": \"1.2.0.0\"",
        },
        check: one_version_alone,
    },
    LintRule {
        page: LintPage {
            code: "WB204",
            severity: Warning,
            title: "versions of different lengths, or a rule that does not fit the packed MSI",
            harm: "An absent part is older than a zero: 1.2 is less than 1.2.0, so a rule that looks right never holds. \
               A product code or version that the packed MSI does not have (an error) is what is left when only the \
               MSI was exchanged.",
            mend: "Write versions with as many parts as the app does (four for files), and take product code and \
               version from the MSI: `waybill inspect` shows them.",
            before: "\"operator\": \"equal\", \"comparisonValue\": \"1.2\"",
            after: "\"operator\": \"greaterThanOrEqual\", \"comparisonValue\": \"1.2.0.0\"",
        },
        check: unfit_versions,
    },
];

fn one_version_alone(examined: &Examined<'_>, findings: &mut Findings) {
    for rule in examined.detection_rules() {
        let Some(wanted) = rule.checked.as_ref().ok().and_then(VersionWanted::in_rule) else { continue };
        if wanted.operator == ComparisonOperator::Equal {
            let message = format!(
                "{} holds for version {} alone: once the app updates itself, it is installed again and again.",
                rule.name(),
                wanted.value
            );
            let place = rule.place(wanted.operator_field, examined.subject);
            findings.warning(place, message, "Compare with `greaterThanOrEqual`.");
        }
    }
}

fn unfit_versions(examined: &Examined<'_>, findings: &mut Findings) {
    for rule in &examined.rules {
        if let Some(wanted) = rule.checked.as_ref().ok().and_then(VersionWanted::in_rule) {
            length(rule, &wanted, examined.subject, findings);
        }
    }
    check_msi(examined, findings);
}

/// A comparison of versions in a rule.
struct VersionWanted {
    value_field: &'static str,
    operator_field: &'static str,
    operator: ComparisonOperator,
    /// As the rule has it; a registry rule may compare text.
    value: String,
    source: VersionSource,
}

#[derive(PartialEq, Eq)]
enum VersionSource {
    /// A file's version resource: four parts, always.
    File,
    /// A value that the installer wrote as it pleased.
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
}

fn length(rule: &AppRule<'_>, version: &VersionWanted, subject: &Subject, findings: &mut Findings) {
    let Ok(wanted) = version.value.parse::<VersionNumber>() else { return };
    let place = || rule.place(version.value_field, subject);
    if version.source == VersionSource::File {
        // 1.2 ≤ 1.2.0.0 holds and 1.2.0.0 < 1.2 does not, as one means it; the others surprise.
        let surprises = matches!(
            version.operator,
            ComparisonOperator::Equal
                | ComparisonOperator::NotEqual
                | ComparisonOperator::GreaterThan
                | ComparisonOperator::LessThanOrEqual
        );
        if surprises && wanted.count() < 4 {
            let (name, value) = (rule.name(), &version.value);
            let four = format!("{value}{}", ".0".repeat(4 - wanted.count()));
            let message = format!(
                "{name} compares a file's version with {value}, which is older than {four}: files have four parts."
            );
            findings.warning(place(), message, format!("Write all four parts, e.g. `{four}`."));
        }
        return;
    }
    // What the app itself calls its version is how its installer will write it.
    let known = match version.source {
        VersionSource::Product => subject.setup.msi.as_ref().and_then(|msi| msi.version.clone()),
        VersionSource::File | VersionSource::Registry => {
            subject.app().and_then(|app| app.display_version.clone())
        }
    };
    let Some(actual) = known else { return };
    if actual.trim().parse().is_ok_and(|actual| wanted.is_same_but_longer(&actual)) {
        let message = format!(
            "{} compares with {}, but the app calls that version {}: an absent part is older than a zero.",
            rule.name(),
            version.value,
            actual.trim()
        );
        findings.warning(place(), message, format!("Write `{}`.", actual.trim()));
    }
}

/// Rules, commands and `msiInformation` against the MSI that is or will be packed.
fn check_msi(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let Some(msi) = &subject.setup.msi else { return };
    let rules = examined.detection_rules();
    let product_of = |rule| match AppRule::rule(rule) {
        Rule::ProductCode(product) => Some((rule, product)),
        _ => None,
    };
    let products: Vec<(&AppRule<'_>, &ProductCodeRule)> = rules.into_iter().filter_map(product_of).collect();
    let fits = |product: &ProductCodeRule| same_code(text(&product.product_code), &msi.product_code);
    if let Some((rule, product)) =
        products.first().filter(|_| !products.iter().any(|(_, product)| fits(product)))
    {
        let message = format!(
            "{} asks for the product code {}, but the packed MSI's is {}.",
            rule.name(),
            text(&product.product_code),
            msi.product_code
        );
        findings.error(rule.place("productCode", subject), message, format!("Write `{}`.", msi.product_code));
    }
    for (rule, product) in products.iter().filter(|(_, product)| fits(product)) {
        version_of_packed(rule, product, msi, subject, findings);
    }
    information(msi, subject, findings);
    removal(msi, examined, findings);
}

fn version_of_packed(
    rule: &AppRule<'_>,
    product: &ProductCodeRule,
    msi: &MsiFacts,
    subject: &Subject,
    findings: &mut Findings,
) {
    let Some(packed_text) = msi.version.as_deref() else { return };
    let Ok(CheckedRule::Product(ProductCheck { version: Some(wanted), .. })) = &rule.checked else { return };
    let Ok(packed) = packed_text.parse::<VersionNumber>() else { return };
    if !wanted.holds(&packed) {
        let operator = wanted.operator;
        let message = format!(
            "{} wants a version {operator} {}, but the packed MSI's is {packed_text}.",
            rule.name(),
            text(&product.product_version)
        );
        let mend = format!("Write `{packed_text}` with `greaterThanOrEqual`.");
        findings.error(rule.place("productVersion", subject), message, mend);
    }
}

fn information(msi: &MsiFacts, subject: &Subject, findings: &mut Findings) {
    let Some(information) = subject.app().and_then(|app| app.msi_information.as_ref()) else { return };
    let code = text(&information.product_code);
    let version = text(&information.product_version);
    let mend = "Run `waybill pack` again, which fills it in, or take `msiInformation` from the MSI.";
    if !code.is_empty() && !same_code(code, &msi.product_code) {
        let message = format!(
            "msiInformation has the product code {code}, but the packed MSI's is {}.",
            msi.product_code
        );
        findings.error(subject.app_place("/msiInformation/productCode"), message, mend);
    }
    if let Some(packed) = msi.version.as_deref().filter(|packed| !version.is_empty() && *packed != version) {
        let message = format!("msiInformation has the version {version}, but the packed MSI's is {packed}.");
        findings.error(subject.app_place("/msiInformation/productVersion"), message, mend);
    }
}

/// An uninstall command that removes another product than the one that is packed.
fn removal(msi: &MsiFacts, examined: &Examined<'_>, findings: &mut Findings) {
    for command in examined.commands.iter().filter(|command| !command.installs) {
        let calls = command.line.steps.iter().filter_map(Msiexec::parse).filter(|call| call.removes);
        let codes: Vec<String> = calls
            .flat_map(|call| call.targets)
            .filter_map(|target| if let ProductOrFile::Product(code) = target { Some(code) } else { None })
            .collect();
        if let Some(code) =
            codes.first().filter(|_| !codes.iter().any(|code| same_code(code, &msi.product_code)))
        {
            let message = format!(
                "The uninstall command removes {code}, but the packed MSI's product code is {}.",
                msi.product_code
            );
            let mend = format!("Write `{}`.", removal_line(&msi.product_code));
            findings.error(command.place.clone(), message, mend);
        }
    }
}

/// Equal but for case and braces.
fn same_code(left: &str, right: &str) -> bool {
    let bare = |code: &str| code.trim_matches(['{', '}', ' ']).to_lowercase();
    bare(left) == bare(right)
}
