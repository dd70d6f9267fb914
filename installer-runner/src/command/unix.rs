//! Resolving a command line on Unix: POSIX words, no shell (docs/context.md, "How a command line is started").

use super::draft::{
    ACCESS_DENIED, CommandStart, Draft, INVALID, NO_FOLDER, NOT_FOUND, Refusal, checked_line,
};
use super::{Asked, draft};
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
    Ok(CommandStart { program, found_in, line, words, environment, shown, is_msiexec: false })
}

/// The path of the program, and where it was found.
fn find(name: &str, line: &str, asked: Asked<'_>) -> Result<(String, String), Refusal> {
    let Asked { folder, system, .. } = asked;
    let mut searched = Vec::new();
    for (path, found_in) in places(name, asked) {
        match system.files().look(&path) {
            Ok(Some(facts)) if facts.kind == FileKind::File => {
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
    if folder.is_empty() && !name.is_empty() && !name.starts_with('/') {
        return Ok((name.to_owned(), "content folder, which is not here yet: not looked for".to_owned()));
    }
    Err(not_found(name, line, folder, system, searched))
}

fn places(name: &str, asked: Asked<'_>) -> Vec<(String, String)> {
    let folder = asked.folder;
    let in_content = SystemKind::Unix.join(folder, name.strip_prefix("./").unwrap_or(name));
    if name.starts_with('/') {
        return vec![(name.to_owned(), "as the line says".to_owned())];
    }
    let content = Some((in_content, "content folder".to_owned())).filter(|_| !folder.is_empty());
    if name.is_empty() || name.contains('/') {
        return content.into_iter().collect();
    }
    let path = asked.system.device().path(asked.run_as.perspective).unwrap_or_default();
    let absolute = path.into_iter().filter(|entry| entry.starts_with('/'));
    let of_path =
        absolute.map(|entry| (SystemKind::Unix.join(&entry, name), format!("machine PATH: {entry}")));
    content.into_iter().chain(of_path).collect()
}

fn not_executable(name: &str, path: &str) -> Refusal {
    let name = mask(name);
    let why = format!("{} is there and may not be executed", mask(path));
    let fix =
        format!("`chmod +x {name}` in the sources, or write `sh {name}`: packages keep no modes of files");
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
        fix = format!("{fix}; there is no shell, so `{operator}` is not interpreted: write `sh -c '…'`");
    }
    Refusal { code: NOT_FOUND, why: format!("there is no `{}`", mask(name)), fix, searched }
}

fn masked_words(words: &[String]) -> Vec<String> {
    // Each word is masked by itself, so that a secret does not hide the words after it. A word after a switch with a
    // secret name is masked as its value.
    const VALUE: &str = "value";
    let is_value = |index: usize| {
        let before = index.checked_sub(1).and_then(|before| words.get(before));
        before.is_some_and(|before| {
            !mask(&format!("{before} {VALUE}")).ends_with(VALUE) && mask(before) == *before
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
