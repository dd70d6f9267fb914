//! WB118: installers that nobody waits for, and results that are not what Intune takes them for.

use super::Severity::Warning;
use super::script_lines::line_of;
use super::started::{Language, StartedScript, folder_of};
use super::{Examined, Findings, LintPage, LintRule, Subject};
use crate::lint::script::{ScriptCall, batch_commands};
use crate::lint::subject::same_name;
use waybill_intune::command_line::{CommandLine, Step};
use waybill_intune::path::extension;
use waybill_schemas::app::ReturnCodeType;

pub(super) static RULES: &[LintRule] = &[LintRule {
    page: LintPage {
        code: "WB118",
        severity: Warning,
        title: "an installer that nobody waits for, or a result that is not its own",
        harm: "`start` without `/wait`, Start-Process without `-Wait` and msiexec by its name in PowerShell return at once: \
           the command ends with 0 while the installer still runs, detection does not find the app (0x87D1041C), and an \
           exit code such as 3010 is lost. robocopy ends with 1 where it has copied something, which Intune takes for a \
           failure.",
        fix: "Write `start \"\" /wait`, `Start-Process … -Wait -PassThru` and exit with its ExitCode; behind robocopy `if \
           errorlevel 8 exit /b %errorlevel%` and `exit /b 0`.",
        before: "Start-Process msiexec.exe -ArgumentList '/i contoso.msi /qn /norestart'",
        after: "$p = Start-Process msiexec.exe -ArgumentList '/i contoso.msi /qn /norestart' -Wait -PassThru; exit $p.ExitCode",
    },
    checks: &[left_by_start, left_by_powershell, results_of_robocopy],
}];

/// What waits, in whatever way, in a batch file or a PowerShell script in lower case.
const WAITS_IN_BATCH: [&str; 8] =
    ["tasklist", "timeout", "waitfor", "ping ", "choice", "sleep", "wait-process", "wmic process"];
const WAITS_IN_POWERSHELL: [&str; 9] = [
    "wait-process",
    "waitforexit",
    "hasexited",
    "get-process",
    "gps ",
    "start-sleep",
    "wait-event",
    "register-objectevent",
    "win32_process",
];

/// Finds what `start` without `/wait` starts, in commands and in batch files.
fn left_by_start(examined: &Examined<'_>, findings: &mut Findings) {
    for call in examined.started.calls.iter().filter(|call| call.step.is_left) {
        if !is_installer(&call.step, examined.subject)
            || waits_otherwise(examined, call.place.file.as_deref())
        {
            continue;
        }
        let message = format!("{} starts {} and does not wait for it.", call.told, call.step.file_name());
        findings.warning(call.place.clone(), message, "Write `start \"\" /wait`, or leave `start` out.");
    }
}

/// Whether a command line or batch file waits by other means.
fn waits_otherwise(examined: &Examined<'_>, file: Option<&str>) -> bool {
    let waits = |text: &str| {
        let lower = text.to_lowercase();
        WAITS_IN_BATCH.iter().any(|word| lower.contains(word))
    };
    match file {
        Some(file) => {
            let same = examined.started.scripts.iter().filter(|script| script.file.as_deref() == Some(file));
            same.into_iter().any(|script| waits(&script.text))
        }
        None => examined.commands.iter().any(|command| waits(command.text)),
    }
}

/// Whether a step starts what installs or removes: msiexec, or a program or MSI of the package.
fn is_installer(step: &Step, subject: &Subject) -> bool {
    let is_packed = |path: &str| {
        subject
            .find(path)
            .is_some_and(|entry| matches!(extension(&entry.name).as_str(), "exe" | "msi" | "msu"))
    };
    step.stem() == "msiexec" && !step.words.is_empty()
        || is_packed(&step.program)
        || is_packed(&format!("{}.exe", step.program))
}

/// Finds Start-Process without `-Wait`, and msiexec by its name, which PowerShell does not wait for.
fn left_by_powershell(examined: &Examined<'_>, findings: &mut Findings) {
    let scripts = examined.started.scripts.iter().filter(|script| script.language == Language::PowerShell);
    for script in scripts {
        let lower = script.text.to_lowercase();
        if WAITS_IN_POWERSHELL.iter().any(|sign| lower.contains(sign)) {
            continue;
        }
        for call in &script.calls {
            let Some((name, fix)) = left_call(call, script, examined.subject) else { continue };
            let message = format!("{} starts {name} and does not wait for it.", script.told(call.line));
            findings.warning(script.place(call.line), message, fix);
        }
    }
}

/// The program that a call starts and leaves, and what to write instead.
fn left_call(call: &ScriptCall, script: &StartedScript, subject: &Subject) -> Option<(String, &'static str)> {
    let is_start = ["start-process", "saps", "start"].iter().any(|name| call.name.eq_ignore_ascii_case(name));
    let waits = call.arguments.iter().any(|token| {
        let word = token.word();
        word.starts_with("-wa") || word.starts_with("-pass") || word.starts_with('@') && word.len() > 1
    });
    if if is_start { waits } else { call.is_taken } {
        return None;
    }
    let folder = script.file.as_deref().map(folder_of).unwrap_or_default();
    let line = line_of(call, &folder)?;
    let step = CommandLine::parse(&line, &|path| subject.find(path).is_some()).steps.into_iter().next()?;
    match is_start {
        true if is_installer(&step, subject) => Some((
            step.file_name().to_owned(),
            "Add `-Wait -PassThru`, and exit with the ExitCode of what it returns.",
        )),
        // Of other programs it is not known whether they have windows.
        false if step.stem() == "msiexec" && !step.words.is_empty() => Some((
            "msiexec".to_owned(),
            "Write `Start-Process msiexec.exe -ArgumentList … -Wait -PassThru`, and exit with its ExitCode.",
        )),
        _ => None,
    }
}

/// Finds robocopy where its exit code is that of the command or of the batch file that the command starts.
fn results_of_robocopy(examined: &Examined<'_>, findings: &mut Findings) {
    let app = examined.subject.app();
    let one = app.and_then(|app| app.return_codes.iter().find(|code| code.matches(1)));
    if one.is_some_and(|code| code.meaning() == Some(ReturnCodeType::Success)) {
        return;
    }
    const FIX: &str = "Write `if errorlevel 8 exit /b %errorlevel%` and `exit /b 0` behind it.";
    let told = |told: &str| {
        format!(
            "{told} ends with robocopy's exit code, which is 1 where it has copied something: that counts as failed."
        )
    };
    for command in &examined.commands {
        if command.line.steps.last().is_some_and(|step| step.stem() == "robocopy") {
            let fix = "Put it into a .cmd of the package that ends with `if errorlevel 8 exit /b %errorlevel%` and `exit /b 0`.";
            findings.warning(command.place.clone(), told(&command.to_string()), fix);
        }
    }
    let scripts = examined.started.scripts.iter().filter(|script| script.language == Language::Batch);
    for script in scripts.filter(|script| is_commands_own(examined, script)) {
        let commands = batch_commands(&script.text);
        for (at, command) in
            commands.iter().enumerate().filter(|(_, one)| one.is_certain && is_robocopy(&one.text))
        {
            let gives_it_back =
                commands.get(at + 1).is_none_or(|next| next.is_certain && passes_on(&next.text));
            if gives_it_back {
                findings.warning(script.place(command.line), told(&script.told(command.line)), FIX);
            }
        }
    }
}

/// Whether one of the app's commands starts the script itself.
fn is_commands_own(examined: &Examined<'_>, script: &StartedScript) -> bool {
    let Some(file) = script.file.as_deref() else { return false };
    examined.steps().any(|(_, step)| {
        examined.subject.find(&step.program).is_some_and(|entry| same_name(&entry.name, file))
    })
}

fn is_robocopy(command: &str) -> bool {
    // Behind a pipe another program's exit code counts.
    let first = command.split_whitespace().next().unwrap_or_default().to_lowercase();
    matches!(first.as_str(), "robocopy" | "robocopy.exe") && !command.contains('|')
}

/// `exit /b %errorlevel%`, `exit /b` and `exit %errorlevel%`.
fn passes_on(command: &str) -> bool {
    let lower = command.to_lowercase();
    let mut words = lower.split_whitespace();
    words.next() == Some("exit") && words.all(|word| matches!(word, "/b" | "%errorlevel%" | "!errorlevel!"))
}
