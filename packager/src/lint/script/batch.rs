//! Reads batch files as far as lint needs: their commands with their lines, without comments, labels and the conditions
//! in front.

use waybill_intune::command_line::BatchReader;

/// A command of a batch file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::lint) struct BatchCommand {
    /// The line where it begins, from 1.
    pub(in crate::lint) line: u32,
    /// The command, without `@`, `if` and `for` in front.
    pub(in crate::lint) text: String,
    /// Whether nothing before it can keep it from running: no condition, label, jump or end.
    pub(in crate::lint) is_certain: bool,
}

/// The commands of a batch file, in order.
pub(in crate::lint) fn batch_commands(text: &str) -> Vec<BatchCommand> {
    let mut reader = BatchReader::default();
    let lines = logical_lines(text).into_iter();
    let commands = lines.flat_map(|(line, whole)| {
        let found = reader.line(&whole).into_iter();
        found.map(move |one| BatchCommand { line, text: one.text, is_certain: one.is_certain })
    });
    commands.collect()
}

/// Lines with those that a `^` at the end continues, each with its number.
fn logical_lines(text: &str) -> Vec<(u32, String)> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    let mut is_continued = false;
    for (number, line) in (1..).zip(text.lines()) {
        let bare = line.strip_suffix('^').filter(|bare| !bare.ends_with('^'));
        match lines.last_mut().filter(|_| is_continued) {
            Some((_, last)) => last.push_str(bare.unwrap_or(line).trim_start()),
            None => lines.push((number, bare.unwrap_or(line).to_owned())),
        }
        is_continued = bare.is_some();
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_with_the_lines_where_they_begin() {
        let found = batch_commands("@echo off\nrem a\nsetup.exe ^\r\n  /S\nif exist a (\n pause\n)\nb & c");
        let told: Vec<_> = found.iter().map(|one| (one.line, one.text.as_str(), one.is_certain)).collect();
        let expected = [
            (1, "echo off", true),
            (3, "setup.exe /S", true),
            (6, "pause", false),
            (8, "b", true),
            (8, "c", true),
        ];
        assert_eq!(told, expected);
    }
}
