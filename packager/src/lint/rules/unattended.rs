//! WB105, WB108 and WB109: commands that wait for somebody who is not there, and missing options of msiexec.

use super::started::Call;
use super::{Examined, Findings, LintPage, LintRule, Severity::Warning};
use crate::lint::is_one_of;
use crate::recognise::InstallerKind;
use waybill_intune::command_line::{Interface, Msiexec, ProductOrFile, Step, Word};
use waybill_intune::is_guid;
use waybill_schemas::app::DeviceRestartBehavior;

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB105",
            severity: Warning,
            title: "msiexec without /norestart or /qn, or a restart by the script itself",
            harm: "Without `/norestart` an MSI may restart the device in the middle of a user's work (1641). Without \
               `/qn` (an error) it waits for a click that nobody can give: the dialog is in session 0, and the \
               install ends at the time limit. `/qb` and `/passive` show their errors there too (a warning). A script \
               that restarts the device is cut off before Intune has its result.",
            fix: "Add `/qn /norestart`. `/norestart` may stay away where `deviceRestartBehavior` is `allow`.",
            before: "msiexec /i contoso.msi",
            after: "msiexec /i contoso.msi /qn /norestart",
        },
        checks: &[interface, restart, no_work, own_restarts],
    },
    LintRule {
        page: LintPage {
            code: "WB108",
            severity: Warning,
            title: "a known installer without its silent switch",
            harm: "The installer opens a window that nobody sees and waits until the time limit. An NSIS uninstaller \
               without `_?=` copies itself away and returns at once: detection still finds the app (0x87D1041D).",
            fix: "NSIS `/S` (a capital S), Inno Setup `/VERYSILENT`, Burn `/quiet`, InstallShield `/s`, Squirrel \
               `--silent`; an NSIS uninstaller also `_?=` and its folder, last and without quotes.",
            before: "npp-installer.exe /s",
            after: "npp-installer.exe /S",
        },
        checks: &[known_installers],
    },
    LintRule {
        page: LintPage {
            code: "WB109",
            severity: Warning,
            title: "msiexec logs into a folder that may not exist",
            harm: "msiexec makes no folders: where the log's folder is missing it ends with 1622 and installs nothing.",
            fix: "Log into a folder that every device has, e.g. `%TEMP%` or `C:\\Windows\\Temp`, or make the folder first.",
            before: "msiexec /i contoso.msi /qn /norestart /l*v C:\\Logs\\contoso.log",
            after: "msiexec /i contoso.msi /qn /norestart /l*v C:\\Windows\\Temp\\contoso.log",
        },
        checks: &[msiexec_log],
    },
];

fn msiexec_log(examined: &Examined<'_>, findings: &mut Findings) {
    let makes_folders = |step: &Step| matches!(step.stem().as_str(), "md" | "mkdir" | "robocopy" | "xcopy");
    for command in &examined.commands {
        // A step that makes folders may make this one, wherever it is.
        let before = command.line.steps.iter().take_while(|step| !makes_folders(step));
        let logs = before.filter_map(Msiexec::parse).filter_map(|call| call.log);
        for (log, _) in logs.filter(|(log, _)| !folder_exists(log)) {
            let message = format!(
                "{command} lets msiexec log to {log}; where that folder is missing, it ends with 1622."
            );
            let fix = "Log into a folder that every device has, e.g. `%TEMP%` or `C:\\Windows\\Temp`, or make the folder first.";
            findings.warning(command.place.clone(), message, fix);
        }
    }
}

/// The calls of msiexec in commands and in the scripts that they start.
fn msiexec_calls<'a>(examined: &'a Examined<'_>) -> impl Iterator<Item = (&'a Call, Msiexec)> {
    examined.started.calls.iter().filter_map(|call| Some((call, Msiexec::parse(&call.step)?)))
}

fn interface(examined: &Examined<'_>, findings: &mut Findings) {
    let for_user = examined.subject.app().is_some_and(|app| app.runs_as_user());
    for (call, msiexec) in msiexec_calls(examined) {
        let (place, told) = (call.place.clone(), &call.told);
        match msiexec.interface {
            // Variables of a script may hold the switch.
            Interface::Full if lacks_words(call, &msiexec) => {
                let message = format!(
                    "{told} runs msiexec without /qn: its dialogs wait for somebody who cannot see them."
                );
                match call.is_certain {
                    true => findings.error(place, message, "Add `/qn`."),
                    false => findings.warning(place, message, "Add `/qn`."),
                }
            }
            // An app that runs as the user shows its dialogs to somebody who can close them.
            Interface::Basic if !for_user => {
                let message = format!(
                    "{told} runs msiexec with a visible interface: a dialog about an error waits unseen."
                );
                findings.warning(place, message, "Write `/qn` instead of `/qb` or `/passive`.");
            }
            Interface::Full | Interface::Basic | Interface::None => {}
        }
    }
}

/// Finds scripts and commands that restart the device themselves.
fn own_restarts(examined: &Examined<'_>, findings: &mut Findings) {
    let fix = "Take it out, and end with 3010 (a restart is needed): Intune restarts as `deviceRestartBehavior` says.";
    let told = |what: &str, does: &str, told: &str| {
        format!(
            "{told} {does} the device itself ({what}): the result is lost, and the app is installed again."
        )
    };
    for call in &examined.started.calls {
        let does = |word: &Word| match word.switch().as_deref() {
            Some("r" | "g") => Some("restarts"),
            Some("s" | "sg" | "p") => Some("shuts down"),
            _ => None,
        };
        let Some(does) = call.step.words.iter().find_map(does).filter(|_| call.step.stem() == "shutdown")
        else {
            continue;
        };
        findings.warning(call.place.clone(), told("shutdown", does, &call.told), fix);
    }
    for script in &examined.started.scripts {
        let is_restart = |name: &str| {
            ["restart-computer", "stop-computer"].iter().any(|one| name.eq_ignore_ascii_case(one))
        };
        for call in script.calls.iter().filter(|call| is_restart(&call.name)) {
            let does = match call.name.eq_ignore_ascii_case("stop-computer") {
                true => "shuts down",
                false => "restarts",
            };
            findings.warning(script.place(call.line), told(&call.name, does, &script.told(call.line)), fix);
        }
    }
}

/// Finds an MSI or product that msiexec is given without being told what to do with it.
fn no_work(examined: &Examined<'_>, findings: &mut Findings) {
    for call in &examined.started.calls {
        if call.step.stem() != "msiexec" || Msiexec::parse(&call.step).is_some() || call.is_open() {
            continue;
        }
        let has_other_work = call.step.words.iter().filter_map(|word| word.switch()).any(|switch| {
            !matches!(switch.as_str(), "qn" | "quiet" | "q" | "qb" | "passive" | "norestart" | "forcerestart")
        });
        let is_target = |word: &&Word| is_guid(&word.text) || word.text.to_lowercase().ends_with(".msi");
        let Some(target) = call.step.words.iter().find(is_target).filter(|_| !has_other_work) else {
            continue;
        };
        let message = format!(
            "{} gives msiexec {} and does not say what to do with it: it shows its help (1639).",
            call.told, target.text
        );
        let fix = if call.installs { "Write `/i` before it." } else { "Write `/x` before it." };
        match call.is_certain {
            true => findings.error(call.place.clone(), message, fix),
            false => findings.warning(call.place.clone(), message, fix),
        }
    }
}

/// Whether what is not among the words of the call is really not given.
fn lacks_words(call: &Call, msiexec: &Msiexec) -> bool {
    // What msiexec is to install is no switch, whatever stands for it.
    let targets = msiexec.targets.iter().filter_map(|target| match target {
        ProductOrFile::File(_, at) => Some(*at),
        ProductOrFile::Product(_) => None,
    });
    let mut targets: Vec<usize> = targets.chain(msiexec.log.iter().map(|(_, at)| *at)).collect();
    targets.sort_unstable();
    call.in_command && call.language.is_none() || !call.is_open_but_for(&targets)
}

fn restart(examined: &Examined<'_>, findings: &mut Findings) {
    let experience = examined.subject.app().and_then(|app| app.install_experience.as_ref());
    let behavior = experience.and_then(|experience| experience.device_restart_behavior.as_ref());
    // With `allow` the app's owner wants the MSI's restarts.
    let is_wanted = behavior.map(DeviceRestartBehavior::meant) == Some(DeviceRestartBehavior::Allow);
    for (call, msiexec) in msiexec_calls(examined) {
        if msiexec.settles_restart || is_wanted || !lacks_words(call, &msiexec) {
            continue;
        }
        let told = &call.told;
        let message =
            format!("{told} runs msiexec without /norestart: the MSI may restart the device at once.");
        findings.warning(call.place.clone(), message, "Add `/norestart`.");
    }
}

/// Whether the log's folder exists on every device.
fn folder_exists(log: &str) -> bool {
    const FOLDERS: &str = "%temp% %tmp% %userprofile% %public% %systemdrive% %programdata% %allusersprofile% \
        %windir% %windir%\\temp %windir%\\logs %systemroot% %systemroot%\\temp %systemroot%\\logs \
        %programdata%\\microsoft\\intunemanagementextension\\logs c: c:\\windows c:\\windows\\temp \
        c:\\windows\\logs c:\\programdata c:\\programdata\\microsoft\\intunemanagementextension\\logs \
        c:\\users\\public";
    let log = log.replace('/', "\\").to_lowercase();
    match log.rsplit_once('\\') {
        // A bare name is in the package's own folder.
        None | Some((".", _)) => true,
        Some((folder, _)) => is_one_of(FOLDERS, folder),
    }
}

fn known_installers(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    let Some(kind) = subject.setup.kind else { return };
    let Some(switch) = kind.silent_switches() else { return };
    for (command, step) in examined.steps() {
        let is_setup =
            subject.is_setup_file(&step.program) || subject.is_setup_file(&format!("{}.exe", step.program));
        // For many makers the setup file also uninstalls the app; only other files are judged by their names.
        let is_uninstaller = !command.installs && !is_setup && is_uninstaller_of(kind, step);
        if (is_setup || is_uninstaller) && !is_silent(kind, step) {
            let message = format!("{command} starts {}, {kind}, without its silent switch.", step.program);
            findings.warning(command.place.clone(), message, format!("Add `{switch}`."));
        }
        // The folder after `_?=` has no quotes and may hold blanks, so the text is searched instead of the words.
        if is_uninstaller && kind == InstallerKind::Nsis && !step.tail.contains("_?=") {
            let message =
                format!("{command} starts an NSIS uninstaller without `_?=`: it returns before it is done.");
            let fix = "Add `_?=` and the folder it is in, as the last argument and without quotes, e.g. `_?=C:\\Program Files\\Contoso`.";
            findings.warning(command.place.clone(), message, fix);
        }
    }
}

fn is_silent(kind: InstallerKind, step: &Step) -> bool {
    let has = |switches: &[&str]| {
        step.words.iter().any(|word| switches.iter().any(|one| word.text.eq_ignore_ascii_case(one)))
    };
    match kind {
        InstallerKind::Nsis => step.words.iter().any(|word| word.text == "/S"), // NSIS distinguishes case
        InstallerKind::InnoSetup => has(&["/VERYSILENT", "/SILENT"]),
        InstallerKind::Burn => ["quiet", "q", "passive", "silent", "s"]
            .iter()
            .any(|switch| step.words.iter().any(|word| word.switch().as_deref() == Some(switch))),
        InstallerKind::InstallShield => {
            has(&["/s", "-s", "/silent", "-silent"])
                // `/s/v"/qn"` is one word to the system, and InstallShield splits the switches itself.
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
