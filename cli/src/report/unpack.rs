//! What was unpacked, in two lines.

use super::bytes::{Bytes, counted};
use super::printable::printable;
use super::style::{GOOD, STRONG};
use std::io::{self, Write};
use waybill_schemas::report::package::UnpackReport;

/// Where to, how much, and what to install with.
pub(crate) fn write_unpacked(report: &UnpackReport, out: &mut dyn Write) -> io::Result<()> {
    let output = printable(&report.output);
    if report.payload_only {
        return writeln!(
            out,
            "{GOOD}wrote{GOOD:#} the payload to {STRONG}{output}{STRONG:#}, {}",
            Bytes(report.bytes)
        );
    }
    let files = counted(report.files, "file");
    writeln!(
        out,
        "{GOOD}unpacked{GOOD:#} {files}, {}, into {STRONG}{output}{STRONG:#}",
        Bytes(report.bytes)
    )?;
    match &report.setup_file {
        Some(setup_file) => writeln!(out, "setup file: {}", printable(setup_file)),
        None => Ok(()),
    }
}
