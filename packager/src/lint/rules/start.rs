//! WB101 and WB104: what is started, and whether it is quoted.

use super::{Command, Examined, LintRule};
use crate::lint::findings::Findings;
use waybill_intune::View;
use waybill_intune::command_line::{Msiexec, PowerShell, ProductOrFile, Step, unquoted_run};
use waybill_intune::right_line::{is_program, right_line};

use waybill_schemas::report::lint::LintPage;
use waybill_schemas::report::lint::Severity::Error;

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB101",
            severity: Error,
            title: "the command starts a script, an MSI or a registry file directly",
            harm: "Intune starts programs with CreateProcess, not with a shell: a .ps1, .msi, .vbs or .reg is no \
               program, and the install ends with 0x800700C1 before anything has run.",
            mend: "Name the program that runs it: `msiexec /i` for .msi, powershell.exe -File for .ps1, \
               `cscript //B` for .vbs, `reg import` for .reg.",
            before: "install.ps1",
            after: "%SystemRoot%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -ExecutionPolicy Bypass -File install.ps1",
        },
        check: no_program,
    },
    LintRule {
        page: LintPage {
            code: "WB104",
            severity: Error,
            title: "a path with spaces stands without quotes",
            harm: "CreateProcess tries each prefix in turn (`C:\\Program.exe` first, which anybody might have put there), \
               and msiexec or PowerShell take only the first word: 1639, 1619, or the wrong program as SYSTEM.",
            mend: "Put the path in quotes.",
            before: "C:\\Program Files\\Contoso\\uninstall.exe /S",
            after: "\"C:\\Program Files\\Contoso\\uninstall.exe\" /S",
        },
        check: unquoted,
    },
];

fn no_program(examined: &Examined<'_>, findings: &mut Findings) {
    for command in &examined.commands {
        command.line.steps.iter().for_each(|step| starts_no_program(command, step, findings));
    }
}

fn unquoted(examined: &Examined<'_>, findings: &mut Findings) {
    for command in &examined.commands {
        for step in &command.line.steps {
            unquoted_program(command, step, findings);
            unquoted_arguments(command, step, findings);
        }
    }
}

fn starts_no_program(command: &Command<'_>, step: &Step, findings: &mut Findings) {
    let extension = step.extension();
    // A shell starts Windows Script Host for these by itself.
    let is_shells = step.in_shell && matches!(extension.as_str(), "vbs" | "vbe" | "js" | "jse" | "wsf");
    if is_program(&extension) || is_shells {
        return;
    }
    if let Some(line) = right_line(&extension, &step.program, View::Bits32) {
        let message = format!(
            "{} starts {} directly; a .{extension} is no program (0x800700C1).",
            command.name(),
            step.program
        );
        findings.error(command.place.clone(), message, format!("Write `{line}`."));
    }
}

fn unquoted_program(command: &Command<'_>, step: &Step, findings: &mut Findings) {
    if step.unquoted_blanks {
        let message = format!(
            "{} names the program {} without quotes, though its path has spaces.",
            command.name(),
            step.program
        );
        findings.error(command.place.clone(), message, format!("Write `\"{}\"`.", step.program));
    }
}

fn unquoted_arguments(command: &Command<'_>, step: &Step, findings: &mut Findings) {
    let mut report = |path: Option<String>| {
        if let Some(path) = path {
            let message =
                format!("{} names the file {path} without quotes, though it has spaces.", command.name());
            findings.error(command.place.clone(), message, format!("Write `\"{path}\"`."));
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
