//! How one package differs from another, as `inspect --diff` shows it.

use super::bytes::{Bytes, grouped};
use super::printable::printable;
use super::style::{ERROR, FAINT, GOOD, STRONG, WARNING};
use std::io::{self, Write};
use waybill_schemas::report::package::{Change, DiffReport, EntryChange};

/// Everything but the changed files, which follow one by one.
pub(crate) fn write_diff<E>(report: &DiffReport<E>, out: &mut dyn Write) -> io::Result<()> {
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

/// One file that differs.
pub(crate) fn write_change(change: &EntryChange, out: &mut dyn Write) -> io::Result<()> {
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
