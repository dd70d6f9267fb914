//! WB201: no detection rule, rules that can never hold, and rules that can never hold together.

use super::{Examined, Findings, LintPage, LintRule, Severity::Error};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use waybill_intune::{
    CheckedRule, Comparison, ComparisonOperator, FileTest, RegistryCheck, RegistryTest, VersionNumber,
};
use waybill_schemas::app::Rule;

pub(super) static RULES: &[LintRule] = &[LintRule {
    page: LintPage {
        code: "WB201",
        severity: Error,
        title: "no detection rule, or a rule that can never hold",
        harm: "Without a rule that holds after the install, every install ends with 0x87D1041C and is tried again, \
               every day, on every device.",
        fix: "Give one rule that is true exactly while the app is there: the product code of an MSI, else the \
               version of its main program.",
        before: "\"keyPath\": \"HKLM:\\\\SOFTWARE\\\\Contoso\"",
        after: "\"keyPath\": \"HKEY_LOCAL_MACHINE\\\\SOFTWARE\\\\Contoso\"",
    },
    checks: &[no_rule, faults, contradictions],
}];

fn no_rule(examined: &Examined<'_>, findings: &mut Findings) {
    if examined.subject.app().is_some() && examined.detection_rules().is_empty() {
        let message = "The app has no detection rule: nothing says whether it is installed.";
        let fix = "Give one: the product code of an MSI, else the version of the main program.";
        findings.error(examined.subject.app_place("/rules"), message, fix);
    }
}

/// Finds every fault for which the runner would call a rule invalid. A word that stands for a newer one is none (WB501).
fn faults(examined: &Examined<'_>, findings: &mut Findings) {
    let faulty = examined.rules.iter().filter_map(|rule| Some((rule, rule.checked.as_ref().err()?)));
    let faults = faulty.flat_map(|(rule, faults)| faults.iter().map(move |fault| (rule, fault)));
    for (rule, fault) in faults.filter(|(_, fault)| !fault.is_newer_word) {
        let message = format!("{rule} can never hold: {}.", fault.why);
        let word = fault.nearest.map(|nearest| format!("Write `{nearest}`."));
        let fix = match rule.rule() {
            _ if word.is_some() => word.as_deref().unwrap_or_default(),
            Rule::PowerShellScript(_) if fault.field == "scriptContent" => {
                "Put the script's bytes in as base64."
            }
            _ if rule.detects => "Correct it, and try it on a device where the app is.",
            _ => "Correct it: as it is, the app is applicable nowhere.",
        };
        findings.error(rule.place(fault.field, examined.subject), message, fix);
    }
}

/// Finds rules that can each hold, but never together. Each is compared with what the rules before it leave of the same
/// thing, because comparing all pairs of 8,000 rules would take half a minute.
fn contradictions(examined: &Examined<'_>, findings: &mut Findings) {
    let mut narrowed: HashMap<[String; 3], Narrowed> = HashMap::new();
    for (at, rule) in examined.rules.iter().enumerate().filter(|(_, rule)| rule.detects) {
        let Some(Wanted { target, exists, version }) = rule.checked.as_ref().ok().and_then(wanted) else {
            continue;
        };
        if let Some(first) = narrowed.entry(target).or_default().excludes(at, exists, version) {
            let (first, other) = (&examined.rules[first], rule.placed.pointer.trim_start_matches('/'));
            let message = format!("{first} and {other} can never both hold, and all detection rules must.");
            findings.error(rule.place("", examined.subject), message, "Take one of them out.");
        }
    }
}

/// The rules about one file, value or product that leave least of it, by their positions.
#[derive(Default)]
struct Narrowed {
    /// The first rule that wants it, and the first that wants it away.
    there: [Option<usize>; 2],
    /// The first exact version, the highest lower bound, the lowest upper bound.
    bounds: [Option<(Comparison<VersionNumber>, usize)>; 3],
    /// The versions that are excluded.
    unequal: BTreeMap<VersionNumber, usize>,
}

impl Narrowed {
    /// Adds the rule at `at`. Returns an earlier one that cannot hold together with it.
    fn excludes(
        &mut self,
        at: usize,
        exists: bool,
        version: Option<Comparison<VersionNumber>>,
    ) -> Option<usize> {
        use ComparisonOperator::{Equal, GreaterThan, GreaterThanOrEqual, NotEqual};
        self.there[usize::from(exists)].get_or_insert(at);
        let opposite = self.there[usize::from(!exists)];
        let Some(new) = version else { return opposite };
        let is_apart =
            |(old, _): &&(Comparison<VersionNumber>, usize)| disjoint(old, &new) || disjoint(&new, old);
        let apart = self.bounds.iter().flatten().find(is_apart).map(|(_, at)| *at);
        let unequal = (new.operator == Equal).then(|| self.unequal.get(&new.value).copied()).flatten();
        let kind = match new.operator {
            NotEqual => {
                self.unequal.entry(new.value).or_insert(at);
                return opposite.or(apart);
            }
            Equal => 0,
            GreaterThan | GreaterThanOrEqual => 1,
            _ => 2,
        };
        let is_narrower = |old: &Comparison<VersionNumber>| match kind {
            0 => false,
            1 => (&new.value, new.operator == GreaterThan) > (&old.value, old.operator == GreaterThan),
            _ => {
                let is_strict =
                    |one: &Comparison<VersionNumber>| one.operator != ComparisonOperator::LessThan;
                (&new.value, is_strict(&new)) < (&old.value, is_strict(old))
            }
        };
        if self.bounds[kind].as_ref().is_none_or(|(old, _)| is_narrower(old)) {
            self.bounds[kind] = Some((new, at));
        }
        opposite.or(apart).or(unequal)
    }
}

/// What a rule looks at, and what it requires of that.
struct Wanted {
    target: [String; 3],
    exists: bool,
    version: Option<Comparison<VersionNumber>>,
}

fn wanted(rule: &CheckedRule) -> Option<Wanted> {
    // Windows ignores the case of paths and keys, and a final backslash: rules that differ only in these look at the
    // same thing.
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

/// Whether no version satisfies both: `one` wants at most what `other` wants more of, or exactly what it excludes.
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
