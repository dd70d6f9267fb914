//! Follows the commands into the scripts that they start: which program starts which, with how many bits, and with which
//! words. What cannot be followed is left out, because a wrong finding is worse than none.

use super::{Command, FindingPlace, Subject};
use crate::lint::script::{ScriptCall, Token, batch_commands, calls, code_lines, decode};
use crate::lint::subject::packed_name;
use std::collections::HashSet;
use waybill_intune::View;
use waybill_intune::command_line::{CommandLine, PowerShell, Step, batch_steps};
use waybill_intune::path::{extension, leaf};
use waybill_intune::two_views::view_of_started;
use waybill_intune::view::named_view;

/// The most scripts that are followed, and the most calls that are kept of all of them.
const MOST_SCRIPTS: usize = 100;
const MOST_CALLS: usize = 20_000;

/// A program that a command starts, itself or by way of scripts.
pub(super) struct Call {
    pub(super) step: Step,
    pub(super) place: FindingPlace,
    /// How a sentence about it begins: `The install command`, `Line 3 of install.cmd`.
    pub(super) told: String,
    /// Whether the app's command itself has it; otherwise a script does.
    pub(super) in_command: bool,
    /// The language of the script, or of PowerShell's `-Command`, that has it; `None` for the command's own words.
    pub(super) language: Option<Language>,
    /// Whether the install command leads to it; otherwise the uninstall command does.
    pub(super) installs: bool,
    /// The view of the program that starts it; `None` where that is not known.
    pub(super) starter: Option<View>,
    /// Whether nothing in its script can keep it from running.
    pub(super) is_certain: bool,
}

impl Call {
    /// The view of the program itself.
    pub(super) fn view(&self) -> Option<View> {
        judged_view(&self.step.program, self.starter)
    }

    /// Whether variables may add to its words, so that nothing can be said to be missing.
    pub(super) fn is_open(&self) -> bool {
        self.is_open_but_for(&[])
    }

    /// The same, for words other than those at these places.
    pub(super) fn is_open_but_for(&self, known: &[usize]) -> bool {
        let words = self.step.words.iter().enumerate();
        words.filter(|(at, _)| !known.contains(at)).any(|(_, word)| {
            let text = word.text.as_str();
            let is_batch =
                text == "%*" || text.starts_with(['%', '!']) && !text.contains(['\\', '/', '=', ':']);
            is_batch || text.starts_with(['$', '@']) && !text.contains('\\')
        })
    }
}

/// What a script is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Batch,
    PowerShell,
}

/// A script that a command starts, or PowerShell's `-Command` in it.
pub(super) struct StartedScript {
    /// Its name in the package; `None` where it stands in the command itself.
    pub(super) file: Option<String>,
    pub(super) language: Language,
    /// The view of the program that runs it; `None` where that is not known, or where the script asks for itself.
    pub(super) view: Option<View>,
    /// Whether it may ask: its host was not started with `-NonInteractive`.
    pub(super) may_ask: bool,
    pub(super) text: String,
    /// The commands of a PowerShell script.
    pub(super) calls: Vec<ScriptCall>,
    /// The place and name of the command that leads to it.
    command: (FindingPlace, String),
}

impl StartedScript {
    /// The place of a line of it.
    pub(super) fn place(&self, line: u32) -> FindingPlace {
        match &self.file {
            Some(file) => FindingPlace::in_file(file).on_line(line),
            None => self.command.0.clone(),
        }
    }

    /// How a sentence about a line of it begins.
    pub(super) fn told(&self, line: u32) -> String {
        match &self.file {
            Some(file) => format!("Line {line} of {file}"),
            None => self.command.1.clone(),
        }
    }
}

/// What the commands start.
#[derive(Default)]
pub(super) struct Started {
    pub(super) calls: Vec<Call>,
    pub(super) scripts: Vec<StartedScript>,
}

/// How a script is started.
#[derive(Clone)]
struct Start {
    path: String,
    language: Language,
    view: Option<View>,
    may_ask: bool,
}

/// Follows the commands of an app. `agent` is the view of the program that starts them; `None` for an app whose devices
/// have one view only.
pub(super) fn follow(commands: &[Command<'_>], subject: &Subject, agent: Option<View>) -> Started {
    let mut follower = Follower { subject, started: Started::default(), seen: HashSet::new() };
    for command in commands {
        let mut starter = agent;
        for (at, step) in command.line.steps.iter().enumerate() {
            let way = Way { file: None, line: 0, language: None, starter, is_certain: true, folder: "" };
            follower.call(command, step.clone(), &way);
            if at == 0 && step.stem() == "cmd" {
                starter = agent.and_then(|agent| view_of_started(&step.program, agent));
            }
        }
    }
    follower.started
}

/// Where a call stands, and what starts it.
struct Way<'a> {
    /// The script, and the line in it; `None` for a command.
    file: Option<&'a str>,
    line: u32,
    language: Option<Language>,
    starter: Option<View>,
    is_certain: bool,
    /// The script's folder, empty or with `\` at its end.
    folder: &'a str,
}

struct Follower<'a> {
    subject: &'a Subject,
    started: Started,
    /// The scripts that were followed, by name and view.
    seen: HashSet<(String, Option<View>)>,
}

impl Follower<'_> {
    /// Takes a call, and follows it where it starts a script.
    fn call(&mut self, command: &Command<'_>, step: Step, way: &Way<'_>) {
        if self.started.calls.len() >= MOST_CALLS {
            return;
        }
        let (place, told) = match way.file {
            Some(file) => {
                (FindingPlace::in_file(file).on_line(way.line), format!("Line {} of {file}", way.line))
            }
            None => (command.place.clone(), command.to_string()),
        };
        let starts = starts_of(&step, way.starter);
        let inline = PowerShell::parse(&step).and_then(|call| {
            let view = judged_view(&step.program, way.starter);
            Some((call.command?, view, !is_non_interactive(&step)))
        });
        let in_command = way.file.is_none();
        self.started.calls.push(Call {
            step,
            place,
            told,
            in_command,
            language: way.language,
            installs: command.installs,
            starter: way.starter,
            is_certain: way.is_certain,
        });
        if let Some((text, view, may_ask)) = inline.filter(|_| way.language.is_none()) {
            self.add_powershell(command, None, text, view, may_ask);
        }
        for start in starts {
            self.script(command, &start, way.folder);
        }
    }

    fn script(&mut self, command: &Command<'_>, start: &Start, folder: &str) {
        let found = [start.path.clone(), format!("{folder}{}", start.path)];
        let entry = found.iter().find_map(|path| self.subject.find(path));
        let Some(name) = entry.map(|entry| entry.name.clone()) else { return };
        let is_new = self.seen.insert((name.clone(), start.view));
        if !is_new || self.started.scripts.len() >= MOST_SCRIPTS {
            return;
        }
        let Some(bytes) = self.subject.read(&name) else { return };
        let text = decode(&bytes).0.into_owned();
        match start.language {
            Language::PowerShell => self.add_powershell(command, Some(name), text, start.view, start.may_ask),
            Language::Batch => self.add_batch(command, &name, text, start.view),
        }
    }

    fn add_batch(&mut self, command: &Command<'_>, name: &str, text: String, view: Option<View>) {
        let view = view.filter(|_| !minds_views(&text));
        let folder = folder_of(name);
        let subject = self.subject;
        let is_packed = |path: &str| subject.find(path).is_some();
        let commands = batch_commands(&text);
        self.started.scripts.push(StartedScript {
            file: Some(name.to_owned()),
            language: Language::Batch,
            view,
            may_ask: true,
            text,
            calls: Vec::new(),
            command: (command.place.clone(), command.to_string()),
        });
        for one in commands {
            let text = replaced(&one.text, &["%~dp0\\", "%~dp0", "%cd%\\"], &folder);
            let mut starter = view;
            for step in batch_steps(&text, &is_packed) {
                let inner = starter.and_then(|starter| view_of_started(&step.program, starter));
                let is_shell = step.stem() == "cmd";
                let (file, language) = (Some(name), Some(Language::Batch));
                let (line, is_certain) = (one.line, one.is_certain);
                self.call(command, step, &Way { file, line, language, starter, is_certain, folder: &folder });
                starter = if is_shell { inner } else { starter };
            }
        }
    }

    fn add_powershell(
        &mut self,
        command: &Command<'_>,
        file: Option<String>,
        text: String,
        view: Option<View>,
        may_ask: bool,
    ) {
        let code: String = code_lines(&text).into_iter().map(|(_, line)| line + "\n").collect();
        let view = view.filter(|_| !minds_views(&code));
        let mut found = calls(&text);
        // A function of the script is no program, whatever its name.
        let functions = defined(&found);
        found.retain(|call| !functions.contains(&call.name.to_lowercase()));
        let folder = file.as_deref().map(folder_of).unwrap_or_default();
        let name = file.clone();
        self.started.scripts.push(StartedScript {
            file,
            language: Language::PowerShell,
            view,
            may_ask,
            text,
            calls: found.clone(),
            command: (command.place.clone(), command.to_string()),
        });
        for call in found {
            let named = replaced(&call.name, &ROOTS, &folder);
            if extension(&named) == "ps1" {
                // The same process runs it.
                self.script(
                    command,
                    &Start { path: named, language: Language::PowerShell, view, may_ask },
                    &folder,
                );
                continue;
            }
            let Some(line) = line_of(&call, &folder) else { continue };
            let subject = self.subject;
            for mut step in CommandLine::parse(&line, &|path| subject.find(path).is_some()).steps {
                step.is_fed |= call.is_fed;
                // What stands in the command itself is told as the command.
                let (file, language) = (name.as_deref(), Some(Language::PowerShell));
                let (line, is_certain) = (call.line, call.is_certain);
                self.call(
                    command,
                    step,
                    &Way { file, line, language, starter: view, is_certain, folder: &folder },
                );
            }
        }
    }
}

/// The names of the functions that a script defines, in lower case.
fn defined(calls: &[ScriptCall]) -> HashSet<String> {
    let definitions =
        calls.iter().filter(|call| matches!(call.name.to_lowercase().as_str(), "function" | "filter"));
    definitions.filter_map(|call| call.arguments.first().map(Token::word)).collect()
}

/// The ways in which scripts name their own folder.
const ROOTS: [&str; 6] = [
    "$($PSScriptRoot)\\",
    "$($PSScriptRoot)/",
    "${PSScriptRoot}\\",
    "$PSScriptRoot\\",
    "$PSScriptRoot/",
    "$(Split-Path -Parent $MyInvocation.MyCommand.Path)\\",
];

/// The view of a started program as far as it is judged: whoever names SysWOW64 means the 32-bit view.
fn judged_view(program: &str, starter: Option<View>) -> Option<View> {
    let is_chosen = named_view(program) == Some(View::Bits32);
    starter.filter(|_| !is_chosen).and_then(|starter| view_of_started(program, starter))
}

/// The scripts that a step starts.
fn starts_of(step: &Step, starter: Option<View>) -> Vec<Start> {
    let of = |path: &str, language| Start { path: path.to_owned(), language, view: starter, may_ask: true };
    if step.is_batch() {
        return vec![of(&step.program, Language::Batch)];
    }
    if matches!(step.stem().as_str(), "deploy-application" | "invoke-appdeploytoolkit") {
        // The launchers of PSAppDeployToolkit start the script of their own name, with as many bits as Windows has.
        let script = format!("{}.ps1", step.program.strip_suffix(".exe").unwrap_or(&step.program));
        return vec![Start { path: script, language: Language::PowerShell, view: None, may_ask: true }];
    }
    let Some(call) = PowerShell::parse(step) else {
        // cmd tries its own extensions; a file that is not packed is not found later.
        let is_tried = step.in_shell && step.extension().is_empty();
        let ends = ["cmd", "bat"].into_iter().filter(|_| is_tried);
        return ends.map(|end| of(&format!("{}.{end}", step.program), Language::Batch)).collect();
    };
    let view = judged_view(&step.program, starter);
    let may_ask = !is_non_interactive(step);
    let scripts = call.scripts().into_iter();
    scripts.map(|path| Start { path, language: Language::PowerShell, view, may_ask }).collect()
}

fn is_non_interactive(step: &Step) -> bool {
    let begins = |switch: String| switch.len() > 3 && "noninteractive".starts_with(&switch);
    step.words.iter().filter_map(|word| word.switch()).any(begins)
}

/// Whether a script looks at its own view: then it has considered it, and any finding would be wrong.
fn minds_views(code: &str) -> bool {
    const MINDS: [&str; 7] = [
        "processor_architew6432",
        "processor_architecture",
        "is64bitprocess",
        "[intptr]::size",
        "registry64",
        "registryview",
        "programw6432",
    ];
    // A line that asks for Sysnative or starts itself again through it; one that only names a program there has minded that
    // program and no other.
    const RESTARTS: [&str; 5] = ["powershell", "cmd", "test-path", "exist", "%~f0"];
    let lower = code.to_lowercase();
    let restarts = |line: &str| line.contains("sysnative") && RESTARTS.iter().any(|word| line.contains(word));
    MINDS.iter().any(|word| lower.contains(word)) || lower.lines().any(restarts)
}

/// The folder of a packed file, with `\` at its end; empty at the top.
fn folder_of(name: &str) -> String {
    let folder = &name[..name.len() - leaf(name).len()];
    packed_name(folder).replace('/', "\\") + if folder.is_empty() { "" } else { "\\" }
}

/// `text` with the names of a script's own folder replaced by it, in any case.
fn replaced(text: &str, roots: &[&str], folder: &str) -> String {
    let mut text = text.to_owned();
    for root in roots {
        // Only ASCII is lowered, so that positions stay.
        let lower = text.to_ascii_lowercase();
        let root = root.to_ascii_lowercase();
        if !lower.contains(&root) {
            continue;
        }
        let (mut made, mut from) = (String::with_capacity(text.len()), 0);
        for (at, _) in lower.match_indices(&root) {
            made.push_str(&text[from..at]);
            made.push_str(folder);
            from = at + root.len();
        }
        made.push_str(&text[from..]);
        text = made;
    }
    text
}

/// The command line that a call of a PowerShell script comes to; `None` for PowerShell's own commands.
fn line_of(call: &ScriptCall, folder: &str) -> Option<String> {
    let name = call.name.to_lowercase();
    if matches!(name.as_str(), "start-process" | "saps" | "start") {
        return started_process(&call.arguments, folder);
    }
    let is_own = name.contains('-') && !name.contains(['\\', '/', '.']);
    if is_own || name.contains('$') && !name.contains('\\') {
        return None;
    }
    let name = replaced(&call.name, &ROOTS, folder);
    let mut line = if name.contains(' ') { format!("\"{name}\"") } else { name };
    let mut inside = false;
    for token in &call.arguments {
        match token {
            Token::Text(text, _) if text.contains('"') || !text.contains(' ') => line += &format!(" {text}"),
            Token::Text(text, _) => line += &format!(" \"{text}\""),
            Token::Word(word) if !inside => line += &format!(" {word}"),
            // A value that is worked out may be any words.
            Token::Mark('(') => {
                line += " $value";
                inside = true;
            }
            Token::Mark(')') => inside = false,
            Token::Word(_) | Token::Mark(_) | Token::End => {}
        }
    }
    Some(replaced(&line, &ROOTS, folder))
}

/// The command line of `Start-Process`: its file, and its arguments one after the other.
fn started_process(arguments: &[Token], folder: &str) -> Option<String> {
    let (mut file, mut words, mut parameter) = (None, Vec::new(), String::new());
    for token in arguments {
        let value = match token {
            Token::Word(word)
                if is_parameter(token) || (word.starts_with('-') && parameter != "argumentlist") =>
            {
                parameter = full_parameter(&token.word());
                continue;
            }
            Token::Word(word) => word.clone(),
            Token::Text(text, _) => text.clone(),
            Token::Mark('(') if parameter == "argumentlist" => continue,
            Token::Mark('(') => "$value".to_owned(),
            Token::Mark(_) | Token::End => continue,
        };
        match parameter.as_str() {
            "filepath" => file = Some(value),
            "argumentlist" => words.push(if value == "@" { String::new() } else { value }),
            "" | "flag" if file.is_none() => file = Some(value),
            "" | "flag" => {
                parameter = "argumentlist".to_owned();
                words.push(if value == "@" { String::new() } else { value });
            }
            _ => parameter.clear(),
        }
    }
    let file = replaced(&file?, &ROOTS, folder);
    let is_known = !file.contains('$') || file.contains('\\');
    let file = if file.contains(' ') { format!("\"{file}\"") } else { file };
    is_known.then(|| replaced(&format!("{file} {}", words.join(" ")), &ROOTS, folder))
}

fn is_parameter(token: &Token) -> bool {
    let word = token.word();
    word.starts_with('-') && !matches!(full_parameter(&word).as_str(), "other")
}

/// A parameter of `Start-Process` by its first letters.
fn full_parameter(word: &str) -> String {
    const VALUES: [&str; 9] = [
        "filepath",
        "argumentlist",
        "workingdirectory",
        "verb",
        "windowstyle",
        "credential",
        "redirectstandardoutput",
        "redirectstandarderror",
        "redirectstandardinput",
    ];
    const FLAGS: [&str; 6] =
        ["wait", "passthru", "nonewwindow", "loaduserprofile", "usenewenvironment", "erroraction"];
    let name = word.trim_start_matches('-').trim_end_matches(':');
    if name == "args" {
        return "argumentlist".to_owned();
    }
    let begins = |full: &&&str| name.len() > 1 && full.starts_with(name);
    if let Some(full) = VALUES.iter().find(begins) {
        return (*full).to_owned();
    }
    let is_flag = FLAGS.iter().any(|full| name.len() > 1 && full.starts_with(name));
    if is_flag { "flag".to_owned() } else { "other".to_owned() }
}
