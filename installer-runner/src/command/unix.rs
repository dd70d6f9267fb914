//! Resolving a command line on Unix: POSIX words, no shell (docs/context.md, "How a command line is started").

use super::draft::{
    ACCESS_DENIED, CommandStart, Draft, INVALID, NO_FOLDER, NOT_FOUND, Refusal, checked_line,
};
use super::{Asked, draft, passed_over};
use waybill_intune::command_line::{shell_operator, words};
use waybill_schemas::secrets::{MASK, mask};
use waybill_system::{FileKind, System, SystemKind};

pub(super) fn find_start(asked: Asked<'_>, draft: &mut Draft) -> Result<CommandStart, Refusal> {
    let Asked { line, folder, run_as, .. } = asked;
    if !folder.starts_with('/') && !folder.is_empty() {
        let why = format!("the content folder is no absolute path: {folder}");
        return Err(Refusal::new(NO_FOLDER, why, "give the root folder as an absolute path"));
    }
    let line = checked_line(line, run_as.kind)?;
    let environment = draft.environment(line, asked)?;
    let words = shell_words::split(&environment.expand(line)).map_err(|_| {
        let fix = "close it; a quote of its own is written `\\'`";
        Refusal::new(INVALID, "a quote is opened and never closed", fix)
    })?;
    let Some((name, words)) = words.split_first() else {
        return Err(Refusal::new(INVALID, "the command is a comment alone", "name a program"));
    };
    let (program, found_in) = find(name, line, asked)?;
    let shown = shell_words::split(&draft::masked(&environment, run_as.kind).expand(line));
    let shown = shown.unwrap_or_default().into_iter().skip(1);
    let shown = std::iter::once(draft.hidden(&program)).chain(shown);
    let shown = shell_words::join(masked_words(&shown.collect::<Vec<_>>()));
    let (line, words) = (String::new(), words.to_vec());
    Ok(CommandStart { program, found_in, line, words, environment, shown, tail: None, is_msiexec: false })
}

/// The path of the program, and where it was found.
fn find(name: &str, line: &str, asked: Asked<'_>) -> Result<(String, String), Refusal> {
    let Asked { folder, system, .. } = asked;
    let (mut searched, mut skipped) = (Vec::new(), None);
    // With root's rights a program is not started where others may have put it; named in full, it is.
    let is_guarded = system.device().is_elevated();
    for SearchPlace { path, name: found_in, is_of_path } in places(name, asked) {
        match system.files().look(&path) {
            Ok(Some(facts)) if facts.kind == FileKind::File => {
                let why = (is_guarded && is_of_path).then(|| passed_over(&path, system)).flatten();
                if let Some(why) = why {
                    searched.push(format!("{} ({why})", mask(&path)));
                    skipped.get_or_insert(path);
                    continue;
                }
                return match system.files().is_executable(&path) {
                    Ok(false) => Err(not_executable(name, &path)),
                    _ => Ok((path, found_in)),
                };
            }
            Ok(_) => searched.push(mask(&path)),
            Err(unanswered) => searched.push(format!("{} ({unanswered})", mask(&path))),
        }
    }
    // In a dry run without content the program is assumed to be in it, as on Windows.
    if folder.is_empty() && !name.is_empty() && !name.starts_with('/') && skipped.is_none() {
        return Ok((name.to_owned(), "content folder, which is not here yet: not looked for".to_owned()));
    }
    let mut refusal = not_found(name, line, folder, system, searched);
    if let Some(path) = skipped {
        let path = mask(&path);
        refusal.fix = format!(
            "{path} lies where others than root may write: fix owners and modes of it and of the folders above, or name it in full"
        );
    }
    Err(refusal)
}

/// A path that is tried for a name.
struct SearchPlace {
    path: String,
    /// For the report.
    name: String,
    is_of_path: bool,
}

fn places(name: &str, asked: Asked<'_>) -> Vec<SearchPlace> {
    let place = |path: String, name: &str| SearchPlace { path, name: name.to_owned(), is_of_path: false };
    let folder = asked.folder;
    let in_content = SystemKind::Unix.join(folder, name.strip_prefix("./").unwrap_or(name));
    if name.starts_with('/') {
        return vec![place(name.to_owned(), "as the line says")];
    }
    let content = Some(place(in_content, "content folder")).filter(|_| !folder.is_empty());
    if name.is_empty() || name.contains('/') {
        return content.into_iter().collect();
    }
    let path = asked.system.device().path(asked.run_as.perspective).unwrap_or_default();
    let absolute = path.into_iter().filter(|entry| entry.starts_with('/'));
    let of_path = absolute.map(|entry| SearchPlace {
        path: SystemKind::Unix.join(&entry, name),
        name: format!("{}{entry}", super::FOUND_ON_PATH),
        is_of_path: true,
    });
    content.into_iter().chain(of_path).collect()
}

fn not_executable(name: &str, path: &str) -> Refusal {
    let name = mask(name);
    let why = format!("{} is there and may not be executed", mask(path));
    let argument = shell_words::quote(&name);
    let fix = format!(
        "`chmod +x {argument}` in the sources, or write `sh {argument}`: packages keep no modes of files"
    );
    Refusal::new(ACCESS_DENIED, why, fix)
}

fn not_found(name: &str, line: &str, folder: &str, system: &dyn System, searched: Vec<String>) -> Refusal {
    let there = system.files().list(folder).unwrap_or_default();
    let stem = name.rsplit('/').next().unwrap_or(name);
    let similar = there.iter().find(|one| {
        one.eq_ignore_ascii_case(stem)
            || one.strip_suffix(".sh").is_some_and(|one| one.eq_ignore_ascii_case(stem))
    });
    let mut fix = match similar {
        Some(similar) => format!("{similar} is there: write `sh ./{similar}`"),
        None => "name a file of the content folder (`sh ./install.sh`) or a full path".to_owned(),
    };
    if let Some(operator) = shell_operator(&words(line)) {
        // A word that holds a secret by the words before it is not shown.
        let operator = if mask(line).contains(operator) { operator } else { "&&" };
        fix = format!("{fix}; there is no shell, so `{operator}` is not interpreted: write `sh -c '…'`");
    }
    Refusal { code: NOT_FOUND, why: format!("there is no `{}`", mask(name)), fix, searched }
}

/// How many words before a word may say that it is a secret: `net use SHARE PASSWORD`.
const WORDS_BEFORE: usize = 3;

fn masked_words(words: &[String]) -> Vec<String> {
    // Each word is masked by itself, so that a secret does not hide the words after it. A word that is a secret because
    // of those before it (`--password x`, `password => x`) is masked whole.
    let plain: Vec<String> = words.iter().map(|word| word.replace([' ', '\t', '"', '\''], "_")).collect();
    let is_value = |index: usize| {
        let holds_none = mask(&plain[index]) == plain[index];
        holds_none
            && (index.saturating_sub(WORDS_BEFORE)..index).any(|from| {
                let before = plain[from..index].join(" ");
                mask(&before) == before
                    && !mask(&format!("{before} {}", plain[index])).ends_with(&plain[index])
            })
    };
    // A secret value in a word reaches to the end of the word, because the word's quotes were those of the value.
    let shown = |word: &String| {
        let masked = mask(word);
        let end = masked.find(MASK).filter(|_| masked != *word).map_or(masked.len(), |at| at + MASK.len());
        masked[..end].to_owned()
    };
    let words = words.iter().enumerate();
    words.map(|(index, word)| if is_value(index) { MASK.to_owned() } else { shown(word) }).collect()
}
