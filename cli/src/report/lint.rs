//! What lint found, one finding after the other, and the count.

use super::bytes::counted;
use super::printable::printable;
use super::style::{ERROR, FAINT, GOOD, NOTE, STRONG, WARNING};
use super::wrap::write_wrapped;
use std::io::{self, Write};
use waybill_schemas::report::lint::{Finding, LintReport, Severity};

/// Every finding with its place and its mend; with `whole` also what is allowed, what was skipped, and the count.
pub(crate) fn write_lint(report: &LintReport, whole: bool, out: &mut dyn Write) -> io::Result<()> {
    let standing = report.findings.iter().filter(|finding| finding.allowed.is_none());
    for (index, finding) in standing.clone().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_finding(finding, out)?;
    }
    if !whole {
        return Ok(());
    }
    if standing.count() > 0 {
        writeln!(out)?;
    }
    for finding in &report.findings {
        if let Some(reason) = &finding.allowed {
            let (code, place) = (&finding.code, finding.place.to_string());
            writeln!(out, "{FAINT}allowed[{code}] {}: {}{FAINT:#}", printable(&place), printable(reason))?;
        }
    }
    for skipped in &report.skipped {
        write_wrapped(&format!("{NOTE}not looked at:{NOTE:#} "), 2, skipped, out)?;
    }
    for code in &report.unused_allowances {
        writeln!(
            out,
            "{NOTE}note:{NOTE:#} {} is allowed, and nothing of the kind was found",
            printable(code)
        )?;
    }
    write_count(report, out)
}

fn write_finding(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let style = match finding.severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
    };
    let (severity, code, place) = (finding.severity, &finding.code, finding.place.to_string());
    writeln!(out, "{style}{severity}[{code}]{style:#} {STRONG}{}{STRONG:#}", printable(&place))?;
    write_wrapped("  ", 2, &finding.message, out)?;
    // One line, however long: it often is a command to be copied.
    writeln!(out, "  {NOTE}mend:{NOTE:#} {}", printable(&finding.mend))
}

fn write_count(report: &LintReport, out: &mut dyn Write) -> io::Result<()> {
    let counts = report.counts;
    let subject = printable(&report.subject);
    let mut told = Vec::new();
    for (count, thing) in [(counts.errors, "error"), (counts.warnings, "warning")] {
        if count > 0 {
            told.push(counted(count.into(), thing));
        }
    }
    if counts.allowed > 0 {
        told.push(format!("{} allowed", counts.allowed));
    }
    match (counts.errors, counts.warnings) {
        (0, 0) if told.is_empty() => writeln!(out, "{subject}: {GOOD}nothing found{GOOD:#}"),
        (0, 0) => writeln!(out, "{subject}: {GOOD}{}{GOOD:#}", told.join(", ")),
        (0, _) => writeln!(out, "{subject}: {WARNING}{}{WARNING:#}", told.join(", ")),
        _ => writeln!(out, "{subject}: {ERROR}{}{ERROR:#}", told.join(", ")),
    }
}
