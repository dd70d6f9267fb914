//! `waybill lint`: prints findings of lint as a page, JSON or SARIF.

use crate::error::Failure;
use crate::files::{NewFile, refuse_existing, shown};
use crate::session::Session;
use crate::text::{ERROR, FAINT, GOOD, NOTE, STRONG, WARNING, counted, printable, write_wrapped};
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use waybill_packager::exclude::Exclusions;
use waybill_packager::lint::{self, Allowance, Subject, lint, pages};
use waybill_packager::walk::WalkOptions;
use waybill_schemas::Quoted;
use waybill_schemas::codes::{Class, command};
use waybill_schemas::report::lint::{Finding, LintReport, Severity};
use waybill_schemas::write_json;

/// Find what goes wrong in practice, before it is uploaded
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill lint apps/7zip
  waybill lint app.intunewin --deny-warnings
  waybill lint apps/7zip --allow WB106='the script is 32-bit on purpose'
  waybill lint apps/7zip --sarif lint.sarif

Every finding has a page: `waybill explain WB105`. app.json's lint.allow takes
codes with reasons, too. Exits with 3 where an error is found.")]
pub(crate) struct LintArgs {
    /// A package, a source folder, an app's folder, or an app.json
    #[arg(value_name = "PACKAGE|SOURCE|APP DIR|app.json")]
    path: PathBuf,
    /// Allow what is found under this code; may be given several times
    #[arg(long, value_name = "CODE=REASON")]
    allow: Vec<String>,
    /// Treat warnings as errors
    #[arg(long)]
    deny_warnings: bool,
    /// Leave out of the sources what matches, as pack does
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Write the findings to a SARIF file, too
    #[arg(long, value_name = "FILE")]
    sarif: Option<PathBuf>,
    /// Replace a SARIF file that is there
    #[arg(long, requires = "sarif")]
    force: bool,
}

/// The findings that `--allow` allows. An unknown code is refused, because a typing error would allow nothing.
pub(super) fn allowances(allow: &[String]) -> Result<Vec<Allowance>, Failure> {
    allow.iter().map(|text| allowance(text)).collect()
}

/// Parses `CODE=REASON`. A reason is asked for here as in `lint.allow`: whoever reads the report wants to know why.
fn allowance(text: &str) -> Result<Allowance, Failure> {
    let (code, reason) = text.split_once('=').unwrap_or((text, ""));
    let reason = reason.trim();
    match lint::page(code.trim()) {
        Some(_) if reason.is_empty() => {
            let message = format!("--allow {code}: a reason is missing");
            let hint = format!("write `--allow {}=\"why it is all right here\"`", code.trim());
            Err(Failure::new(&command::USAGE, message).with_hint(hint))
        }
        Some(page) => Ok(Allowance { code: page.code.to_owned(), reason: reason.to_owned() }),
        None => {
            let message = format!("--allow {code}: there is no such lint", code = Quoted(code));
            Err(Failure::new(&command::USAGE, message)
                .with_hint("codes look like WB105; `waybill lint` tells them"))
        }
    }
}

/// Lints an app. Returns the class of the outcome where a finding stands that is not allowed.
pub(crate) fn run(args: &LintArgs, session: &Session) -> Result<Option<Class>, Failure> {
    let allowances = allowances(&args.allow)?;
    let options = WalkOptions::excluding(Exclusions::new(&args.exclude)?);
    let name = shown(&args.path);
    let subject = Subject::open(&args.path, &options, &session.context());
    let report = lint(subject.map_err(|error| Failure::from(error).about(&name))?, &allowances);
    if let Some(file) = &args.sarif {
        write_sarif(&report, file, args.force)?;
    }
    let whole = !session.output.is_quiet();
    session.output.report(&report, |report, out| write_lint(report, whole, out))?;
    Ok(report.is_refused(args.deny_warnings).then_some(Class::Refused))
}

fn write_sarif(report: &LintReport, file: &Path, force: bool) -> Result<(), Failure> {
    if !force {
        refuse_existing(file, "give another name, or --force to replace it")?;
    }
    let mut bytes = Vec::new();
    write_json(&mut bytes, &report.to_sarif(&pages()), true).map_err(|error| {
        Failure::new(&command::OUTPUT_FAILED, "cannot write the report").caused_by(&error)
    })?;
    bytes.push(b'\n');
    NewFile::create(file, force)?.write(&bytes)
}

/// Writes every finding with its place and its fix; with `whole` also what is allowed, what was skipped, and the count.
fn write_lint(report: &LintReport, whole: bool, out: &mut dyn Write) -> io::Result<()> {
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
    // Not wrapped, because it often is a command to be copied.
    writeln!(out, "  {NOTE}fix:{NOTE:#} {}", printable(&finding.fix))
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
    let style = match (counts.errors, counts.warnings) {
        (0, 0) => GOOD,
        (0, _) => WARNING,
        _ => ERROR,
    };
    let told = match (told.is_empty(), report.skipped.is_empty()) {
        (false, _) => told.join(", "),
        (true, true) => "nothing found".to_owned(),
        (true, false) => "nothing found in what was looked at".to_owned(),
    };
    writeln!(out, "{subject}: {style}{told}{style:#}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allowances_have_reasons_and_known_codes() {
        let given = allowance("wb106=32-bit = on purpose").unwrap();
        assert_eq!((given.code.as_str(), given.reason.as_str()), ("WB106", "32-bit = on purpose"));
        for text in ["WB106", "WB106=", "WB106= "] {
            assert!(allowance(text).unwrap_err().message().contains("a reason is missing"));
        }
        assert!(allowance("WB999").unwrap_err().message().contains("WB999"));
    }
}
