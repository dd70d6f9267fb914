//! What was packed, and what to type into the portal.

use super::bytes::{Bytes, counted, lasted};
use super::fields::Fields;
use super::printable::printable;
use super::style::{FAINT, GOOD, STRONG, WARNING};
use super::wrap::write_wrapped;
use std::io::{self, Write};
use waybill_schemas::report::pack::{LeftOutReport, PackNote, PackReport};

/// The whole page.
pub(crate) fn write_packed(report: &PackReport, out: &mut dyn Write) -> io::Result<()> {
    let seconds = report.seconds.scan + report.seconds.pack + report.seconds.publish;
    let package = printable(&report.package);
    writeln!(
        out,
        "{GOOD}packed{GOOD:#} {}, {}, into {STRONG}{package}{STRONG:#}, {}, in {}{}",
        counted(report.entries.files, "file"),
        Bytes(report.sizes.source),
        Bytes(report.sizes.package),
        lasted(seconds),
        rate(report.sizes.source, seconds),
    )?;
    write_largest(report, out)?;
    write_left_out(&report.left_out, out)?;
    write_portal(report, out)?;
    write_notes(&report.notes, out)?;
    match &report.app_document {
        Some(document) => writeln!(out, "\nfilled in {STRONG}{}{STRONG:#}", printable(document)),
        None => Ok(()),
    }
}

fn write_notes(notes: &[PackNote], out: &mut dyn Write) -> io::Result<()> {
    if notes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}To look at{STRONG:#}")?;
    let mark = format!("  {WARNING}!{WARNING:#} ");
    notes.iter().try_for_each(|note| write_wrapped(&mark, 4, &note.message, out))
}

/// Only where it lasted long enough to mean something.
fn rate(bytes: u64, seconds: f64) -> String {
    if seconds < 1.0 { String::new() } else { format!(" ({}/s)", Bytes((bytes as f64 / seconds) as u64)) }
}

fn write_largest(report: &PackReport, out: &mut dyn Write) -> io::Result<()> {
    let rest = report.entries.files.saturating_sub(report.largest.len() as u64);
    writeln!(out, "\n{STRONG}Largest files{STRONG:#}")?;
    for file in &report.largest {
        writeln!(out, "  {:>12}  {}", Bytes(file.size), printable(&file.name))?;
    }
    if rest > 0 {
        writeln!(out, "  {:>12}  and {}", "", counted(rest, "smaller file"))?;
    }
    Ok(())
}

fn write_left_out(left_out: &LeftOutReport, out: &mut dyn Write) -> io::Result<()> {
    if left_out.files == 0 {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}{} left out{STRONG:#}", counted(left_out.files, "file"))?;
    let mut told = 0;
    for item in &left_out.first {
        told += item.files;
        let files = if item.name.ends_with('/') {
            format!("{}, ", counted(item.files, "file"))
        } else {
            String::new()
        };
        writeln!(out, "  {}  {FAINT}{files}{}{FAINT:#}", printable(&item.name), printable(&item.why))?;
    }
    match left_out.files.saturating_sub(told) {
        0 => Ok(()),
        rest => writeln!(out, "  and {}", counted(rest, "more file")),
    }
}

fn write_portal(report: &PackReport, out: &mut dyn Write) -> io::Result<()> {
    let portal = &report.portal;
    let mut fields = Fields::default();
    fields.add("name", &report.name);
    fields.add_some("publisher", report.msi_info.as_ref().and_then(|msi| msi.publisher.as_deref()));
    fields.add_some("version", report.msi_info.as_ref().and_then(|msi| msi.product_version.as_deref()));
    fields.add_some("install command", portal.install_command.as_deref());
    fields.add_some("uninstall command", portal.uninstall_command.as_deref());
    for rule in &portal.detection {
        fields.add("detection", rule);
    }
    writeln!(out, "\n{STRONG}For the portal{STRONG:#}")?;
    fields.write(2, out)?;
    if !portal.verified && portal.install_command.is_some() {
        writeln!(
            out,
            "  {WARNING}unverified:{WARNING:#} the commands follow from the kind of installer: try them first"
        )?;
    }
    Ok(())
}
