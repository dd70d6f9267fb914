//! Whether the app is for this device.

use super::rules::write_rule;
use crate::report::printable::printable;
use crate::report::style::{ERROR, FAINT, GOOD, STRONG, WARNING};
use std::io::{self, Write};
use waybill_schemas::report::install::{Answer, RequirementsReport};

/// What does not hold or cannot be told; with `every` what holds, too.
pub(super) fn write(requirements: &RequirementsReport, every: bool, out: &mut dyn Write) -> io::Result<()> {
    let built_in = requirements.built_in.iter().filter(|one| every || one.holds != Some(true));
    let rules = requirements.rules.iter().filter(|rule| every || rule.answer != Answer::Detected);
    if built_in.clone().next().is_none() && rules.clone().next().is_none() {
        return Ok(());
    }
    let code = requirements.applicability.as_ref().map(|code| format!("  {} {}", code.text, code.name));
    writeln!(out, "\n{STRONG}Requirements{STRONG:#}{FAINT}{}{FAINT:#}", code.unwrap_or_default())?;
    for one in built_in {
        let (style, answer) = match one.holds {
            Some(true) => (GOOD, "holds"),
            Some(false) => (WARNING, "does not hold"),
            None => (ERROR, "cannot tell"),
        };
        let [what, expected, actual] = [&one.what, &one.expected, &one.actual].map(|text| printable(text));
        writeln!(
            out,
            "  {what}  {style}{answer}{style:#}  {FAINT}wanted{FAINT:#} {expected}, {FAINT}found{FAINT:#} {actual}"
        )?;
    }
    rules.into_iter().try_for_each(|rule| write_rule(rule, ["holds", "does not hold"], out))
}
