//! `waybill init`: drafts app.json, and prints what to check in it.

use crate::error::Failure;
use crate::files::shown;
use crate::session::Session;
use crate::text::{Fields, GOOD, STRONG, WARNING, printable, write_list};
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;
use waybill_packager::exclude::Exclusions;
use waybill_packager::init::{InitRequest, init};
use waybill_schemas::report::pack::{Confidence, InitReport, InstallerReport};

/// Write an app.json from what the installer is: names, commands, detection
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill init apps/7zip/source --setup 7z2301-x64.msi
  waybill init ./tool --setup setup.exe --output apps/tool/app.json

An MSI answers for itself. For NSIS, Inno Setup, WiX Burn, InstallShield and
Squirrel the commands are proposed, and marked: try them before you rely on them.")]
pub(crate) struct InitArgs {
    /// The source folder
    source: PathBuf,
    /// The setup file, relative to the source folder
    #[arg(short, long, value_name = "FILE")]
    setup: PathBuf,
    /// Where app.json goes; beside a folder named source, else into the source folder, by default
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// Leave out what matches; may be given several times
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Replace an app.json that is there
    #[arg(long)]
    force: bool,
}

/// Drafts an app document, and prints what to check in it.
pub(crate) fn run(args: InitArgs, session: &Session) -> Result<(), Failure> {
    let mut request = InitRequest::new(args.source, args.setup);
    request.output = args.output;
    request.force = args.force;
    request.exclusions = Exclusions::new(&args.exclude)?;
    let (path, draft) = init(&request, &session.context())?;
    let report = InitReport {
        document: shown(&path),
        installer: InstallerReport {
            kind: draft.kind.to_string(),
            confidence: draft.confidence,
            evidence: draft.evidence.to_owned(),
        },
        app: draft.app,
        notes: draft.notes.iter().map(ToString::to_string).collect(),
    };
    session.output.summary(&report, write_drafted)
}

/// Writes the document's main fields and every note.
fn write_drafted(report: &InitReport, out: &mut dyn Write) -> io::Result<()> {
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
    write_list("To look at", WARNING, "!", &report.notes, out)?;
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
