//! WB106 and WB107: commands that mean something else to a 32-bit agent.

use super::{Examined, Findings, LintPage, LintRule, Severity::Warning, Subject};
use crate::lint::script;
use waybill_intune::command_line::{PowerShell, Step};
use waybill_intune::view::{FolderVariable, named_view};

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB106",
            severity: Warning,
            title: "a 32-bit PowerShell touches 64-bit places",
            harm: "Intune's agent is a 32-bit program, so `powershell.exe` is the 32-bit one: HKLM:\\SOFTWARE is \
               WOW6432Node there, $env:ProgramFiles is Program Files (x86), System32 is SysWOW64. The script works \
               by hand and does something else under Intune.",
            fix: "Start the 64-bit PowerShell through Sysnative, or allow the finding where the 32-bit places are meant.",
            before: "powershell.exe -ExecutionPolicy Bypass -File install.ps1",
            after: "%SystemRoot%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -ExecutionPolicy Bypass -File install.ps1",
        },
        checks: &[powershell_calls],
    },
    LintRule {
        page: LintPage {
            code: "WB107",
            severity: Warning,
            title: "%ProgramFiles% in a command means Program Files (x86)",
            harm: "Intune's agent is a 32-bit program and expands the variable before the command runs, so a 64-bit \
               app is looked for in the wrong folder.",
            fix: "Write `%ProgramW6432%` for 64-bit apps, `%ProgramFiles(x86)%` where the 32-bit folder is meant.",
            before: "\"%ProgramFiles%\\Contoso\\uninstall.exe\" /S",
            after: "\"%ProgramW6432%\\Contoso\\uninstall.exe\" /S",
        },
        checks: &[program_files],
    },
];

fn powershell_calls(examined: &Examined<'_>, findings: &mut Findings) {
    for (command, step) in examined.steps().filter(|_| !is_32_bit_app(examined.subject)) {
        if let Some(touch) = touch_of_call(step, examined.subject) {
            let message = format!(
                "{command} starts the 32-bit PowerShell, and {touch}: the 32-bit place under Intune."
            );
            let fix = "Start `%SystemRoot%\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe`, or allow WB106 where the 32-bit place is meant.";
            findings.warning(command.place.clone(), message, fix);
        }
    }
}

/// Whether the app is for 32-bit Windows only, which has one view.
fn is_32_bit_app(subject: &Subject) -> bool {
    let architectures = subject.app().and_then(|app| app.architectures());
    architectures.is_some_and(|list| list.names().all(|name| name.eq_ignore_ascii_case("x86")))
}

/// The place with two views that a call of the 32-bit PowerShell touches, in its command or in a script that it runs.
fn touch_of_call(step: &Step, subject: &Subject) -> Option<String> {
    // A path that names its view is intended: Sysnative is the fix, SysWOW64 is a choice.
    let call = PowerShell::parse(step).filter(|_| named_view(&step.program).is_none())?;
    let in_script = |script: String| {
        let (line, what) = touched(&script::decode(&subject.read(&script)?).0)?;
        Some(format!("line {line} of {script} touches {what}"))
    };
    let in_command = call.command.as_deref().and_then(touched).map(|(_, what)| format!("it touches {what}"));
    in_command.or_else(|| call.scripts().into_iter().find_map(in_script))
}

/// The first place with two views that a script touches, and its line; `None` where the script looks at the view.
fn touched(text: &str) -> Option<(u32, &'static str)> {
    const MINDS: &str =
        "sysnative processor_architew6432 is64bitprocess registry64 registryview programw6432";
    let lines: Vec<(u32, String)> =
        script::code_lines(text).into_iter().map(|(number, line)| (number, line.to_lowercase())).collect();
    // A script that reads the view has considered it, and any finding would be wrong.
    if lines.iter().any(|(_, line)| MINDS.split(' ').any(|word| line.contains(word))) {
        return None;
    }
    lines.iter().find_map(|(number, line)| Some((*number, place_with_two_views(line)?)))
}

fn place_with_two_views(line: &str) -> Option<&'static str> {
    const SOFTWARE: [&str; 3] = ["hklm:\\software\\", "hkey_local_machine\\software\\", "hklm\\software\\"];
    // A key that names WOW6432Node means the 32-bit view, so its author has considered both.
    let is_native = |at: usize, prefix: &str| !line[at + prefix.len()..].starts_with("wow6432node");
    let in_software =
        SOFTWARE.iter().any(|prefix| line.match_indices(prefix).any(|(at, _)| is_native(at, prefix)));
    let in_program_files = line.match_indices("$env:programfiles").any(|(at, name)| {
        // `${env:ProgramFiles(x86)}` names the view, and a longer word would be another variable.
        !line[at + name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '(' || c == '_')
    });
    let in_folder = line.contains("c:\\program files\\") || line.contains("${env:programfiles}");
    let places = [
        (in_software, "HKLM\\SOFTWARE"),
        (in_program_files || in_folder, "Program Files"),
        (line.contains("\\system32\\"), "System32"),
    ];
    places.into_iter().find_map(|(is_there, name)| is_there.then_some(name))
}

fn program_files(examined: &Examined<'_>, findings: &mut Findings) {
    for command in examined.commands.iter().filter(|_| !is_32_bit_app(examined.subject)) {
        let lower = command.text.to_lowercase();
        for FolderVariable { name, of_32_bit, of_64_bit } in FolderVariable::ALL {
            // With both percent signs, because `%ProgramFiles(x86)%` is another variable, and the right one for such a
            // command.
            if lower.contains(&format!("%{}%", name.to_lowercase())) {
                let message = format!("{command} uses %{name}%, which is the (x86) folder under Intune.");
                let fix = format!("Write `%{of_64_bit}%`, or `%{of_32_bit}%` where that is meant.");
                findings.warning(command.place.clone(), message, fix);
            }
        }
    }
}
