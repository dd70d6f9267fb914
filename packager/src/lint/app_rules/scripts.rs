//! WB205 and WB206: scripts that cannot answer, and scripts that are read wrongly.

use super::super::commands::commands_of;
use super::super::script::{Encoding, Verdict, decode, is_signed, verdict};
use super::Checked;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use waybill_intune::command_line::PowerShell;
use waybill_schemas::app::{PowerShellScriptRule, Rule};
use waybill_schemas::report::lint::Place;

pub(super) fn check(rule: &Checked<'_>, subject: &Subject, found: &mut Found) {
    let Rule::PowerShellScript(body) = rule.rule else { return };
    let place = rule.place("scriptContent", subject);
    let Some(bytes) = body.script().ok().filter(|bytes| !bytes.is_empty()) else {
        let message = format!("{} can never hold: it has no script, or one that is not base64.", rule.name());
        found.error("WB201", place, message, "Put the script's bytes in as base64.");
        return;
    };
    let (text, encoding) = decode(&bytes);
    if rule.detects {
        answers(rule, &text, place.clone(), found);
    }
    encoded(&rule.name(), encoding, place, found);
    signed(rule, body, &text, subject, found);
}

fn answers(rule: &Checked<'_>, text: &str, place: Place, found: &mut Found) {
    let why = match verdict(text) {
        Verdict::Fine => return,
        Verdict::AlwaysDetected => "prints and exits 0 whatever it finds: the app always counts as installed",
        Verdict::NeverPrints => "prints nothing where it exits 0: the app never counts as installed",
        Verdict::WritesToStderr => "writes to stderr wherever it exits 0: the app never counts as installed",
        Verdict::NeverExitsZero => "never exits 0: the app never counts as installed",
    };
    let message = format!("The script of {} {why}.", lower_first(&rule.name()));
    let mend = "Print one line and exit 0 where the app is there; print nothing and exit 1 where it is not.";
    found.error("WB205", place, message, mend);
}

fn lower_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_lowercase().chain(characters).collect()).unwrap_or_default()
}

fn encoded(what: &str, encoding: Encoding, place: Place, found: &mut Found) {
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
    found.warning("WB206", place, format!("{what} {why}."), "Save the script as UTF-8 with BOM.");
}

fn signed(rule: &Checked<'_>, body: &PowerShellScriptRule, text: &str, subject: &Subject, found: &mut Found) {
    if body.enforce_signature_check == Some(true) && !is_signed(text) {
        let message =
            format!("{} enforces a signature, but its script has none: it will not run.", rule.name());
        let mend = "Sign the script (Set-AuthenticodeSignature), or set `enforceSignatureCheck` to false.";
        found.error("WB206", rule.place("enforceSignatureCheck", subject), message, mend);
    }
}

/// Packed scripts that the commands start with Windows PowerShell.
pub(super) fn check_files(subject: &Subject, found: &mut Found) {
    for command in commands_of(subject) {
        let calls = command.line.steps.iter().filter_map(PowerShell::of);
        for name in calls.flat_map(|call| call.scripts()) {
            let Some(bytes) = subject.read(&name) else { continue };
            let encoding = decode(&bytes).1;
            // From a file, UTF-16 with its mark is read rightly.
            if encoding != Encoding::Utf16 {
                let packed = crate::lint::files::packed_name(&name);
                encoded(&format!("The script {packed}"), encoding, Place::in_file(packed), found);
            }
        }
    }
}
