//! WB103: shell syntax where no shell is.

use super::{Command, Examined, LintRule};
use crate::lint::findings::Findings;
use crate::lint::programs::is_shell_builtin;
use waybill_intune::command_line::{Step, shell_operator};

/// Variables that only cmd knows.
const DYNAMIC: [&str; 6] = ["%cd%", "%random%", "%date%", "%time%", "%errorlevel%", "%cmdcmdline%"];

use waybill_schemas::report::lint::LintPage;
use waybill_schemas::report::lint::Severity::Error;

pub(super) static RULES: &[LintRule] = &[LintRule {
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
    check: check,
}];

fn check(examined: &Examined<'_>, findings: &mut Findings) {
    examined.commands.iter().for_each(|command| check_command(command, findings));
}

fn check_command(command: &Command<'_>, findings: &mut Findings) {
    let Some(step) = command.line.steps.first() else { return };
    let stem = step.stem();
    // cmd.exe also runs batch files, and reads their whole line.
    if matches!(stem.as_str(), "cmd" | "powershell" | "pwsh") || step.is_batch() {
        batch_variable(command, step, findings);
        return;
    }
    if !step.program.contains(['\\', '/']) && is_shell_builtin(&stem) {
        let message = format!(
            "{} begins with `{}`, which is a command of a shell, not a program.",
            command.name(),
            step.program
        );
        findings.error(command.place.clone(), message, mend(command));
        return;
    }
    if let Some(syntax) = shell_operator(&step.words).map(str::to_owned).or_else(|| variable(command.text)) {
        let message = format!("{} uses `{syntax}`, but no shell reads it.", command.name());
        findings.error(command.place.clone(), message, mend(command));
    }
}

fn mend(command: &Command<'_>) -> String {
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
