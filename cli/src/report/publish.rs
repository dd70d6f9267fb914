//! What was published, and what is secret of it.

use super::bytes::{Bytes, counted};
use super::fields::Fields;
use super::printable::printable;
use super::style::{GOOD, STRONG, WARNING};
use super::wrap::write_wrapped;
use std::io::{self, Write};
use waybill_schemas::report::delivery::PublishReport;

/// Where everything lies, and every note.
pub(crate) fn write_published(report: &PublishReport, out: &mut dyn Write) -> io::Result<()> {
    let package = printable(&report.package);
    let pieces = counted(report.piece_count, "piece");
    writeln!(
        out,
        "{GOOD}{}{GOOD:#} {STRONG}{package}{STRONG:#}, {}, {pieces}",
        verb(report),
        Bytes(report.size_encrypted)
    )?;
    let mut fields = Fields::default();
    fields.add("public", &report.public_folder);
    fields.add("secret", &report.document);
    fields.add("url", &report.url);
    fields.write(2, out)?;
    if report.document_already_there {
        writeln!(out, "  the document was there and says the same")?;
    }
    if report.notes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}To look at{STRONG:#}")?;
    let mark = format!("  {WARNING}!{WARNING:#} ");
    report.notes.iter().try_for_each(|note| write_wrapped(&mark, 4, note, out))
}

fn verb(report: &PublishReport) -> &'static str {
    match (report.already_there, report.mended) {
        (true, _) => "already there:",
        (_, true) => "mended",
        _ => "published",
    }
}
