//! WB105 and WB109: msiexec without its switches, and its log.

use super::Command;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use waybill_intune::command_line::{Interface, Msiexec};
use waybill_schemas::app::DeviceRestartBehavior;

pub(super) fn check(command: &Command<'_>, subject: &Subject, found: &mut Found) {
    for (at, step) in command.line.steps.iter().enumerate() {
        let Some(call) = Msiexec::of(step) else { continue };
        interface(command, &call, subject, found);
        restart(command, &call, subject, found);
        let before = command.line.steps.get(..at).unwrap_or_default();
        let makes_folders =
            before.iter().any(|step| matches!(step.stem().as_str(), "md" | "mkdir" | "robocopy" | "xcopy"));
        if let Some((log, _)) = &call.log
            && !makes_folders
            && !folder_exists(log)
        {
            let message = format!(
                "{} lets msiexec log to {log}; where that folder is missing, it ends with 1622.",
                command.name()
            );
            let mend = "Log into a folder that every device has, e.g. `%TEMP%` or `C:\\Windows\\Temp`, or make the folder first.";
            found.warning("WB109", command.place.clone(), message, mend);
        }
    }
}

fn interface(command: &Command<'_>, call: &Msiexec, subject: &Subject, found: &mut Found) {
    let for_user = subject.app().is_some_and(|app| app.runs_as_user());
    let place = command.place.clone();
    match call.interface {
        Interface::Full => {
            let message = format!(
                "{} runs msiexec without /qn: its dialogs wait for somebody who cannot see them.",
                command.name()
            );
            found.error("WB105", place, message, "Add `/qn`.");
        }
        Interface::Basic if !for_user => {
            let message = format!(
                "{} runs msiexec with a visible interface: a dialog about an error waits unseen.",
                command.name()
            );
            found.warning("WB105", place, message, "Write `/qn` instead of `/qb` or `/passive`.");
        }
        Interface::Basic | Interface::None => {}
    }
}

fn restart(command: &Command<'_>, call: &Msiexec, subject: &Subject, found: &mut Found) {
    let experience = subject.app().and_then(|app| app.install_experience.as_ref());
    let behavior = experience.and_then(|experience| experience.device_restart_behavior.as_ref());
    if !call.settles_restart && behavior != Some(&DeviceRestartBehavior::Allow) {
        let message = format!(
            "{} runs msiexec without /norestart: the MSI may restart the device at once.",
            command.name()
        );
        found.warning("WB105", command.place.clone(), message, "Add `/norestart`.");
    }
}

/// Whether the log's folder is one that every device has.
fn folder_exists(log: &str) -> bool {
    const FOLDERS: [&str; 17] = [
        "%temp%",
        "%tmp%",
        "%windir%",
        "%windir%\\temp",
        "%windir%\\logs",
        "%systemroot%",
        "%systemroot%\\temp",
        "%systemroot%\\logs",
        "%systemdrive%",
        "%programdata%",
        "%allusersprofile%",
        "%public%",
        "%programdata%\\microsoft\\intunemanagementextension\\logs",
        "c:",
        "c:\\windows\\temp",
        "c:\\windows\\logs",
        "c:\\windows",
    ];
    const MORE: [&str; 4] = [
        "c:\\programdata",
        "c:\\programdata\\microsoft\\intunemanagementextension\\logs",
        "c:\\users\\public",
        "%userprofile%",
    ];
    let log = log.replace('/', "\\").to_lowercase();
    match log.rsplit_once('\\') {
        None => true, // the package's own folder
        Some((".", _)) => true,
        Some((folder, _)) => FOLDERS.contains(&folder) || MORE.contains(&folder),
    }
}
