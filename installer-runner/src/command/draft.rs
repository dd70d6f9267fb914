//! The report of a command while the command is resolved, with secrets in its line and variables masked.

use super::{Asked, Refused, Resolved};
use crate::settings::view_name;
use std::collections::BTreeSet;
use waybill_schemas::report::install::{CommandReport, EnvironmentDifference, RefusedCommand};
use waybill_schemas::secrets::{MASK, holds_secret_word, mask};
use waybill_system::{Architecture, Environment, Perspective, SystemKind, Unanswered, View, for_process};

/// The HRESULT of ERROR_FILE_NOT_FOUND: no such program.
pub(super) const NOT_FOUND: u32 = 0x8007_0002;
/// The HRESULT of ERROR_ACCESS_DENIED: a folder or file may not be read.
pub(super) const ACCESS_DENIED: u32 = 0x8007_0005;
/// The HRESULT of ERROR_INVALID_PARAMETER, which CreateProcess returns for an empty line.
pub(super) const INVALID: u32 = 0x8007_0057;
/// The HRESULT of ERROR_BAD_EXE_FORMAT: the file is no program.
pub(super) const NO_PROGRAM: u32 = 0x8007_00C1;
/// The HRESULT of ERROR_FILENAME_EXCED_RANGE: the line or a path is too long.
pub(super) const TOO_LONG: u32 = 0x8007_00CE;
/// The HRESULT of ERROR_DIRECTORY: the working directory is no valid folder.
pub(super) const NO_FOLDER: u32 = 0x8007_010B;
/// E_FAIL, for errors of the system without a code.
const FAILED: u32 = 0x8000_4005;

/// The report of a command while it is resolved.
pub(super) struct Draft {
    pub(super) report: CommandReport,
    /// The values of variables with secret names that the line refers to, longest first, so that a secret that is part
    /// of a longer one does not break its masking.
    secrets: Vec<String>,
}

/// A resolved command, before its masked parts are put into the report.
pub(super) struct CommandStart {
    pub(super) program: String,
    /// The place where the program was found, for the report.
    pub(super) found_in: String,
    pub(super) line: String,
    pub(super) words: Vec<String>,
    pub(super) environment: Environment,
    /// The whole command line with its secrets masked, for the report.
    pub(super) shown: String,
    /// What follows the program in the line, with its secrets masked; `None` where words are given instead.
    pub(super) tail: Option<String>,
    pub(super) is_msiexec: bool,
}

/// Why a command is not started. Parts of the command line in it are already masked.
pub(super) struct Refusal {
    pub(super) code: u32,
    pub(super) why: String,
    pub(super) fix: String,
    pub(super) searched: Vec<String>,
}

impl Refusal {
    pub(super) fn new(code: u32, why: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { code, why: why.into(), fix: fix.into(), searched: Vec::new() }
    }
}

impl Draft {
    pub(super) fn new(asked: Asked<'_>) -> Self {
        let report = CommandReport {
            line: mask(asked.line),
            program: None,
            found_in: None,
            command_line: None,
            view: view_name(asked.run_as.perspective.view).to_owned(),
            tail: None,
            prepared: None,
            program_view: None,
            folder: asked.folder.to_owned(),
            environment: Vec::new(),
            refused: None,
        };
        Self { report, secrets: Vec::new() }
    }

    pub(super) fn resolved(mut self, start: CommandStart) -> Resolved {
        let CommandStart { program, found_in, line, words, environment, shown, tail, is_msiexec } = start;
        self.report.tail = tail;
        self.report.command_line = Some(shown);
        self.report.program = Some(self.hidden(&program));
        self.report.found_in = Some(self.hidden(&found_in));
        Resolved { program, line, words, environment, is_msiexec, report: self.report }
    }

    pub(super) fn refuse(mut self, refusal: Refusal) -> Box<Refused> {
        let Refusal { code, why, fix, searched } = refusal;
        let (why, fix) = (self.hidden(&why), self.hidden(&fix));
        let searched = searched.iter().map(|place| self.hidden(place)).collect();
        self.report.refused = Some(RefusedCommand { code: format!("0x{code:08X}"), why, fix, searched });
        Box::new(Refused { code, report: self.report })
    }

    /// `text` with secrets masked: those recognised by their form, and those from variables.
    pub(super) fn shown(&self, text: &str) -> String {
        mask(&self.hidden(text))
    }

    /// `text`, in which secrets of recognisable form are already masked, with those from variables masked too.
    pub(super) fn hidden(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, MASK))
    }

    /// The variables with which the line is expanded.
    pub(super) fn environment(&mut self, line: &str, asked: Asked<'_>) -> Result<Environment, Refusal> {
        let no_block = |unanswered: Unanswered| {
            let code = unanswered.code.unwrap_or(FAILED);
            let why = format!("the variables of its account cannot be had: {unanswered}");
            Refusal::new(code, why, "run it while that user is signed in")
        };
        let block = asked.system.device().environment(asked.run_as.perspective).map_err(no_block)?;
        self.note_environment(&block, asked);
        self.secrets = secrets_in(line, &block);
        Ok(block)
    }

    /// The variables that `program` gets, made of `block`, those of the line. Its own width decides, and not that of
    /// whoever starts it; a program whose headers do not say its width keeps those of the line.
    pub(super) fn environment_of(
        &mut self,
        program: &str,
        block: Environment,
        asked: Asked<'_>,
    ) -> Environment {
        let (files, device) = (asked.system.files(), asked.system.device());
        let (Ok(Some(loaded)), Ok(native)) = (files.loaded_as(program), device.architecture()) else {
            return block;
        };
        let Some(process) = Architecture::of_process(loaded, native, device.windows_build().ok()) else {
            return block;
        };
        self.report.program_view = Some(view_name(process.view()).to_owned());
        let block = for_process(&block, process, native);
        self.note_environment(&block, asked);
        block
    }

    /// Puts the differences of the command's variables from those of this process into the report. On a model, where
    /// this process is none of that machine's, those that the width of the program decides.
    fn note_environment(&mut self, block: &Environment, asked: Asked<'_>) {
        self.report.environment = match asked.system.device().model() {
            None => differences(block, asked.run_as.kind, of_the_caller()),
            Some(_) => decided_by_width(block, asked),
        };
    }
}

/// The command line without blanks around it.
///
/// # Errors
/// The line is empty or contains a character that no command line can hold.
pub(super) fn checked_line(line: &str, kind: SystemKind) -> Result<&str, Refusal> {
    let example = match kind {
        SystemKind::Windows => "give a command such as `msiexec.exe /i \"app.msi\" /qn`",
        SystemKind::Unix => "give a command such as `sh ./install.sh`",
    };
    match line.trim() {
        "" => Err(Refusal::new(INVALID, "the command is empty", example)),
        line if line.contains('\0') => {
            Err(Refusal::new(INVALID, "the command holds a null character, which would end it", example))
        }
        line => Ok(line),
    }
}

/// The variables of this process; text that is no Unicode is shown with replacement characters.
fn of_the_caller() -> impl Iterator<Item = (String, String)> {
    let lossy = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
    std::env::vars_os().map(move |(name, value)| (lossy(name), lossy(value)))
}

/// The variables that differ between the command and this process, sorted by name. Those of the command have their
/// value, unless it is a secret; those that only this process has are without value.
fn differences(
    ours: &Environment,
    kind: SystemKind,
    caller: impl Iterator<Item = (String, String)>,
) -> Vec<EnvironmentDifference> {
    let mut theirs = Environment::new(kind);
    // Windows keeps a current directory for each drive in variables such as `=C:`.
    caller.filter(|(name, _)| !name.starts_with('=')).for_each(|(name, value)| theirs.set(name, value));
    let changed = ours.iter().filter(|(name, value)| theirs.get(name) != Some(value));
    let changed = changed.map(|(name, value)| EnvironmentDifference {
        name: name.to_owned(),
        value: Some(if holds_secret_word(name) { MASK.to_owned() } else { mask(value) }),
        left_out: false,
    });
    let gone = theirs.iter().filter(|(name, _)| ours.get(name).is_none());
    let gone =
        gone.map(|(name, _)| EnvironmentDifference { name: name.to_owned(), value: None, left_out: true });
    let mut all: Vec<_> = changed.chain(gone).collect();
    all.sort_by_key(|one| one.name.to_uppercase());
    all
}

/// The variables that differ between the programs of both widths, with what this command gets.
fn decided_by_width(block: &Environment, asked: Asked<'_>) -> Vec<EnvironmentDifference> {
    let of = |view| asked.system.device().environment(Perspective { view, ..asked.run_as.perspective });
    let (Ok(narrow), Ok(wide)) = (of(View::Bits32), of(View::Bits64)) else { return Vec::new() };
    let differs = narrow.iter().chain(wide.iter()).map(|(name, _)| name);
    let names: BTreeSet<&str> = differs.filter(|name| narrow.get(name) != wide.get(name)).collect();
    let told = |name: &str| {
        let value = block.get(name).map(str::to_owned);
        EnvironmentDifference { name: name.to_owned(), left_out: value.is_none(), value }
    };
    names.into_iter().map(told).collect()
}

/// The values of variables with secret names that `line` refers to as `%NAME%`, longest first.
fn secrets_in(line: &str, block: &Environment) -> Vec<String> {
    let line = line.to_uppercase();
    let is_named = |name: &str| line.contains(&format!("%{}%", name.to_uppercase()));
    let secret =
        block.iter().filter(|(name, value)| holds_secret_word(name) && !value.is_empty() && is_named(name));
    let mut values: Vec<String> = secret.map(|(_, value)| value.to_owned()).collect();
    values.sort_by_key(|value| std::cmp::Reverse(value.len()));
    values
}

/// The same block with the values of variables with secret names masked.
pub(super) fn masked(block: &Environment, kind: SystemKind) -> Environment {
    let mut masked = Environment::new(kind);
    for (name, value) in block.iter() {
        masked.set(name, if holds_secret_word(name) { MASK } else { value });
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_are_told_and_secrets_are_not() {
        let mut ours = Environment::new(SystemKind::Windows);
        for (name, value) in [
            ("ProgramFiles", r"C:\Program Files (x86)"),
            ("windir", r"C:\Windows"),
            ("VENDOR_TOKEN", "abc"),
            ("OPTIONS", "--password hunter2"),
        ] {
            ours.set(name, value);
        }
        let caller = [
            ("PROGRAMFILES", r"C:\Program Files"),
            ("WINDIR", r"C:\Windows"),
            ("HTTPS_PROXY", "http://me:secret@proxy"),
            ("=C:", r"C:\x"),
        ];
        let caller = caller.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let all = differences(&ours, SystemKind::Windows, caller);
        let told: Vec<_> =
            all.iter().map(|one| (one.name.as_str(), one.value.as_deref(), one.left_out)).collect();
        let expected = [
            ("HTTPS_PROXY", None, true),
            ("OPTIONS", Some("--password ***"), false),
            ("ProgramFiles", Some(r"C:\Program Files (x86)"), false),
            ("VENDOR_TOKEN", Some("***"), false),
        ];
        assert_eq!(told, expected);
    }
}
