//! WB101 and WB104: what is started, and whether it is quoted.

use super::Command;
use crate::lint::found::Found;
use waybill_intune::command_line::{Msiexec, PowerShell, ProductOrFile, Step, unquoted_run};

pub(super) fn check(command: &Command<'_>, found: &mut Found) {
    for step in &command.line.steps {
        starts_no_program(command, step, found);
        unquoted_program(command, step, found);
        unquoted_arguments(command, step, found);
    }
}

/// The line that starts a file of this extension; nothing for programs.
fn right_line(extension: &str, name: &str) -> Option<String> {
    let line = match extension {
        "ps1" => format!(
            "%SystemRoot%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -ExecutionPolicy Bypass -File \"{name}\""
        ),
        "msi" => format!("msiexec /i \"{name}\" /qn /norestart"),
        "msp" => format!("msiexec /p \"{name}\" /qn /norestart"),
        "vbs" | "js" | "wsf" => format!("cscript.exe //B //NoLogo \"{name}\""),
        "reg" => format!("reg.exe import \"{name}\""),
        "msu" => format!("wusa.exe \"{name}\" /quiet /norestart"),
        _ => return None,
    };
    Some(line)
}

fn starts_no_program(command: &Command<'_>, step: &Step, found: &mut Found) {
    let extension = step.extension();
    // A shell starts Windows Script Host for these by itself.
    if step.in_shell && matches!(extension.as_str(), "vbs" | "js" | "wsf") {
        return;
    }
    if let Some(line) = right_line(&extension, &step.program) {
        let message = format!(
            "{} starts {} directly; a .{extension} is no program (0x800700C1).",
            command.name(),
            step.program
        );
        found.error("WB101", command.place.clone(), message, format!("Write `{line}`."));
    }
}

fn unquoted_program(command: &Command<'_>, step: &Step, found: &mut Found) {
    if step.unquoted_blanks {
        let message = format!(
            "{} names the program {} without quotes, though its path has spaces.",
            command.name(),
            step.program
        );
        found.error("WB104", command.place.clone(), message, format!("Write `\"{}\"`.", step.program));
    }
}

fn unquoted_arguments(command: &Command<'_>, step: &Step, found: &mut Found) {
    let mut report = |path: Option<String>| {
        if let Some(path) = path {
            let message =
                format!("{} names the file {path} without quotes, though it has spaces.", command.name());
            found.error("WB104", command.place.clone(), message, format!("Write `\"{path}\"`."));
        }
    };
    if let Some(call) = Msiexec::of(step) {
        for target in &call.targets {
            if let ProductOrFile::File(_, at) = target {
                report(unquoted_run(&step.words, *at, &["msi", "msp"]));
            }
        }
        report(call.log.and_then(|(_, at)| unquoted_run(&step.words, at, &["log", "txt"])));
    }
    if let Some((_, at)) = PowerShell::of(step).and_then(|call| call.file) {
        report(unquoted_run(&step.words, at, &["ps1"]));
    }
}
