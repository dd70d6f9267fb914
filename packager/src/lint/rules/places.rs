//! WB202 and WB207: where rules and commands look. Places of a user in an app that runs as SYSTEM, and traces that an
//! uninstall may leave.

use super::{AppRule, Examined, Findings, LintRule, text};
use crate::lint::script;
use crate::lint::subject::Subject;
use waybill_intune::path::extension;
use waybill_intune::{Hive, RegistryKey};
use waybill_schemas::app::{
    FileSystemOperation, FileSystemRule, RegistryOperation, RegistryRule, Rule, RunAsAccount,
};
use waybill_schemas::report::lint::LintPage;
use waybill_schemas::report::lint::Severity::{Error, Warning};

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB202",
            severity: Error,
            title: "a user's place in an app that runs as the system",
            harm: "HKCU, %APPDATA%, %LOCALAPPDATA% and %USERPROFILE% are those of the SYSTEM account there, not those of \
               the person in front of the device.",
            mend: "Look for what the app leaves machine-wide, or set `runAsAccount` to `user`.",
            before: "\"path\": \"%LOCALAPPDATA%\\\\Contoso\", \"fileOrFolderName\": \"app.exe\"",
            after: "\"path\": \"%ProgramW6432%\\\\Contoso\", \"fileOrFolderName\": \"app.exe\"",
        },
        check: users_places,
    },
    LintRule {
        page: LintPage {
            code: "WB207",
            severity: Warning,
            title: "detection by a trace that the uninstall may leave",
            harm: "A folder often stays behind with a log or a setting in it, and an uninstall key says nothing of the \
               version: the app counts as installed after it is gone, or before it is updated. \"Does not exist\" \
               is refused by Intune's agent as a detection rule (0x87D30004).",
            mend: "Look at the main program and its version, at `DisplayVersion` in the uninstall key, or at the product code.",
            before: "\"path\": \"C:\\\\Program Files\", \"fileOrFolderName\": \"Contoso\", \"operationType\": \"exists\"",
            after: "\"path\": \"C:\\\\Program Files\\\\Contoso\", \"fileOrFolderName\": \"app.exe\", \"operationType\": \"version\", …",
        },
        check: traces,
    },
];

const VARIABLES: [&str; 5] = ["%appdata%", "%localappdata%", "%userprofile%", "%homepath%", "%onedrive%"];
const MEND: &str = "Look at what the app leaves machine-wide, or set `runAsAccount` to `user`.";

fn users_places(examined: &Examined<'_>, findings: &mut Findings) {
    if examined.subject.app().is_none_or(|app| app.runs_as_user()) {
        return;
    }
    examined.rules.iter().for_each(|rule| check_rule(rule, examined.subject, findings));
    check_commands(examined, findings);
}

fn check_rule(rule: &AppRule<'_>, subject: &Subject, findings: &mut Findings) {
    let of_user = match rule.rule() {
        Rule::FileSystem(file) => users_folder(text(&file.path)).map(|what| ("path", what)),
        Rule::Registry(registry) => users_key(text(&registry.key_path)).map(|what| ("keyPath", what)),
        Rule::PowerShellScript(body) if body.run_as_account != Some(RunAsAccount::User) => {
            let bytes = body.script().unwrap_or_default();
            users_place_in_script(&script::decode(&bytes).0).map(|what| ("scriptContent", what))
        }
        _ => None,
    };
    if let Some((field, what)) = of_user {
        let message = format!("{} looks at {what}, but runs as SYSTEM, whose own that is.", rule.name());
        findings.error(rule.place(field, subject), message, MEND);
    }
}

fn check_commands(examined: &Examined<'_>, findings: &mut Findings) {
    for command in &examined.commands {
        let lower = command.text.to_lowercase();
        let variable = VARIABLES
            .iter()
            .find(|variable| lower.contains(*variable))
            .map(|variable| variable.to_uppercase());
        let key = ["hkcu\\", "hkey_current_user\\", "hkcu:\\"].iter().any(|hive| lower.contains(hive));
        if let Some(what) = variable.or_else(|| key.then(|| "HKCU".to_owned())) {
            let message = format!("{} uses {what}, but runs as SYSTEM, whose own that is.", command.name());
            findings.error(command.place.clone(), message, MEND);
        }
    }
}

fn users_folder(path: &str) -> Option<String> {
    let lower = path.replace('/', "\\").to_lowercase();
    let variable =
        VARIABLES.iter().find(|variable| lower.contains(*variable)).map(|variable| variable.to_uppercase());
    variable.or_else(|| {
        let user = lower.strip_prefix("c:\\users\\")?.split('\\').next()?;
        let shared = matches!(user, "public" | "default" | "all users" | "");
        (!shared).then(|| "one user's folder".to_owned())
    })
}

fn users_key(key: &str) -> Option<String> {
    let is_users = RegistryKey::parse(key).is_some_and(|key| key.hive == Hive::CurrentUser);
    is_users.then(|| "HKCU".to_owned())
}

/// Scripts that walk through all users' hives or profiles know what they do.
fn users_place_in_script(text: &str) -> Option<String> {
    const KNOWS: [&str; 6] =
        ["hkey_users", "hku:", "profilelist", "win32_userprofile", "c:\\users\\*", "get-childitem c:\\users"];
    const PLACES: [(&str, &str); 6] = [
        ("hkcu:\\", "HKCU"),
        ("hkey_current_user", "HKCU"),
        ("$env:appdata", "%APPDATA%"),
        ("$env:localappdata", "%LOCALAPPDATA%"),
        ("$env:userprofile", "%USERPROFILE%"),
        ("%localappdata%", "%LOCALAPPDATA%"),
    ];
    let code: Vec<String> =
        script::code_lines(text).into_iter().map(|(_, line)| line.to_lowercase()).collect();
    // An app for everybody may write to each user's hive on purpose.
    if code.iter().any(|line| KNOWS.iter().any(|word| line.contains(word))) {
        return None;
    }
    let in_code = |place: &&(&str, &str)| code.iter().any(|line| line.contains(place.0));
    PLACES.iter().find(in_code).map(|(_, name)| (*name).to_owned())
}

fn traces(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let rules = examined.detection_rules();
    for rule in &rules {
        if asks_for_absence(rule.rule()) {
            let message = format!(
                "{} asks that something does not exist; Intune's agent refuses that for detection (0x87D30004).",
                rule.name()
            );
            let mend = "Look at something that is there while the app is, or use a script.";
            findings.warning(rule.place("operationType", subject), message, mend);
        }
    }
    // Beside another rule such a trace does no harm: all rules must hold.
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
