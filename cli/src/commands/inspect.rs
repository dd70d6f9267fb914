//! `waybill inspect`: prints the fields of a package and its files.

use super::diff;
use crate::args::PackageArgs;
use crate::commands::payload_entries::{PayloadEntries, entry_report, payload_report};
use crate::error::Failure;
use crate::files::{PackageReader, shown};
use crate::session::Session;
use crate::text::{Bytes, Fields, GOOD, STRONG, WARNING, counted, exactly, printable};
use clap::Args;
use intunewin::{Archive, PackageInput};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use waybill_schemas::report::package::{
    DetectionReport, EntryReport, InspectReport, PayloadReport, ShownEncryptionInfo,
};
use waybill_schemas::{MsiExecutionContext, MsiInfo};

/// Show what a package says of itself and what is in it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill inspect app.intunewin
  waybill inspect app.intunewin --files
  waybill inspect --diff app-1.0.intunewin app-1.1.intunewin
  waybill inspect content.bin --encryption-info Detection.xml

Files are listed only after the content's MAC and digest have been checked;
--metadata reads Detection.xml alone.")]
pub(crate) struct InspectArgs {
    /// The package
    #[arg(required_unless_present = "diff", conflicts_with = "diff")]
    package: Option<PathBuf>,
    /// List every file
    #[arg(long, conflicts_with_all = ["metadata", "diff"])]
    files: bool,
    /// Read Detection.xml alone, not the content
    #[arg(long, conflicts_with = "diff")]
    metadata: bool,
    /// Show the keys, which decrypt the content wherever it is
    #[arg(long, conflicts_with = "diff")]
    show_keys: bool,
    /// Tell how one package differs from another: metadata, and files by name, size and CRC
    #[arg(long, num_args = 2, value_names = ["OLD", "NEW"], conflicts_with = "encryption_info")]
    diff: Option<Vec<PathBuf>>,
    #[command(flatten)]
    reading: PackageArgs,
}

/// Prints the fields of a package, and its payload once it is authenticated; or how it differs from another one.
pub(crate) fn run(args: &InspectArgs, session: &Session) -> Result<(), Failure> {
    if let Some([old, new]) = args.diff.as_deref() {
        return diff::run(old, new, &args.reading.limits, session);
    }
    let package = args.package.as_deref().unwrap_or(Path::new(""));
    let about = |failure: Failure| failure.about(&shown(package));
    let reader = PackageReader::new(&args.reading)?;
    let input = reader.open(package).map_err(about)?;
    let mut report = head(&input, package, args.show_keys);
    if !session.output.is_json() {
        session.output.page(|out| write_head(&report, out))?;
    }
    if args.metadata {
        return if session.output.is_json() { session.output.document(&report) } else { Ok(()) };
    }
    let archive = payload(input, &reader, &mut report, session).map_err(about)?;
    if session.output.is_json() {
        report.entries = args.files.then_some(PayloadEntries(&archive));
        return session.output.document(&report);
    }
    session.output.page(|out| {
        write_payload(&report, !args.files, out)?;
        if args.files { archive.visit(|entry| write_entry(&entry_report(&entry), out)) } else { Ok(()) }
    })
}

/// All that is known without the content.
fn head<'a>(input: &PackageInput, package: &Path, show_keys: bool) -> InspectReport<PayloadEntries<'a>> {
    let info = input.encryption_info();
    let whole = input.package();
    let content_size = input.content_size();
    InspectReport {
        package: shown(package),
        package_size: whole.map_or(content_size, intunewin::Package::size),
        content_size,
        detection: whole.map(|package| DetectionReport::from(package.info())),
        file_encryption_info: match show_keys {
            true => ShownEncryptionInfo::with_keys(info),
            false => ShownEncryptionInfo::redacted(info),
        },
        deviations: whole
            .into_iter()
            .flat_map(|package| package.deviations())
            .map(ToString::to_string)
            .collect(),
        notes: whole.into_iter().flat_map(|package| package.notes()).map(ToString::to_string).collect(),
        payload: None,
        entries: None,
    }
}

/// Authenticates the content, checks its payload as an archive, and reports on it.
fn payload(
    input: PackageInput,
    reader: &PackageReader,
    report: &mut InspectReport<PayloadEntries<'_>>,
    session: &Session,
) -> Result<Archive, Failure> {
    let context = session.context();
    let content = input.into_content(&context)?.authenticate(&context)?;
    let archive = content.archive(reader.policy(), &context)?;
    report.payload = Some(payload_report(&archive, content.payload_size())?);
    Ok(archive)
}

/// Writes everything that is known without the content.
fn write_head<E>(report: &InspectReport<E>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{STRONG}{}{STRONG:#}", printable(&report.package))?;
    let mut fields = Fields::default();
    if let Some(detection) = &report.detection {
        add_detection(&mut fields, detection);
        fields.add("package", exactly(report.package_size));
    }
    fields.add("content", exactly(report.content_size));
    if let Some(detection) = &report.detection {
        fields.add("payload", exactly(detection.unencrypted_content_size));
    }
    add_encryption_info(&mut fields, &report.file_encryption_info);
    fields.write(2, out)?;
    if let Some(msi) = report.detection.as_ref().and_then(|detection| detection.msi_info.as_ref()) {
        writeln!(out, "\n{STRONG}MSI{STRONG:#}")?;
        msi_fields(msi).write(2, out)?;
    }
    write_remarks(report, out)
}

fn add_detection(fields: &mut Fields, detection: &DetectionReport) {
    fields.add("name", &detection.name);
    fields.add_some("description", detection.description.as_deref());
    fields.add("setup file", &detection.setup_file);
    let version = if detection.tool_version.is_empty() { "not told" } else { &detection.tool_version };
    fields.add("tool version", version);
    fields.add("content name", &detection.file_name);
}

fn add_encryption_info(fields: &mut Fields, info: &ShownEncryptionInfo) {
    fields.add("MAC", info.mac.to_hex());
    fields.add("IV", info.initialization_vector.to_hex());
    fields.add("file digest", info.file_digest.to_hex());
    match (&info.encryption_key, &info.mac_key) {
        (Some(encryption_key), Some(mac_key)) => {
            fields.add("encryption key", encryption_key.to_base64());
            fields.add("MAC key", mac_key.to_base64());
        }
        _ => fields.add("keys", "[redacted] (--show-keys shows them)"),
    }
}

fn msi_fields(msi: &MsiInfo) -> Fields {
    let mut fields = Fields::default();
    let yes_no = |value: Option<bool>| value.map(|value| if value { "yes" } else { "no" });
    let context = msi.execution_context.map(|context| match context {
        MsiExecutionContext::System => "system",
        MsiExecutionContext::User => "user",
        MsiExecutionContext::Any => "any",
    });
    fields.add_some("product code", msi.product_code.as_deref());
    fields.add_some("product version", msi.product_version.as_deref());
    fields.add_some("package code", msi.package_code.as_deref());
    fields.add_some("upgrade code", msi.upgrade_code.as_deref());
    fields.add_some("publisher", msi.publisher.as_deref());
    fields.add_some("context", context);
    fields.add_some("needs a logon", yes_no(msi.requires_logon));
    fields.add_some("needs a restart", yes_no(msi.requires_reboot));
    fields.add_some("for the machine", yes_no(msi.is_machine_install));
    fields.add_some("for a user", yes_no(msi.is_user_install));
    fields.add_some("services", yes_no(msi.includes_services));
    fields.add_some("ODBC sources", yes_no(msi.includes_odbc_data_source));
    fields.add_some("system registry", yes_no(msi.contains_system_registry_keys));
    fields.add_some("system folders", yes_no(msi.contains_system_folders));
    fields
}

/// Writes what is unusual: the outer zip's shape, which Intune refuses, and Detection.xml, which it may refuse.
fn write_remarks<E>(report: &InspectReport<E>, out: &mut dyn Write) -> io::Result<()> {
    if report.deviations.is_empty() && report.notes.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}Unlike what Microsoft's tool writes{STRONG:#}")?;
    for remark in report.deviations.iter().chain(&report.notes) {
        writeln!(out, "  {WARNING}!{WARNING:#} {}", printable(remark))?;
    }
    Ok(())
}

/// Writes the payload of an authentic content; with `largest` also its largest files.
pub(crate) fn write_payload<E>(
    report: &InspectReport<E>,
    largest: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let Some(payload) = &report.payload else { return Ok(()) };
    writeln!(out, "\n{STRONG}Payload{STRONG:#} {GOOD}authentic{GOOD:#}, {}", summary(payload))?;
    if largest && payload.files > 0 {
        let rest = payload.files.saturating_sub(payload.largest.len() as u64);
        payload.largest.iter().try_for_each(|entry| write_entry(entry, out))?;
        if rest > 0 {
            writeln!(out, "  {:>12}  and {} more (--files lists all)", "", counted(rest, "smaller file"))?;
        }
    }
    Ok(())
}

fn summary(payload: &PayloadReport) -> String {
    let folders = match payload.folders {
        0 => String::new(),
        folders => format!(" and {}", counted(folders, "folder")),
    };
    format!("{}{folders}, {} unpacked", counted(payload.files, "file"), Bytes(payload.unpacked_size))
}

/// Writes the size and name of an entry.
fn write_entry(entry: &EntryReport, out: &mut dyn Write) -> io::Result<()> {
    match entry.name.ends_with('/') {
        true => writeln!(out, "  {:>12}  {}", "folder", printable(&entry.name)),
        false => writeln!(out, "  {:>12}  {}", Bytes(entry.size), printable(&entry.name)),
    }
}
