//! Command lines as Windows starts them, taken apart far enough for lint.
//!
//! How Intune runs commands (`docs/lint.md`): no shell; the program is what CreateProcess takes without an
//! application name, so a quoted token or the growing prefix at blanks, `.exe` added where there is no extension;
//! the tail goes through character for character. What stands behind `cmd /c` is a shell's, and is taken apart too.

mod msiexec;
mod operator;
mod powershell;
mod program;
mod shell;
mod words;

pub use msiexec::{Interface, Msiexec, ProductOrFile};
pub use operator::first_operator;
pub use powershell::PowerShell;
pub use program::{Candidate, candidates};
pub use words::{Word, flattened};

use words::{split, strip_quotes};

/// Extensions after which a program token ends, whatever follows.
const STARTABLE: &[&str] =
    &["exe", "com", "cmd", "bat", "msi", "msp", "msu", "ps1", "vbs", "js", "wsf", "reg", "lnk"];

/// One command line: the program that is started, and what a shell in it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// In order; the first is what CreateProcess starts.
    pub steps: Vec<Step>,
}

/// One program with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The program as it is named, without quotes.
    pub program: String,
    /// The program is named without quotes although its path has blanks.
    pub unquoted_blanks: bool,
    /// Everything after the program, character for character.
    pub tail: String,
    /// The tail's words.
    pub words: Vec<Word>,
    /// A `cmd /c` starts it: the shell's rules hold (PATHEXT, built-ins, operators).
    pub in_shell: bool,
    /// A `cd` or `pushd` ran before it: relative paths are anybody's guess.
    pub moved: bool,
}

impl CommandLine {
    /// Takes a command line apart. `is_packed` says whether a relative path is a file of the package.
    pub fn parse(text: &str, is_packed: &dyn Fn(&str) -> bool) -> Self {
        let outer = Step::parse(text, false, is_packed);
        let inner = match outer.stem().as_str() {
            "cmd" => shell::steps_of(&outer.tail, is_packed),
            _ => Vec::new(),
        };
        Self { steps: std::iter::once(outer).chain(inner).collect() }
    }
}

impl Step {
    fn parse(text: &str, in_shell: bool, is_packed: &dyn Fn(&str) -> bool) -> Self {
        let text = text.trim();
        let (program, tail, unquoted_blanks) = match text.strip_prefix('"') {
            Some(rest) => {
                let (program, tail) = rest.split_once('"').unwrap_or((rest, ""));
                (program.to_owned(), tail, false)
            }
            None => unquoted_program(text, is_packed),
        };
        let tail = tail.to_owned();
        Self { program, unquoted_blanks, words: split(&tail), tail, in_shell, moved: false }
    }

    /// The program's file name without folder and `.exe` or `.com`, in lower case.
    pub fn stem(&self) -> String {
        let name = self.file_name().to_lowercase();
        if name == "%comspec%" {
            return "cmd".to_owned();
        }
        let stem = name.strip_suffix(".exe").or_else(|| name.strip_suffix(".com"));
        stem.unwrap_or(&name).to_owned()
    }

    /// The program's file name without its folder.
    pub fn file_name(&self) -> &str {
        self.program.rsplit(['\\', '/']).next().unwrap_or_default()
    }

    /// The extension of the program's name, in lower case; empty where there is none.
    pub fn extension(&self) -> String {
        extension(self.file_name())
    }

    /// Whether the program is a batch file: CreateProcess hands it to cmd.exe.
    pub fn is_batch(&self) -> bool {
        matches!(self.extension().as_str(), "cmd" | "bat")
    }
}

/// The program token of a line without a quote in front: one word, or the prefix that names a file with blanks.
fn unquoted_program<'a>(text: &'a str, is_packed: &dyn Fn(&str) -> bool) -> (String, &'a str, bool) {
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let first = &text[..end];
    if is_startable(first) {
        return (first.to_owned(), &text[end..], has_blank_variable(first));
    }
    let looks_like_path = first.contains('\\') || first.contains(':');
    for (end, prefix) in growing_prefixes(text) {
        if is_startable(prefix) && (looks_like_path || is_packed(prefix)) {
            return (prefix.to_owned(), &text[end..], true);
        }
    }
    (first.to_owned(), &text[end..], has_blank_variable(first))
}

/// Prefixes of two words and more, up to the first word that is an argument by its looks.
fn growing_prefixes(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let ends = std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find(|c: char| !c.is_whitespace())?;
        let word = text[start..].split(char::is_whitespace).next()?;
        at = start + word.len();
        Some((at, word))
    });
    let plain = |word: &str| !word.starts_with(['/', '-']) && !word.contains(['"', '=', '&', '|', '<', '>']);
    ends.take_while(move |(_, word)| plain(word)).skip(1).map(move |(end, _)| (end, &text[..end]))
}

/// `%ProgramFiles%\…` without quotes has a blank once it is expanded.
fn has_blank_variable(word: &str) -> bool {
    const BLANK: [&str; 6] = [
        "%programfiles%",
        "%programfiles(x86)%",
        "%programw6432%",
        "%commonprogramfiles%",
        "%commonprogramfiles(x86)%",
        "%commonprogramw6432%",
    ];
    let lower = word.to_lowercase();
    BLANK.iter().any(|variable| lower.starts_with(variable))
}

fn is_startable(path: &str) -> bool {
    STARTABLE.contains(&extension(path).as_str())
}

/// What follows the last dot of the last component, in lower case.
pub fn extension(path: &str) -> String {
    let name = path.rsplit(['\\', '/']).next().unwrap_or_default();
    name.rsplit_once('.').map(|(_, extension)| extension.to_lowercase()).unwrap_or_default()
}

/// The words from `at` on that together name one file with an extension of `extensions`, although they stand
/// without quotes: `My App.msi`. Nothing where the word names one by itself or is quoted.
pub fn unquoted_run(words: &[Word], at: usize, extensions: &[&str]) -> Option<String> {
    let ends = |word: &Word| extensions.contains(&extension(&word.text).as_str());
    let plain =
        |word: &&Word| !word.is_quoted() && !word.raw.starts_with(['/', '-']) && !word.raw.contains('=');
    let run: Vec<&Word> = words.get(at..)?.iter().take_while(plain).collect();
    let last = run.iter().position(|word| ends(word)).filter(|last| *last > 0)?;
    Some(run[..=last].iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests;
