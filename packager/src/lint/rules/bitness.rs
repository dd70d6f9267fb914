//! WB106, WB107 and WB110: commands and scripts that mean something else to a 32-bit agent, or do not work there.

use super::Severity::{Error, Warning};
use super::started::{Call, Language, StartedScript};
use super::{Examined, Findings, LintPage, LintRule, Subject};
use crate::lint::script;
use waybill_intune::View;
use waybill_intune::command_line::Step;
use waybill_intune::two_views::{differs_by_view, services_windows};
use waybill_intune::view::{FolderVariable, is_redirected};
use waybill_intune::windows_programs::has_32_bit_twin;
use waybill_schemas::app::Rule;

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB106",
            severity: Warning,
            title: "a 32-bit PowerShell, reg or script touches 64-bit places",
            harm: "Intune's agent is a 32-bit program, so `powershell.exe`, `cmd.exe` and `reg.exe` are the 32-bit ones: \
               HKLM:\\SOFTWARE is WOW6432Node there, $env:ProgramFiles is Program Files (x86), System32 is SysWOW64. \
               The script works by hand and does something else under Intune.",
            fix: "Start the 64-bit PowerShell through Sysnative, give reg `/reg:64`, or allow the finding where the \
               32-bit places are meant.",
            before: "powershell.exe -ExecutionPolicy Bypass -File install.ps1",
            after: "C:\\Windows\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -ExecutionPolicy Bypass -File install.ps1",
        },
        checks: &[scripts_touch, reg_calls, batch_folders],
    },
    LintRule {
        page: LintPage {
            code: "WB107",
            severity: Warning,
            title: "%ProgramFiles% in a command means Program Files (x86)",
            harm: "Intune's agent is a 32-bit program and expands the variable before the command runs, so a 64-bit \
               app is looked for in the wrong folder.",
            fix: "Write `%ProgramW6432%` for 64-bit apps, `%ProgramFiles(x86)%` where the 32-bit folder is meant; in the \
               uninstall command the folder in full (WB114).",
            before: "setup.exe /D=%ProgramFiles%\\Contoso",
            after: "setup.exe /D=%ProgramW6432%\\Contoso",
        },
        checks: &[program_files],
    },
    LintRule {
        page: LintPage {
            code: "WB110",
            severity: Error,
            title: "a program that 32-bit programs cannot start, or that fails as a 32-bit one",
            harm: "SysWOW64 has no pnputil, bcdedit, manage-bde, dsregcmd and the like: a command ends with 0x80070002, \
               and a batch file says that the name is not recognized and goes on (a warning). `dism /online` and \
               PowerShell's commands with `-Online` refuse to service a 64-bit Windows from a 32-bit process (error 11).",
            fix: "Name the 64-bit program: `C:\\Windows\\Sysnative\\pnputil.exe`; start scripts that need it through the \
               64-bit shell.",
            before: "pnputil.exe /add-driver contoso.inf /install",
            after: "C:\\Windows\\Sysnative\\pnputil.exe /add-driver contoso.inf /install",
        },
        checks: &[only_64_bit, servicing],
    },
];

const SCRIPT_FIX: &str = "Start the script with `C:\\Windows\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe`, or allow WB106 where the 32-bit place is meant.";

/// Finds the places with two views that 32-bit PowerShell touches, in commands and in scripts.
fn scripts_touch(examined: &Examined<'_>, findings: &mut Findings) {
    for script in examined.started.scripts.iter().filter(|script| runs_32_bit(script)) {
        let Some((line, what)) = touched(&script.text, means_32_bit_view(examined)) else { continue };
        let told = script.told(line);
        let message =
            format!("{told} touches {what} in the 32-bit PowerShell: the 32-bit place under Intune.");
        findings.warning(script.place(line), message, SCRIPT_FIX);
    }
}

/// Finds %ProgramFiles% in batch files that the 32-bit cmd runs.
fn batch_folders(examined: &Examined<'_>, findings: &mut Findings) {
    if means_32_bit_folders(examined) {
        return;
    }
    let is_32_bit =
        |script: &&StartedScript| script.language == Language::Batch && script.view == Some(View::Bits32);
    for script in examined.started.scripts.iter().filter(is_32_bit) {
        let found = script::batch_commands(&script.text).into_iter().find_map(|one| {
            let lower = one.text.to_lowercase();
            let is_used =
                |variable: &&FolderVariable| lower.contains(&format!("%{}%\\", variable.name.to_lowercase()));
            FolderVariable::ALL.iter().find(is_used).map(|variable| (one.line, *variable))
        });
        let Some((line, FolderVariable { name, of_64_bit, .. })) = found else { continue };
        let message =
            format!("{} uses %{name}% in the 32-bit cmd: the (x86) folder under Intune.", script.told(line));
        let fix = format!("Write `%{of_64_bit}%`, or allow WB106 where the (x86) folder is meant.");
        findings.warning(script.place(line), message, fix);
    }
}

/// Whether one of the app's own rules looks into the (x86) folder.
fn means_32_bit_folders(examined: &Examined<'_>) -> bool {
    means_32_bit_view(examined)
        || examined.rules.iter().any(|rule| match rule.rule() {
            Rule::FileSystem(file) => {
                let path = file.path.as_deref().unwrap_or_default().to_lowercase();
                path.contains("(x86)") || file.check_32_bit_on_64_system == Some(true)
            }
            _ => false,
        })
}

fn runs_32_bit(script: &StartedScript) -> bool {
    script.language == Language::PowerShell && script.view == Some(View::Bits32)
}

/// Whether the app is for 32-bit Windows only, which has one view.
pub(super) fn is_32_bit_app(subject: &Subject) -> bool {
    let architectures = subject.app().and_then(|app| app.architectures());
    architectures.is_some_and(|list| list.names().all(|name| name.eq_ignore_ascii_case("x86")))
}

/// Whether one of the app's own rules looks at the 32-bit registry: then keys are meant as 32-bit programs see them.
fn means_32_bit_view(examined: &Examined<'_>) -> bool {
    examined.rules.iter().any(|rule| match rule.rule() {
        Rule::Registry(registry) => {
            let key = registry.key_path.as_deref().unwrap_or_default().to_lowercase();
            registry.check_32_bit_on_64_system == Some(true) || key.contains("wow6432node")
        }
        _ => false,
    })
}

/// The first place with two views that a script touches, and its line.
fn touched(text: &str, means_32_bit: bool) -> Option<(u32, &'static str)> {
    let lines = script::code_lines(text).into_iter();
    lines.into_iter().find_map(|(number, line)| {
        let line = line.to_lowercase().replace("${env:programfiles}", "$env:programfiles");
        let line = line.replace("${env:commonprogramfiles}", "$env:commonprogramfiles");
        Some((number, place_with_two_views(&line, means_32_bit)?))
    })
}

fn place_with_two_views(line: &str, means_32_bit: bool) -> Option<&'static str> {
    const SOFTWARE: [&str; 3] = ["hklm:\\software\\", "hkey_local_machine\\software\\", "hklm\\software\\"];
    // `reg` is judged by its words, which may name the view.
    let is_reg = ["add", "delete", "query", "import", "export", "copy"]
        .iter()
        .any(|verb| line.contains(&format!("reg {verb} ")) || line.contains(&format!("reg.exe {verb} ")));
    let keys =
        SOFTWARE.iter().flat_map(|prefix| line.match_indices(prefix).map(|(at, _)| key_at(&line[at..])));
    let in_software = !means_32_bit && !is_reg && keys.into_iter().any(|key| differs_by_view(&key));
    let in_folder = ["$env:programfiles", "$env:commonprogramfiles", "folderpath('programfiles')"]
        .iter()
        .any(|variable| {
            line.match_indices(variable).any(|(at, name)| {
                // `ProgramFiles(x86)` names the view, and a longer word would be another variable.
                !line[at + name.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '(' || c == '_')
            })
        });
    let in_system =
        line.match_indices("\\system32\\").any(|(at, name)| is_another_file(&line[at + name.len()..]));
    let places = [(in_software, "HKLM\\SOFTWARE"), (in_folder, "Program Files"), (in_system, "System32")];
    places.into_iter().find_map(|(is_there, name)| is_there.then_some(name))
}

/// The key that begins a text, up to the quote or parameter that ends it.
fn key_at(text: &str) -> String {
    let text = text.split(" -").next().unwrap_or_default();
    text.trim_end()
        .chars()
        .take_while(|c| !matches!(c, '"' | '\'' | ')' | ';' | ',' | '|'))
        .take(300)
        .collect()
}

/// Whether what stands behind `System32\` is another file for 32-bit programs. Programs are not asked for: most are in
/// SysWOW64 too, and WB110 finds those that are not.
fn is_another_file(rest: &str) -> bool {
    let name: String = rest.chars().take_while(|c| !matches!(c, '"' | '\'' | ' ' | ')' | ';')).collect();
    let is_program = [".exe", ".com", ".msc", ".vbs"].iter().any(|end| name.ends_with(end));
    !is_program && !name.is_empty() && !name.starts_with("windowspowershell") && is_redirected(&name)
}

/// Finds `reg` and `regedit` that write or read keys of the 32-bit view.
fn reg_calls(examined: &Examined<'_>, findings: &mut Findings) {
    let is_32_bit = |call: &&Call| call.view() == Some(View::Bits32);
    for call in examined.started.calls.iter().filter(is_32_bit).filter(|_| !means_32_bit_view(examined)) {
        let Some(what) = touched_by_reg(&call.step, examined.subject) else { continue };
        let told = &call.told;
        let message = format!(
            "{told} is run by the 32-bit {}, and {what}: WOW6432Node under Intune.",
            call.step.stem()
        );
        let fix = match call.step.stem().as_str() {
            "reg" => "Add `/reg:64`, or allow WB106 where the 32-bit key is meant.",
            _ => "Use `reg import` with `/reg:64`, or allow WB106 where the 32-bit keys are meant.",
        };
        findings.warning(call.place.clone(), message, fix);
    }
}

/// What a call of reg or regedit touches that has two views; `None` where it names the view, or touches no such key.
fn touched_by_reg(step: &Step, subject: &Subject) -> Option<String> {
    let words: Vec<&str> = step.words.iter().map(|word| word.text.as_str()).collect();
    let names_view = words.iter().any(|word| word.to_lowercase().starts_with("/reg:"));
    let (operation, rest) = match step.stem().as_str() {
        "regedit" => ("import".to_owned(), &words[..]),
        "reg" if !names_view => (words.first()?.to_lowercase(), words.get(1..)?),
        _ => return None,
    };
    let first = rest.iter().find(|word| !word.starts_with(['/', '-']))?;
    match operation.as_str() {
        "add" | "delete" | "query" | "copy" | "export" | "save" | "restore" => {
            differs_by_view(first).then(|| format!("touches {first}"))
        }
        "import" => {
            let bytes = subject.read(first)?;
            let key = first_split_key(&script::decode(&bytes).0)?;
            Some(format!("{first} writes {key}"))
        }
        _ => None,
    }
}

/// The first key of a .reg file that has two views.
fn first_split_key(text: &str) -> Option<String> {
    let keys = text.lines().filter_map(|line| line.trim().strip_prefix('[')?.strip_suffix(']'));
    keys.map(|key| key.trim_start_matches('-').to_owned()).find(|key| differs_by_view(key))
}

fn program_files(examined: &Examined<'_>, findings: &mut Findings) {
    for command in examined.commands.iter().filter(|_| !is_32_bit_app(examined.subject)) {
        let lower = command.text.to_lowercase();
        for FolderVariable { name, of_32_bit, of_64_bit } in FolderVariable::ALL {
            // With both percent signs, because `%ProgramFiles(x86)%` is another variable, and the right one for such a
            // command.
            if lower.contains(&format!("%{}%", name.to_lowercase())) {
                let message = format!("{command} uses %{name}%, which is the (x86) folder under Intune.");
                let fix = match command.installs {
                    true => format!("Write `%{of_64_bit}%`, or `%{of_32_bit}%` where that is meant."),
                    false => "Write the folder in full, e.g. `C:\\Program Files\\…`.".to_owned(),
                };
                findings.warning(command.place.clone(), message, fix);
            }
        }
    }
}

/// Finds programs that the view of their starter lacks, and 32-bit `dism /online`.
fn only_64_bit(examined: &Examined<'_>, findings: &mut Findings) {
    for call in examined.started.calls.iter().filter(|call| call.view() == Some(View::Bits32)) {
        let stem = call.step.stem();
        // A file of the package comes before Windows' own.
        let is_packed = examined.subject.find(&format!("{stem}.exe")).is_some();
        // Such words are names of functions in other people's modules as well.
        let is_common = matches!(stem.as_str(), "change" | "msg" | "query" | "reset" | "bash");
        let is_function =
            is_common && call.language == Some(Language::PowerShell) && call.step.extension().is_empty();
        let why = match stem.as_str() {
            _ if is_packed || is_function => continue,
            "dism" if has_switch(&call.step, "online") => {
                "starts the 32-bit dism, which cannot service a running 64-bit Windows (error 11)".to_owned()
            }
            stem if has_32_bit_twin(stem) == Some(false) => {
                format!("starts {stem}, which 32-bit programs do not find (0x80070002): SysWOW64 has none")
            }
            _ => continue,
        };
        let message = format!("{} {why}.", call.told);
        let fix = match call.in_command {
            true => format!("Write `C:\\Windows\\Sysnative\\{stem}.exe`."),
            false => format!(
                "Write `C:\\Windows\\Sysnative\\{stem}.exe`, or start the script with the 64-bit shell of that folder."
            ),
        };
        match call.in_command {
            true => findings.error(call.place.clone(), message, fix),
            false => findings.warning(call.place.clone(), message, fix),
        }
    }
}

fn has_switch(step: &Step, name: &str) -> bool {
    step.words.iter().any(|word| word.switch().as_deref() == Some(name))
}

/// Finds PowerShell's commands that service Windows in a 32-bit PowerShell.
fn servicing(examined: &Examined<'_>, findings: &mut Findings) {
    for script in examined.started.scripts.iter().filter(|script| runs_32_bit(script)) {
        for call in script.calls.iter().filter(|call| services_windows(&call.name.to_lowercase())) {
            let is_online = call.arguments.iter().any(|token| token.word() == "-online");
            if is_online {
                let message = format!(
                    "{} runs {} in the 32-bit PowerShell, which cannot service a running 64-bit Windows.",
                    script.told(call.line),
                    call.name
                );
                let fix = "Start the script with `C:\\Windows\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe`.";
                findings.warning(script.place(call.line), message, fix);
            }
        }
    }
}
