//! WB202: places of a user in an app that runs as the system.

use super::{AppRule, Examined, LintRule, text};
use crate::lint::findings::Findings;
use crate::lint::script;
use crate::lint::subject::Subject;
use waybill_schemas::app::{Rule, RunAsAccount};
use waybill_schemas::report::lint::LintPage;
use waybill_schemas::report::lint::Severity::Error;

pub(super) static RULES: &[LintRule] = &[LintRule {
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
    check: check,
}];

const VARIABLES: [&str; 5] = ["%appdata%", "%localappdata%", "%userprofile%", "%homepath%", "%onedrive%"];
const MEND: &str = "Look at what the app leaves machine-wide, or set `runAsAccount` to `user`.";

fn check(examined: &Examined<'_>, findings: &mut Findings) {
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
    let hive = key.split('\\').next().unwrap_or_default().to_lowercase();
    matches!(hive.trim_end_matches(':'), "hkcu" | "hkey_current_user").then(|| "HKCU".to_owned())
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
    if code.iter().any(|line| KNOWS.iter().any(|word| line.contains(word))) {
        return None;
    }
    let in_code = |place: &&(&str, &str)| code.iter().any(|line| line.contains(place.0));
    PLACES.iter().find(in_code).map(|(_, name)| (*name).to_owned())
}
