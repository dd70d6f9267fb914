//! Suggestions for a command line whose program is not found.

use super::search::Search;
use waybill_intune::command_line::{Candidate, shell_operator, words};
use waybill_intune::path;
use waybill_intune::right_line::{LIKELY_EXTENSIONS, right_line};
use waybill_schemas::secrets::mask;
use waybill_system::FileKind;

/// How many names of the content folder are compared with the name that was not found.
const MOST_NAMES: usize = 200;

/// What to write instead of `first`, the first token of `line`. Secrets in it are masked.
pub(super) fn fix(first: &Candidate<'_>, line: &str, search: &mut Search<'_>) -> String {
    let nearest = sysnative(first, search)
        .or_else(|| no_sysnative(first, search))
        .or_else(|| passed_over(search))
        .or_else(|| other_extension(first, search))
        .or_else(|| close_name(first, search));
    let shell = shell_operator(&words(line)).map(|operator| {
        let line = mask(line);
        format!("there is no shell, so `{operator}` is not interpreted: write `cmd.exe /d /s /c \"{line}\"`")
    });
    let hints: Vec<String> = nearest.into_iter().chain(shell).collect();
    // No name is close: the likeliest mistake is a built-in command of a shell.
    if hints.is_empty() {
        return "name a file of the content folder or a full path; a command of a shell (`copy`, `Remove-Item`) needs `cmd.exe /c` or `powershell.exe -Command` in front".to_owned();
    }
    hints.join("; ")
}

fn write(program: &str, tail: &str) -> String {
    let program = if program.contains(' ') { format!("\"{program}\"") } else { program.to_owned() };
    format!("write `{}`", mask(&format!("{program}{tail}")))
}

/// For a program that only 64-bit programs see: its name through Sysnative.
fn sysnative(first: &Candidate<'_>, search: &mut Search<'_>) -> Option<String> {
    let name = with_exe(first.name);
    let mapped = if path::is_bare(&name) {
        path::full(&name, &search.view.system_folder())
    } else {
        search.view.map(&path::full(&name, search.folder))
    };
    let of_path = |search: &Search<'_>| -> Vec<String> {
        let entries = search.path.iter().flatten().filter(|entry| path::is_absolute(entry));
        entries.map(|entry| search.view.map(&path::full(&name, &path::full(entry, "")))).collect()
    };
    let mut places = vec![mapped];
    if path::is_bare(&name) {
        places.extend(of_path(search));
    }
    let others: Vec<_> = places.iter().filter_map(|place| search.view.in_other_view(place)).collect();
    let (_, right) = others.into_iter().find(|(path, _)| search.kind_of(path) == Some(FileKind::File))?;
    Some(format!("it is there for 64-bit programs alone, use Sysnative: {}", write(&right, first.tail)))
}

/// For a path through Sysnative in a view that has no such folder: the path through System32.
fn no_sysnative(first: &Candidate<'_>, search: &Search<'_>) -> Option<String> {
    if path::is_bare(first.name) {
        return None;
    }
    let right = search.view.without_sysnative(&path::full(first.name, search.folder))?;
    let why = "Sysnative is there for 32-bit programs on 64-bit Windows alone, and the line is resolved as a 64-bit program's (or this Windows is a 32-bit one)";
    Some(format!("{why}: {}", write(&right, first.tail)))
}

/// For a program that was passed over because accounts other than administrators may write to its folder.
fn passed_over(search: &Search<'_>) -> Option<String> {
    let path = search.passed_over.first()?;
    let path = mask(path);
    Some(format!(
        "{path} lies where others than administrators may write: put it into the content folder, or fix the rights and name it in full"
    ))
}

/// For a file that exists with another extension: `install` never finds `install.cmd`.
fn other_extension(first: &Candidate<'_>, search: &mut Search<'_>) -> Option<String> {
    if first.name.is_empty() || !path::is_possible(first.name) {
        return None;
    }
    let extension = LIKELY_EXTENSIONS.into_iter().find(|extension| {
        let path = path::full(&format!("{}.{extension}", first.name), search.folder);
        search.kind_of(&path) == Some(FileKind::File)
    })?;
    let name = format!("{}.{extension}", first.name);
    let line = mask(&format!("{}{}", right_line(extension, &name, search.view.host())?, first.tail));
    Some(format!("{} is there: write `{line}`", mask(&name)))
}

/// For a misspelt name: the closest name of a file in the content folder or a folder in it.
fn close_name(first: &Candidate<'_>, search: &mut Search<'_>) -> Option<String> {
    let wanted = path::leaf(&with_exe(first.name)).to_lowercase();
    let in_folder = |folder: &str| search.system.files().list(folder).unwrap_or_default();
    let top = in_folder(search.folder);
    let below = top.iter().take(MOST_NAMES).filter(|name| !name.contains('.')).flat_map(|folder| {
        let names = in_folder(&format!("{}\\{folder}", search.folder)).into_iter().take(MOST_NAMES);
        names.map(|name| format!("{folder}\\{name}")).collect::<Vec<_>>()
    });
    let names: Vec<String> = top.iter().take(MOST_NAMES).cloned().chain(below).collect();
    let distance_of = |name: &String| distance(&path::leaf(name).to_lowercase(), &wanted);
    let nearest = names.iter().map(|name| (distance_of(name), name)).min_by_key(|(distance, _)| *distance);
    let (distance, name) = nearest?;
    // In a short name two wrong letters make a different name.
    let most = if wanted.len() > 6 { 2 } else { 1 };
    if distance > most || search.kind_of(&path::full(name, search.folder)) != Some(FileKind::File) {
        return None;
    }
    let line = right_line(&path::extension(name), name, search.view.host())?;
    let line = mask(&format!("{line}{}", first.tail));
    Some(format!("did you mean {}? write `{line}`", mask(name)))
}

fn with_exe(name: &str) -> String {
    if path::has_extension(name) { name.to_owned() } else { format!("{name}.exe") }
}

/// How many letters must be inserted, removed or replaced (Levenshtein's distance).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = at + 1;
        for (column, wanted) in other.iter().enumerate() {
            let change = diagonal + usize::from(letter != *wanted);
            diagonal = row[column + 1];
            row[column + 1] = change.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::distance;

    #[test]
    fn letters_apart() {
        for (one, other, apart) in [
            ("setup", "setup", 0),
            ("stup", "setup", 1),
            ("", "abc", 3),
            ("abc", "", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(one, other), apart, "{one} {other}");
        }
    }
}
