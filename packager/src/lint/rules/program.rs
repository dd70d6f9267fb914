//! WB101, WB103 and WB104: what a command starts, whether it needs a shell, and whether it is quoted.

use super::starters::full_folder;
use super::{Command, Examined, Findings, LintPage, LintRule, Severity::Error};
use crate::lint::is_one_of;
use waybill_intune::View;
use waybill_intune::command_line::{
    Msiexec, PowerShell, ProductOrFile, Step, Word, shell_operator, unquoted_run,
};
use waybill_intune::path::extension;
use waybill_intune::right_line::{advice, is_program, right_line};
use waybill_intune::view::FolderVariable;
use waybill_intune::windows_programs::is_of_windows;
use waybill_schemas::secrets::mask;

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB101",
            severity: Error,
            title: "a file is started by what cannot start it: a script, an MSI or a registry file directly",
            harm: "Intune starts programs with CreateProcess, not with a shell: a .ps1, .msi, .vbs or .reg is no \
               program, and the install ends with 0x800700C1 before anything has run. msiexec takes MSIs alone (1620), \
               and `powershell -File` .ps1 alone.",
            fix: "Name the program that runs it: `msiexec /i` for .msi, powershell.exe -File for .ps1, \
               `cscript //B` for .vbs, `reg import` for .reg.",
            before: "install.ps1",
            after: "C:\\Windows\\Sysnative\\WindowsPowerShell\\v1.0\\powershell.exe -NoProfile -ExecutionPolicy Bypass -File install.ps1",
        },
        checks: &[no_program, another_kind],
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

/// Finds files that are handed to a program for files of another kind.
fn another_kind(examined: &Examined<'_>, findings: &mut Findings) {
    for call in &examined.started.calls {
        let Some((file, taker)) = misplaced_file(&call.step) else { continue };
        let end = extension(&file);
        let fix = match right_line(&end, &file, View::Bits32) {
            Some(line) if is_program(&end) => {
                format!("Start it itself, with its own silent switch: `{line}`.")
            }
            Some(line) => format!("Write `{line}`."),
            None => format!("Do not start it so: {}.", advice(&end)),
        };
        let message = format!("{} gives {taker} {file}, and it takes no .{end}.", call.told);
        match call.is_certain {
            true => findings.error(call.place.clone(), message, fix),
            false => findings.warning(call.place.clone(), message, fix),
        }
    }
}

/// The file that a step hands to a program that does not take its kind, and how that program is told.
fn misplaced_file(step: &Step) -> Option<(String, &'static str)> {
    let programs = ["exe", "com", "cmd", "bat"];
    let plain = || step.words.iter().find(|word| word.switch().is_none()).map(|word| word.text.clone());
    let (file, taker, wrong): (String, _, &[&str]) = match step.stem().as_str() {
        "msiexec" => {
            let call = Msiexec::parse(step).filter(|call| call.installs)?;
            let [ProductOrFile::File(file, _)] = &call.targets[..] else { return None };
            (
                file.clone(),
                "msiexec",
                &["ps1", "vbs", "msp", "msix", "msixbundle", "appx", "appxbundle", "zip"],
            )
        }
        "powershell" => {
            (PowerShell::parse(step)?.file?.0, "powershell -File", &["vbs", "msi", "txt", "psm1"])
        }
        "cscript" | "wscript" => (plain()?, "the script host", &["ps1", "msi"]),
        "wusa" => (plain()?, "wusa", &["msi", "msp", "zip"]),
        _ => return None,
    };
    let end = extension(&file);
    let is_wrong = wrong.contains(&end.as_str()) || programs.contains(&end.as_str());
    (is_wrong && !file.contains(['$', '%'])).then_some((file, taker))
}

fn unquoted_program(examined: &Examined<'_>, findings: &mut Findings) {
    for (command, step) in examined.steps().filter(|(_, step)| step.unquoted_blanks) {
        let program = without_typographic_quotes(&step.program);
        let message =
            format!("{command} names the program {program} without quotes, though its path has spaces.");
        findings.error(command.place.clone(), message, quoted_fix(command, step));
    }
}

/// How the program of a step is written in quotes, so that no other rule objects: %ProgramFiles% would be the (x86) folder
/// (WB107), and in the uninstall command a variable may stay as it is (WB114).
fn quoted_fix(command: &Command<'_>, step: &Step) -> String {
    let program = without_typographic_quotes(&step.program);
    let Some((name, behind)) = program.strip_prefix('%').and_then(|rest| rest.split_once('%')) else {
        return format!("Write `\"{program}\"`.");
    };
    let of_64_bit = FolderVariable::ALL.iter().find(|one| one.name.eq_ignore_ascii_case(name));
    match full_folder(name) {
        _ if step.in_shell => format!("Write `\"{program}\"`."),
        Some(folder) if !command.installs => format!("Write `\"{folder}{behind}\"`."),
        None if !command.installs => {
            // The words behind the program may hold a secret.
            format!("Write `{}`.", mask(&format!("cmd.exe /c \"\"{program}\"{}\"", step.tail)))
        }
        _ => match of_64_bit {
            Some(one) => format!("Write `\"%{}%{behind}\"`.", one.of_64_bit),
            None => format!("Write `\"{program}\"`."),
        },
    }
}

fn unquoted_arguments(examined: &Examined<'_>, findings: &mut Findings) {
    for (command, step) in examined.steps() {
        for path in unquoted_files(step) {
            let path = without_typographic_quotes(&path);
            let message = format!("{command} names the file {path} without quotes, though it has spaces.");
            findings.error(command.place.clone(), message, format!("Write `\"{path}\"`."));
        }
        if let Some((name, value)) = unquoted_property(step) {
            let message = format!(
                "{command} gives msiexec the property {name} without quotes, though its value has spaces (1639)."
            );
            let written = mask(&format!("{name}=\"{value}\""));
            findings.error(command.place.clone(), message, format!("Write `{written}`."));
        }
    }
}

/// The first property of msiexec whose unquoted value goes on behind a blank: its name, and the value.
fn unquoted_property(step: &Step) -> Option<(String, String)> {
    let call = Msiexec::parse(step)?;
    let taken: Vec<usize> = call
        .targets
        .iter()
        .filter_map(|target| match target {
            ProductOrFile::File(_, at) => Some(*at),
            ProductOrFile::Product(_) => None,
        })
        .chain(call.log.iter().map(|(_, at)| *at))
        .collect();
    let is_plain = |at: usize| {
        step.words.get(at).is_some_and(|word| {
            let is_text = !word.is_quoted() && !word.raw.contains('=') && word.switch().is_none();
            is_text && !taken.contains(&at) && !word.raw.starts_with(['{', '%', '$', '@', '&', '|', '>', '<'])
        })
    };
    let begins = |(at, word): &(usize, &Word)| {
        !word.is_quoted() && word.switch().is_none() && word.raw.contains('=') && is_plain(at + 1)
    };
    let (at, word) = step.words.iter().enumerate().find(begins)?;
    let (name, first) = word.raw.split_once('=')?;
    let more = (at + 1..).take_while(|at| is_plain(*at)).map(|at| step.words[at].raw.as_str());
    let value = std::iter::once(first).chain(more).collect::<Vec<_>>().join(" ");
    (!name.is_empty() && !first.is_empty()).then(|| (name.to_owned(), value))
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
    if let Some(sign) = typographic_sign(step, command.text) {
        let message =
            format!("{command} has {sign}, a sign of a word processor, which no program takes for its own.");
        return Some((message, "Write `-` and `\"`, as the keyboard has them."));
    }
    let syntax = shell_operator(&step.words).or_else(|| variable(command.text))?;
    Some((format!("{command} uses `{syntax}`, but no shell reads it."), shell_fix(command)))
}

/// The quotes that word processors write.
const TYPOGRAPHIC_QUOTES: [char; 3] = ['\u{201C}', '\u{201D}', '\u{201E}'];

/// A path without the quotes of a word processor around it: they were meant as quotes.
fn without_typographic_quotes(path: &str) -> &str {
    path.trim_matches(TYPOGRAPHIC_QUOTES)
}

/// The first dash or quote of a word processor that stands where a program looks for `-` or `"`.
fn typographic_sign(step: &Step, text: &str) -> Option<char> {
    const DASHES: [char; 2] = ['\u{2013}', '\u{2014}'];
    let dashed = step.words.iter().map(|word| word.text.as_str()).find(|word| {
        let mut letters = word.chars();
        letters.next().is_some_and(|first| DASHES.contains(&first)) && letters.next().is_some()
    });
    text.chars().find(|c| TYPOGRAPHIC_QUOTES.contains(c)).or_else(|| dashed?.chars().next())
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
