//! A page of `explain`.

use super::fields::Fields;
use super::sentence::sentence;
use super::style::{FAINT, STRONG};
use super::wrap::write_wrapped;
use std::io::{self, Write};
use waybill_schemas::codes::Entry;
use waybill_schemas::report::ExplainReport;

/// Every meaning, one below the other.
pub(crate) fn write_explanation(report: &ExplainReport, out: &mut dyn Write) -> io::Result<()> {
    for (index, entry) in report.meanings.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        write_entry(entry, out)?;
    }
    Ok(())
}

fn write_entry(entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{STRONG}{}{STRONG:#}", entry.code)?;
    if let Some(name) = entry.name {
        write!(out, "  {name}")?;
    }
    writeln!(out, "  {FAINT}({}){FAINT:#}", entry.table.title())?;
    write_wrapped("  ", 2, &sentence(&entry.meaning), out)?;
    if !entry.causes.is_empty() {
        writeln!(out, "\n  Usual causes:")?;
        entry.causes.iter().try_for_each(|cause| write_wrapped("    - ", 6, cause, out))?;
    }
    write!(out, "\n  {STRONG}What to do:{STRONG:#} ")?;
    write_wrapped("", 4, &sentence(entry.hint), out)?;
    if let Some(example) = entry.example {
        let mut fields = Fields::default();
        fields.add("found", example.before);
        fields.add("mended", example.after);
        writeln!(out)?;
        fields.write(2, out)?;
    }
    match entry.exit {
        Some(exit) => writeln!(out, "  waybill exits with {exit}."),
        None => Ok(()),
    }
}
