//! The app must not be here yet: what the rehearsal uninstalls at its end would be somebody's own copy.

use crate::installing::Machine;
use crate::stage::Outcome;
use waybill_installer_runner::RunAs;
use waybill_schemas::app::AppDocument;
use waybill_schemas::codes::rehearsal;
use waybill_schemas::report::install::Answer;
use waybill_schemas::report::rehearsal::PhaseDetails;
use waybill_system::{InstalledProduct, System, SystemKind, Unanswered};

/// Looks, and refuses an app that is here. With `force` it is uninstalled later, once its content is here.
pub(crate) fn look(machine: &Machine<'_>, eyes: &RunAs, force: bool) -> (Outcome, bool) {
    let report = machine.detect();
    let details = PhaseDetails::Detect(Box::new(report.clone()));
    let outcome = match report.detection.answer {
        Answer::CannotTell => (Outcome::failed(report.exit.max(1), report.summary), false),
        Answer::Detected => here(force, "it is detected before anything was installed"),
        Answer::NotDetected => match product_that_would_go(&machine.app, machine.system, eyes) {
            Ok(Some(product)) => here(
                force,
                &format!("not detected, and yet {product} is installed, which the app would change"),
            ),
            Ok(None) => (Outcome::passed("not here yet"), false),
            Err(unanswered) => {
                let why = format!("whether the app's product is installed cannot be told: {unanswered}");
                (Outcome::failed(1, why), false)
            }
        },
    };
    (outcome.0.with(details), outcome.1)
}

fn here(force: bool, what: &str) -> (Outcome, bool) {
    if force {
        return (Outcome::passed(format!("{what}; --force: that copy is uninstalled first")), true);
    }
    let why = format!("{what}: that copy is not touched without --force");
    (Outcome::failed(3, why).with_code(rehearsal::APP_IS_HERE.id), false)
}

/// A product of Windows Installer that is installed and that the uninstall command names, or app.json says is in the MSI:
/// `msiexec /x app.msi` would remove it as well.
fn product_that_would_go(
    app: &AppDocument,
    system: &dyn System,
    eyes: &RunAs,
) -> Result<Option<String>, Unanswered> {
    if system.kind() != SystemKind::Windows {
        return Ok(None); // where there is no Windows Installer, nothing of it goes
    }
    let own = app.msi_information.as_ref().and_then(|msi| msi.product_code.as_deref());
    let texts = [app.uninstall_command_line.as_deref(), own];
    for code in texts.into_iter().flatten().flat_map(product_codes) {
        let product = system.products().product(&code, eyes.perspective.account)?;
        if let Some(product) = product.filter(|one| one.state == InstalledProduct::INSTALLED) {
            return Ok(Some(product.name.map_or_else(|| code.clone(), |name| format!("{name} {code}"))));
        }
    }
    Ok(None)
}

/// GUIDs in braces, in upper case.
pub(crate) fn product_codes(text: &str) -> Vec<String> {
    const LENGTH: usize = 38;
    let is_code = |code: &str| {
        code.ends_with('}') && code[1..LENGTH - 1].chars().all(|c| c.is_ascii_hexdigit() || c == '-')
    };
    let braces = text.match_indices('{').map(|(at, _)| at);
    let codes = braces.filter_map(|at| text.get(at..at + LENGTH)).filter(|code| is_code(code));
    codes.map(str::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_codes_are_found_wherever_they_stand() {
        let code = "{5C1F7D9A-3B60-4E0B-9B1C-2F7E44D0A816}";
        assert_eq!(product_codes(&format!("msiexec /x{} /qn", code.to_lowercase())), [code]);
        assert_eq!(product_codes(&format!("msiexec /x \"{code}\" PROP={{x}}")), [code]);
        assert!(
            product_codes("msiexec /x {5C1F7D9A} /qn {äöü4567890123456789012345678901234567}").is_empty()
        );
    }
}
