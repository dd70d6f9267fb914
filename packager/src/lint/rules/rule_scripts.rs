//! WB205 and WB206: scripts that cannot answer, and scripts that are read wrongly.

use super::{AppRule, Examined, Findings, LintRule};
use crate::lint::script::{Encoding, ScriptAnswer, decode, is_signed, script_answer};
use crate::lint::subject::Subject;
use waybill_intune::command_line::PowerShell;
use waybill_schemas::app::{PowerShellScriptRule, Rule};
use waybill_schemas::report::lint::Severity::{Error, Warning};
use waybill_schemas::report::lint::{FindingPlace, LintPage};

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB205",
            severity: Error,
            title: "a detection script that cannot say no, or cannot say yes",
            harm: "Detected means exit code 0 and something on stdout and nothing on stderr. A script that always prints \
               is always detected and the app is never installed; one that exits 0 without printing, or that writes \
               to stderr, is never detected.",
            mend: "Print one line and exit 0 where the app is there; print nothing and exit 1 where it is not.",
            before: "if (Test-Path $exe) { exit 0 } else { exit 1 }",
            after: "if (Test-Path $exe) { Write-Output 'found'; exit 0 } else { exit 1 }",
        },
        check: answers,
    },
    LintRule {
        page: LintPage {
            code: "WB206",
            severity: Warning,
            title: "a script without a byte order mark, or unsigned where signatures are enforced",
            harm: "Windows PowerShell 5.1 reads a file without a byte order mark as ANSI: umlauts in paths and texts \
               become other letters. With `enforceSignatureCheck` an unsigned script (an error) does not run at all.",
            mend: "Save the script as UTF-8 with BOM; sign it, or take `enforceSignatureCheck` out.",
            before: "Test-Path 'C:\\Program Files\\Größe\\app.exe'   (UTF-8 without BOM)",
            after: "Test-Path 'C:\\Program Files\\Größe\\app.exe'   (UTF-8 with BOM)",
        },
        check: readable,
    },
];

fn answers(examined: &Examined<'_>, findings: &mut Findings) {
    for rule in examined.detection_rules() {
        if let Some((_, bytes)) = script_of(rule) {
            let place = rule.place("scriptContent", examined.subject);
            answer(rule, &decode(&bytes).0, place, findings);
        }
    }
}

fn readable(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    for rule in &examined.rules {
        if let Some((body, bytes)) = script_of(rule) {
            let (text, encoding) = decode(&bytes);
            encoded(&rule.name(), encoding, rule.place("scriptContent", subject), findings);
            signed(rule, body, &text, subject, findings);
        }
    }
    check_files(examined, findings);
}

/// A rule's script and its bytes; WB201 finds those that have none.
fn script_of<'a>(rule: &'a AppRule<'_>) -> Option<(&'a PowerShellScriptRule, Vec<u8>)> {
    let Rule::PowerShellScript(body) = rule.rule() else { return None };
    let bytes = body.script().ok().filter(|bytes| !bytes.is_empty())?;
    Some((body, bytes))
}

fn answer(rule: &AppRule<'_>, text: &str, place: FindingPlace, findings: &mut Findings) {
    let why = match script_answer(text) {
        ScriptAnswer::Fine => return,
        ScriptAnswer::AlwaysDetected => {
            "prints and exits 0 whatever it finds: the app always counts as installed"
        }
        ScriptAnswer::NeverPrints => "prints nothing where it exits 0: the app never counts as installed",
        ScriptAnswer::WritesToStderr => {
            "writes to stderr wherever it exits 0: the app never counts as installed"
        }
        ScriptAnswer::NeverExitsZero => "never exits 0: the app never counts as installed",
    };
    let message = format!("The script of {} {why}.", lower_first(&rule.name()));
    let mend = "Print one line and exit 0 where the app is there; print nothing and exit 1 where it is not.";
    findings.error(place, message, mend);
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

fn encoded(what: &str, encoding: Encoding, place: FindingPlace, findings: &mut Findings) {
    let why = match encoding {
        Encoding::Ascii | Encoding::MarkedUtf8 => return,
        Encoding::UnmarkedUtf8 => {
            "is UTF-8 without a byte order mark: Windows PowerShell 5.1 reads its letters beyond ASCII as others"
        }
        Encoding::Utf16 => "is UTF-16, which the agent does not expect",
        Encoding::Ansi => {
            "is in an ANSI code page: its letters beyond ASCII are others on devices with another one"
        }
    };
    findings.warning(place, format!("{what} {why}."), "Save the script as UTF-8 with BOM.");
}

fn signed(
    rule: &AppRule<'_>,
    body: &PowerShellScriptRule,
    text: &str,
    subject: &Subject,
    findings: &mut Findings,
) {
    if body.enforce_signature_check == Some(true) && !is_signed(text) {
        let message =
            format!("{} enforces a signature, but its script has none: it will not run.", rule.name());
        let mend = "Sign the script (Set-AuthenticodeSignature), or set `enforceSignatureCheck` to false.";
        findings.error(rule.place("enforceSignatureCheck", subject), message, mend);
    }
}

/// Packed scripts that the commands start with Windows PowerShell.
fn check_files(examined: &Examined<'_>, findings: &mut Findings) {
    let subject = examined.subject;
    for command in &examined.commands {
        let calls = command.line.steps.iter().filter_map(PowerShell::parse);
        for name in calls.flat_map(|call| call.scripts()) {
            let Some(bytes) = subject.read(&name) else { continue };
            let encoding = decode(&bytes).1;
            // From a file, UTF-16 with its mark is read rightly.
            if encoding != Encoding::Utf16 {
                let packed = crate::lint::subject::packed_name(&name);
                encoded(&format!("The script {packed}"), encoding, FindingPlace::in_file(packed), findings);
            }
        }
    }
}
