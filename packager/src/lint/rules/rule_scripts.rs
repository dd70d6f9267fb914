//! WB205 and WB206: scripts that can only give one answer, and scripts that are decoded wrongly.

use super::Severity::{Error, Warning};
use super::started::Language;
use super::{AppRule, Examined, FindingPlace, Findings, LintPage, LintRule};
use crate::lint::script::{Encoding, ScriptAnswer, code_lines, decode, is_signed, script_answer};
use waybill_schemas::app::{PowerShellScriptRule, Rule};

pub(super) static RULES: &[LintRule] = &[
    LintRule {
        page: LintPage {
            code: "WB205",
            severity: Error,
            title: "a detection script that cannot say no, or cannot say yes",
            harm: "Detected means exit code 0 and something on stdout and nothing on stderr. A script that always prints \
               is always detected and the app is never installed; one that exits 0 without printing, or that writes \
               to stderr, is never detected.",
            fix: "Print one line and exit 0 where the app is there; print nothing and exit 1 where it is not.",
            before: "if (Test-Path $exe) { exit 0 } else { exit 1 }",
            after: "if (Test-Path $exe) { Write-Output 'found'; exit 0 } else { exit 1 }",
        },
        checks: &[answers],
    },
    LintRule {
        page: LintPage {
            code: "WB206",
            severity: Warning,
            title: "a script without a byte order mark, or unsigned where signatures are enforced",
            harm: "Windows PowerShell 5.1 reads a file without a byte order mark as ANSI: umlauts in paths and texts \
               become other letters. With `enforceSignatureCheck` an unsigned script (an error) does not run at all.",
            fix: "Save the script as UTF-8 with BOM; sign it, or take `enforceSignatureCheck` out.",
            before: "Test-Path 'C:\\Program Files\\Größe\\app.exe'   (UTF-8 without BOM)",
            after: "Test-Path 'C:\\Program Files\\Größe\\app.exe'   (UTF-8 with BOM)",
        },
        checks: &[encodings_of_rules, signatures, encodings_of_files],
    },
];

fn answers(examined: &Examined<'_>, findings: &mut Findings) {
    for (rule, _, bytes) in scripts(examined).filter(|(rule, ..)| rule.detects) {
        let why = match script_answer(&decode(&bytes).0) {
            ScriptAnswer::Fine => continue,
            ScriptAnswer::AlwaysDetected => {
                "prints and exits 0 whatever it finds: the app always counts as installed"
            }
            ScriptAnswer::NeverPrints => "prints nothing where it exits 0: the app never counts as installed",
            ScriptAnswer::WritesToStderr => {
                "writes to stderr wherever it exits 0: the app never counts as installed"
            }
            ScriptAnswer::NeverExitsZero => "never exits 0: the app never counts as installed",
        };
        let message = format!("The script of {} {why}.", rule.to_string().replacen('T', "t", 1));
        let fix =
            "Print one line and exit 0 where the app is there; print nothing and exit 1 where it is not.";
        findings.error(rule.place("scriptContent", examined.subject), message, fix);
    }
}

fn encodings_of_rules(examined: &Examined<'_>, findings: &mut Findings) {
    for (rule, _, bytes) in scripts(examined) {
        let place = rule.place("scriptContent", examined.subject);
        check_encoding(&rule.to_string(), decode(&bytes).1, place, findings);
    }
}

/// The rules with scripts and the bytes of these; WB201 finds rules without one.
fn scripts<'a>(
    examined: &'a Examined<'_>,
) -> impl Iterator<Item = (&'a AppRule<'a>, &'a PowerShellScriptRule, Vec<u8>)> {
    examined.rules.iter().filter_map(|rule| {
        let Rule::PowerShellScript(body) = rule.rule() else { return None };
        let bytes = body.script().ok().filter(|bytes| !bytes.is_empty())?;
        Some((rule, body, bytes))
    })
}

fn check_encoding(what: &str, encoding: Encoding, place: FindingPlace, findings: &mut Findings) {
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

fn signatures(examined: &Examined<'_>, findings: &mut Findings) {
    let enforcing = scripts(examined).filter(|(_, body, _)| body.enforce_signature_check == Some(true));
    for (rule, ..) in enforcing.filter(|(.., bytes)| !is_signed(&decode(bytes).0)) {
        let message = format!("{rule} enforces a signature, but its script has none: it will not run.");
        let fix = "Sign the script (Set-AuthenticodeSignature), or set `enforceSignatureCheck` to false.";
        findings.error(rule.place("enforceSignatureCheck", examined.subject), message, fix);
    }
}

/// Checks the packed scripts that the commands start with Windows PowerShell, directly or by way of other scripts.
fn encodings_of_files(examined: &Examined<'_>, findings: &mut Findings) {
    let scripts = examined.started.scripts.iter().filter(|script| script.language == Language::PowerShell);
    for name in scripts.filter_map(|script| script.file.as_deref()) {
        let Some(bytes) = examined.subject.read(name) else { continue };
        let (text, encoding) = decode(&bytes);
        // UTF-16 with its mark is decoded correctly from a file, and what a comment says is read by nobody.
        let does_harm = code_lines(&text).iter().any(|(_, line)| !line.is_ascii());
        if encoding != Encoding::Utf16 && does_harm {
            check_encoding(&format!("The script {name}"), encoding, FindingPlace::in_file(name), findings);
        }
    }
}
