//! WB105, WB108 and WB109: commands that wait for somebody who is not there, and what msiexec leaves out.

use super::{Command, Examined, Findings, LintRule};
use crate::lint::subject::Subject;
use crate::recognise::InstallerKind;
use waybill_intune::command_line::{Interface, Msiexec, Step};
use waybill_schemas::app::DeviceRestartBehavior;

use waybill_schemas::report::lint::LintPage;
use waybill_schemas::report::lint::Severity::Warning;

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB105",
            severity: Warning,
            title: "msiexec without /norestart, or without /qn",
            harm: "Without `/norestart` an MSI may restart the device in the middle of a user's work (1641). Without \
               `/qn` (an error) it waits for a click that nobody can give: the dialog is in session 0, and the \
               install ends at the time limit. `/qb` and `/passive` show their errors there too (a warning).",
            mend: "Add `/qn /norestart`. `/norestart` may stay away where `deviceRestartBehavior` is `allow`.",
            before: "msiexec /i contoso.msi",
            after: "msiexec /i contoso.msi /qn /norestart",
        },
        check: msiexec_switches,
    },
    LintRule {
        page: LintPage {
            code: "WB108",
            severity: Warning,
            title: "a known installer without its silent switch",
            harm: "The installer opens a window that nobody sees and waits until the time limit. An NSIS uninstaller \
               without `_?=` copies itself away and returns at once: detection still finds the app (0x87D1041D).",
            mend: "NSIS `/S` (a capital S), Inno Setup `/VERYSILENT`, Burn `/quiet`, InstallShield `/s`, Squirrel \
               `--silent`; an NSIS uninstaller also `_?=` and its folder, last and without quotes.",
            before: "npp-installer.exe /s",
            after: "npp-installer.exe /S",
        },
        check: known_installers,
    },
    LintRule {
        page: LintPage {
            code: "WB109",
            severity: Warning,
            title: "msiexec logs into a folder that may not exist",
            harm: "msiexec makes no folders: where the log's folder is missing it ends with 1622 and installs nothing.",
            mend: "Log into a folder that every device has, e.g. `%TEMP%` or `C:\\Windows\\Temp`, or make the folder first.",
            before: "msiexec /i contoso.msi /qn /norestart /l*v C:\\Logs\\contoso.log",
            after: "msiexec /i contoso.msi /qn /norestart /l*v C:\\Windows\\Temp\\contoso.log",
        },
        check: msiexec_log,
    },
];

fn msiexec_switches(examined: &Examined<'_>, findings: &mut Findings) {
    for command in &examined.commands {
        for call in command.line.steps.iter().filter_map(Msiexec::parse) {
            interface(command, &call, examined.subject, findings);
            restart(command, &call, examined.subject, findings);
        }
    }
}

fn msiexec_log(examined: &Examined<'_>, findings: &mut Findings) {
    let makes_folders = |step: &Step| matches!(step.stem().as_str(), "md" | "mkdir" | "robocopy" | "xcopy");
    for command in &examined.commands {
        // A step that makes folders may make this one, wherever it is.
        let before = command.line.steps.iter().take_while(|step| !makes_folders(step));
        for (log, _) in before.filter_map(Msiexec::parse).filter_map(|call| call.log) {
            if folder_exists(&log) {
                continue;
            }
            let message = format!(
                "{} lets msiexec log to {log}; where that folder is missing, it ends with 1622.",
                command.name()
            );
            let mend = "Log into a folder that every device has, e.g. `%TEMP%` or `C:\\Windows\\Temp`, or make the folder first.";
            findings.warning(command.place.clone(), message, mend);
        }
    }
}

fn interface(command: &Command<'_>, call: &Msiexec, subject: &Subject, findings: &mut Findings) {
    let for_user = subject.app().is_some_and(|app| app.runs_as_user());
    let place = command.place.clone();
    match call.interface {
        Interface::Full => {
            let message = format!(
                "{} runs msiexec without /qn: its dialogs wait for somebody who cannot see them.",
                command.name()
            );
            findings.error(place, message, "Add `/qn`.");
        }
        // An app that runs as the user shows its dialogs to somebody who can close them.
        Interface::Basic if !for_user => {
            let message = format!(
                "{} runs msiexec with a visible interface: a dialog about an error waits unseen.",
                command.name()
            );
            findings.warning(place, message, "Write `/qn` instead of `/qb` or `/passive`.");
        }
        Interface::Basic | Interface::None => {}
    }
}

fn restart(command: &Command<'_>, call: &Msiexec, subject: &Subject, findings: &mut Findings) {
    let experience = subject.app().and_then(|app| app.install_experience.as_ref());
    let behavior = experience.and_then(|experience| experience.device_restart_behavior.as_ref());
    // With `allow` the app's owner wants the MSI's restarts.
    if !call.settles_restart && behavior != Some(&DeviceRestartBehavior::Allow) {
        let message = format!(
            "{} runs msiexec without /norestart: the MSI may restart the device at once.",
            command.name()
        );
        findings.warning(command.place.clone(), message, "Add `/norestart`.");
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
        // A bare name lies in the package's own folder.
        None => true,
        Some((".", _)) => true,
        Some((folder, _)) => FOLDERS.contains(&folder) || MORE.contains(&folder),
    }
}

fn known_installers(examined: &Examined<'_>, findings: &mut Findings) {
    let Some(kind) = examined.subject.setup.kind else { return };
    let Some(switch) = kind.silent_switches() else { return };
    for command in &examined.commands {
        known_installer(kind, switch, command, examined.subject, findings);
    }
}

fn known_installer(
    kind: InstallerKind,
    switch: &str,
    command: &Command<'_>,
    subject: &Subject,
    findings: &mut Findings,
) {
    for step in &command.line.steps {
        let is_setup =
            subject.is_setup_file(&step.program) || subject.is_setup_file(&format!("{}.exe", step.program));
        // The setup file removes the app as well with many makers; only others go by their names.
        let is_uninstaller = !command.installs && !is_setup && is_uninstaller_of(kind, step);
        let place = command.place.clone();
        if (is_setup || is_uninstaller) && !is_silent(kind, step) {
            let message =
                format!("{} starts {}, {kind}, without its silent switch.", command.name(), step.program);
            findings.warning(place.clone(), message, format!("Add `{switch}`."));
        }
        // The folder behind `_?=` stands without quotes and may hold blanks, so the text
        // is searched and not the words.
        if is_uninstaller && kind == InstallerKind::Nsis && !step.tail.contains("_?=") {
            let message = format!(
                "{} starts an NSIS uninstaller without `_?=`: it returns before it is done.",
                command.name()
            );
            let mend = "Add `_?=` and the folder it is in, as the last argument and without quotes, e.g. `_?=C:\\Program Files\\Contoso`.";
            findings.warning(place, message, mend);
        }
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
                // `/s/v"/qn"` is a single word to the system; InstallShield
                // takes the switches apart by itself.
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
