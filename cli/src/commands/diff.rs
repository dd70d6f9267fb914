//! `waybill inspect --diff`: how one package differs from another.

use crate::args::{Limits, PackageArgs};
use crate::commands::payload_entries::serialize_visited;
use crate::error::Failure;
use crate::files::{PackageReader, shown};
use crate::session::Session;
use crate::text::{Bytes, ERROR, FAINT, GOOD, STRONG, WARNING, grouped, printable};
use intunewin::{ComparedPackage, PayloadDiff};
use serde::{Serialize, Serializer};
use std::io::{self, Write};
use std::path::Path;
use waybill_schemas::report::package::{Change, DiffReport, EntryChange};

/// Prints how the package `new` differs from `old`, after authenticating both.
pub(crate) fn run(old: &Path, new: &Path, limits: &Limits, session: &Session) -> Result<(), Failure> {
    let (old_package, new_package) = (open(old, limits, session)?, open(new, limits, session)?);
    let diff = intunewin::diff(&old_package, &new_package)?;
    let report = DiffReport {
        old: shown(old),
        new: shown(new),
        same_payload: diff.same_payload,
        metadata: diff.metadata,
        files: diff.payload.counts(),
        changes: Changes(&diff.payload),
    };
    if session.output.is_json() {
        return session.output.document(&report);
    }
    session.output.page(|out| {
        write_diff(&report, out)?;
        diff.payload.visit(|change| write_change(&change, out))
    })
}

/// Opens and authenticates one of the two packages.
fn open(path: &Path, limits: &Limits, session: &Session) -> Result<ComparedPackage, Failure> {
    let reader = PackageReader::new(&PackageArgs { encryption_info: None, limits: limits.clone() })?;
    let compared = reader
        .open(path)
        .and_then(|input| Ok(ComparedPackage::new(input, reader.policy(), &session.context())?));
    compared.map_err(|failure| failure.about(&shown(path)))
}

/// Every change; serialises as a list that is never in memory as a whole.
struct Changes<'a>(&'a PayloadDiff<'a>);

impl Serialize for Changes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_visited(serializer, |take| self.0.visit(take))
    }
}

/// Writes everything but the changed files, which follow one by one.
fn write_diff<E>(report: &DiffReport<E>, out: &mut dyn Write) -> io::Result<()> {
    let (old, new) = (printable(&report.old), printable(&report.new));
    writeln!(out, "{STRONG}{old}{STRONG:#} -> {STRONG}{new}{STRONG:#}")?;
    if report.same_payload {
        writeln!(out, "  the payloads are the same, byte for byte")?;
    }
    let width = report.metadata.iter().map(|change| change.field.len()).max().unwrap_or(0);
    for change in &report.metadata {
        let side = |value: &Option<String>| value.as_deref().map_or("(none)".into(), printable).into_owned();
        let (field, old, new) = (&change.field, side(&change.old), side(&change.new));
        writeln!(out, "  {FAINT}{field:width$}{FAINT:#}  {old} -> {new}")?;
    }
    let counts = report.files;
    let [added, removed, changed, unchanged] =
        [counts.added, counts.removed, counts.changed, counts.unchanged].map(grouped);
    writeln!(
        out,
        "\n{STRONG}Files{STRONG:#} {added} added, {removed} removed, {changed} changed, {unchanged} unchanged"
    )
}

/// Writes one file that differs.
fn write_change(change: &EntryChange, out: &mut dyn Write) -> io::Result<()> {
    let name = printable(&change.name);
    let size = |size: Option<u64>| Bytes(size.unwrap_or(0));
    match change.change {
        Change::Added => writeln!(out, "  {GOOD}+{GOOD:#} {name}  {FAINT}{}{FAINT:#}", size(change.new_size)),
        Change::Removed => {
            writeln!(out, "  {ERROR}-{ERROR:#} {name}  {FAINT}{}{FAINT:#}", size(change.old_size))
        }
        Change::Changed if change.old_size == change.new_size => {
            writeln!(
                out,
                "  {WARNING}~{WARNING:#} {name}  {FAINT}{}, other bytes{FAINT:#}",
                size(change.new_size)
            )
        }
        Change::Changed => {
            let (old, new) = (size(change.old_size), size(change.new_size));
            writeln!(out, "  {WARNING}~{WARNING:#} {name}  {FAINT}{old} -> {new}{FAINT:#}")
        }
    }
}
