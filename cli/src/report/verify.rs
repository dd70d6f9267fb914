//! The verdict over packages, check by check.

use super::bytes::{Bytes, counted};
use super::printable::printable;
use super::style::{ERROR, FAINT, GOOD, STRONG, WARNING};
use anstyle::Style;
use intunewin::Archive;
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

/// What of a payload the policy has judged.
pub(crate) fn policy_detail(archive: &Archive) -> String {
    let (files, unpacked) = (counted(archive.file_count(), "file"), Bytes(archive.unpacked_size()));
    match archive.unmarked_names() {
        0 => format!("{files}, {unpacked} unpacked"),
        unmarked => {
            format!("{files}, {unpacked} unpacked; {} not marked as UTF-8", counted(unmarked, "name"))
        }
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
