//! Follows the commands into the scripts that they start: which program starts which, with how many bits, and with which
//! words. What cannot be followed is left out, because a wrong finding is worse than none.

use super::reach::{Reach, without_scope};
use super::script_lines::{ROOTS, line_of, replaced};
use super::{Command, FindingPlace, Subject};
use crate::lint::script::{ScriptCall, Token, batch_commands, calls, code_lines, decode};
use crate::lint::subject::packed_name;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashSet;
use waybill_intune::View;
use waybill_intune::command_line::{CommandLine, PowerShell, Step, batch_steps};
use waybill_intune::path::{extension, leaf};
use waybill_intune::two_views::view_of_started;
use waybill_intune::view::named_view;

/// The most scripts that are followed, and the most calls that are kept of all of them.
const MOST_SCRIPTS: usize = 100;
const MOST_CALLS: usize = 20_000;

/// The most scripts in command lines that are read, and how deep they may stand in one another.
const MOST_INLINE: usize = 200;
const DEEPEST_INLINE: usize = 4;

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

    /// The same, for words other than those at these places, which are in order.
    pub(super) fn is_open_but_for(&self, known: &[usize]) -> bool {
        let words = self.step.words.iter().enumerate();
        words.filter(|(at, _)| known.binary_search(at).is_err()).any(|(_, word)| {
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

/// A script that a command starts, or PowerShell's `-Command` or `-EncodedCommand` in a command line.
pub(super) struct StartedScript {
    /// Its name in the package; `None` where it stands in a command line.
    pub(super) file: Option<String>,
    pub(super) language: Language,
    /// The view of the program that runs it; `None` where that is not known, or where the script asks for itself.
    pub(super) view: Option<View>,
    /// Whether it may ask: its host was not started with `-NonInteractive`.
    pub(super) may_ask: bool,
    pub(super) text: String,
    /// The commands of a PowerShell script.
    pub(super) calls: Vec<ScriptCall>,
    /// Whether nothing can keep it from being started.
    pub(super) is_certain: bool,
    /// The words behind it in the line that starts it, in lower case; `None` where they are not known.
    given: Option<String>,
    /// The first and last lines of blocks that never run as it is started.
    pub(super) dead: Vec<(u32, u32)>,
    /// The place of the line that starts it, and how a sentence about that begins.
    starter: (FindingPlace, String),
}

impl StartedScript {
    /// The place of a line of it.
    pub(super) fn place(&self, line: u32) -> FindingPlace {
        match &self.file {
            Some(file) => FindingPlace::in_file(file).on_line(line),
            None => self.starter.0.clone(),
        }
    }

    /// How a sentence about a line of it begins.
    pub(super) fn told(&self, line: u32) -> String {
        match &self.file {
            Some(file) => format!("Line {line} of {file}"),
            None => self.starter.1.clone(),
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
    is_certain: bool,
    given: Option<String>,
}

/// Follows the commands of an app. `agent` is the view of the program that starts them; `None` for an app whose devices
/// have one view only. `as_system` says whether the app runs as SYSTEM.
pub(super) fn follow(
    commands: &[Command<'_>],
    subject: &Subject,
    agent: Option<View>,
    as_system: bool,
) -> Started {
    let seen = HashSet::new();
    let mut follower = Follower { subject, started: Started::default(), seen, inline: 0, as_system };
    for command in commands {
        let mut starter = agent;
        for (at, step) in command.line.steps.iter().enumerate() {
            let way = Way {
                place: command.place.clone(),
                told: command.to_string(),
                in_command: true,
                language: None,
                starter,
                is_certain: true,
                folder: "",
                depth: 0,
            };
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
    place: FindingPlace,
    /// How a sentence about the place begins.
    told: String,
    /// Whether it is the app's command; otherwise it is a script.
    in_command: bool,
    language: Option<Language>,
    starter: Option<View>,
    is_certain: bool,
    /// The script's folder, empty or with `\` at its end.
    folder: &'a str,
    /// How many scripts in command lines it stands in.
    depth: usize,
}

struct Follower<'a> {
    subject: &'a Subject,
    started: Started,
    /// The scripts that were followed, by name and view.
    seen: HashSet<(String, Option<View>)>,
    /// How many scripts in command lines were read.
    inline: usize,
    as_system: bool,
}

impl Follower<'_> {
    /// Takes a call, and follows it where it starts a script.
    fn call(&mut self, command: &Command<'_>, step: Step, way: &Way<'_>) {
        if self.started.calls.len() >= MOST_CALLS {
            return;
        }
        let is_certain = way.is_certain && !step.is_conditional;
        let starts = starts_of(&step, way.starter, is_certain);
        let text = PowerShell::parse(&step).and_then(|call| inline_text(&call));
        let view = judged_view(&step.program, way.starter);
        let may_ask = !is_non_interactive(&step);
        self.started.calls.push(Call {
            step,
            place: way.place.clone(),
            told: way.told.clone(),
            in_command: way.in_command,
            language: way.language,
            installs: command.installs,
            starter: way.starter,
            is_certain,
        });
        if let Some(text) = text {
            self.inline(
                command,
                text,
                view,
                may_ask,
                &Way { is_certain, told: way.told.clone(), place: way.place.clone(), ..*way },
            );
        }
        for start in starts {
            self.script(command, &start, way);
        }
    }

    /// Reads what stands behind `-Command` or `-EncodedCommand` of a call.
    fn inline(
        &mut self,
        command: &Command<'_>,
        text: String,
        view: Option<View>,
        may_ask: bool,
        way: &Way<'_>,
    ) {
        if self.inline >= MOST_INLINE || way.depth >= DEEPEST_INLINE {
            return;
        }
        self.inline += 1;
        let script = StartedScript {
            file: None,
            language: Language::PowerShell,
            view,
            may_ask,
            text,
            calls: Vec::new(),
            is_certain: way.is_certain,
            given: Some(String::new()),
            dead: Vec::new(),
            starter: (way.place.clone(), way.told.clone()),
        };
        self.add_powershell(command, script, way, way.folder);
    }

    fn script(&mut self, command: &Command<'_>, start: &Start, way: &Way<'_>) {
        let found = [start.path.clone(), format!("{}{}", way.folder, start.path)];
        let entry = found.iter().find_map(|path| self.subject.find(path));
        let Some(name) = entry.map(|entry| entry.name.clone()) else { return };
        let is_new = self.seen.insert((name.clone(), start.view));
        if !is_new || self.seen.len() > MOST_SCRIPTS {
            return;
        }
        let Some(bytes) = self.subject.read(&name) else { return };
        let script = StartedScript {
            file: Some(name.clone()),
            language: start.language,
            view: start.view,
            may_ask: start.may_ask,
            text: decode(&bytes).0.into_owned(),
            calls: Vec::new(),
            is_certain: start.is_certain,
            given: start.given.clone(),
            dead: Vec::new(),
            starter: (way.place.clone(), way.told.clone()),
        };
        match start.language {
            Language::PowerShell => self.add_powershell(command, script, way, &folder_of(&name)),
            Language::Batch => self.add_batch(command, script, &folder_of(&name)),
        }
    }

    fn add_batch(&mut self, command: &Command<'_>, mut script: StartedScript, folder: &str) {
        script.view = script.view.filter(|_| !minds_views(&script.text));
        let subject = self.subject;
        let is_packed = |path: &str| subject.find(path).is_some();
        let commands = batch_commands(&script.text);
        let places: Vec<_> =
            commands.iter().map(|one| (script.place(one.line), script.told(one.line))).collect();
        let (view, is_started) = (script.view, script.is_certain);
        self.started.scripts.push(script);
        for (one, (place, told)) in commands.into_iter().zip(places) {
            let text = replaced(&one.text, &["%~dp0\\", "%~dp0", "%cd%\\"], folder);
            let mut starter = view;
            for step in batch_steps(&text, &is_packed) {
                let inner = starter.and_then(|starter| view_of_started(&step.program, starter));
                let is_shell = step.stem() == "cmd";
                let way = Way {
                    place: place.clone(),
                    told: told.clone(),
                    in_command: false,
                    language: Some(Language::Batch),
                    starter,
                    is_certain: one.is_certain && is_started,
                    folder,
                    depth: 0,
                };
                self.call(command, step, &way);
                starter = if is_shell { inner } else { starter };
            }
        }
    }

    /// Takes a script of PowerShell, which `way` leads to.
    fn add_powershell(
        &mut self,
        command: &Command<'_>,
        mut script: StartedScript,
        way: &Way<'_>,
        folder: &str,
    ) {
        let code: String = code_lines(&script.text).into_iter().map(|(_, line)| line + "\n").collect();
        script.view = script.view.filter(|_| !minds_views(&code));
        let mut found = calls(&script.text);
        // A function of the script is no program, whatever its name.
        let functions = defined(&found);
        found.retain(|call| !functions.contains(&call.name.to_lowercase()));
        let reach = Reach::new(&script.text, script.given.take(), self.as_system);
        found.retain(|call| reach.is_reached(&call.guards));
        script.dead = reach.dead_lines(&script.text);
        script.calls.clone_from(&found);
        let is_file = script.file.is_some();
        let (view, may_ask, is_started) = (script.view, script.may_ask, script.is_certain);
        let places: Vec<_> =
            found.iter().map(|call| (script.place(call.line), script.told(call.line))).collect();
        self.started.scripts.push(script);
        for (call, (place, told)) in found.into_iter().zip(places) {
            let inner = Way {
                place,
                told,
                // What stands in the command itself is told as the command.
                in_command: !is_file && way.in_command,
                language: Some(Language::PowerShell),
                starter: view,
                is_certain: call.is_certain && is_started,
                folder,
                depth: if is_file { 0 } else { way.depth + 1 },
            };
            let named = replaced(&call.name, &ROOTS, folder);
            if extension(&named) == "ps1" {
                // The same process runs it.
                let start = Start {
                    path: named,
                    language: Language::PowerShell,
                    view,
                    may_ask,
                    is_certain: inner.is_certain,
                    given: None,
                };
                self.script(command, &start, &inner);
                continue;
            }
            let Some(line) = line_of(&call, folder) else { continue };
            let subject = self.subject;
            for mut step in CommandLine::parse(&line, &|path| subject.find(path).is_some()).steps {
                step.is_fed |= call.is_fed;
                self.call(command, step, &inner);
            }
        }
    }
}

/// The script in a command line: behind `-Command`, or in Base64 behind `-EncodedCommand`.
fn inline_text(call: &PowerShell) -> Option<String> {
    let Some(encoded) = &call.encoded else { return call.command.clone() };
    let bytes = STANDARD.decode(encoded).ok()?;
    let units = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    Some(String::from_utf16_lossy(&units.collect::<Vec<_>>()))
}

/// The names of the functions that a script defines, in lower case.
fn defined(calls: &[ScriptCall]) -> HashSet<String> {
    let definitions =
        calls.iter().filter(|call| matches!(call.name.to_lowercase().as_str(), "function" | "filter"));
    let names = definitions.filter_map(|call| call.arguments.first().map(Token::word));
    names.map(|name| without_scope(&name).to_owned()).collect()
}

/// The view of a started program as far as it is judged: whoever names SysWOW64 means the 32-bit view.
fn judged_view(program: &str, starter: Option<View>) -> Option<View> {
    let is_chosen = named_view(program) == Some(View::Bits32);
    starter.filter(|_| !is_chosen).and_then(|starter| view_of_started(program, starter))
}

/// The scripts that a step starts.
fn starts_of(step: &Step, starter: Option<View>, is_certain: bool) -> Vec<Start> {
    let given = Some(step.tail.to_lowercase());
    let of = |path: &str, language| Start {
        path: path.to_owned(),
        language,
        view: starter,
        may_ask: true,
        is_certain,
        given: given.clone(),
    };
    if step.is_batch() {
        return vec![of(&step.program, Language::Batch)];
    }
    if matches!(step.stem().as_str(), "deploy-application" | "invoke-appdeploytoolkit") {
        // The launchers of PSAppDeployToolkit start the script of their own name, with as many bits as Windows has.
        let bare = match step.extension().as_str() {
            "exe" => &step.program[..step.program.len() - ".exe".len()],
            _ => step.program.as_str(),
        };
        let script = format!("{bare}.ps1");
        return vec![Start { view: None, ..of(&script, Language::PowerShell) }];
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
    scripts.map(|path| Start { view, may_ask, ..of(&path, Language::PowerShell) }).collect()
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
pub(super) fn folder_of(name: &str) -> String {
    let folder = &name[..name.len() - leaf(name).len()];
    packed_name(folder).replace('/', "\\") + if folder.is_empty() { "" } else { "\\" }
}
