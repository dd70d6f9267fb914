//! What was fetched, phase by phase.

use super::bytes::{Bytes, counted, lasted};
use super::fields::Fields;
use super::printable::printable;
use super::style::{GOOD, STRONG};
use super::wrap::write_wrapped;
use std::io::{self, Write};
use waybill_schemas::report::delivery::{DownloadReport, FetchReport, ValidateReport};

/// Where the files are, what each phase took, and what the servers did out of the ordinary.
pub(crate) fn write_fetched(report: &FetchReport, out: &mut dyn Write) -> io::Result<()> {
    let name = printable(&report.name);
    let verb = if report.changed { "fetched" } else { "already there:" };
    writeln!(
        out,
        "{GOOD}{verb}{GOOD:#} {STRONG}{name}{STRONG:#}, {}, {}",
        counted(report.files, "file"),
        Bytes(report.bytes)
    )?;
    let mut fields = Fields::default();
    fields.add("folder", &report.folder);
    fields.add_some("setup file", report.setup_file.as_ref());
    fields.add_some("download", report.download.as_ref().map(download));
    fields.add_some("validate", report.validate.as_ref().map(|phase| validate(phase, report)));
    fields.add_some("unpack", report.unpack.map(|phase| at_rate(phase.bytes, phase.seconds)));
    fields.write(2, out)?;
    if report.observations.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}On the way{STRONG:#}")?;
    report.observations.iter().try_for_each(|seen| {
        let times = if seen.times > 1 { format!(" ({} times)", seen.times) } else { String::new() };
        write_wrapped("  ", 4, &format!("{}: {}{times}", seen.rule, printable(&seen.seen)), out)
    })
}

fn download(phase: &DownloadReport) -> String {
    if phase.requests == 0 {
        return format!("nothing: all {} were here", Bytes(phase.size));
    }
    let mut told = at_rate(phase.received, phase.seconds);
    if phase.resumed_from > 0 {
        told += &format!(", going on from {}", Bytes(phase.resumed_from));
    }
    if phase.retries > 0 {
        told += &format!(", {}", counted(phase.retries, "retry").replace("retrys", "retries"));
    }
    told
}

/// What is on this machine is read for it; what comes from a server is judged as it comes.
fn validate(phase: &ValidateReport, report: &FetchReport) -> String {
    let took = lasted(phase.seconds);
    let mut told = match report.download {
        Some(_) => format!("MAC and digest hold, {took} after the last byte"),
        None => format!("MAC and digest hold, {} in {took}", Bytes(phase.payload)),
    };
    if phase.pieces_mended > 0 {
        told += &format!(", {} mended", counted(phase.pieces_mended, "piece"));
    }
    if phase.restarts > 0 {
        told += ", after a restart";
    }
    told
}

fn at_rate(bytes: u64, seconds: f64) -> String {
    let rate = Bytes((bytes as f64 / seconds.max(0.001)) as u64);
    format!("{} in {}, {rate}/s", Bytes(bytes), lasted(seconds))
}
