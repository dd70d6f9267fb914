//! Part of WB111: scripts of Windows Script Host that show a window and wait for a click.

use super::started::Call;
use super::{Examined, FindingPlace, Findings, Subject};
use crate::lint::script::decode;
use std::collections::HashSet;
use waybill_intune::path::extension;

/// The most scripts that are looked at.
const MOST_SCRIPTS: usize = 100;

/// Finds MsgBox and InputBox in the packed .vbs files that the commands start, and WScript.Echo where it is a window.
pub(super) fn windows(examined: &Examined<'_>, findings: &mut Findings) {
    let mut seen = HashSet::new();
    for (name, is_windowed) in
        examined.started.calls.iter().filter_map(|call| started_script(call, examined.subject))
    {
        if seen.len() >= MOST_SCRIPTS || !seen.insert(name.clone()) {
            continue;
        }
        let Some(bytes) = examined.subject.read(&name) else { continue };
        for (line, text) in (1..).zip(decode(&bytes).0.lines()) {
            let Some(what) = window(&code_of(text), is_windowed) else { continue };
            let message = format!(
                "Line {line} of {name} waits for a click ({what}): the install hangs until the time limit."
            );
            let fix = "Take it out, or start the script with `cscript.exe //B`, which shows no windows.";
            findings.warning(FindingPlace::in_file(&name).on_line(line), message, fix);
        }
    }
}

/// The packed script that a call starts where it may show windows, and whether Echo is one.
fn started_script(call: &Call, subject: &Subject) -> Option<(String, bool)> {
    let step = &call.step;
    let stem = step.stem();
    let is_host = matches!(stem.as_str(), "cscript" | "wscript");
    let is_silent = step.words.iter().any(|word| word.text.eq_ignore_ascii_case("//b"));
    let file = match is_host {
        true => step.words.iter().find(|word| word.switch().is_none())?.text.clone(),
        // Without a host in front cmd starts wscript.
        false if step.in_shell => step.program.clone(),
        false => return None,
    };
    let entry = subject.find(&file).filter(|entry| extension(&entry.name) == "vbs" && !is_silent)?;
    Some((entry.name.clone(), stem != "cscript"))
}

/// A line of VBScript in lower case, without strings and comments.
fn code_of(line: &str) -> String {
    let mut in_text = false;
    let kept = line.chars().take_while(|c| {
        in_text ^= *c == '"';
        *c != '\'' || in_text
    });
    let mut in_text = false;
    let code = kept.filter(|c| {
        in_text ^= *c == '"';
        !in_text
    });
    let code = code.collect::<String>().to_lowercase();
    if code.trim_start().starts_with("rem ") { String::new() } else { code }
}

fn window(code: &str, is_windowed: bool) -> Option<&'static str> {
    let has = |name: &str| {
        code.match_indices(name).any(|(at, _)| {
            let is_letter = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
            !code[..at].ends_with(is_letter) && !code[at + name.len()..].starts_with(is_letter)
        })
    };
    [
        ("msgbox", "MsgBox", true),
        ("inputbox", "InputBox", true),
        ("wscript.echo", "WScript.Echo", is_windowed),
    ]
    .into_iter()
    .find_map(|(name, told, counts)| (counts && has(name)).then_some(told))
}
