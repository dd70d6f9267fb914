//! WB202 and WB207: where rules and commands look. Finds a user's places in an app that runs as SYSTEM, and traces that
//! an uninstall may leave.

use super::Severity::{Error, Warning};
use super::{Examined, Findings, LintPage, LintRule, text};
use crate::lint::script::{self, ScriptCall};
use waybill_intune::command_line::Word;
use waybill_intune::path::{self, extension};
use waybill_intune::{Hive, RegistryKey};
use waybill_schemas::app::{
    FileSystemOperation, FileSystemRule, RegistryOperation, RegistryRule, Rule, RunAsAccount,
};

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB202",
            severity: Error,
            title: "a user's place in an app that runs as the system",
            harm: "HKCU, %APPDATA%, %LOCALAPPDATA% and %USERPROFILE% are those of the SYSTEM account there, not those of \
               the person in front of the device.",
            fix: "Look for what the app leaves machine-wide, or set `runAsAccount` to `user`.",
            before: "\"path\": \"%LOCALAPPDATA%\\\\Contoso\", \"fileOrFolderName\": \"app.exe\"",
            after: "\"path\": \"%ProgramW6432%\\\\Contoso\", \"fileOrFolderName\": \"app.exe\"",
        },
        checks: &[places_in_rules, places_in_commands, packages_of_one_user],
    },
    LintRule {
        page: LintPage {
            code: "WB207",
            severity: Warning,
            title: "detection by a trace that the uninstall may leave",
            harm: "A folder often stays behind with a log or a setting in it, and an uninstall key says nothing of the \
               version: the app counts as installed after it is gone, or before it is updated. \"Does not exist\" \
               of a file is refused by Intune's agent as a detection rule (0x87D30004).",
            fix: "Look at the main program and its version, at `DisplayVersion` in the uninstall key, or at the product code.",
            before: "\"path\": \"C:\\\\Program Files\", \"fileOrFolderName\": \"Contoso\", \"operationType\": \"exists\"",
            after: "\"path\": \"C:\\\\Program Files\\\\Contoso\", \"fileOrFolderName\": \"app.exe\", \"operationType\": \"version\", …",
        },
        checks: &[traces],
    },
];

const FIX: &str = "Look at what the app leaves machine-wide, or set `runAsAccount` to `user`.";

fn places_in_rules(examined: &Examined<'_>, findings: &mut Findings) {
    for rule in examined.rules.iter().filter(|_| examined.runs_as_system()) {
        if let Some((field, what)) = users_place(rule.rule()) {
            let message = format!("{rule} looks at {what}, but runs as SYSTEM, whose own that is.");
            findings.error(rule.place(field, examined.subject), message, FIX);
        }
    }
}

fn places_in_commands(examined: &Examined<'_>, findings: &mut Findings) {
    for command in examined.commands.iter().filter(|_| examined.runs_as_system()) {
        // Where something is logged to is nobody's profile that matters: SYSTEM has one.
        let steps = command.line.steps.iter();
        let kept = steps.flat_map(|step| {
            std::iter::once(step.program.clone()).chain(words_but_logs(&step.words).map(str::to_owned))
        });
        let lower = kept.collect::<Vec<_>>().join(" ").to_lowercase();
        if let Some(what) = users_variable(&lower).or_else(|| users_hive(&lower)) {
            let message = format!("{command} uses {what}, but runs as SYSTEM, whose own that is.");
            findings.error(command.place.clone(), message, FIX);
        }
    }
}

/// Finds app packages that are installed for the one who runs the script, who is SYSTEM.
fn packages_of_one_user(examined: &Examined<'_>, findings: &mut Findings) {
    for script in examined.started.scripts.iter().filter(|_| examined.runs_as_system()) {
        // A script that knows of both asks for its account, or goes on to the other.
        let lower = script.text.to_lowercase();
        if ["appxprovisionedpackage", "issystem", "s-1-5-18"].iter().any(|sign| lower.contains(sign)) {
            continue;
        }
        let is_for_one = |call: &&ScriptCall| {
            let is_staged = call.arguments.iter().any(|token| token.word().starts_with("-stage"));
            call.name.eq_ignore_ascii_case("add-appxpackage") && !is_staged
        };
        for call in script.calls.iter().filter(is_for_one) {
            let message = format!(
                "{} runs {} as SYSTEM, for which no app package can be installed.",
                script.told(call.line),
                call.name
            );
            let fix = "Write `Add-AppxProvisionedPackage -Online -SkipLicense -PackagePath …`, or set `runAsAccount` to `user`.";
            findings.warning(script.place(call.line), message, fix);
        }
    }
}

fn users_hive(lower: &str) -> Option<String> {
    const HIVES: [&str; 3] = ["hkcu\\", "hkey_current_user\\", "hkcu:\\"];
    HIVES.iter().any(|hive| lower.contains(hive)).then(|| "HKCU".to_owned())
}

/// The words without the log files that they name: `/log x`, `/l*v x`, `/LOG=x`, `-logfile x`.
fn words_but_logs(words: &[Word]) -> impl Iterator<Item = &str> {
    let logs = |word: &Word| {
        word.switch()
            .is_some_and(|switch| switch.starts_with("log") || switch.starts_with("l*") || switch == "l")
    };
    let is_kept = move |at: usize| {
        let is_behind_log = at > 0 && logs(&words[at - 1]) && !words[at - 1].text.contains('=');
        !logs(&words[at]) && !is_behind_log
    };
    words.iter().enumerate().filter(move |(at, _)| is_kept(*at)).map(|(_, word)| word.text.as_str())
}

/// The place of a user that a rule looks at, with the field that names it.
fn users_place(rule: &Rule) -> Option<(&'static str, String)> {
    match rule {
        Rule::FileSystem(file) => Some(("path", users_folder(text(&file.path))?)),
        Rule::Registry(registry) => {
            let is_users = RegistryKey::parse(text(&registry.key_path))?.hive == Hive::CurrentUser;
            is_users.then(|| ("keyPath", "HKCU".to_owned()))
        }
        Rule::PowerShellScript(body)
            if body.run_as_account.as_ref().map(RunAsAccount::meant) != Some(RunAsAccount::User) =>
        {
            let bytes = body.script().unwrap_or_default();
            Some(("scriptContent", users_place_in_script(&script::decode(&bytes).0)?))
        }
        _ => None,
    }
}

fn users_variable(lower: &str) -> Option<String> {
    path::users_variable(lower).map(str::to_owned)
}

fn users_folder(path: &str) -> Option<String> {
    let lower = path.replace('/', "\\").to_lowercase();
    users_variable(&lower).or_else(|| {
        let user = lower.strip_prefix("c:\\users\\")?.split('\\').next()?;
        let shared = matches!(user, "public" | "default" | "all users" | "");
        (!shared).then(|| "one user's folder".to_owned())
    })
}

/// The place of a user in a script, where it looks nowhere else. A script that goes through the hives or profiles of all
/// users is left out, and so is one that looks at a place of the machine too: the user's is then a fallback, and as
/// SYSTEM the script still answers.
fn users_place_in_script(text: &str) -> Option<String> {
    const KNOWS: [&str; 7] = [
        "hkey_users",
        "hku:",
        "profilelist",
        "win32_userprofile",
        "c:\\users\\*",
        "get-childitem c:\\users",
        "$env:systemdrive\\users",
    ];
    const OF_THE_MACHINE: [&str; 12] = [
        "hklm:",
        "hklm\\",
        "hkey_local_machine",
        "$env:program",
        "c:\\program",
        "$env:windir",
        "$env:systemroot",
        "c:\\windows",
        "%program",
        "$env:allusersprofile",
        "-allusers",
        "win32_product",
    ];
    const PLACES: [(&str, &str); 12] = [
        ("hkcu:", "HKCU"),
        ("hkcu\\", "HKCU"),
        ("hkey_current_user", "HKCU"),
        ("$env:appdata", "%APPDATA%"),
        ("$env:localappdata", "%LOCALAPPDATA%"),
        ("$env:userprofile", "%USERPROFILE%"),
        ("$env:homepath", "%HOMEPATH%"),
        ("$env:onedrive", "%ONEDRIVE%"),
        ("%appdata%", "%APPDATA%"),
        ("%localappdata%", "%LOCALAPPDATA%"),
        ("getfolderpath('localapplicationdata')", "%LOCALAPPDATA%"),
        ("getfolderpath('applicationdata')", "%APPDATA%"),
    ];
    // `${env:APPDATA}` is `$env:APPDATA`.
    let bare = |line: String| line.to_lowercase().replace("${env:", "$env:").replace('"', "'");
    let code: Vec<String> = script::code_lines(text).into_iter().map(|(_, line)| bare(line)).collect();
    let mentions = |words: &[&str]| {
        // Where it logs to is not where it looks.
        let looks = |line: &&String| !line.contains("start-transcript") && !line.contains(".log");
        code.iter().filter(looks).any(|line| words.iter().any(|word| line.contains(word)))
    };
    // An app for everybody may write to each user's hive on purpose.
    if mentions(&KNOWS) || mentions(&OF_THE_MACHINE) {
        return None;
    }
    PLACES.iter().find(|place| mentions(&[place.0])).map(|(_, name)| (*name).to_owned())
}

fn traces(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let rules = examined.detection_rules();
    for rule in rules.iter().filter(|rule| asks_for_absence(rule.rule())) {
        let message = format!(
            "{rule} asks that a file or folder does not exist; Intune's agent refuses that for detection (0x87D30004)."
        );
        let fix = "Look at something that is there while the app is, or use a script.";
        findings.warning(rule.place("operationType", subject), message, fix);
    }
    // Beside another rule such a trace does no harm, because all rules must hold.
    let [only] = rules[..] else { return };
    match only.rule() {
        Rule::FileSystem(rule) if is_bare_folder(rule) => {
            let folder = text(&rule.file_or_folder_name);
            let message = format!(
                "{only} is the only one and looks at the folder {folder}, which may survive the uninstall."
            );
            let fix = "Look at the main program in it, and at its version.";
            findings.warning(only.place("fileOrFolderName", subject), message, fix);
        }
        Rule::Registry(rule) if is_bare_uninstall_key(rule) => {
            let message = format!(
                "{only} is the only one and asks whether the uninstall key exists, which says nothing of the version and may survive the uninstall."
            );
            let fix = "Compare its `DisplayVersion` with `greaterThanOrEqual`.";
            findings.warning(only.place("keyPath", subject), message, fix);
        }
        _ => {}
    }
}

/// Whether the rule holds where a file is not there. The same of a registry key or value works under Intune.
fn asks_for_absence(rule: &Rule) -> bool {
    matches!(rule, Rule::FileSystem(file) if file.operation_type == Some(FileSystemOperation::DoesNotExist))
}

fn is_bare_folder(rule: &FileSystemRule) -> bool {
    let name = text(&rule.file_or_folder_name);
    rule.operation_type == Some(FileSystemOperation::Exists) && !name.is_empty() && !looks_like_file(name)
}

/// Whether a name has an extension of one to five letters and digits with a letter: `app.exe`, `a.7z`, but not `Java
/// 1.8`.
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
