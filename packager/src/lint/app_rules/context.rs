//! WB202: places of a user in an app that runs as the system.

use super::super::commands::commands_of;
use super::super::script;
use super::{Checked, text};
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use waybill_schemas::app::{Rule, RunAsAccount};

const VARIABLES: [&str; 5] = ["%appdata%", "%localappdata%", "%userprofile%", "%homepath%", "%onedrive%"];
const MEND: &str = "Look at what the app leaves machine-wide, or set `runAsAccount` to `user`.";

pub(super) fn check(rule: &Checked<'_>, subject: &Subject, found: &mut Found) {
    if subject.app().is_none_or(|app| app.runs_as_user()) {
        return;
    }
    let of_user = match rule.rule {
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
        found.error("WB202", rule.place(field, subject), message, MEND);
    }
}

pub(super) fn check_commands(subject: &Subject, found: &mut Found) {
    if subject.app().is_none_or(|app| app.runs_as_user()) {
        return;
    }
    for command in commands_of(subject) {
        let lower = command.text.to_lowercase();
        let variable = VARIABLES
            .iter()
            .find(|variable| lower.contains(*variable))
            .map(|variable| variable.to_uppercase());
        let key = ["hkcu\\", "hkey_current_user\\", "hkcu:\\"].iter().any(|hive| lower.contains(hive));
        if let Some(what) = variable.or_else(|| key.then(|| "HKCU".to_owned())) {
            let message = format!("{} uses {what}, but runs as SYSTEM, whose own that is.", command.name());
            found.error("WB202", command.place.clone(), message, MEND);
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
