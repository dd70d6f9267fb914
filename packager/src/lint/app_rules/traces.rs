//! WB207: detection by traces that an uninstall may leave.

use super::{Checked, text};
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use waybill_intune::command_line::extension;
use waybill_schemas::app::{FileSystemOperation, FileSystemRule, RegistryOperation, RegistryRule, Rule};

pub(super) fn check(rules: &[&Checked<'_>], subject: &Subject, found: &mut Found) {
    for rule in rules {
        if asks_for_absence(rule.rule) {
            let message = format!(
                "{} asks that something does not exist; the reference agent refuses that for detection (0x87D30004).",
                rule.name()
            );
            let mend = "Look at something that is there while the app is, or use a script.";
            found.warning("WB207", rule.place("operationType", subject), message, mend);
        }
    }
    let [only] = rules else { return };
    match only.rule {
        Rule::FileSystem(rule) if is_bare_folder(rule) => {
            let message = format!(
                "{} is the only one and looks at the folder {}, which may survive the uninstall.",
                only.name(),
                text(&rule.file_or_folder_name)
            );
            let mend = "Look at the main program in it, and at its version.";
            found.warning("WB207", only.place("fileOrFolderName", subject), message, mend);
        }
        Rule::Registry(rule) if is_bare_uninstall_key(rule) => {
            let message = format!(
                "{} is the only one and asks whether the uninstall key exists, which says nothing of the version and may survive the uninstall.",
                only.name()
            );
            let mend = "Compare its `DisplayVersion` with `greaterThanOrEqual`.";
            found.warning("WB207", only.place("keyPath", subject), message, mend);
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
