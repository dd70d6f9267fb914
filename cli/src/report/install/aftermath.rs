//! What is left after an attempt: restarts, the next try, and what Intune would report.

use crate::report::fields::Fields;
use crate::report::printable::printable;
use crate::report::style::{STRONG, WARNING};
use crate::report::wrap::write_wrapped;
use std::io::{self, Write};
use waybill_schemas::report::install::{InstallReport, RestartNeed, RestartReport, StateCode};

/// Restart, next try, states.
pub(super) fn write(report: &InstallReport, out: &mut dyn Write) -> io::Result<()> {
    if let Some(restart) = &report.restart {
        write_restart(restart, out)?;
    }
    if let Some(next) = &report.next_try {
        writeln!(out, "\n{STRONG}Next try{STRONG:#}  {}", to_the_second(&next.at))?;
        write_wrapped("  ", 2, &next.why, out)?;
    }
    let states = &report.states;
    if states.error.is_none() && report.is_done() {
        return Ok(());
    }
    let mut fields = Fields::default();
    fields.add_some("Applicability", states.applicability.as_ref().map(state));
    fields.add("ComplianceState", state(&states.compliance));
    fields.add_some("EnforcementState", states.enforcement.as_ref().map(state));
    fields.add_some("ErrorCode", states.error.as_ref().map(error));
    writeln!(out, "\n{STRONG}As Intune reports it{STRONG:#}")?;
    fields.write(2, out)
}

fn write_restart(restart: &RestartReport, out: &mut dyn Write) -> io::Result<()> {
    if restart.asked == RestartNeed::None && restart.pending.is_empty() && restart.left_pending.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}Restart{STRONG:#}")?;
    write_wrapped("  ", 2, &restart.action, out)?;
    for pending in &restart.pending {
        let need = match pending.need {
            RestartNeed::Hard => "before anything else is installed",
            RestartNeed::Soft | RestartNeed::None => "some time",
        };
        writeln!(
            out,
            "  {WARNING}pending:{WARNING:#} {need}, for {} since {}",
            printable(&pending.app),
            to_the_second(&pending.since)
        )?;
    }
    for file in &restart.left_pending {
        writeln!(out, "  {WARNING}replaced at the next start:{WARNING:#} {}", printable(file))?;
    }
    Ok(())
}

fn state(code: &StateCode) -> String {
    format!("{} {}", code.text, code.name)
}

/// With both forms: logs have the signed one, the portal the other.
fn error(code: &StateCode) -> String {
    format!("{} ({}) {}", code.text, code.number, code.name)
}

/// A time of a report without its fraction.
fn to_the_second(time: &str) -> String {
    let safe = printable(time);
    match safe.split_once('.') {
        Some((seconds, _)) if time.ends_with('Z') => format!("{seconds}Z"),
        _ => safe.into_owned(),
    }
}
