//! The verdict over packages, check by check.

use super::bytes::{Bytes, counted, exactly};
use super::printable::printable;
use super::style::{ERROR, FAINT, GOOD, STRONG, WARNING};
use crate::error::printable_findings;
use anstyle::Style;
use intunewin::CheckDetail;
use std::io::{self, Write};
use waybill_schemas::report::package::{Check, Outcome, VerifiedPackage, VerifyReport};

/// One package: its verdict, and every check that was made.
pub(crate) fn write_package(package: &VerifiedPackage, out: &mut dyn Write) -> io::Result<()> {
    let (style, verdict) = if package.ok { (GOOD, "ok") } else { (ERROR, "FAILED") };
    writeln!(out, "{STRONG}{}{STRONG:#}  {style}{verdict}{style:#}", printable(&package.package))?;
    let told = package.checks.iter().filter(|check| package.ok || check.outcome != Outcome::Skipped);
    told.into_iter().try_for_each(|check| write_check(check, out))
}

fn write_check(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    let (style, outcome) = (style(check.outcome), check.outcome.title());
    write!(out, "  {:10}  {style}{outcome}{style:#}", check.check.title())?;
    match &check.detail {
        Some(detail) if check.outcome != Outcome::Failed => {
            let gap = 7_usize.saturating_sub(outcome.len());
            writeln!(out, "{:gap$}  {FAINT}{}{FAINT:#}", "", printable(detail))
        }
        _ => writeln!(out), // why a check failed is the error's to tell
    }
}

const fn style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Ok => GOOD,
        Outcome::Warning => WARNING,
        Outcome::Failed => ERROR,
        Outcome::Skipped => FAINT,
    }
}

/// What a check saw, with its numbers as people read them.
pub(crate) fn detail_in_words(detail: &CheckDetail) -> String {
    match detail {
        CheckDetail::PayloadSize(bytes) => exactly(*bytes),
        CheckDetail::Payload { files, unpacked, unmarked_names } => {
            let unmarked = match unmarked_names {
                0 => String::new(),
                unmarked => format!("; {} not marked as UTF-8", counted(*unmarked, "name")),
            };
            format!("{}, {} unpacked{unmarked}", counted(*files, "file"), Bytes(*unpacked))
        }
        CheckDetail::Failure(why) => printable_findings(why),
        other => other.to_string(),
    }
}

/// The last line over several packages.
pub(crate) fn write_total(report: &VerifyReport, given: usize, out: &mut dyn Write) -> io::Result<()> {
    let failed = report.packages.iter().filter(|package| !package.ok).count();
    let ok = report.packages.len() - failed;
    let left = match given - report.packages.len() {
        0 => String::new(),
        left => format!(", {left} not looked at"),
    };
    writeln!(out, "{}: {ok} ok, {failed} failed{left}", counted(given as u64, "package"))
}
