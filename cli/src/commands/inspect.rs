use super::payload_entries::{PayloadEntries, payload_report};
use crate::args::{PackageArgs, Show};
use crate::error::Failure;
use crate::package_input::{PackageReader, shown};
use crate::report::inspect::{write_entry, write_head, write_payload};
use crate::session::Session;
use intunewin::{Archive, ArchiveError, PackageInput};
use std::io::{self, Write};
use std::path::Path;
use waybill_schemas::report::package::{DetectionReport, InspectReport, ShownEncryptionInfo};

/// Shows what a package says of itself, and its payload once it is authenticated.
pub(crate) fn run(
    package: &Path,
    reading: &PackageArgs,
    show: Show,
    session: &Session,
) -> Result<(), Failure> {
    let about = |failure: Failure| failure.about(&shown(package));
    let reader = PackageReader::new(reading)?;
    let input = reader.open(package).map_err(about)?;
    let mut report = head(&input, package, show);
    if !session.output.is_json() {
        session.output.page(|out| write_head(&report, out))?;
    }
    if !show.payload {
        return if session.output.is_json() { session.output.document(&report) } else { Ok(()) };
    }
    let archive = payload(input, &reader, &mut report, session).map_err(about)?;
    if session.output.is_json() {
        report.entries = show.files.then_some(PayloadEntries(&archive));
        return session.output.document(&report);
    }
    session.output.page(|out| {
        write_payload(&report, !show.files, out)?;
        if show.files { list(&archive, out) } else { Ok(()) }
    })
}

/// All that is known without the content.
fn head<'a>(input: &PackageInput, package: &Path, show: Show) -> InspectReport<PayloadEntries<'a>> {
    let info = input.encryption_info();
    let whole = input.package();
    let content_size = input.content_size();
    InspectReport {
        package: shown(package),
        package_size: whole.map_or(content_size, intunewin::Package::size),
        content_size,
        detection: whole.map(|package| DetectionReport::from(package.info())),
        file_encryption_info: match show.keys {
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

/// Authenticates the content, judges its archive, and reports on it.
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

fn list(archive: &Archive, out: &mut dyn Write) -> io::Result<()> {
    let mut written = Ok(());
    let visited = archive.visit::<ArchiveError>(|entry| {
        if written.is_ok() {
            written = write_entry(&super::payload_entries::entry_report(&entry), out);
        }
        Ok(())
    });
    visited.map_err(io::Error::other).and(written)
}
