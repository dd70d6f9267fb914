//! WB203 and WB204: which versions a rule accepts, and how they are written.

use super::{Checked, text};
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use waybill_intune::VersionNumber;
use waybill_schemas::app::{FileSystemOperation, Operator, RegistryOperation, Rule};

/// A comparison of versions in a rule.
struct Comparison<'a> {
    field: &'static str,
    operator: &'a Operator,
    value: &'a str,
    of: Of,
}

#[derive(PartialEq, Eq)]
enum Of {
    /// A file's version resource: four parts, always.
    File,
    /// A value that the installer wrote as it pleased.
    Registry,
    /// The MSI's ProductVersion.
    Product,
}

pub(super) fn check(rule: &Checked<'_>, subject: &Subject, found: &mut Found) {
    let Some(comparison) = comparison_of(rule.rule) else { return };
    if rule.detects && *comparison.operator == Operator::Equal {
        let message = format!(
            "{} holds for version {} alone: once the app updates itself, it is installed again and again.",
            rule.name(),
            comparison.value
        );
        found.warning(
            "WB203",
            rule.place(operator_field(&comparison), subject),
            message,
            "Compare with `greaterThanOrEqual`.",
        );
    }
    length(rule, &comparison, subject, found);
}

const fn operator_field(comparison: &Comparison<'_>) -> &'static str {
    match comparison.of {
        Of::Product => "productVersionOperator",
        Of::File | Of::Registry => "operator",
    }
}

fn comparison_of(rule: &Rule) -> Option<Comparison<'_>> {
    let (field, operator, value, of) = match rule {
        Rule::FileSystem(file) => {
            let versions = [Some(FileSystemOperation::Version), Some(FileSystemOperation::AppVersion)];
            versions.contains(&file.operation_type).then_some(())?;
            ("comparisonValue", file.operator.as_ref()?, text(&file.comparison_value), Of::File)
        }
        Rule::Registry(registry) => {
            let is_version = match registry.operation_type {
                Some(RegistryOperation::Version | RegistryOperation::AppVersion) => true,
                Some(RegistryOperation::String) => {
                    text(&registry.value_name).to_lowercase().contains("version")
                }
                _ => false,
            };
            is_version.then_some(())?;
            ("comparisonValue", registry.operator.as_ref()?, text(&registry.comparison_value), Of::Registry)
        }
        Rule::ProductCode(product) => {
            let operator = product.product_version_operator.as_ref()?;
            ("productVersion", operator, text(&product.product_version), Of::Product)
        }
        _ => return None,
    };
    Some(Comparison { field, operator, value, of })
}

fn length(rule: &Checked<'_>, comparison: &Comparison<'_>, subject: &Subject, found: &mut Found) {
    let Ok(wanted) = comparison.value.parse::<VersionNumber>() else { return };
    let place = || rule.place(comparison.field, subject);
    if comparison.of == Of::File {
        // 1.2 ≤ 1.2.0.0 holds and 1.2.0.0 < 1.2 does not, as one means it; the others surprise.
        let surprises = matches!(
            comparison.operator,
            Operator::Equal | Operator::NotEqual | Operator::GreaterThan | Operator::LessThanOrEqual
        );
        if surprises && wanted.count() < 4 {
            let (name, value) = (rule.name(), comparison.value);
            let four = format!("{value}{}", ".0".repeat(4 - wanted.count()));
            let message = format!(
                "{name} compares a file's version with {value}, which is older than {four}: files have four parts."
            );
            found.warning("WB204", place(), message, format!("Write all four parts, e.g. `{four}`."));
        }
        return;
    }
    let known = match comparison.of {
        Of::Product => subject.setup.msi.as_ref().and_then(|msi| msi.version.clone()),
        Of::File | Of::Registry => subject.app().and_then(|app| app.display_version.clone()),
    };
    let Some(actual) = known else { return };
    if actual.trim().parse().is_ok_and(|actual| wanted.is_same_but_longer(&actual)) {
        let message = format!(
            "{} compares with {}, but the app calls that version {}: an absent part is older than a zero.",
            rule.name(),
            comparison.value,
            actual.trim()
        );
        found.warning("WB204", place(), message, format!("Write `{}`.", actual.trim()));
    }
}
