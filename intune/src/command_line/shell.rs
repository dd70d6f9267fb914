//! The programs that the line behind `cmd /c` starts.

use super::batch::BatchReader;
use super::{Step, starts_by_name};

/// The most nested `call` and `start` that are looked into. Each is parsed again, so without a limit a line of nothing
/// else would take quadratic time.
const MOST_WRAPPINGS: usize = 16;

/// The programs of the line behind `/c` or `/k`; none where there is neither (cmd then waits for input).
pub(super) fn steps_of(tail: &str, is_packed: &dyn Fn(&str) -> bool) -> Vec<Step> {
    let Some(line) = behind_switch(tail) else { return Vec::new() };
    steps_of_line(without_outer_quotes(line), is_packed)
}

/// The programs of one line of cmd.
pub(super) fn steps_of_line(line: &str, is_packed: &dyn Fn(&str) -> bool) -> Vec<Step> {
    let mut moved = false;
    let mut steps = Vec::new();
    for command in BatchReader::default().line(line) {
        for (part, is_piped) in split_pipes(&command.text) {
            let (kept, is_read) = without_redirections(&part);
            let mut step = Step::parse(&kept, true, is_packed);
            let mut is_left = false;
            // `start "" /wait call x.cmd` wraps a program several times.
            for _ in 0..MOST_WRAPPINGS {
                let Some(inner) = unwrapped(&step) else { break };
                is_left |= step.stem() == "start" && !waits(&step.tail, &inner);
                step = Step::parse(&inner, true, is_packed);
            }
            step.moved = moved;
            step.is_left = is_left;
            step.is_fed = is_piped || is_read;
            step.is_conditional = !command.is_certain;
            moved |= matches!(step.stem().as_str(), "cd" | "chdir" | "pushd");
            steps.extend((!step.program.is_empty()).then_some(step));
        }
    }
    steps
}

/// What stands behind the first `/c` or `/k`, blank or not between.
fn behind_switch(tail: &str) -> Option<&str> {
    let mut rest = tail.trim_start();
    while let Some(switch) = rest.strip_prefix('/') {
        let letter = switch.chars().next()?;
        let behind = &switch[letter.len_utf8()..];
        if matches!(letter, 'c' | 'C' | 'k' | 'K') {
            return Some(behind.trim());
        }
        rest = behind.trim_start_matches(|c: char| !c.is_whitespace() && c != '/').trim_start();
    }
    None
}

/// cmd takes the outer quotes away unless they hold the name of one program and nothing else.
fn without_outer_quotes(line: &str) -> &str {
    let Some(inner) = line.strip_prefix('"') else { return line };
    let Some((inner, after)) = inner.rsplit_once('"') else { return line };
    if !after.trim().is_empty() {
        return line;
    }
    // cmd keeps the quotes only around a name of one program without signs of its own (`cmd /?`).
    let is_one_program =
        !inner.contains(['"', '&', '<', '>', '(', ')', '@', '^', '|']) && starts_by_name(inner) && {
            let first = inner.split_whitespace().next().unwrap_or_default();
            first == inner || !starts_by_name(first)
        };
    if is_one_program { line } else { inner }
}

/// The commands that pipes join, outside quotes, and whether a pipe gives each its input; parentheses around them fall
/// away. `^` takes away the meaning of the sign behind it.
fn split_pipes(command: &str) -> Vec<(String, bool)> {
    let (mut parts, mut part, mut in_quotes) = (Vec::new(), String::new(), false);
    let (mut previous, mut is_piped) = (' ', false);
    for character in command.chars() {
        in_quotes ^= character == '"';
        let is_escaped = previous == '^' && !in_quotes;
        if !in_quotes && character == '|' && !is_escaped {
            parts.push((std::mem::take(&mut part), is_piped));
            is_piped = true;
        } else {
            part.push(character);
        }
        previous = if is_escaped { ' ' } else { character };
    }
    parts.push((part, is_piped));
    let trimmed =
        parts.iter().map(|(part, is_piped)| (part.trim().trim_start_matches(['(', '@']).trim(), *is_piped));
    trimmed.filter(|(part, _)| !part.is_empty()).map(|(part, is_piped)| (part.to_owned(), is_piped)).collect()
}

/// Cuts at the first `>` or `<` outside quotes, and takes the handle number before it too. Returns whether there is a
/// `<` as well.
fn without_redirections(part: &str) -> (String, bool) {
    let mut in_quotes = false;
    let is_read = part.chars().any(|character| {
        in_quotes ^= character == '"';
        !in_quotes && character == '<'
    });
    in_quotes = false;
    let at = part.char_indices().find(|(_, character)| {
        in_quotes ^= *character == '"';
        !in_quotes && matches!(character, '>' | '<')
    });
    let Some((at, _)) = at else { return (part.to_owned(), is_read) };
    let kept = &part[..at];
    let has_handle = kept.ends_with([' ', '\t']) || !kept.ends_with(['1', '2']);
    let kept = if has_handle { kept } else { kept.trim_end_matches(['1', '2']) };
    (kept.trim_end().to_owned(), is_read)
}

/// What `call X` and `start "" /wait X` start; `None` for anything else, and for a `start` that has nothing to start.
fn unwrapped(step: &Step) -> Option<String> {
    match step.stem().as_str() {
        "call" => Some(step.tail.trim().to_owned()),
        "start" => {
            let program = behind_start(&step.tail);
            (!program.is_empty()).then(|| program.to_owned())
        }
        _ => None,
    }
}

/// Whether `/wait` or `/w` is among the switches of `start` in front of what it starts.
fn waits(tail: &str, started: &str) -> bool {
    let switches = tail.trim_end().strip_suffix(started.trim_end()).unwrap_or(tail);
    let lower = switches.to_lowercase();
    lower.split(['/', ' ', '\t', '"']).any(|word| matches!(word, "wait" | "w"))
}

/// What stands behind the title and the switches of `start`, in any order. The first quoted word is the title; `/d` takes
/// a folder.
fn behind_start(tail: &str) -> &str {
    let (mut rest, mut has_title) = (tail.trim_start(), false);
    loop {
        if rest.starts_with('"') && !has_title {
            has_title = true;
            rest = quoted(rest);
        } else if rest.starts_with('/') {
            let (switch, behind) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let behind = behind.trim_start();
            rest = match switch.eq_ignore_ascii_case("/d") {
                true if behind.starts_with('"') => quoted(behind),
                true => behind.split_once(char::is_whitespace).map_or("", |(_, behind)| behind).trim_start(),
                false => behind,
            };
        } else {
            return rest;
        }
    }
}

/// What stands behind the quoted word that begins `text`.
fn quoted(text: &str) -> &str {
    text.get(1..).and_then(|text| text.split_once('"')).map_or("", |(_, behind)| behind).trim_start()
}
