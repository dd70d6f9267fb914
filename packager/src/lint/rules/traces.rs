//! WB207: detection by traces that an uninstall may leave.

use super::{Examined, LintRule, text};
use crate::lint::findings::Findings;
use waybill_intune::path::extension;
use waybill_schemas::app::{FileSystemOperation, FileSystemRule, RegistryOperation, RegistryRule, Rule};

use waybill_schemas::report::lint::LintPage;
use waybill_schemas::report::lint::Severity::Warning;

pub(super) static RULES: &[LintRule] = &[LintRule {
    page: LintPage {
        code: "WB207",
        severity: Warning,
        title: "detection by a trace that the uninstall may leave",
        harm: "A folder often stays behind with a log or a setting in it, and an uninstall key says nothing of the \
               version: the app counts as installed after it is gone, or before it is updated. \"Does not exist\" \
               is refused by the reference agent as a detection rule (0x87D30004).",
        mend: "Look at the main program and its version, at `DisplayVersion` in the uninstall key, or at the product code.",
        before: "\"path\": \"C:\\\\Program Files\", \"fileOrFolderName\": \"Contoso\", \"operationType\": \"exists\"",
        after: "\"path\": \"C:\\\\Program Files\\\\Contoso\", \"fileOrFolderName\": \"app.exe\", \"operationType\": \"version\", …",
    },
    check: check,
}];

fn check(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let rules = examined.detection_rules();
    for rule in &rules {
        if asks_for_absence(rule.rule()) {
            let message = format!(
                "{} asks that something does not exist; the reference agent refuses that for detection (0x87D30004).",
                rule.name()
            );
            let mend = "Look at something that is there while the app is, or use a script.";
            findings.warning(rule.place("operationType", subject), message, mend);
        }
    }
    let [only] = rules[..] else { return };
    match only.rule() {
        Rule::FileSystem(rule) if is_bare_folder(rule) => {
            let message = format!(
                "{} is the only one and looks at the folder {}, which may survive the uninstall.",
                only.name(),
                text(&rule.file_or_folder_name)
            );
            let mend = "Look at the main program in it, and at its version.";
            findings.warning(only.place("fileOrFolderName", subject), message, mend);
        }
        Rule::Registry(rule) if is_bare_uninstall_key(rule) => {
            let message = format!(
                "{} is the only one and asks whether the uninstall key exists, which says nothing of the version and may survive the uninstall.",
                only.name()
            );
            let mend = "Compare its `DisplayVersion` with `greaterThanOrEqual`.";
            findings.warning(only.place("keyPath", subject), message, mend);
        }
        _ => {}
    }
}

fn asks_for_absence(rule: &Rule) -> bool {
    match rule {
        Rule::FileSystem(file) => file.operation_type == Some(FileSystemOperation::DoesNotExist),
        Rule::Registry(registry) => registry.operation_type == Some(RegistryOperation::DoesNotExist),
        _ => false,
    }
}

fn is_bare_folder(rule: &FileSystemRule) -> bool {
    let name = text(&rule.file_or_folder_name);
    rule.operation_type == Some(FileSystemOperation::Exists) && !name.is_empty() && !looks_like_file(name)
}

/// An extension of one to five letters and digits, with a letter: `app.exe`, `a.7z`, but not `Java 1.8`.
fn looks_like_file(name: &str) -> bool {
    let extension = extension(name);
    (1..=5).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && extension.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn is_bare_uninstall_key(rule: &RegistryRule) -> bool {
    let key = text(&rule.key_path).to_lowercase();
    rule.operation_type == Some(RegistryOperation::Exists)
        && text(&rule.value_name).is_empty()
        && key.contains("\\currentversion\\uninstall\\")
}
