//! WB201: no detection rule, rules that can never hold, and rules that can never hold together.

use super::{AppRule, Examined, Findings, LintRule};
use crate::lint::subject::Subject;
use std::cmp::Ordering;
use waybill_intune::{
    CheckedRule, Comparison, ComparisonOperator, FileTest, RegistryCheck, RegistryTest, VersionNumber,
};
use waybill_schemas::app::Rule;
use waybill_schemas::report::lint::LintPage;
use waybill_schemas::report::lint::Severity::Error;

pub(super) static RULES: &[LintRule] = &[LintRule {
    page: LintPage {
        code: "WB201",
        severity: Error,
        title: "no detection rule, or a rule that can never hold",
        harm: "Without a rule that holds after the install, every install ends with 0x87D1041C and is tried again, \
               every day, on every device.",
        mend: "Give one rule that is true exactly while the app is there: the product code of an MSI, else the \
               version of its main program.",
        before: "\"keyPath\": \"HKLM:\\\\SOFTWARE\\\\Contoso\"",
        after: "\"keyPath\": \"HKEY_LOCAL_MACHINE\\\\SOFTWARE\\\\Contoso\"",
    },
    check,
}];

fn check(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    if subject.app().is_none() {
        return;
    }
    let detecting = examined.detection_rules();
    if detecting.is_empty() {
        let message = "The app has no detection rule: nothing says whether it is installed.";
        let mend = "Give one: the product code of an MSI, else the version of the main program.";
        findings.error(subject.app_place("/rules"), message, mend);
    }
    for rule in &examined.rules {
        faults(rule, subject, findings);
    }
    contradictions(&detecting, subject, findings);
}

/// Every fault of a rule that the runner would call invalid, too. A word that this version does not know is none here: a
/// newer Intune may know it.
fn faults(rule: &AppRule<'_>, subject: &Subject, findings: &mut Findings) {
    let faults = rule.checked.as_ref().err().into_iter().flat_map(|faults| faults.iter());
    for fault in faults.filter(|fault| !fault.is_unknown_word) {
        let message = format!("{} can never hold: {}.", rule.name(), fault.why);
        let mend = match rule.rule() {
            Rule::PowerShellScript(_) if fault.field == "scriptContent" => {
                "Put the script's bytes in as base64."
            }
            _ if rule.detects => "Correct it, and try it on a device where the app is.",
            _ => "Correct it: as it is, the app is applicable nowhere.",
        };
        findings.error(rule.place(fault.field, subject), message, mend);
    }
}

/// Two rules that each may hold, but never both.
fn contradictions(rules: &[&AppRule<'_>], subject: &Subject, findings: &mut Findings) {
    for (at, first) in rules.iter().enumerate() {
        let contradiction = rules[at + 1..].iter().find(|second| excludes(first, second));
        if let Some(second) = contradiction {
            let message = format!(
                "{} and {} can never both hold, and all detection rules must.",
                first.name(),
                second.placed.pointer.trim_start_matches('/')
            );
            findings.error(second.place("", subject), message, "Take one of them out.");
        }
    }
}

/// What a rule looks at, and what it wants of it.
struct Wanted {
    target: [String; 3],
    exists: bool,
    version: Option<Comparison<VersionNumber>>,
}

fn wanted(rule: &CheckedRule) -> Option<Wanted> {
    // Windows compares paths and keys without case, and a final backslash says nothing: two rules that differ
    // in no more than that look at the same thing.
    let folder = |path: &str| path.to_lowercase().trim_end_matches('\\').to_owned();
    Some(match rule {
        CheckedRule::File(file) => Wanted {
            target: [folder(&file.folder), file.name.to_lowercase(), file.is_32_bit.to_string()],
            exists: file.test != FileTest::DoesNotExist,
            version: match &file.test {
                FileTest::Version(version) => Some(version.clone()),
                _ => None,
            },
        },
        CheckedRule::Registry(RegistryCheck { key, value_name, is_32_bit, test }) => Wanted {
            target: [key.to_string().to_lowercase(), value_name.to_lowercase(), is_32_bit.to_string()],
            exists: *test != RegistryTest::DoesNotExist,
            version: match test {
                RegistryTest::Version(Comparison { operator, value }) => {
                    value.trim().parse().ok().map(|value| Comparison { operator: *operator, value })
                }
                _ => None,
            },
        },
        CheckedRule::Product(product) => Wanted {
            target: [product.code.as_str().to_owned(), String::new(), String::new()],
            exists: true,
            version: product.version.clone(),
        },
        CheckedRule::Script(_) => return None,
    })
}

fn excludes(first: &AppRule<'_>, second: &AppRule<'_>) -> bool {
    let wanted = |rule: &AppRule<'_>| rule.checked.as_ref().ok().and_then(wanted);
    let (Some(first), Some(second)) = (wanted(first), wanted(second)) else { return false };
    if first.target != second.target {
        return false;
    }
    first.exists != second.exists
        || matches!((&first.version, &second.version), (Some(one), Some(other)) if disjoint(one, other) || disjoint(other, one))
}

/// No version satisfies both: `one` wants at most what `other` wants more of, or exactly what it excludes.
fn disjoint(one: &Comparison<VersionNumber>, other: &Comparison<VersionNumber>) -> bool {
    use ComparisonOperator::{Equal, GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual};
    let order = one.value.cmp(&other.value);
    match (one.operator, other.operator) {
        (Equal, operator) => !operator.holds(order),
        (LessThan, GreaterThan | GreaterThanOrEqual) => order != Ordering::Greater,
        (LessThanOrEqual, GreaterThan) => order != Ordering::Greater,
        (LessThanOrEqual, GreaterThanOrEqual) => order == Ordering::Less,
        _ => false,
    }
}
