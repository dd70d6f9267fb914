//! `waybill verify`: runs every check on every package.

use crate::args::{self, PackageArgs};
use crate::error::{Failure, deciding, printable_findings};
use crate::files::{PackageReader, shown};
use crate::session::Session;
use crate::text::{Bytes, ERROR, FAINT, GOOD, STRONG, WARNING, counted, exactly, printable};
use anstyle::Style;
use clap::Args;
use intunewin::{CheckDetail, PackageCheck, VerifyOptions, checks_of_unopened};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use waybill_schemas::codes::{Class, command};
use waybill_schemas::report::package::{Check, CheckName, CheckOutcome, VerifiedPackage, VerifyReport};

/// Check packages: shape, MAC, padding, digest, size, CRC, archive policy, setup file
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill verify app.intunewin
  waybill verify --deep packages/*.intunewin
  waybill verify --json app.intunewin

Exits with 0 where every check holds, with 4 where a MAC or digest does not,
with 3 where a package is refused for another reason.")]
pub(crate) struct VerifyArgs {
    /// The packages
    #[arg(required = true, value_name = "PACKAGE")]
    packages: Vec<PathBuf>,
    /// Inflate every entry too, and check its size and CRC
    #[arg(long)]
    deep: bool,
    #[command(flatten)]
    reading: PackageArgs,
}

/// Runs every check on every package, and prints each. Returns the class of the failure that decides the exit code.
pub(crate) fn run(args: &VerifyArgs, session: &Session) -> Result<Option<Class>, Failure> {
    let output = session.output;
    let reader = PackageReader::new(&args.reading)?;
    let (mut report, mut failures) = (VerifyReport::default(), Vec::new());
    let packages = args::expand(&args.packages);
    for path in &packages {
        let (verified, failure) = verify(path, &reader, args.deep, session);
        // Printed package by package, because the next one may take minutes. JSON is one document and waits for the
        // last.
        let told = !output.is_quiet() || !verified.ok;
        if told && !output.is_json() {
            output.page(|out| write_package(&verified, out))?;
        }
        report.packages.push(verified);
        let Some(failure) = failure else { continue };
        if !output.is_json() {
            output.tell(&failure);
        }
        // Ctrl-C ends the whole run, not only this package.
        let stop = failure.class() == Class::Interrupted;
        failures.push(failure);
        if stop {
            break;
        }
    }
    let decisive = deciding(&failures);
    if output.is_json() {
        report.error = decisive.map(Failure::report);
        output.document(&report)?;
    } else if packages.len() > 1 && !output.is_quiet() {
        output.page(|out| write_total(&report, packages.len(), out))?;
    }
    Ok(decisive.map(Failure::class))
}

fn verify(
    path: &Path,
    reader: &PackageReader,
    deep: bool,
    session: &Session,
) -> (VerifiedPackage, Option<Failure>) {
    let (checks, failure) = match reader.open(path) {
        Ok(input) => {
            let mut options = VerifyOptions::default();
            (options.policy, options.deep) = (reader.policy().clone(), deep);
            let verification = intunewin::verify(input, &options, &session.context());
            (verification.checks, verification.error.map(Failure::from))
        }
        Err(failure) => {
            // Of a file that is not there no check has failed.
            let is_missing = failure.id() == command::INPUT_MISSING.id;
            let class = if is_missing { Class::Machine } else { failure.class() };
            (checks_of_unopened(class, failure.message()), Some(failure))
        }
    };
    let failure = failure.map(|failure| failure.about(&shown(path)));
    let verified = VerifiedPackage {
        package: shown(path),
        ok: failure.is_none(),
        checks: checks.iter().map(|check| described(check, deep)).collect(),
        error: failure.as_ref().map(Failure::report),
    };
    (verified, failure)
}

/// A check in words. Why the data was not looked at is a matter of the command's options.
fn described(check: &PackageCheck, deep: bool) -> Check {
    let detail = check.detail.as_ref().map(detail_in_words);
    let is_shallow = check.name == CheckName::Data && check.outcome == CheckOutcome::Skipped && !deep;
    Check {
        check: check.name,
        outcome: check.outcome,
        detail: detail.or_else(|| is_shallow.then(|| "only with --deep".to_owned())),
    }
}

/// Writes one package: its verdict, and every check that was made.
fn write_package(package: &VerifiedPackage, out: &mut dyn Write) -> io::Result<()> {
    let (style, verdict) = if package.ok { (GOOD, "ok") } else { (ERROR, "FAILED") };
    writeln!(out, "{STRONG}{}{STRONG:#}  {style}{verdict}{style:#}", printable(&package.package))?;
    let told = package.checks.iter().filter(|check| package.ok || check.outcome != CheckOutcome::Skipped);
    told.into_iter().try_for_each(|check| write_check(check, out))
}

fn write_check(check: &Check, out: &mut dyn Write) -> io::Result<()> {
    let (style, outcome) = (style(check.outcome), check.outcome.title());
    write!(out, "  {:10}  {style}{outcome}{style:#}", check.check.title())?;
    match &check.detail {
        Some(detail) if check.outcome != CheckOutcome::Failed => {
            let gap = 7_usize.saturating_sub(outcome.len());
            writeln!(out, "{:gap$}  {FAINT}{}{FAINT:#}", "", printable(detail))
        }
        // The error below says why a check failed.
        _ => writeln!(out),
    }
}

const fn style(outcome: CheckOutcome) -> Style {
    match outcome {
        CheckOutcome::Ok => GOOD,
        CheckOutcome::Warning => WARNING,
        CheckOutcome::Failed => ERROR,
        CheckOutcome::Skipped => FAINT,
    }
}

/// What a check found, with numbers as people read them.
fn detail_in_words(detail: &CheckDetail) -> String {
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

/// Writes the last line for several packages.
fn write_total(report: &VerifyReport, given: usize, out: &mut dyn Write) -> io::Result<()> {
    let failed = report.packages.iter().filter(|package| !package.ok).count();
    let ok = report.packages.len() - failed;
    let left = match given - report.packages.len() {
        0 => String::new(),
        left => format!(", {left} not looked at"),
    };
    writeln!(out, "{}: {ok} ok, {failed} failed{left}", counted(given as u64, "package"))
}
