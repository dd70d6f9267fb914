//! WB201: no detection rule, rules that can never hold, and rules that can never hold together.

use super::{AppRule, Examined, LintRule, text};
use crate::lint::findings::Findings;
use crate::lint::subject::Subject;
use std::cmp::Ordering;
use waybill_intune::VersionNumber;
use waybill_intune::command_line::is_guid;
use waybill_schemas::app::{
    FileSystemOperation, FileSystemRule, Operator, ProductCodeRule, RegistryOperation, RegistryRule, Rule,
};
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
    check: check,
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
        impossible_rule(rule, subject, findings);
        missing_script(rule, subject, findings);
    }
    contradictions(&detecting, subject, findings);
}

/// A field and why the rule cannot hold because of it.
type Fault = (&'static str, String);

fn impossible_rule(rule: &AppRule<'_>, subject: &Subject, findings: &mut Findings) {
    let fault = match rule.rule() {
        Rule::FileSystem(file) => file_system(file),
        Rule::Registry(registry) => registry_rule(registry),
        Rule::ProductCode(product) => product_code(product),
        _ => None,
    };
    if let Some((field, why)) = fault {
        let message = format!("{} can never hold: {why}.", rule.name());
        let mend = if rule.detects {
            "Correct it, and try it on a device where the app is."
        } else {
            "Correct it: as it is, the app is applicable nowhere."
        };
        findings.error(rule.place(field, subject), message, mend);
    }
}

fn file_system(rule: &FileSystemRule) -> Option<Fault> {
    let (path, name) = (text(&rule.path), text(&rule.file_or_folder_name));
    let operation = rule.operation_type.as_ref();
    if path.is_empty() {
        return Some(("path", "it names no folder".into()));
    }
    if name.is_empty() {
        return Some(("fileOrFolderName", "it names no file or folder".into()));
    }
    if let Some(fault) = wrong_path(path) {
        return Some(("path", fault));
    }
    if name.contains(['*', '?', '"', '<', '>', '|']) {
        return Some((
            "fileOrFolderName",
            format!("no file is called {name}, and wildcards are not expanded"),
        ));
    }
    let comparison = text(&rule.comparison_value);
    match operation {
        None | Some(FileSystemOperation::NotConfigured) => {
            Some(("operationType", "it says not what to look at".into()))
        }
        Some(FileSystemOperation::Version | FileSystemOperation::AppVersion) => {
            compared(rule.operator.as_ref(), comparison, "version", |value| {
                value.parse::<VersionNumber>().is_ok()
            })
        }
        Some(FileSystemOperation::SizeInMb | FileSystemOperation::SizeInBytes) => {
            compared(rule.operator.as_ref(), comparison, "whole number", |value| value.parse::<u64>().is_ok())
        }
        Some(FileSystemOperation::ModifiedDate | FileSystemOperation::CreatedDate) => {
            compared(rule.operator.as_ref(), comparison, "date", looks_like_date)
        }
        Some(_) => None,
    }
}

fn wrong_path(path: &str) -> Option<String> {
    let is_absolute = path.starts_with(['%', '\\', '$']) || path.as_bytes().get(1) == Some(&b':');
    if path.contains(['"', '\'', '*', '?', '<', '>', '|']) {
        return Some(format!("no folder is called {path}"));
    }
    if path.starts_with('$') {
        return Some(format!(
            "{path} is PowerShell's way to write a variable; `%ProgramW6432%` is the one that is expanded"
        ));
    }
    (!is_absolute).then(|| format!("{path} is relative, and to nothing in particular"))
}

fn registry_rule(rule: &RegistryRule) -> Option<Fault> {
    let key = text(&rule.key_path);
    if key.is_empty() {
        return Some(("keyPath", "it names no key".into()));
    }
    if let Some(fault) = wrong_key(key) {
        return Some(("keyPath", fault));
    }
    let comparison = text(&rule.comparison_value);
    let operator = rule.operator.as_ref();
    match rule.operation_type.as_ref() {
        None | Some(RegistryOperation::NotConfigured) => {
            Some(("operationType", "it says not what to look at".into()))
        }
        Some(RegistryOperation::Version | RegistryOperation::AppVersion) => {
            compared(operator, comparison, "version", |value| value.parse::<VersionNumber>().is_ok())
        }
        Some(RegistryOperation::Integer) => {
            compared(operator, comparison, "whole number", |value| value.parse::<i64>().is_ok())
        }
        Some(RegistryOperation::String) => compared(operator, comparison, "text", |_| true),
        Some(_) => None,
    }
}

fn wrong_key(key: &str) -> Option<String> {
    const HIVES: [&str; 10] = [
        "hkey_local_machine",
        "hkey_current_user",
        "hkey_users",
        "hkey_classes_root",
        "hkey_current_config",
        "hklm",
        "hkcu",
        "hku",
        "hkcr",
        "hkcc",
    ];
    let hive = key.split(['\\', '/']).next().unwrap_or_default().to_lowercase();
    match hive.as_str() {
        "computer" => Some("`Computer\\` is regedit's own; keys begin with their hive".into()),
        _ if hive.ends_with(':') => {
            Some(format!("`{hive}` is PowerShell's way to write a hive; `HKEY_LOCAL_MACHINE` is read"))
        }
        _ if !HIVES.contains(&hive.as_str()) => Some(format!("{key} begins with no hive")),
        _ if key.contains('/') && !key.contains('\\') => Some("keys are separated by `\\`".into()),
        _ => None,
    }
}

fn product_code(rule: &ProductCodeRule) -> Option<Fault> {
    let code = text(&rule.product_code);
    if code.is_empty() {
        return Some(("productCode", "it names no product code".into()));
    }
    // Braces may be left out and are added on the device.
    if !is_guid(code) && !is_guid(&format!("{{{code}}}")) {
        return Some(("productCode", format!("{code} is no product code (a GUID in braces)")));
    }
    match rule.product_version_operator.as_ref() {
        None | Some(Operator::NotConfigured) => None,
        Some(operator) => compared(Some(operator), text(&rule.product_version), "version", |value| {
            value.parse::<VersionNumber>().is_ok()
        })
        .map(|(_, why)| ("productVersion", why)),
    }
}

fn compared(
    operator: Option<&Operator>,
    value: &str,
    kind: &str,
    fits: impl Fn(&str) -> bool,
) -> Option<Fault> {
    if matches!(operator, None | Some(Operator::NotConfigured)) {
        return Some(("operator", format!("it looks at a {kind} and says not how to compare it")));
    }
    if value.is_empty() {
        return Some(("comparisonValue", format!("it compares a {kind} with nothing")));
    }
    (!fits(value)).then(|| ("comparisonValue", format!("{value} is no {kind}")))
}

/// ISO 8601 as Graph writes it, or any other beginning with a year or ending in one.
fn looks_like_date(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    digits >= 6 && value.contains(['-', '/', '.']) && !value.contains('\\')
}

fn missing_script(rule: &AppRule<'_>, subject: &Subject, findings: &mut Findings) {
    let Rule::PowerShellScript(body) = rule.rule() else { return };
    if body.script().is_ok_and(|bytes| !bytes.is_empty()) {
        return;
    }
    let message = format!("{} can never hold: it has no script, or one that is not base64.", rule.name());
    findings.error(rule.place("scriptContent", subject), message, "Put the script's bytes in as base64.");
}

/// Two rules that each may hold, but never both.
fn contradictions(rules: &[&AppRule<'_>], subject: &Subject, findings: &mut Findings) {
    for (at, first) in rules.iter().enumerate() {
        let contradiction = rules[at + 1..].iter().find(|second| excludes(first.rule(), second.rule()));
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
        (Operator::Equal, operator) => !super::versions::holds(order, operator),
        (Operator::LessThan, Operator::GreaterThan | Operator::GreaterThanOrEqual) => {
            order != Ordering::Greater
        }
        (Operator::LessThanOrEqual, Operator::GreaterThan) => order != Ordering::Greater,
        (Operator::LessThanOrEqual, Operator::GreaterThanOrEqual) => order == Ordering::Less,
        _ => false,
    }
}
