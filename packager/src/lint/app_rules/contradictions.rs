//! WB201: detection rules that can never hold together, though all of them must.

use super::versions::holds;
use super::{Checked, text};
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use std::cmp::Ordering;
use waybill_intune::VersionNumber;
use waybill_schemas::app::{FileSystemOperation, Operator, RegistryOperation, Rule};

/// Two rules that each may hold, but never both.
pub(super) fn check(rules: &[&Checked<'_>], subject: &Subject, found: &mut Found) {
    for (at, first) in rules.iter().enumerate() {
        let contradiction = rules[at + 1..].iter().find(|second| excludes(first.rule, second.rule));
        if let Some(second) = contradiction {
            let message = format!(
                "{} and {} can never both hold, and all detection rules must.",
                first.name(),
                second.pointer.trim_start_matches('/')
            );
            found.error("WB201", second.place("", subject), message, "Take one of them out.");
        }
    }
}

/// What a rule looks at, and what it wants of it.
struct Wish<'a> {
    target: [String; 3],
    exists: Option<bool>,
    version: Option<(&'a Operator, VersionNumber)>,
}

fn wish(rule: &Rule) -> Option<Wish<'_>> {
    let lower = |field: &Option<String>| text(field).to_lowercase();
    match rule {
        Rule::FileSystem(file) => {
            let view = file.check_32_bit_on_64_system.unwrap_or_default().to_string();
            let version = matches!(file.operation_type, Some(FileSystemOperation::Version));
            Some(Wish {
                target: [
                    lower(&file.path).trim_end_matches('\\').to_owned(),
                    lower(&file.file_or_folder_name),
                    view,
                ],
                exists: file
                    .operation_type
                    .as_ref()
                    .map(|operation| *operation != FileSystemOperation::DoesNotExist),
                version: version
                    .then(|| wanted_version(file.operator.as_ref(), &file.comparison_value))
                    .flatten(),
            })
        }
        Rule::Registry(registry) => {
            let view = registry.check_32_bit_on_64_system.unwrap_or_default().to_string();
            let version = matches!(registry.operation_type, Some(RegistryOperation::Version));
            Some(Wish {
                target: [
                    lower(&registry.key_path).trim_end_matches('\\').to_owned(),
                    lower(&registry.value_name),
                    view,
                ],
                exists: registry
                    .operation_type
                    .as_ref()
                    .map(|operation| *operation != RegistryOperation::DoesNotExist),
                version: version
                    .then(|| wanted_version(registry.operator.as_ref(), &registry.comparison_value))
                    .flatten(),
            })
        }
        Rule::ProductCode(product) => Some(Wish {
            target: [lower(&product.product_code), String::new(), String::new()],
            exists: Some(true),
            version: wanted_version(product.product_version_operator.as_ref(), &product.product_version),
        }),
        _ => None,
    }
}

fn wanted_version<'a>(
    operator: Option<&'a Operator>,
    value: &Option<String>,
) -> Option<(&'a Operator, VersionNumber)> {
    Some((operator?, text(value).parse().ok()?))
}

fn excludes(first: &Rule, second: &Rule) -> bool {
    let (Some(first), Some(second)) = (wish(first), wish(second)) else { return false };
    if first.target != second.target {
        return false;
    }
    if let (Some(one), Some(other)) = (first.exists, second.exists)
        && one != other
    {
        return true;
    }
    matches!((&first.version, &second.version), (Some(one), Some(other)) if disjoint(one, other) || disjoint(other, one))
}

/// No version satisfies both: `one` wants at most what `other` wants more of, or exactly what it excludes.
fn disjoint(one: &(&Operator, VersionNumber), other: &(&Operator, VersionNumber)) -> bool {
    let order = one.1.cmp(&other.1);
    match (one.0, other.0) {
        (Operator::Equal, operator) => !holds(order, operator),
        (Operator::LessThan, Operator::GreaterThan | Operator::GreaterThanOrEqual) => {
            order != Ordering::Greater
        }
        (Operator::LessThanOrEqual, Operator::GreaterThan) => order != Ordering::Greater,
        (Operator::LessThanOrEqual, Operator::GreaterThanOrEqual) => order == Ordering::Less,
        _ => false,
    }
}
