//! Command lines as Intune's agent starts them, taken apart.
//!
//! How it does that (docs/lint.md, "How Intune runs commands"): no shell; the program is what CreateProcess takes
//! without an application name, so a quoted token or the growing prefix at blanks, `.exe` added where there is no
//! extension; the tail goes through character for character. What stands behind `cmd /c` is a shell's, and is taken
//! apart too.
//!
//! ```
//! use waybill_intune::command_line::{CommandLine, Msiexec};
//!
//! let line = CommandLine::parse(r#"cmd /c "msiexec /i app.msi /qn & exit /b 0""#, &|_| false);
//! let programs: Vec<_> = line.steps.iter().map(|step| step.stem()).collect();
//! assert_eq!(programs, ["cmd", "msiexec", "exit"]);
//! assert!(Msiexec::parse(&line.steps[1]).is_some_and(|call| !call.settles_restart));
//! ```

mod batch;
mod launchers;
mod shell;

pub use batch::{BatchCommand, BatchReader};
pub use launchers::{Interface, Msiexec, PowerShell, ProductOrFile};

use crate::path::{self, LONGEST_NAME};
use crate::right_line::{is_document, is_program};
use crate::view::FolderVariable;

/// One command line: the program that is started and, where that is cmd.exe, the programs that cmd.exe starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    /// The programs in the order of the line; the first is the one that CreateProcess starts.
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
    /// The words of `tail`, split at blanks outside quotes.
    pub words: Vec<Word>,
    /// A `cmd /c` starts it, so cmd's rules apply (PATHEXT, built-in commands, operators).
    pub in_shell: bool,
    /// A `cd` or `pushd` ran before it, so it is unknown what its relative paths mean.
    pub moved: bool,
    /// Its input comes from a file or another program (`<`, `|`), so it waits for nobody.
    pub is_fed: bool,
    /// An `if`, `for` or `||` of the shell decides whether it runs.
    pub is_conditional: bool,
    /// A `start` without `/wait` starts it, so nobody waits for its end or has its exit code.
    pub is_left: bool,
}

impl CommandLine {
    /// Takes a command line apart. `is_packed` says whether a relative path is a file of the package.
    pub fn parse(text: &str, is_packed: &dyn Fn(&str) -> bool) -> Self {
        let outer = Step::parse(text, false, is_packed);
        // PowerShell and msiexec read their own tails; only cmd starts further programs by name.
        let inner = match outer.stem().as_str() {
            "cmd" => shell::steps_of(&outer.tail, is_packed),
            _ => Vec::new(),
        };
        Self { steps: std::iter::once(outer).chain(inner).collect() }
    }
}

/// The programs that one command of a batch file starts.
pub fn batch_steps(command: &str, is_packed: &dyn Fn(&str) -> bool) -> Vec<Step> {
    let steps = shell::steps_of_line(command, is_packed).into_iter();
    // What a `cmd /c` in a batch file starts comes after it, as in a command line.
    let with_inner = steps.flat_map(|step| {
        let inner = match step.stem().as_str() {
            "cmd" => shell::steps_of(&step.tail, is_packed),
            _ => Vec::new(),
        };
        std::iter::once(step).chain(inner)
    });
    with_inner.collect()
}

impl Step {
    fn parse(text: &str, in_shell: bool, is_packed: &dyn Fn(&str) -> bool) -> Self {
        let text = text.trim();
        let candidates = candidates(text);
        let first = candidates.first().copied().unwrap_or(Candidate { name: "", tail: "" });
        let (Candidate { name, tail }, unquoted_blanks) = match text.starts_with('"') {
            true => (first, false),
            false => unquoted_program(first, &candidates, is_packed),
        };
        let (program, tail) = (name.to_owned(), tail.to_owned());
        let words = words(&tail);
        Self {
            program,
            unquoted_blanks,
            words,
            tail,
            in_shell,
            moved: false,
            is_fed: false,
            is_conditional: false,
            is_left: false,
        }
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
        path::leaf(&self.program)
    }

    /// The extension of the program's name, in lower case; empty where there is none.
    pub fn extension(&self) -> String {
        path::extension(&self.program)
    }

    /// Whether the program is a batch file: CreateProcess hands it to cmd.exe.
    pub fn is_batch(&self) -> bool {
        matches!(self.extension().as_str(), "cmd" | "bat")
    }
}

/// A program that the line may mean, and the rest of the line, character for character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The program as the line names it, without quotes.
    pub name: &'a str,
    /// The rest of the line after the name and its closing quote, including leading blanks.
    pub tail: &'a str,
}

/// Every program that the line may mean, in the order in which Windows tries them (Microsoft, CreateProcessW,
/// `lpApplicationName`): what stands in quotes, or the growing prefix at blanks. Of `C:\Program Files\App\setup.exe /S`
/// it tries `C:\Program`, `C:\Program Files\App\setup.exe`, and would go on with `C:\Program Files\App\setup.exe /S`;
/// the first that is a file is taken. Each is looked for in every place before the next. The first token, which
/// CommandLineToArgvW calls `argv[0]`, is the first of them.
pub fn candidates(line: &str) -> Vec<Candidate<'_>> {
    if let Some(behind) = line.strip_prefix('"') {
        let (name, tail) = behind.split_once('"').unwrap_or((behind, ""));
        return vec![Candidate { name, tail }];
    }
    let is_blank = |c: char| matches!(c, ' ' | '\t');
    let ends = line.match_indices(is_blank).map(|(at, _)| at).chain([line.len()]);
    let first = ends.clone().next().unwrap_or_default();
    let is_end = |end: &usize| !line[..*end].ends_with(is_blank);
    // A longer prefix of what cannot be a path, or is too long for one, cannot be one either.
    let may_be = |end: &usize| *end == first || (may_exist(&line[..*end]));
    let fitting = ends.filter(is_end).take_while(may_be);
    fitting.map(|end| Candidate { name: &line[..end], tail: &line[end..] }).collect()
}

fn may_exist(name: &str) -> bool {
    name.encode_utf16().count() <= LONGEST_NAME && path::is_possible(name)
}

/// Whether the name ends in the extension of a program, or of a file that people start as if it were one: then it is
/// a whole name, whatever follows it.
fn starts_by_name(name: &str) -> bool {
    let extension = path::extension(name);
    is_program(&extension) || is_document(&extension)
}

/// The program of a line without a quote in front: one word, or the prefix that names a file with blanks. Windows tries
/// each prefix on the disk; here the files of the package stand for the disk, and the look of a path for the rest.
fn unquoted_program<'a>(
    first: Candidate<'a>,
    candidates: &[Candidate<'a>],
    is_packed: &dyn Fn(&str) -> bool,
) -> (Candidate<'a>, bool) {
    // Windows would go on to longer names only if this file were missing, which lint reports by itself.
    if starts_by_name(first.name) {
        return (first, has_blank_variable(first.name));
    }
    // `C:\Program Files\…` is meant as a path even though its file is on the device, not in the package.
    let looks_like_path = first.name.contains('\\') || first.name.contains(':');
    let is_meant = |one: &&Candidate<'_>| match path::has_extension(one.name) {
        true => starts_by_name(one.name) && (looks_like_path || is_packed(one.name)),
        false => is_packed(&format!("{}.exe", one.name)),
    };
    // An argument ends the search: `setup.exe /log x.exe` is no file of that name.
    let longer =
        candidates.get(1..).unwrap_or_default().iter().take_while(|one| ends_in_plain_word(one.name));
    match longer.copied().collect::<Vec<_>>().iter().find(is_meant) {
        Some(longer) if !is_packed(&format!("{}.exe", first.name)) => (*longer, true),
        _ => (first, has_blank_variable(first.name)),
    }
}

/// Whether the last word does not look like an argument.
fn ends_in_plain_word(name: &str) -> bool {
    let word = name.rsplit([' ', '\t']).next().unwrap_or_default();
    !word.starts_with(['/', '-']) && !word.contains(['=', '&'])
}

/// `%ProgramFiles%\…` without quotes has a blank once it is expanded.
fn has_blank_variable(word: &str) -> bool {
    let lower = word.to_lowercase();
    let begins = |name: &str| lower.starts_with(&format!("%{}%", name.to_lowercase()));
    FolderVariable::ALL.iter().any(|one| [one.name, one.of_32_bit, one.of_64_bit].into_iter().any(begins))
}

/// One word of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word as the line has it, with its quotes.
    pub raw: String,
    /// The word without its quotes; `\"` is a `"` in it.
    pub text: String,
}

impl Word {
    /// Whether a quote stands anywhere in it.
    pub fn is_quoted(&self) -> bool {
        self.raw.contains('"')
    }

    /// The switch in lower case without its `/` or `-`; `None` for a word that begins with neither.
    pub fn switch(&self) -> Option<String> {
        self.text.strip_prefix(['/', '-']).map(str::to_lowercase)
    }
}

/// Splits a line into words at blanks outside quotes. `\"` is a character of its word; it opens and closes nothing.
pub fn words(line: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let (mut raw, mut in_quotes, mut escaped) = (String::new(), false, false);
    for character in line.chars() {
        if character.is_whitespace() && !in_quotes {
            push(&mut words, &mut raw);
            continue;
        }
        // `\"` is a quote for the program, not the end of the word.
        in_quotes ^= character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        raw.push(character);
    }
    push(&mut words, &mut raw);
    words
}

/// The first word that only a shell understands: `&&`, `||`, `|`, `&`, `<` and redirections. Words in quotes do not
/// count, and neither does an `&` or `>` within a word, which URLs and properties hold.
pub fn shell_operator(words: &[Word]) -> Option<&str> {
    const REDIRECTIONS: [&str; 6] = ["&&", "||", ">", "1>", "2>", "*>"];
    let is_operator = |word: &&str| {
        matches!(*word, "&&" | "||" | "|" | "&" | "<")
            || word.ends_with("&&")
            || REDIRECTIONS.iter().any(|operator| word.starts_with(operator))
    };
    words.iter().filter(|word| !word.is_quoted()).map(|word| word.raw.as_str()).find(is_operator)
}

fn push(words: &mut Vec<Word>, raw: &mut String) {
    if !raw.is_empty() {
        let raw = std::mem::take(raw);
        words.push(Word { text: strip_quotes(&raw), raw });
    }
}

/// The word without its quotes; `\"` becomes `"`.
fn strip_quotes(raw: &str) -> String {
    raw.replace("\\\"", "\u{0}").replace('"', "").replace('\u{0}', "\"")
}

/// The words from `at` on that together name one file with an extension of `extensions`, although they stand
/// without quotes: `My App.msi`. `None` where the word at `at` names a file by itself or is quoted.
pub fn unquoted_run(words: &[Word], at: usize, extensions: &[&str]) -> Option<String> {
    let ends = |word: &Word| extensions.contains(&path::extension(&word.text).as_str());
    let plain =
        |word: &&Word| !word.is_quoted() && !word.raw.starts_with(['/', '-']) && !word.raw.contains('=');
    let run: Vec<&Word> = words.get(at..)?.iter().take_while(plain).collect();
    let last = run.iter().position(|word| ends(word)).filter(|last| *last > 0)?;
    Some(run[..=last].iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests;
