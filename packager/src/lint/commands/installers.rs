//! WB108: known installers without their silent switch.

use super::Command;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::recognise::InstallerKind;
use waybill_intune::command_line::Step;

pub(super) fn check(command: &Command<'_>, subject: &Subject, found: &mut Found) {
    let Some(kind) = subject.setup.kind else { return };
    let Some(switch) = silent_switch(kind) else { return };
    for step in &command.line.steps {
        let is_setup =
            subject.is_setup_file(&step.program) || subject.is_setup_file(&format!("{}.exe", step.program));
        let is_uninstaller = !command.installs && !is_setup && is_uninstaller_of(kind, step);
        let place = command.place.clone();
        if (is_setup || is_uninstaller) && !is_silent(kind, step) {
            let message =
                format!("{} starts {}, {kind}, without its silent switch.", command.name(), step.program);
            found.warning("WB108", place.clone(), message, format!("Add `{switch}`."));
        }
        if is_uninstaller && kind == InstallerKind::Nsis && !step.tail.contains("_?=") {
            let message = format!(
                "{} starts an NSIS uninstaller without `_?=`: it returns before it is done.",
                command.name()
            );
            let mend = "Add `_?=` and the folder it is in, as the last argument and without quotes, e.g. `_?=C:\\Program Files\\Contoso`.";
            found.warning("WB108", place, message, mend);
        }
    }
}

/// What makes it silent; nothing for what needs no switch, or has no known one.
const fn silent_switch(kind: InstallerKind) -> Option<&'static str> {
    match kind {
        InstallerKind::Nsis => Some("/S"),
        InstallerKind::InnoSetup => Some("/VERYSILENT /SUPPRESSMSGBOXES /NORESTART"),
        InstallerKind::Burn => Some("/quiet /norestart"),
        InstallerKind::InstallShield => Some("/s"),
        InstallerKind::Squirrel => Some("--silent"),
        _ => None,
    }
}

fn is_silent(kind: InstallerKind, step: &Step) -> bool {
    let has = |switches: &[&str]| {
        step.words.iter().any(|word| switches.iter().any(|one| word.text.eq_ignore_ascii_case(one)))
    };
    match kind {
        InstallerKind::Nsis => step.words.iter().any(|word| word.text == "/S"), // NSIS minds the case
        InstallerKind::InnoSetup => has(&["/VERYSILENT", "/SILENT"]),
        InstallerKind::Burn => ["quiet", "q", "passive", "silent", "s"]
            .iter()
            .any(|switch| step.words.iter().any(|word| word.switch().as_deref() == Some(switch))),
        InstallerKind::InstallShield => {
            has(&["/s", "-s", "/silent", "-silent"])
                || step.words.iter().any(|word| word.raw.to_lowercase().starts_with("/s/v"))
        }
        InstallerKind::Squirrel => has(&["--silent", "-s", "/s", "--s"]),
        _ => true,
    }
}

fn is_uninstaller_of(kind: InstallerKind, step: &Step) -> bool {
    let stem = step.stem();
    match kind {
        InstallerKind::Nsis | InstallerKind::InnoSetup => stem.starts_with("unins"),
        InstallerKind::Squirrel => {
            stem == "update" && step.words.iter().any(|word| word.text == "--uninstall")
        }
        _ => false,
    }
}
