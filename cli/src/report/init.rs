//! What `init` drafted, and what to look at in it.

use super::fields::Fields;
use super::printable::printable;
use super::style::{GOOD, STRONG, WARNING};
use super::wrap::write_wrapped;
use std::io::{self, Write};
use waybill_schemas::report::pack::{Confidence, InitReport, InstallerReport};

/// The document's main fields, and every note.
pub(crate) fn write_drafted(report: &InitReport, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{GOOD}wrote{GOOD:#} {STRONG}{}{STRONG:#}", printable(&report.document))?;
    let app = &report.app;
    let mut fields = Fields::default();
    fields.add_some("setup file", app.setup_file_path.as_deref());
    fields.add("installer", format!("{}; {}", report.installer.kind, sureness(&report.installer)));
    fields.add_some("name", app.display_name.as_deref());
    fields.add_some("publisher", app.publisher.as_deref());
    fields.add_some("version", app.display_version.as_deref());
    fields.add_some("install command", app.install_command_line.as_deref());
    fields.add_some("uninstall command", app.uninstall_command_line.as_deref());
    fields.write(2, out)?;
    if !report.notes.is_empty() {
        writeln!(out, "\n{STRONG}To look at{STRONG:#}")?;
    }
    let mark = format!("  {WARNING}!{WARNING:#} ");
    report.notes.iter().try_for_each(|note| write_wrapped(&mark, 4, note, out))?;
    writeln!(out, "\nnext: waybill lint {}", printable(&report.document))
}

fn sureness(installer: &InstallerReport) -> String {
    let sure = match installer.confidence {
        Confidence::Guess => "a guess, by",
        Confidence::Likely => "likely, by",
        Confidence::Certain => "certain, by",
    };
    format!("{sure} {}", installer.evidence)
}
