//! WB117: batch files that cmd reads as something else than what an editor shows.

use super::Severity::Warning;
use super::started::Language;
use super::{Examined, FindingPlace, Findings, LintPage, LintRule};
use crate::lint::script::{Encoding, batch_commands, decode};

pub(super) static RULES: &[LintRule] = &[LintRule {
    page: LintPage {
        code: "WB117",
        severity: Warning,
        title: "a batch file that cmd reads otherwise than an editor shows it",
        harm: "cmd reads no UTF-16 (an error: not one command of it runs). A byte order mark becomes three letters of the \
           first command, letters beyond ASCII are read in the device's OEM code page, and where lines end with LF alone, \
           `goto` and `call` may miss a label.",
        fix: "Save the file without byte order mark and with CRLF; for letters beyond ASCII as UTF-8 with `chcp 65001 >nul` \
           before them.",
        before: "copy \"Größe.txt\" C:\\Contoso   (UTF-8)",
        after: "chcp 65001 >nul   (on a line before it)",
    },
    checks: &[batch_files],
}];

/// How many bytes cmd looks for a label in at once. In a shorter file it finds each.
const PIECE: usize = 512;

fn batch_files(examined: &Examined<'_>, findings: &mut Findings) {
    let scripts = examined.started.scripts.iter().filter(|script| script.language == Language::Batch);
    for name in scripts.filter_map(|script| script.file.as_deref()) {
        let Some(bytes) = examined.subject.read(name) else { continue };
        let (text, encoding) = decode(&bytes);
        let place = || FindingPlace::in_file(name);
        if encoding == Encoding::Utf16 {
            let message = format!("The batch file {name} is UTF-16, and cmd runs no command of it.");
            findings.error(place(), message, "Save it as UTF-8 without byte order mark.");
            continue;
        }
        let begins = text.lines().next().unwrap_or_default().trim();
        if encoding == Encoding::MarkedUtf8 && !begins.is_empty() {
            let message = format!(
                "The batch file {name} begins with a byte order mark: cmd does not know its first command."
            );
            findings.warning(place().on_line(1), message, "Save it as UTF-8 without byte order mark.");
        }
        if matches!(encoding, Encoding::MarkedUtf8 | Encoding::UnmarkedUtf8)
            && let Some(line) = foreign_line(&text)
        {
            let message = format!(
                "Line {line} of {name} has letters beyond ASCII in UTF-8, which cmd reads in the device's OEM code page."
            );
            findings.warning(place().on_line(line), message, "Write `chcp 65001 >nul` before it.");
        }
        if bytes.len() > PIECE && !text.contains("\r\n") && jumps_to_label(&text) {
            let message = format!(
                "The lines of {name} end with LF alone: cmd may not find the labels that it jumps to."
            );
            findings.warning(place(), message, "Save it with CRLF.");
        }
    }
}

/// The line of the first command with letters beyond ASCII that does more than print them; none behind a `chcp 65001`.
fn foreign_line(text: &str) -> Option<u32> {
    let commands = batch_commands(text);
    let first = |command: &str| {
        let end = command.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(command.len());
        command[..end].to_lowercase()
    };
    let before = commands.iter().take_while(|one| {
        let is_set = first(&one.text) == "chcp" && one.text.contains("65001");
        !is_set
    });
    let prints =
        |command: &str| matches!(first(command).as_str(), "echo" | "title") && !command.contains('>');
    before.into_iter().find(|one| !one.text.is_ascii() && !prints(&one.text)).map(|one| one.line)
}

fn jumps_to_label(text: &str) -> bool {
    let labels: Vec<String> = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix(':')?.split_whitespace().next().map(str::to_lowercase))
        .filter(|label| !label.starts_with(':'))
        .take(100)
        .collect();
    batch_commands(text).iter().any(|one| {
        let lower = one.text.to_lowercase();
        let target = match lower.strip_prefix("goto") {
            Some(target) => target.trim_start().trim_start_matches(':'),
            None => match lower.strip_prefix("call").and_then(|target| target.trim_start().strip_prefix(':'))
            {
                Some(target) => target,
                None => return false,
            },
        };
        let target = target.split_whitespace().next().unwrap_or_default();
        labels.iter().any(|label| label == target)
    })
}
