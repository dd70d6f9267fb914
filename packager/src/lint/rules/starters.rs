//! WB112 to WB115: names that mean nothing to the agent, and starts that lose something: winget as SYSTEM, PowerShell
//! scripts without `-File`, variables in the uninstall command, uninstallers that do not exist.

use super::Severity::{Error, Warning};
use super::started::{Call, Language};
use super::{Examined, Findings, LintPage, LintRule};
use crate::recognise::InstallerKind;
use waybill_intune::command_line::PowerShell;

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB112",
            severity: Error,
            title: "winget by its name as SYSTEM",
            harm: "`winget` is an App Execution Alias in each user's WindowsApps folder. SYSTEM has none: a command ends \
               with 0x80070002, and a script goes on without it (a warning).",
            fix: "Find winget.exe below `C:\\Program Files\\WindowsApps\\Microsoft.DesktopAppInstaller_*_x64__8wekyb3d8bbwe` \
               in a script that the 64-bit PowerShell runs, or run the app as the user.",
            before: "winget install --id Contoso.App --silent",
            after: "C:\\Windows\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -File install.ps1   (which finds winget.exe)",
        },
        checks: &[winget],
    },
    LintRule {
        page: LintPage {
            code: "WB113",
            severity: Warning,
            title: "a PowerShell script without -File",
            harm: "Without `-File` powershell.exe takes the script for a command: it ends with 0 or 1 whatever the script \
               exits with, so 3010, 1618 and the installer's own codes are lost. A string in single quotes or a block in \
               braces behind `-Command` is only printed (an error).",
            fix: "Write `-File` before the script, or end the command with `; exit $LASTEXITCODE`.",
            before: "powershell.exe -ExecutionPolicy Bypass .\\install.ps1",
            after: "powershell.exe -ExecutionPolicy Bypass -File .\\install.ps1",
        },
        checks: &[lost_codes],
    },
    LintRule {
        page: LintPage {
            code: "WB114",
            severity: Warning,
            title: "a variable in the uninstall command",
            harm: "Microsoft's page on adding Win32 apps says that variables in the uninstall command are not expanded, \
               and devices are seen that do expand them. Where they are not, the uninstall ends with 0x80070002.",
            fix: "Write the path in full, e.g. `C:\\Program Files\\…`, `C:\\Windows\\Sysnative\\…`; a path below the user's \
               profile behind `cmd.exe /c`, which expands it itself.",
            before: "\"%ProgramW6432%\\Contoso\\uninstall.exe\" /S",
            after: "\"C:\\Program Files\\Contoso\\uninstall.exe\" /S",
        },
        checks: &[variables_in_uninstall],
    },
    LintRule {
        page: LintPage {
            code: "WB115",
            severity: Warning,
            title: "an uninstaller by a name that its maker does not give",
            harm: "Inno Setup's uninstaller is unins000.exe. A command with another spelling ends with 0x80070002, and the \
               app stays.",
            fix: "Write `unins000.exe`, or the name that UninstallString has in the app's uninstall key.",
            before: "\"C:\\Program Files\\Contoso\\uninst000.exe\" /VERYSILENT",
            after: "\"C:\\Program Files\\Contoso\\unins000.exe\" /VERYSILENT",
        },
        checks: &[uninstallers],
    },
];

fn winget(examined: &Examined<'_>, findings: &mut Findings) {
    for call in examined.started.calls.iter().filter(|_| examined.runs_as_system()) {
        let is_bare = !call.step.program.contains(['\\', '/']) && call.step.stem() == "winget";
        // After a `cd` it may be the file of that folder, where cmd starts it.
        let is_packed = examined.subject.find("winget.exe").is_some();
        if !is_bare || call.step.moved || is_packed || defines_winget(examined, call) {
            continue;
        }
        let message = format!("{} starts winget by its name as SYSTEM, which has no such alias.", call.told);
        let fix = "Find winget.exe below C:\\Program Files\\WindowsApps in a script of the 64-bit PowerShell, or set `runAsAccount` to `user`.";
        match call.in_command {
            true => findings.error(call.place.clone(), message, fix),
            false => findings.warning(call.place.clone(), message, fix),
        }
    }
}

/// Whether the script of the call gives the name a meaning of its own, or the place where it is: cmd looks into its
/// folder and PATH, PowerShell into PATH alone.
fn defines_winget(examined: &Examined<'_>, call: &Call) -> bool {
    examined.started.scripts.iter().filter(|script| Some(script.language) == call.language).any(|script| {
        let is_same = script.file.as_deref() == call.place.file.as_deref();
        let lower = script.text.to_lowercase();
        let begins = ["function winget", "alias winget", "alias -name winget"];
        let places: &[&str] = match script.language {
            Language::Batch => &["cd ", "cd/", "chdir", "pushd", "path="],
            Language::PowerShell => &["$env:path", "workingdirectory"],
        };
        let is_found =
            lower.contains("desktopappinstaller") && places.iter().any(|sign| lower.contains(sign));
        is_same && (is_found || begins.iter().any(|sign| lower.contains(sign)))
    })
}

fn lost_codes(examined: &Examined<'_>, findings: &mut Findings) {
    for call in &examined.started.calls {
        let Some(powershell) = PowerShell::parse(&call.step) else { continue };
        let command = powershell.command.clone().unwrap_or_default().to_lowercase();
        if let Some(what) = printed_alone(&command).filter(|_| call.language != Some(Language::PowerShell)) {
            let message = format!(
                "{} gives PowerShell {what}, which it prints and does not run: nothing is installed.",
                call.told
            );
            let fix = "Take the quotes or braces away, or write `-File` and the script.";
            match call.is_certain {
                true => findings.error(call.place.clone(), message, fix),
                false => findings.warning(call.place.clone(), message, fix),
            }
            continue;
        }
        // In a script the caller's own code counts, not that of a PowerShell in it.
        if !call.in_command {
            continue;
        }
        let passes_on = command.contains("exit") || command.contains("lastexitcode");
        let Some(name) = powershell.scripts().into_iter().next().filter(|_| !command.is_empty()) else {
            continue;
        };
        if passes_on {
            continue;
        }
        let message = format!(
            "{} starts {name} without -File: PowerShell ends with 0 or 1, whatever the script exits with.",
            call.told
        );
        findings.warning(call.place.clone(), message, format!("Write `-File {name}`."));
    }
}

/// How the words behind `-Command` are told where they are one string in single quotes or one script block: to another
/// program's PowerShell both are values.
fn printed_alone(command: &str) -> Option<&'static str> {
    let command = command.trim();
    let within = |open: char, close: char| {
        let inner = command.strip_prefix(open)?.strip_suffix(close)?;
        (!inner.trim().is_empty() && !inner.contains([open, close])).then_some(())
    };
    let text = within('\'', '\'').map(|()| "a string in single quotes");
    text.or_else(|| within('{', '}').map(|()| "a script block"))
}

fn variables_in_uninstall(examined: &Examined<'_>, findings: &mut Findings) {
    for command in examined.commands.iter().filter(|command| !command.installs) {
        // Behind `cmd /c` cmd expands them itself.
        let first = command.line.steps.first();
        let is_shell = first.is_some_and(|step| step.stem() == "cmd");
        let looked_at = match first {
            Some(step) if is_shell => step.program.as_str(),
            _ => command.text,
        };
        if let Some(name) = variable_in(looked_at) {
            let message = format!(
                "{command} has the variable %{name}%, which Intune may not expand in an uninstall command."
            );
            let fix = match is_below_profile(&name) {
                true => format!("Start it as `cmd.exe /c \"…\"`, which expands %{name}% itself."),
                false => match full_folder(&name) {
                    Some(folder) if folder.ends_with(".exe") => {
                        format!("Write the path in full: `{folder}`.")
                    }
                    Some(folder) => format!("Write the path in full, e.g. `{folder}\\…`."),
                    None => "Write the path in full.".to_owned(),
                },
            };
            findings.warning(command.place.clone(), message, fix);
        }
    }
}

/// The first `%NAME%` of a text.
pub(super) fn variable_in(text: &str) -> Option<String> {
    let mut parts = text.split('%').skip(1);
    let is_name = |part: &&str| {
        !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '(' | ')' | ' '))
    };
    // The last part has no sign behind it.
    let last = text.matches('%').count();
    parts.by_ref().take(last.saturating_sub(1)).find(is_name).map(str::to_owned)
}

fn is_below_profile(name: &str) -> bool {
    let lower = name.to_lowercase();
    ["appdata", "localappdata", "userprofile", "homepath", "onedrive", "temp", "tmp", "username"]
        .contains(&lower.as_str())
}

/// The folder that a variable stands for on nearly every device; `None` for those below a user's profile.
pub(super) fn full_folder(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "programfiles" | "programw6432" => "C:\\Program Files",
        "programfiles(x86)" => "C:\\Program Files (x86)",
        "commonprogramfiles" | "commonprogramw6432" => "C:\\Program Files\\Common Files",
        "commonprogramfiles(x86)" => "C:\\Program Files (x86)\\Common Files",
        "systemroot" | "windir" => "C:\\Windows",
        "comspec" => "C:\\Windows\\System32\\cmd.exe",
        "programdata" | "allusersprofile" => "C:\\ProgramData",
        "systemdrive" => "C:",
        _ => return None,
    })
}

fn uninstallers(examined: &Examined<'_>, findings: &mut Findings) {
    let is_inno = examined.subject.setup.kind == Some(InstallerKind::InnoSetup);
    for call in examined.started.calls.iter().filter(|call| !call.installs) {
        let stem = call.step.stem();
        let is_packed = examined.subject.find(&call.step.program).is_some();
        let (letters, digits) = stem.split_at(stem.trim_end_matches(|c: char| c.is_ascii_digit()).len());
        let is_right = letters == "unins" && digits.len() == 3;
        // Only Inno Setup numbers its uninstallers so, with three digits; `uninstall64.exe` is somebody else's.
        let is_slip = digits.len() > 1 && digits.starts_with('0') && is_near(letters) && !is_right;
        let is_others = is_inno && matches!(stem.as_str(), "uninstall" | "uninst" | "uninstaller" | "unins");
        if (is_slip || is_others) && !is_packed {
            let message = format!(
                "{} starts {}; Inno Setup's uninstaller is unins000.exe.",
                call.told,
                call.step.file_name()
            );
            findings.warning(
                call.place.clone(),
                message,
                "Write `unins000.exe`, or the name in the app's UninstallString.",
            );
        }
    }
}

/// Whether letters before digits are meant as `unins`.
fn is_near(letters: &str) -> bool {
    const SLIPS: [&str; 8] = ["unins", "uninst", "uninstall", "unin", "unis", "uins", "unints", "uninsts"];
    SLIPS.contains(&letters)
}
