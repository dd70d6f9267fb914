//! WB101, WB103 and WB104: what a command starts, whether it needs a shell, and whether it is quoted.

use super::{Command, Examined, Findings, LintPage, LintRule, Severity::Error};
use crate::lint::is_one_of;
use waybill_intune::View;
use waybill_intune::command_line::{Msiexec, PowerShell, ProductOrFile, Step, shell_operator, unquoted_run};
use waybill_intune::right_line::{advice, is_program, right_line};
use waybill_intune::windows_programs::is_of_windows;

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB101",
            severity: Error,
            title: "the command starts a script, an MSI or a registry file directly",
            harm: "Intune starts programs with CreateProcess, not with a shell: a .ps1, .msi, .vbs or .reg is no \
               program, and the install ends with 0x800700C1 before anything has run.",
            fix: "Name the program that runs it: `msiexec /i` for .msi, powershell.exe -File for .ps1, \
               `cscript //B` for .vbs, `reg import` for .reg.",
            before: "install.ps1",
            after: "C:\\Windows\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -ExecutionPolicy Bypass -File install.ps1",
        },
        checks: &[no_program],
    },
    LintRule {
        page: LintPage {
            code: "WB103",
            severity: Error,
            title: "the command uses shell syntax without a shell",
            harm: "There is no shell around the command: `&&`, `|` and `>` reach the program as arguments, `$env:` and \
               `%~dp0` stay as they are, and `copy` or `del` are no programs.",
            fix: "Put the steps into a .cmd or .ps1 of the package, or start `cmd.exe /c \"…\"`.",
            before: "setup.exe /S && reg import settings.reg",
            after: "cmd.exe /c \"setup.exe /S && reg import settings.reg\"",
        },
        checks: &[shell_syntax],
    },
    LintRule {
        page: LintPage {
            code: "WB104",
            severity: Error,
            title: "a path with spaces stands without quotes",
            harm: "CreateProcess tries each prefix in turn (`C:\\Program.exe` first, which anybody might have put there), \
               and msiexec or PowerShell take only the first word: 1639, 1619, or the wrong program as SYSTEM.",
            fix: "Put the path in quotes.",
            before: "C:\\Program Files\\Contoso\\uninstall.exe /S",
            after: "\"C:\\Program Files\\Contoso\\uninstall.exe\" /S",
        },
        checks: &[unquoted_program, unquoted_arguments],
    },
];

/// The beginnings of variables that only a shell knows.
const VARIABLES: [&str; 8] =
    ["$env:", "%~", "%cd%", "%random%", "%date%", "%time%", "%errorlevel%", "%cmdcmdline%"];

fn no_program(examined: &Examined<'_>, findings: &mut Findings) {
    for (command, step) in examined.steps() {
        let (program, extension) = (&step.program, step.extension());
        // A shell starts Windows Script Host for these by itself.
        let is_shells = step.in_shell && matches!(extension.as_str(), "vbs" | "vbe" | "js" | "jse" | "wsf");
        if is_program(&extension) || is_shells || extension.is_empty() {
            continue;
        }
        let line = right_line(&extension, program, View::Bits32);
        // Of other files only those of the package are known to be there: `setup-1.2` has an extension, too.
        let fix = match line {
            Some(line) => format!("Write `{line}`."),
            None if examined.subject.find(program).is_some() => {
                let advice = advice(&extension);
                format!("Do not start it: {advice}.")
            }
            None => continue,
        };
        let message =
            format!("{command} starts {program} directly; a .{extension} is no program (0x800700C1).");
        findings.error(command.place.clone(), message, fix);
    }
}

fn unquoted_program(examined: &Examined<'_>, findings: &mut Findings) {
    for (command, Step { program, .. }) in examined.steps().filter(|(_, step)| step.unquoted_blanks) {
        let message =
            format!("{command} names the program {program} without quotes, though its path has spaces.");
        findings.error(command.place.clone(), message, format!("Write `\"{program}\"`."));
    }
}

fn unquoted_arguments(examined: &Examined<'_>, findings: &mut Findings) {
    for (command, step) in examined.steps() {
        for path in unquoted_files(step) {
            let message = format!("{command} names the file {path} without quotes, though it has spaces.");
            findings.error(command.place.clone(), message, format!("Write `\"{path}\"`."));
        }
    }
}

/// The unquoted paths in several words that msiexec or PowerShell would read as several arguments.
fn unquoted_files(step: &Step) -> Vec<String> {
    let mut places: Vec<(usize, &[&str])> = Vec::new();
    if let Some(call) = Msiexec::parse(step) {
        let files = call.targets.iter().filter_map(|target| match target {
            ProductOrFile::File(_, at) => Some(*at),
            ProductOrFile::Product(_) => None,
        });
        places.extend(files.map(|at| (at, &["msi", "msp"][..])));
        places.extend(call.log.map(|(_, at)| (at, &["log", "txt"][..])));
    }
    let script = PowerShell::parse(step).and_then(|call| call.file);
    places.extend(script.map(|(_, at)| (at, &["ps1"][..])));
    places.into_iter().filter_map(|(at, extensions)| unquoted_run(&step.words, at, extensions)).collect()
}

fn shell_syntax(examined: &Examined<'_>, findings: &mut Findings) {
    for command in &examined.commands {
        if let Some((message, fix)) = shell_fault(command) {
            findings.error(command.place.clone(), message, fix);
        }
    }
}

/// What in a command would need a shell, and what to do about it.
fn shell_fault(command: &Command<'_>) -> Option<(String, &'static str)> {
    let step = command.line.steps.first()?;
    let (program, stem) = (&step.program, step.stem());
    // These parse their own command line. cmd.exe also runs batch files, and reads their whole line.
    if matches!(stem.as_str(), "cmd" | "powershell" | "pwsh") || step.is_batch() {
        // `%~dp0` means nothing on a command line, not even on one of cmd.
        let is_used = command.text.contains("%~") && stem != "powershell";
        let message = format!("{command} uses `%~dp0`, which means something within a batch file only.");
        return is_used.then_some((message, "Leave it out: the working directory is the package's folder."));
    }
    // A built-in with a folder before it (`.\copy`) is meant as a file, which WB102 looks for.
    if !program.contains(['\\', '/']) && is_shell_builtin(&stem) {
        let message =
            format!("{command} begins with `{program}`, which is a command of a shell, not a program.");
        return Some((message, shell_fix(command)));
    }
    let syntax = shell_operator(&step.words).or_else(|| variable(command.text))?;
    Some((format!("{command} uses `{syntax}`, but no shell reads it."), shell_fix(command)))
}

fn shell_fix(command: &Command<'_>) -> &'static str {
    if ["$env:", "-Process", "-Item"].iter().any(|sign| command.text.contains(sign)) {
        "Put it into a .ps1 of the package and start that with powershell.exe -File."
    } else {
        "Put it into a .cmd of the package, or start it as `cmd.exe /c \"…\"`."
    }
}

fn variable(text: &str) -> Option<&'static str> {
    let lower = text.to_lowercase();
    let variable = VARIABLES.into_iter().find(|variable| lower.contains(variable))?;
    Some(if variable == "%~" { "%~dp0" } else { variable })
}

/// Programs that are not in every Windows, or are found another way, but are meant to be on the path.
const TOOLS: &str =
    "nltest pwsh winget winmgmt winrm choco code dotnet git java javaw node npm php pip py python ruby";

/// The built-in commands of cmd.
const BUILTINS: &str = "assoc break call cd chdir cls copy date del dir echo endlocal erase exit for ftype goto if md mkdir \
    mklink move path pause popd prompt pushd rd rem ren rename rmdir set setlocal shift start time title \
    type ver verify vol";

/// Verbs of PowerShell's own commands, enough to tell `Remove-Item` from `my-setup`.
const VERBS: &str = "add clear copy disable enable expand export get import install invoke mount move new out push read \
    register remove rename restart set start stop test uninstall unregister update wait write";

/// Nouns after those verbs in the commands that people put into install commands.
const NOUNS: &str = "appxpackage appxprovisionedpackage archive certificate childitem command content expression item \
    itemproperty location module output path pnpdevice printer printerdriver process restmethod \
    scheduledtask service sleep webrequest windowsfeature windowsoptionalfeature host";

/// Whether `stem` (lower case, without `.exe`) is a program that need not be packed.
pub(super) fn is_windows_program(stem: &str) -> bool {
    is_of_windows(stem) || is_one_of(TOOLS, stem)
}

/// Whether only a shell knows `stem` (lower case): a built-in of cmd, or a command of PowerShell.
pub(super) fn is_shell_builtin(stem: &str) -> bool {
    is_one_of(BUILTINS, stem)
        || stem.split_once('-').is_some_and(|(verb, noun)| is_one_of(VERBS, verb) && is_one_of(NOUNS, noun))
}
