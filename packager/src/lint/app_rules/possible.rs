//! WB201: rules that can never hold.

use super::{Checked, text};
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use waybill_intune::VersionNumber;
use waybill_intune::command_line::is_guid;
use waybill_schemas::app::{
    FileSystemOperation, FileSystemRule, Operator, ProductCodeRule, RegistryOperation, RegistryRule, Rule,
};

/// A field and why the rule cannot hold because of it.
type Fault = (&'static str, String);

pub(super) fn check(rule: &Checked<'_>, subject: &Subject, found: &mut Found) {
    let fault = match rule.rule {
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
        found.error("WB201", rule.place(field, subject), message, mend);
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
