//! The command lines that the calls of a PowerShell script come to.

use crate::lint::script::{ScriptCall, Token};

/// The ways in which scripts name their own folder.
pub(super) const ROOTS: [&str; 6] = [
    "$($PSScriptRoot)\\",
    "$($PSScriptRoot)/",
    "${PSScriptRoot}\\",
    "$PSScriptRoot\\",
    "$PSScriptRoot/",
    "$(Split-Path -Parent $MyInvocation.MyCommand.Path)\\",
];

/// `text` with the names of a script's own folder replaced by it, in any case.
pub(super) fn replaced(text: &str, roots: &[&str], folder: &str) -> String {
    let mut text = text.to_owned();
    for root in roots {
        // Only ASCII is lowered, so that positions stay.
        let lower = text.to_ascii_lowercase();
        let root = root.to_ascii_lowercase();
        if !lower.contains(&root) {
            continue;
        }
        let (mut made, mut from) = (String::with_capacity(text.len()), 0);
        for (at, _) in lower.match_indices(&root) {
            made.push_str(&text[from..at]);
            made.push_str(folder);
            from = at + root.len();
        }
        made.push_str(&text[from..]);
        text = made;
    }
    text
}

/// The command line that a call of a PowerShell script comes to; `None` for PowerShell's own commands.
pub(super) fn line_of(call: &ScriptCall, folder: &str) -> Option<String> {
    let name = call.name.to_lowercase();
    if matches!(name.as_str(), "start-process" | "saps" | "start") {
        return started_process(&call.arguments, folder);
    }
    let is_own = name.contains('-') && !name.contains(['\\', '/', '.']);
    if is_own || name.contains('$') && !name.contains('\\') {
        return None;
    }
    let name = replaced(&call.name, &ROOTS, folder);
    let mut line = if name.contains(' ') { format!("\"{name}\"") } else { name };
    let mut inside = false;
    for token in &call.arguments {
        match token {
            Token::Text(text, _) if text.contains('"') || !text.contains(' ') => line += &format!(" {text}"),
            Token::Text(text, _) => line += &format!(" \"{text}\""),
            Token::Word(word) if !inside => line += &format!(" {word}"),
            // A value that is worked out may be any words.
            Token::Mark('(') => {
                line += " $value";
                inside = true;
            }
            Token::Mark(')') => inside = false,
            Token::Word(_) | Token::Mark(_) | Token::End => {}
        }
    }
    Some(replaced(&line, &ROOTS, folder))
}

/// The command line of `Start-Process`: its file, and its arguments one after the other.
fn started_process(arguments: &[Token], folder: &str) -> Option<String> {
    let (mut file, mut words, mut parameter) = (None, Vec::new(), String::new());
    for token in arguments {
        let value = match token {
            Token::Word(word)
                if is_parameter(token) || (word.starts_with('-') && parameter != "argumentlist") =>
            {
                parameter = full_parameter(&token.word());
                continue;
            }
            Token::Word(word) => word.clone(),
            Token::Text(text, _) => text.clone(),
            Token::Mark('(') if parameter == "argumentlist" => continue,
            Token::Mark('(') => "$value".to_owned(),
            Token::Mark(_) | Token::End => continue,
        };
        match parameter.as_str() {
            "filepath" => file = Some(value),
            "argumentlist" => words.push(if value == "@" { String::new() } else { value }),
            "" | "flag" if file.is_none() => file = Some(value),
            "" | "flag" => {
                parameter = "argumentlist".to_owned();
                words.push(if value == "@" { String::new() } else { value });
            }
            _ => parameter.clear(),
        }
    }
    let file = replaced(&file?, &ROOTS, folder);
    let is_known = !file.contains('$') || file.contains('\\');
    let file = if file.contains(' ') { format!("\"{file}\"") } else { file };
    is_known.then(|| replaced(&format!("{file} {}", words.join(" ")), &ROOTS, folder))
}

fn is_parameter(token: &Token) -> bool {
    let word = token.word();
    word.starts_with('-') && !matches!(full_parameter(&word).as_str(), "other")
}

/// A parameter of `Start-Process` by its first letters.
fn full_parameter(word: &str) -> String {
    const VALUES: [&str; 9] = [
        "filepath",
        "argumentlist",
        "workingdirectory",
        "verb",
        "windowstyle",
        "credential",
        "redirectstandardoutput",
        "redirectstandarderror",
        "redirectstandardinput",
    ];
    const FLAGS: [&str; 6] =
        ["wait", "passthru", "nonewwindow", "loaduserprofile", "usenewenvironment", "erroraction"];
    let name = word.trim_start_matches('-').trim_end_matches(':');
    if name == "args" {
        return "argumentlist".to_owned();
    }
    let begins = |full: &&&str| name.len() > 1 && full.starts_with(name);
    if let Some(full) = VALUES.iter().find(begins) {
        return (*full).to_owned();
    }
    let is_flag = FLAGS.iter().any(|full| name.len() > 1 && full.starts_with(name));
    if is_flag { "flag".to_owned() } else { "other".to_owned() }
}
