//! The programs that the line behind `cmd /c` starts.

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
    for (part, is_piped) in split_operators(line) {
        let (kept, is_read) = without_redirections(&part);
        let mut step = Step::parse(&kept, true, is_packed);
        // `start "" /wait call x.cmd` wraps a program several times.
        for _ in 0..MOST_WRAPPINGS {
            let Some(inner) = unwrapped(&step) else { break };
            step = Step::parse(&inner, true, is_packed);
        }
        step.moved = moved;
        step.is_fed = is_piped || is_read;
        moved |= matches!(step.stem().as_str(), "cd" | "chdir" | "pushd");
        steps.extend((!step.program.is_empty()).then_some(step));
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

/// Parts between `&&`, `||`, `&`, `|` outside quotes, and whether a `|` gives each its input; parentheses around them
/// fall away. `^` takes away the meaning of the sign behind it.
fn split_operators(line: &str) -> Vec<(String, bool)> {
    let (mut parts, mut part, mut in_quotes) = (Vec::new(), String::new(), false);
    let (mut previous, mut is_piped) = (' ', false);
    for character in line.chars() {
        in_quotes ^= character == '"';
        // The `&` of `2>&1` copies a handle and separates nothing.
        let is_handle_copy = character == '&' && previous == '>';
        let is_escaped = previous == '^' && !in_quotes;
        if !in_quotes && matches!(character, '&' | '|') && !is_handle_copy && !is_escaped {
            parts.push((std::mem::take(&mut part), is_piped));
            is_piped = character == '|' && previous != '|';
        } else {
            part.push(character);
        }
        previous = if is_escaped { ' ' } else { character };
    }
    parts.push((part, is_piped));
    let trimmed = parts.iter().map(|(part, is_piped)| {
        (part.trim().trim_start_matches(['(', '@']).trim_end_matches(')').trim(), *is_piped)
    });
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

/// What `call X` and `start "" /wait X` start.
fn unwrapped(step: &Step) -> Option<String> {
    match step.stem().as_str() {
        "call" => Some(step.tail.trim().to_owned()),
        "start" => {
            let mut rest = step.tail.trim_start();
            if let Some(title) = rest.strip_prefix('"') {
                rest = title.split_once('"').map_or("", |(_, behind)| behind).trim_start();
            }
            while rest.starts_with('/') {
                rest = rest.split_once(char::is_whitespace).map_or("", |(_, behind)| behind).trim_start();
            }
            Some(rest.to_owned())
        }
        _ => None,
    }
}
