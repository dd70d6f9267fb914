//! WB101, WB103 and WB104: how a command begins. What it starts, whether a shell would be needed, whether it is quoted.

use super::{Command, Examined, Findings, LintRule};
use waybill_intune::View;
use waybill_intune::command_line::{Msiexec, PowerShell, ProductOrFile, Step, shell_operator, unquoted_run};
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
            code: "WB103",
            severity: Error,
            title: "the command uses shell syntax without a shell",
            harm: "There is no shell around the command: `&&`, `|` and `>` reach the program as arguments, `$env:` and \
               `%~dp0` stay as they are, and `copy` or `del` are no programs.",
            mend: "Put the steps into a .cmd or .ps1 of the package, or start `cmd.exe /c \"…\"`.",
            before: "setup.exe /S && reg import settings.reg",
            after: "cmd.exe /c \"setup.exe /S && reg import settings.reg\"",
        },
        check: shell_syntax,
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

/// Variables that only cmd knows.
const DYNAMIC: [&str; 6] = ["%cd%", "%random%", "%date%", "%time%", "%errorlevel%", "%cmdcmdline%"];

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
    if let Some(call) = Msiexec::parse(step) {
        for target in &call.targets {
            if let ProductOrFile::File(_, at) = target {
                report(unquoted_run(&step.words, *at, &["msi", "msp"]));
            }
        }
        report(call.log.and_then(|(_, at)| unquoted_run(&step.words, at, &["log", "txt"])));
    }
    if let Some((_, at)) = PowerShell::parse(step).and_then(|call| call.file) {
        report(unquoted_run(&step.words, at, &["ps1"]));
    }
}

fn shell_syntax(examined: &Examined<'_>, findings: &mut Findings) {
    examined.commands.iter().for_each(|command| shell_syntax_of(command, findings));
}

fn shell_syntax_of(command: &Command<'_>, findings: &mut Findings) {
    let Some(step) = command.line.steps.first() else { return };
    let stem = step.stem();
    // These read their own lines; cmd.exe also runs batch files, and reads their whole line.
    if matches!(stem.as_str(), "cmd" | "powershell" | "pwsh") || step.is_batch() {
        batch_variable(command, step, findings);
        return;
    }
    // A built-in with a folder before it (`.\\copy`) is meant as a file, which WB102 looks for.
    if !step.program.contains(['\\', '/']) && is_shell_builtin(&stem) {
        let message = format!(
            "{} begins with `{}`, which is a command of a shell, not a program.",
            command.name(),
            step.program
        );
        findings.error(command.place.clone(), message, shell_mend(command));
        return;
    }
    if let Some(syntax) = shell_operator(&step.words).map(str::to_owned).or_else(|| variable(command.text)) {
        let message = format!("{} uses `{syntax}`, but no shell reads it.", command.name());
        findings.error(command.place.clone(), message, shell_mend(command));
    }
}

fn shell_mend(command: &Command<'_>) -> String {
    match command.text.contains("$env:")
        || command.text.contains("-Process")
        || command.text.contains("-Item")
    {
        true => "Put it into a .ps1 of the package and start that with powershell.exe -File.".to_owned(),
        false => "Put it into a .cmd of the package, or start it as `cmd.exe /c \"…\"`.".to_owned(),
    }
}

/// `%~dp0` means something within a batch file only, not on a command line, not even cmd's.
fn batch_variable(command: &Command<'_>, step: &Step, findings: &mut Findings) {
    if command.text.contains("%~") && step.stem() != "powershell" {
        let message =
            format!("{} uses `%~dp0`, which means something within a batch file only.", command.name());
        let mend = "Leave it out: the working directory is the package's folder.";
        findings.error(command.place.clone(), message, mend);
    }
}

fn variable(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    if lower.contains("$env:") {
        return Some("$env:".to_owned());
    }
    if lower.contains("%~") {
        return Some("%~dp0".to_owned());
    }
    DYNAMIC.iter().find(|variable| lower.contains(*variable)).map(|variable| (*variable).to_owned())
}

/// Programs that every supported Windows has on its path.
const WINDOWS: &str = "attrib auditpol bcdedit bitsadmin certutil cleanmgr cmd cmdkey cscript curl dism dsregcmd explorer \
    expand fc find findstr fltmc forfiles fsutil gpupdate hostname icacls ie4uinit ipconfig lodctr \
    makecab manage-bde mofcomp mshta msiexec net net1 netsh nltest notepad odbcconf pcalua ping pnputil \
    powercfg powershell powershell_ise pwsh qwinsta query reg regedit regini regsvr32 robocopy rundll32 \
    sc schtasks secedit setx sfc shutdown sort subst systeminfo takeown tar taskkill tasklist timeout \
    tzutil vssadmin w32tm wevtutil where whoami winget winmgmt winrm wmic wscript wsl wuauclt wusa xcopy";

/// Programs that are not Windows' own, but are meant to be on the path.
const TOOLS: &str = "choco code dotnet git java javaw node npm php pip py python ruby";

/// Commands that only cmd itself knows.
const BUILTINS: &str = "assoc break call cd chdir cls copy date del dir echo endlocal erase exit for ftype goto if md mkdir \
    mklink move path pause popd prompt pushd rd rem ren rename rmdir set setlocal shift start time title \
    type ver verify vol";

/// Verbs of PowerShell's own commands, enough to tell `Remove-Item` from `my-setup`.
const VERBS: &str = "add clear copy disable enable expand export get import install invoke mount move new out push read \
    register remove rename restart set start stop test uninstall unregister update wait write";

/// Nouns that follow those verbs in the commands which people put into install commands.
const NOUNS: &str = "appxpackage appxprovisionedpackage archive certificate childitem command content expression item \
    itemproperty location module output path pnpdevice printer printerdriver process restmethod \
    scheduledtask service sleep webrequest windowsfeature windowsoptionalfeature host";

/// Whether `stem` (lower case, without `.exe`) is a program that needs not be packed.
pub(super) fn is_windows_program(stem: &str) -> bool {
    holds(WINDOWS, stem) || holds(TOOLS, stem)
}

/// Whether only a shell knows `stem` (lower case): a built-in of cmd, or a command of PowerShell.
pub(super) fn is_shell_builtin(stem: &str) -> bool {
    holds(BUILTINS, stem)
        || stem.split_once('-').is_some_and(|(verb, noun)| holds(VERBS, verb) && holds(NOUNS, noun))
}

fn holds(list: &str, word: &str) -> bool {
    list.split(' ').any(|one| one == word)
}
