//! WB116: variables that Windows does not have, and variables that nobody replaces.

use super::started::Language;
use super::starters::full_folder;
use super::{Examined, Findings, LintPage, LintRule, Severity::Error, text};
use crate::lint::script::{self, ScriptCall, Token};
use std::collections::HashSet;
use waybill_schemas::app::Rule;

pub(super) static RULES: &[LintRule] = &[LintRule {
    page: LintPage {
        code: "WB116",
        severity: Error,
        title: "a variable that Windows does not have, or that nobody replaces",
        harm: "`${env:Program Files}` is empty, `%ProgramFilesx86%` stays as it is, `\"$env:ProgramFiles(x86)\"` is \
           `C:\\Program Files(x86)`, and PowerShell's own commands take `%ProgramFiles%` for the name of a folder: the path \
           leads nowhere, without any error.",
        fix: "Write `$env:ProgramFiles`, `${env:ProgramFiles(x86)}`, `%ProgramFiles(x86)%`.",
        before: "\"$env:ProgramFiles(x86)\\Contoso\"",
        after: "\"${env:ProgramFiles(x86)}\\Contoso\"",
    },
    checks: &[in_commands, in_rules, in_scripts],
}];

/// The variables that every Windows has, as far as people misspell them or write them where nobody replaces them.
const OF_WINDOWS: [&str; 26] = [
    "ProgramFiles",
    "ProgramFiles(x86)",
    "ProgramW6432",
    "ProgramData",
    "CommonProgramFiles",
    "CommonProgramFiles(x86)",
    "CommonProgramW6432",
    "SystemRoot",
    "SystemDrive",
    "windir",
    "APPDATA",
    "LOCALAPPDATA",
    "USERPROFILE",
    "ALLUSERSPROFILE",
    "PUBLIC",
    "TEMP",
    "TMP",
    "COMPUTERNAME",
    "USERNAME",
    "USERDOMAIN",
    "HOMEDRIVE",
    "HOMEPATH",
    "COMSPEC",
    "PROCESSOR_ARCHITECTURE",
    "PROCESSOR_ARCHITEW6432",
    "NUMBER_OF_PROCESSORS",
];

/// Other names that people give such variables, among them the properties of Windows Installer; in lower case, without
/// blanks and signs.
const MEANT: [(&str, &str); 20] = [
    ("programfiles86", "ProgramFiles(x86)"),
    ("programfiles32", "ProgramFiles(x86)"),
    ("programfilesx32", "ProgramFiles(x86)"),
    ("programfiles64", "ProgramW6432"),
    ("programfilesx64", "ProgramW6432"),
    ("programfilesw6432", "ProgramW6432"),
    ("program64", "ProgramW6432"),
    ("programw64", "ProgramW6432"),
    ("programfilesdir", "ProgramFiles"),
    ("programfilesfolder", "ProgramFiles(x86)"),
    ("programfiles64folder", "ProgramW6432"),
    ("appdatafolder", "APPDATA"),
    ("localappdatafolder", "LOCALAPPDATA"),
    ("commonappdatafolder", "ProgramData"),
    ("windowsfolder", "SystemRoot"),
    ("windowsdir", "SystemRoot"),
    ("sysroot", "SystemRoot"),
    ("winroot", "SystemRoot"),
    ("programdir", "ProgramFiles"),
    ("localappdatadir", "LOCALAPPDATA"),
];

/// A variable as it is written, and the name that was meant.
struct Wrong {
    written: String,
    meant: &'static str,
    /// Whether it is one of PowerShell's (`$env:NAME`).
    is_powershells: bool,
}

impl Wrong {
    fn message(&self, told: &str) -> String {
        format!("{told} has {}, a variable that Windows does not have.", self.written)
    }

    /// What to write instead. In an uninstall command the path in full, because variables may stay as they are there.
    fn fix(&self, in_uninstall: bool) -> String {
        let meant = match self.meant {
            // The 32-bit agent's own.
            "ProgramFiles" if !self.is_powershells => "ProgramW6432",
            meant => meant,
        };
        match meant {
            meant if in_uninstall => match full_folder(meant) {
                Some(folder) => format!("Write the path in full, e.g. `{folder}\\…`."),
                None => format!("Write `cmd.exe /c \"…\"` around it, with %{meant}%."),
            },
            _ if self.is_powershells => format!("Write `{}`.", of_powershell(meant)),
            meant => format!("Write `%{meant}%`."),
        }
    }
}

/// How PowerShell writes a variable of the environment.
fn of_powershell(name: &str) -> String {
    if name.contains('(') { format!("${{env:{name}}}") } else { format!("$env:{name}") }
}

fn in_commands(examined: &Examined<'_>, findings: &mut Findings) {
    for command in &examined.commands {
        if let Some(wrong) = wrong_variable(command.text, &assigned(command.text)) {
            let message = wrong.message(&command.to_string());
            findings.error(command.place.clone(), message, wrong.fix(!command.installs));
        }
    }
}

fn in_rules(examined: &Examined<'_>, findings: &mut Findings) {
    for rule in &examined.rules {
        match rule.rule() {
            Rule::FileSystem(file) => {
                let path = text(&file.path);
                if let Some(wrong) = wrong_variable(path, &HashSet::new()) {
                    let place = rule.place("path", examined.subject);
                    findings.error(place, wrong.message(&rule.to_string()), wrong.fix(false));
                }
            }
            Rule::PowerShellScript(body) => {
                let bytes = body.script().unwrap_or_default();
                let text = script::decode(&bytes).0;
                let place = rule.place("scriptContent", examined.subject);
                let (code, own) = (script::code_lines(&text), assigned(&text));
                if let Some(wrong) = code.iter().find_map(|(_, line)| wrong_variable(line, &own)) {
                    findings.error(place.clone(), wrong.message(&rule.to_string()), wrong.fix(false));
                }
                if let Some((message, fix)) = script::calls(&text).iter().find_map(not_replaced) {
                    findings.error(place, format!("{rule} {message}"), fix);
                }
            }
            _ => {}
        }
    }
}

fn in_scripts(examined: &Examined<'_>, findings: &mut Findings) {
    for script in &examined.started.scripts {
        // What stands in a command line is found there.
        let lines: Vec<(u32, String)> = match script.language {
            _ if script.file.is_none() => Vec::new(),
            Language::PowerShell => script::code_lines(&script.text),
            Language::Batch => {
                script::batch_commands(&script.text).into_iter().map(|one| (one.line, one.text)).collect()
            }
        };
        let own = assigned(&script.text);
        for (line, code) in lines {
            if let Some(wrong) = wrong_variable(&code, &own) {
                findings.error(script.place(line), wrong.message(&script.told(line)), wrong.fix(false));
            }
        }
        for call in &script.calls {
            // cmd has replaced what stands in a command line or batch file.
            if let Some((message, fix)) = not_replaced(call).filter(|_| script.file.is_some()) {
                let message = format!("{} {message}", script.told(call.line));
                findings.error(script.place(call.line), message, fix);
            }
        }
    }
}

/// What is wrong with a command of PowerShell that is given `%NAME%\…` as a path, and what to write.
fn not_replaced(call: &ScriptCall) -> Option<(String, String)> {
    const TAKE_PATHS: [&str; 14] = [
        "test-path",
        "copy-item",
        "move-item",
        "remove-item",
        "new-item",
        "get-item",
        "get-childitem",
        "get-itemproperty",
        "set-location",
        "push-location",
        "join-path",
        "resolve-path",
        "get-content",
        "set-content",
    ];
    let name = call.name.to_lowercase();
    if !TAKE_PATHS.contains(&name.as_str()) {
        return None;
    }
    let given = call.arguments.iter().filter_map(|token| match token {
        Token::Word(text) | Token::Text(text, _) => Some(text),
        Token::Mark(_) | Token::End => None,
    });
    given.filter(|text| text.starts_with('%')).find_map(|text| {
        let (written, _) = text.get(1..)?.split_once('%')?;
        let variable = known(written)?;
        let message = format!("gives {} %{variable}%, which PowerShell does not replace.", call.name);
        Some((message, format!("Write `{}`.", of_powershell(variable))))
    })
}

fn known(name: &str) -> Option<&'static str> {
    OF_WINDOWS.into_iter().find(|one| one.eq_ignore_ascii_case(name))
}

/// The first variable of `line` that Windows does not have although one of its own was meant. Those of `own` are given a
/// value by the script.
fn wrong_variable(line: &str, own: &HashSet<String>) -> Option<Wrong> {
    let of_cmd = names_of_cmd(line).map(|name| Named { written: format!("%{name}%"), name, is_cut: false });
    let found = |named: Named<'_>, is_powershells| {
        let meant = if named.is_cut { known(named.name) } else { meant_by(named.name) }?;
        let is_own = own.contains(&named.name.to_lowercase());
        (!is_own).then_some(Wrong { written: named.written, meant, is_powershells })
    };
    let of_cmd = of_cmd.into_iter().find_map(|named| found(named, false));
    of_cmd.or_else(|| names_of_powershell(line).find_map(|named| found(named, true)))
}

/// The variables that a text gives a value, in lower case: every name in front of a `=`.
fn assigned(text: &str) -> HashSet<String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '(' | ')');
    let name_before = |(at, _): (usize, &str)| {
        let before = text[..at].trim_end_matches([' ', '\t']);
        let begin = before.rfind(|c: char| !is_name(c)).map_or(0, |at| at + 1);
        before.get(begin..).map(str::to_lowercase)
    };
    text.match_indices('=').filter_map(name_before).filter(|name| name.len() < 60).collect()
}

/// A variable as a text names it.
struct Named<'a> {
    written: String,
    name: &'a str,
    /// Whether PowerShell takes only the part before `(` for the name.
    is_cut: bool,
}

/// The longest name that is looked at, in letters.
const LONGEST: usize = 40;

/// The names between percent signs.
fn names_of_cmd(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices('%').filter_map(|(at, _)| {
        let behind = &text[at + 1..];
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '(' | ')' | ' ' | '-');
        let end = behind.char_indices().take(LONGEST).find(|(_, c)| !is_name(*c))?;
        // `%NAME:~0,3%` is a part of it.
        let name = &behind[..end.0];
        (matches!(end.1, '%' | ':') && name.starts_with(|c: char| c.is_ascii_alphabetic())).then_some(name)
    })
}

/// The variables of the environment in a line of PowerShell. A name without braces ends before `(`, so
/// `$env:ProgramFiles(x86)` is another one than was meant.
fn names_of_powershell(text: &str) -> impl Iterator<Item = Named<'_>> {
    text.match_indices('$').filter_map(|(at, _)| {
        let behind = &text[at + 1..];
        let in_braces = behind.starts_with('{');
        let rest = if in_braces { &behind[1..] } else { behind };
        let rest = rest.get(..4).filter(|env| env.eq_ignore_ascii_case("env:")).and(rest.get(4..))?;
        let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || in_braces && c != '}';
        let end = rest.char_indices().take(LONGEST).find(|(_, c)| !is_letter(*c)).map(|(end, _)| end);
        let end = end.or_else(|| (rest.len() < LONGEST).then_some(rest.len()))?;
        if in_braces {
            let name = &rest[..end];
            return Some(Named { written: format!("${{env:{name}}}"), name, is_cut: false });
        }
        let is_cut = rest[end..].get(..5).is_some_and(|cut| cut.eq_ignore_ascii_case("(x86)"));
        let name = &rest[..if is_cut { end + 5 } else { end }];
        Some(Named { written: format!("$env:{name}"), name, is_cut })
    })
}

/// The variable of Windows that was meant by a name; `None` for right names, and for names of other programs'.
fn meant_by(name: &str) -> Option<&'static str> {
    /// Shorter names have too many neighbours.
    const LONG: usize = 9;
    if known(name).is_some() {
        return None;
    }
    let bare = |name: &str| -> String {
        name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let written = bare(name);
    let same = OF_WINDOWS.into_iter().find(|one| bare(one) == written);
    let other = || MEANT.iter().find(|(one, _)| *one == written).map(|(_, meant)| *meant);
    let near = || {
        let is_near =
            |one: &&str| one.len() >= LONG && is_one_slip(&name.to_lowercase(), &one.to_lowercase());
        OF_WINDOWS.into_iter().find(is_near).filter(|_| name.len() >= LONG)
    };
    same.or_else(other).or_else(near)
}

/// Whether two words differ by one letter that is missing, too many or another, or by two that changed places.
fn is_one_slip(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let same = left.iter().zip(right).take_while(|(l, r)| l == r).count();
    let (l, r) = (&left[same..], &right[same..]);
    match (l, r) {
        ([a, b, l @ ..], [c, d, r @ ..]) if a == d && b == c && l == r => true,
        ([_, l @ ..], [_, r @ ..]) if l == r => true,
        ([_, l @ ..], r) if l == r => true,
        (l, [_, r @ ..]) if l == r => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_peoples_names() {
        for (name, meant) in [
            ("ProgramFilesx86", Some("ProgramFiles(x86)")),
            ("Program Files (x86)", Some("ProgramFiles(x86)")),
            ("PROGRAMFILES86", Some("ProgramFiles(x86)")),
            ("ProgamFiles", Some("ProgramFiles")),
            ("ProgramFile", Some("ProgramFiles")),
            ("ProgramFielsx86", None),
            ("SystemRoots", Some("SystemRoot")),
            ("AllUserProfile", Some("ALLUSERSPROFILE")),
            ("ProgramFiles64", Some("ProgramW6432")),
            ("CommonProgramFilesx86", Some("CommonProgramFiles(x86)")),
            ("ProgramW6432", None),
            ("programfiles(X86)", None),
            ("JAVA_HOME", None),
            ("TEMPS", None),
            ("InstallDir", None),
        ] {
            assert_eq!(meant_by(name), meant, "{name}");
        }
    }
}
