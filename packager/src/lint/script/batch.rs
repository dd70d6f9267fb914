//! Reads batch files as far as lint needs: their commands with their lines, without comments, labels and the conditions
//! in front.

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

/// The most `if`, `for` and `else` in front of one command that are taken off.
const MOST_CONDITIONS: usize = 8;

/// The commands of a batch file, in order.
pub(in crate::lint) fn batch_commands(text: &str) -> Vec<BatchCommand> {
    let (mut commands, mut depth, mut is_straight) = (Vec::new(), 0_usize, true);
    for (line, whole) in logical_lines(text) {
        let (command, is_conditional) = without_conditions(&whole);
        let first = command.split([' ', '\t', ':', '/']).next().unwrap_or_default().to_lowercase();
        let is_label = whole.trim_start().starts_with(':');
        if !is_label && !command.is_empty() && first != "rem" {
            let is_certain = is_straight && depth == 0 && !is_conditional;
            commands.push(BatchCommand { line, text: command.to_owned(), is_certain });
        }
        // What follows a label or a jump may be reached another way, or never.
        is_straight &= !is_label && !matches!(first.as_str(), "goto" | "exit");
        depth = depth_after(&whole, depth);
    }
    commands
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

/// The nesting of parentheses after a line; those in quotes or behind `^` do not count.
fn depth_after(line: &str, mut depth: usize) -> usize {
    let (mut in_quotes, mut is_escaped) = (false, false);
    for character in line.chars() {
        in_quotes ^= character == '"';
        match character {
            '(' if !in_quotes && !is_escaped => depth += 1,
            ')' if !in_quotes && !is_escaped => depth = depth.saturating_sub(1),
            _ => {}
        }
        is_escaped = character == '^' && !is_escaped;
    }
    depth
}

/// The command behind `@`, `(`, `if …`, `else` and `for … do`, and whether there was such a condition.
fn without_conditions(line: &str) -> (&str, bool) {
    let mut rest = line.trim().trim_start_matches(['@', '(', ')', ' ', '\t']);
    let mut is_conditional = false;
    for _ in 0..MOST_CONDITIONS {
        let (word, behind) = first_word(rest);
        let inner = match word.to_lowercase().as_str() {
            "if" => behind_condition(behind),
            "else" => Some(behind),
            "for" => find_word(behind, "do").map(|(_, behind)| behind),
            _ => break,
        };
        is_conditional = true;
        let Some(inner) = inner else { return ("", true) };
        rest = inner.trim_start_matches(['@', '(', ' ', '\t']);
    }
    (rest.trim_end(), is_conditional)
}

/// The first word and what stands behind it; a quoted part belongs to its word.
fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let mut in_quotes = false;
    let end = text.char_indices().find(|(_, character)| {
        in_quotes ^= *character == '"';
        !in_quotes && (character.is_whitespace() || *character == '(')
    });
    let end = end.map_or(text.len(), |(at, _)| at);
    (&text[..end], &text[end..])
}

fn find_word<'a>(text: &'a str, wanted: &str) -> Option<(&'a str, &'a str)> {
    let mut rest = text;
    loop {
        let (word, behind) = first_word(rest);
        if word.is_empty() && behind.is_empty() {
            return None;
        }
        if word.eq_ignore_ascii_case(wanted) {
            return Some((word, behind));
        }
        rest = match word.is_empty() {
            true => behind.trim_start_matches(['(', ' ', '\t']),
            false => behind,
        };
    }
}

/// What stands behind the condition of an `if`: `exist X`, `defined X`, `errorlevel N`, `a==b`, `a EQU b`.
fn behind_condition(text: &str) -> Option<&str> {
    let mut rest = text;
    loop {
        let (word, behind) = first_word(rest);
        match word.to_lowercase().as_str() {
            "" => return None,
            "/i" | "not" => rest = behind,
            "exist" | "defined" | "errorlevel" | "cmdextversion" => return Some(first_word(behind).1),
            _ if word.contains("==") => {
                let is_whole = !word.ends_with("==");
                return Some(if is_whole { behind } else { first_word(behind).1 });
            }
            _ => {
                let (operator, behind) = first_word(behind);
                let is_joined = operator.starts_with("==") && operator.len() > 2;
                return Some(if is_joined { behind } else { first_word(behind).1 });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        batch_commands(text).into_iter().map(|command| command.text).collect()
    }

    #[test]
    fn commands_are_found_behind_their_conditions() {
        for (line, command) in [
            ("@echo off", "echo off"),
            ("if exist \"a b\" pause", "pause"),
            ("if not errorlevel 1 (pause", "pause"),
            ("if /i \"%A%\"==\"yes\" msiexec /x a.msi", "msiexec /x a.msi"),
            ("IF %ERRORLEVEL% NEQ 0 exit /b 1", "exit /b 1"),
            ("for %%i in (*.inf) do pnputil /add-driver %%i", "pnputil /add-driver %%i"),
            ("if defined A if defined B setup.exe /S", "setup.exe /S"),
            (") else (", ""),
            (") else pause", "pause"),
            ("setup.exe ^\r\n  /S", "setup.exe /S"),
        ] {
            let found = texts(line);
            assert_eq!(found.first().map_or("", String::as_str), command, "{line}");
        }
        assert_eq!(texts("rem pause\n:: pause\n:pause\n@REM pause\n\n"), [""; 0]);
    }

    #[test]
    fn what_certainly_runs_is_told_from_what_may() {
        let text = "pause\nif a==b (\n pause\n)\npause\ngoto end\npause\n:end\npause";
        let certain = batch_commands(text)
            .into_iter()
            .filter(|one| one.text == "pause")
            .map(|one| (one.line, one.is_certain));
        assert_eq!(certain.collect::<Vec<_>>(), [(1, true), (3, false), (5, true), (7, false), (9, false)]);
    }

    proptest::proptest! {
        #[test]
        fn no_text_stops_the_reader(text in "([ \\n()^\"%&|<>:@=]|if|else|for|do|not|exist|[a-zé]){0,60}") {
            batch_commands(&text);
        }
    }
}
