//! WB111: commands and scripts that wait for somebody.

use super::started::{Call, Language};
use super::{Examined, Findings, LintPage, LintRule, Severity::Warning, script_host};
use crate::lint::script::{ScriptCall, code_lines};
use waybill_intune::command_line::Word;
use waybill_intune::path::leaf;

pub(super) static RULES: &[LintRule] = &[LintRule {
    page: LintPage {
        code: "WB111",
        severity: Warning,
        title: "a command or script waits for somebody",
        harm: "Nobody sees the question or can press a key: the install hangs until the time limit (60 minutes), is \
           reported as 0x87D300C9, and holds up the other apps of the device. In the app's command, or where nothing \
           can keep the line of a batch file from running, it is an error.",
        fix: "Take the question out, or answer it on the command line: `choice /t 5 /d y`, `timeout /t 5`, `reg delete … /f`, \
           `-Confirm:$false`.",
        before: "pause",
        after: "timeout /t 5 /nobreak",
    },
    checks: &[programs, commands_of_powershell, methods_of_powershell, script_host::windows],
}];

/// Finds programs and commands of cmd that ask.
fn programs(examined: &Examined<'_>, findings: &mut Findings) {
    for call in &examined.started.calls {
        let Some((what, fix)) = question(call).filter(|_| !call.step.is_fed) else { continue };
        match call.is_certain && !asks_the_second_time(call) {
            true => {
                let message = format!("{} {what}: the install hangs until the time limit.", call.told);
                findings.error(call.place.clone(), message, fix);
            }
            // A condition, jump or label stands before it.
            false => {
                let message =
                    format!("{} {what}: where it runs, the install hangs until the time limit.", call.told);
                findings.warning(call.place.clone(), message, fix);
            }
        }
    }
}

/// Whether a call asks only where the app was installed before.
fn asks_the_second_time(call: &Call) -> bool {
    let first = call.step.words.first().map(|word| word.text.to_lowercase());
    matches!(
        (call.step.stem().as_str(), first.as_deref()),
        ("reg", Some("add")) | ("schtasks", Some("/create"))
    )
}

/// Whether `del` is to delete everything in a folder.
fn deletes_all(words: &[Word]) -> bool {
    words.iter().any(|word| word.switch().is_none() && matches!(leaf(&word.text), "*" | "*.*"))
}

/// What a call asks, and what to write instead; `None` where it asks nothing.
fn question(call: &Call) -> Option<(&'static str, &'static str)> {
    question_of_shell(call).or_else(|| question_of_program(call))
}

/// The same, of shells and their commands.
fn question_of_shell(call: &Call) -> Option<(&'static str, &'static str)> {
    let step = &call.step;
    let has = |name: &str| step.words.iter().any(|word| is_switch(word, name));
    let first = step.words.first().map(|word| word.text.to_lowercase()).unwrap_or_default();
    let is_open = call.is_open();
    Some(match step.stem().as_str() {
        "pause" if step.in_shell || call.language == Some(Language::PowerShell) => {
            ("waits for a key (`pause`)", "Take `pause` out.")
        }
        "set" if step.in_shell && first == "/p" && !step.tail.contains('<') => (
            "waits for an answer (`set /p`)",
            "Give the value in the script, or read it from a file: `set /p X=<file`.",
        ),
        "choice" if !has("t") && !has("?") && !is_open => {
            ("waits for a choice", "Add a time and an answer: `choice /t 5 /d y`.")
        }
        "timeout" if is_endless(&step.words) => {
            ("waits for a key (`timeout -1`)", "Give a number of seconds: `timeout /t 5 /nobreak`.")
        }
        "date" | "time" if step.in_shell && step.tail.trim().is_empty() => {
            ("asks for a new date or time", "Add `/t`, which only prints it.")
        }
        "rd" | "rmdir" if step.in_shell && has("s") && !has("q") && !is_open => {
            ("asks whether to remove the folder (`/s` without `/q`)", "Add `/q`.")
        }
        "del" | "erase" if step.in_shell && has("p") => {
            ("asks before it deletes (`del /p`)", "Take `/p` out.")
        }
        "del" | "erase" if step.in_shell && deletes_all(&step.words) && !has("q") && !is_open => {
            ("asks whether to delete all files (`del *` without `/q`)", "Add `/q`.")
        }
        "start" if step.in_shell && (has("wait") || has("w")) && step.tail.contains('"') => (
            "takes the quoted name for the title of a window and opens a shell there (`start` without a title)",
            "Write a title first: `start \"\" /wait \"setup.exe\"`.",
        ),
        "cmd" if has("k") => ("starts `cmd /k`, which stays open", "Write `cmd /c`."),
        "cmd" if step.tail.trim().is_empty() => {
            ("starts a shell that waits for input", "Give it a command: `cmd /c \"…\"`.")
        }
        "powershell" | "pwsh" if has("noexit") => {
            ("starts PowerShell with `-NoExit`, which stays open", "Take `-NoExit` out.")
        }
        "powershell" if step.tail.trim().is_empty() => {
            ("starts a shell that waits for input", "Give it a script: `powershell.exe -File install.ps1`.")
        }
        _ => return None,
    })
}

/// The same, of the programs of Windows.
fn question_of_program(call: &Call) -> Option<(&'static str, &'static str)> {
    let step = &call.step;
    let has = |name: &str| step.words.iter().any(|word| is_switch(word, name));
    let has_word = |name: &str| step.words.iter().any(|word| word.text.eq_ignore_ascii_case(name));
    let first = step.words.first().map(|word| word.text.to_lowercase()).unwrap_or_default();
    let is_open = call.is_open();
    Some(match step.stem().as_str() {
        // It asks before each method that it calls.
        "wmic" if has_word("call") && has_word("uninstall") && !has("nointeractive") && !is_open => {
            ("asks before it removes the app (`wmic … call uninstall`)", "Add `/nointeractive`.")
        }
        "reg" if first == "delete" && !has("f") && !is_open => {
            ("asks whether to delete the key (`reg delete` without `/f`)", "Add `/f`.")
        }
        "regedit" if !step.words.is_empty() && !has("s") && !has("e") && !is_open => {
            ("shows a question (`regedit` without `/s`)", "Use `reg import`, or add `/s`.")
        }
        "wusa" if !step.words.is_empty() && !has("quiet") && !is_open => {
            ("shows a question (`wusa` without `/quiet`)", "Add `/quiet /norestart`.")
        }
        "reg" if first == "add" && (has("v") || has("ve")) && !has("f") && !is_open => (
            "asks before it writes over a value that is there (`reg add` without `/f`)",
            "Add `/f`: the value is there when the app is installed again.",
        ),
        "schtasks" if first == "/create" && !has("f") && !has("?") && !is_open => (
            "asks before it replaces a task that is there (`schtasks /create` without `/f`)",
            "Add `/f`: the task is there when the app is installed again.",
        ),
        "schtasks" if first == "/delete" && !has("f") && !is_open => {
            ("asks whether to delete the task (`schtasks /delete` without `/f`)", "Add `/f`.")
        }
        "runas" if !has("?") => {
            ("asks for a password (`runas`)", "Run the app as the account that it needs.")
        }
        _ => return None,
    })
}

/// Whether a word is this switch, alone, behind another (`/s/q`), or with a value behind `:` or attached to it (`/t:5`,
/// `/t5`).
fn is_switch(word: &Word, name: &str) -> bool {
    let Some(switches) = word.switch() else { return false };
    switches.split('/').any(|switch| {
        let rest = switch.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(|c: char| c == ':' || c.is_ascii_digit()))
    })
}

fn is_endless(words: &[Word]) -> bool {
    let numbers = words.iter().filter(|word| word.text == "-1" || word.text.to_lowercase() == "/t:-1");
    numbers.count() > 0
}

/// Finds PowerShell's own questions.
fn commands_of_powershell(examined: &Examined<'_>, findings: &mut Findings) {
    let asking = examined.started.scripts.iter().filter(|script| script.language == Language::PowerShell);
    // With `-NonInteractive` a question is an error at once, and nothing hangs.
    for script in asking.filter(|script| script.may_ask) {
        for call in &script.calls {
            let Some(what) = powershell_question(call) else { continue };
            let message = format!(
                "{} waits for somebody ({what}): the install hangs until the time limit.",
                script.told(call.line)
            );
            let fix = "Take the question out; give what it asks for as a parameter, or `-Confirm:$false`.";
            match call.is_certain && script.is_certain {
                true => findings.error(script.place(call.line), message, fix),
                false => findings.warning(script.place(call.line), message, fix),
            }
        }
    }
}

/// Finds questions by way of .NET and the host.
fn methods_of_powershell(examined: &Examined<'_>, findings: &mut Findings) {
    const METHODS: [(&str, &str); 8] = [
        ("console]::readline(", "ReadLine"),
        ("console]::readkey(", "ReadKey"),
        ("console]::read(", "Read"),
        ("host.ui.promptforchoice(", "PromptForChoice"),
        ("host.ui.readline(", "ReadLine"),
        ("host.ui.rawui.readkey(", "ReadKey"),
        ("messagebox]::show(", "a message box"),
        (".showdialog(", "a dialog"),
    ];
    let asking = examined.started.scripts.iter().filter(|script| script.language == Language::PowerShell);
    for script in asking.filter(|script| script.may_ask) {
        for (line, text) in code_lines(&script.text) {
            let is_dead = || script.dead.iter().any(|(first, last)| (*first..=*last).contains(&line));
            let lower = text.to_lowercase();
            let found = METHODS.iter().find(|(method, _)| lower.contains(method));
            let popup = endless_popup(&lower).then_some("a message box");
            let Some(name) = found.map(|(_, name)| *name).or(popup).filter(|_| !is_dead()) else { continue };
            let message = format!(
                "{} waits for somebody ({name}): the install hangs until the time limit.",
                script.told(line)
            );
            findings.warning(
                script.place(line),
                message,
                "Take the question out, or ask only where somebody is there.",
            );
        }
    }
}

/// Whether a line shows a message box of Windows Script Host that no time closes: `Popup('text')`, `Popup('text', 0)`.
fn endless_popup(lower: &str) -> bool {
    let Some((before, behind)) = lower.split_once(".popup(") else { return false };
    let seconds = second_argument(behind);
    before.contains("wscript.shell") && seconds.is_none_or(|seconds| seconds == "0")
}

/// The second of the arguments in front of a closing parenthesis. Commas in strings and inner parentheses part nothing.
fn second_argument(text: &str) -> Option<&str> {
    let (mut quote, mut depth, mut begins) = (None, 0_usize, None);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) => quote = Some(open).filter(|open| *open != character),
            (None, '"' | '\'') => quote = Some(character),
            (None, '(' | '{' | '[') => depth += 1,
            (None, ')' | ',') if depth == 0 => match begins {
                Some(begins) => return Some(text[begins..at].trim()),
                None if character == ',' => begins = Some(at + 1),
                None => return None,
            },
            (None, ')' | '}' | ']') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
    }
    begins.map(|begins| text[begins..].trim())
}

fn powershell_question(call: &ScriptCall) -> Option<&'static str> {
    let name = call.name.to_lowercase();
    let asks_first = || {
        let words = call.arguments.iter().map(|token| token.word());
        words.into_iter().any(|word| matches!(word.as_str(), "-confirm" | "-confirm:$true"))
    };
    match name.as_str() {
        "read-host" => Some("Read-Host"),
        "get-credential" => Some("Get-Credential"),
        "out-gridview" | "ogv" => Some("Out-GridView"),
        // Its own `pause` is a Read-Host; found with the programs where it has no pipe.
        "wait-debugger" => Some("Wait-Debugger"),
        _ if asks_first() && name.contains('-') => Some("-Confirm"),
        _ => None,
    }
}
