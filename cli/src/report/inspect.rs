//! A package as `inspect` shows it.

use super::bytes::{Bytes, counted, exactly};
use super::fields::Fields;
use super::printable::printable;
use super::style::{GOOD, STRONG, WARNING};
use std::io::{self, Write};
use waybill_schemas::report::package::EntryReport;
use waybill_schemas::report::package::{DetectionReport, InspectReport, PayloadReport, ShownEncryptionInfo};
use waybill_schemas::{MsiExecutionContext, MsiInfo};

/// Everything that is known without the content.
pub(crate) fn write_head<E>(report: &InspectReport<E>, out: &mut dyn Write) -> io::Result<()> {
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

/// What is unusual: the outer zip's shape, which Intune refuses, and Detection.xml's, which it may.
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

/// The payload of an authentic content; with `largest` its largest files too.
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

/// One entry: its size and name.
pub(crate) fn write_entry(entry: &EntryReport, out: &mut dyn Write) -> io::Result<()> {
    match entry.name.ends_with('/') {
        true => writeln!(out, "  {:>12}  {}", "folder", printable(&entry.name)),
        false => writeln!(out, "  {:>12}  {}", Bytes(entry.size), printable(&entry.name)),
    }
}
