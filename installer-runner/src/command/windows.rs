//! Resolving a command line on Windows.

use super::draft::{
    ACCESS_DENIED, CommandStart, Draft, INVALID, NO_FOLDER, NO_PROGRAM, NOT_FOUND, Refusal, TOO_LONG,
    checked_line,
};
use super::search::{FoundProgram, Search};
use super::{Asked, draft, file_view, hints};
use crate::RunAs;
use crate::settings::view_name;
use waybill_intune::command_line::{Candidate, candidates};
use waybill_intune::path::{self, NotPlain};
use waybill_intune::right_line::{advice, right_line};
use waybill_intune::view::FileView;
use waybill_schemas::secrets::mask;
use waybill_system::{Account, Environment, System};

/// The longest line of CreateProcess in UTF-16 units, without its NUL (Microsoft, CreateProcessW, `lpCommandLine`).
const LONGEST_LINE: usize = 32_766;
/// The longest line of cmd.exe in UTF-16 units (Microsoft, "Command prompt line string limitation").
const LONGEST_FOR_CMD: usize = 8_191;

pub(super) fn find_start(asked: Asked<'_>, draft: &mut Draft) -> Result<CommandStart, Refusal> {
    let Asked { line, folder, run_as, system } = asked;
    let folder = match folder {
        "" => String::new(),
        folder => path::plain_folder(folder).map_err(|why| no_plain_folder(folder, why))?,
    };
    draft.report.folder.clone_from(&folder);
    let line = checked_line(line, run_as.kind)?;
    let environment = draft.environment(line, asked)?;
    let expanded = environment.expand(line);
    let view = file_view(run_as.perspective, &environment, system);
    draft.report.view = view_name(view.view()).to_owned();

    let mut search = Search {
        system,
        folder: &folder,
        view: &view,
        path: system.device().path(run_as.perspective),
        is_model: system.device().model().is_some(),
        is_guarded: runs_as_system(run_as, system),
        searched: Vec::new(),
        passed_over: Vec::new(),
        denied: None,
    };
    // The line is expanded before it is split, because a variable's value may contain the blank that ends the program.
    let candidates = candidates(expanded.trim_start());
    let Some(found) = search.find(&candidates) else {
        let shown = draft::masked(&environment, run_as.kind).expand(line);
        if !names_the_same(&candidates, &shown) {
            search.searched = vec!["(the program's name holds a secret)".to_owned()];
        }
        return Err(not_found(&shown, search));
    };
    let (program, line) = start_line(&found, &folder, &view, &environment, draft)?;
    within(&line, LONGEST_LINE, "CreateProcess")?;
    let is_msiexec = path::leaf(&program).eq_ignore_ascii_case("msiexec.exe");
    let shown = draft.shown(&line);
    let tail = shown_tail(&shown, &line, &found, program != found.path);
    let found_in = found.found_in;
    let environment = draft.environment_of(&program, environment, asked);
    Ok(CommandStart { program, found_in, line, words: Vec::new(), environment, shown, tail, is_msiexec })
}

/// The part of the masked line that stands for the tail. It is cut out of the whole, because masked by itself the tail
/// may show what belongs to a word before it. `None` where the masking reaches beyond the tail.
fn shown_tail(shown: &str, line: &str, found: &FoundProgram<'_>, in_quotes_of_cmd: bool) -> Option<String> {
    let end = if in_quotes_of_cmd { "\"" } else { "" };
    let start = line.strip_suffix(end)?.strip_suffix(found.tail)?;
    Some(shown.strip_prefix(start)?.strip_suffix(end)?.trim_start().to_owned())
}

/// Whether the masked line begins with the same program as the real one.
fn names_the_same(candidates: &[Candidate<'_>], shown: &str) -> bool {
    let first = |candidates: &[Candidate<'_>]| candidates.first().map(|one| one.name.to_owned());
    first(candidates) == first(&self::candidates(shown.trim_start()))
}

/// Whether the program is started with more rights than an ordinary user has.
fn runs_as_system(run_as: &RunAs, system: &dyn System) -> bool {
    match run_as.perspective.account {
        Account::System => true,
        Account::Current => system.device().own_account() == Account::System,
        Account::User => false,
    }
}

/// The lpApplicationName and lpCommandLine for a program (docs/context.md, "How a command line is started").
fn start_line(
    found: &FoundProgram<'_>,
    folder: &str,
    view: &FileView,
    environment: &Environment,
    draft: &Draft,
) -> Result<(String, String), Refusal> {
    let FoundProgram { path, tail, .. } = found;
    match path::extension(path).as_str() {
        "exe" | "com" => Ok((path.clone(), format!("\"{path}\"{tail}"))),
        "cmd" | "bat" => {
            // cmd.exe expands variables in its whole line, including the path of the batch file.
            if environment.expand(path) != *path {
                let why = "the batch file's path holds a `%NAME%` that cmd.exe would replace";
                return Err(Refusal::new(INVALID, why, "call the file or its folder something else"));
            }
            let cmd = format!(r"{}\cmd.exe", view.system_folder());
            let line = format!("\"{cmd}\" /d /s /c \"\"{path}\"{tail}\"");
            within(&line, LONGEST_FOR_CMD, "cmd.exe")?;
            Ok((cmd, line))
        }
        extension => Err(no_program(found, extension, folder, view, draft)),
    }
}

fn within(line: &str, most: usize, who: &str) -> Result<(), Refusal> {
    match line.encode_utf16().count() {
        length if length > most => Err(Refusal::new(
            TOO_LONG,
            format!("the command line has {length} characters, and {who} takes {most}"),
            "put what is long into a file that the installer reads",
        )),
        _ => Ok(()),
    }
}

fn no_plain_folder(folder: &str, why: NotPlain) -> Refusal {
    let fix = "choose another root folder: a short path on a drive, such as C:\\ProgramData\\Waybill";
    match why {
        NotPlain::Length(length) => {
            let why = format!(
                "the content folder's path has {length} characters; a working directory takes less than 248"
            );
            Refusal::new(TOO_LONG, why, fix)
        }
        NotPlain::NoDrivePath => {
            let why = format!(
                "the content folder is no plain path on a drive: {folder}; cmd.exe would run in C:\\Windows instead"
            );
            Refusal::new(NO_FOLDER, why, fix)
        }
        NotPlain::Name => {
            let why =
                format!("a name in the content folder's path can be reached through \\\\?\\ alone: {folder}");
            Refusal::new(NO_FOLDER, why, fix)
        }
    }
}

/// The refusal of a file that exists but is no program (0x800700C1).
fn no_program(
    found: &FoundProgram<'_>,
    extension: &str,
    folder: &str,
    view: &FileView,
    draft: &Draft,
) -> Refusal {
    let path = mask(&found.path);
    let kind = if extension.is_empty() {
        "a file without an extension".to_owned()
    } else {
        format!("a .{extension}")
    };
    let why = format!("{path} is there, and {kind} is no program");
    // As a packager writes it: the content folder of a device has another path than this one.
    let file = path::below(&found.path, folder).unwrap_or(&found.path);
    let fix = match right_line(extension, file, view.host()) {
        Some(line) => format!("write `{}`", draft.shown(&format!("{line}{}", found.tail))),
        None => advice(extension).to_owned(),
    };
    Refusal::new(NO_PROGRAM, why, fix)
}

/// The refusal where no file was found: 0x80070002, or 0x80070005 where a place may not be looked into. `line` must not
/// contain secrets from variables.
fn not_found(line: &str, mut search: Search<'_>) -> Refusal {
    let first = candidates(line.trim_start()).first().copied().unwrap_or(Candidate { name: "", tail: "" });
    let name = mask(first.name);
    let denied = search.denied.take();
    let code = match denied.as_ref().and_then(|unanswered| unanswered.code) {
        Some(ACCESS_DENIED) => ACCESS_DENIED,
        _ => NOT_FOUND,
    };
    let mut why = match path::has_extension(first.name) {
        _ if first.name.is_empty() => "the line names no program".to_owned(),
        true => format!("there is no `{name}`"),
        false => format!(
            "there is no `{name}.exe`, which is what `{name}` means: `.exe` is added where there is no extension"
        ),
    };
    if let Some(unanswered) = denied {
        why = format!("{why}; and one place cannot be looked into: {unanswered}");
    }
    let fix = hints::fix(&first, line, &mut search);
    Refusal { code, why, fix, searched: search.searched }
}
