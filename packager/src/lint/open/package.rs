//! A subject from a package.

use super::LintInputError;
use crate::lint::files::{FileEntry, Files};
use crate::lint::second_opinion;
use crate::lint::subject::{PackageFacts, ReadFile, Subject};
use intunewin::{Archive, ArchiveError, ArchivePolicy, FileSource, Package};
use std::io::Seek as _;
use std::path::Path;
use waybill_context::Context;
use waybill_schemas::DetectionXmlNote;

/// Setup files over this size are not taken out of a package to be looked at.
const MOST_OF_A_SETUP_FILE: u64 = 2 << 30;

/// A package: authenticated first, then read.
pub(super) fn open(path: &Path, context: &Context<'_>) -> Result<Subject, LintInputError> {
    let unreadable = |source| LintInputError::Read { path: path.to_owned(), source };
    let policy = ArchivePolicy::default();
    let package = Package::open(FileSource::open(path).map_err(unreadable)?, &policy)?;
    let mut subject = Subject { setup_file: Some(package.info().setup_file.clone()), ..Subject::new("") };
    let mut facts = facts_of(&package);
    let content = package.into_content(context)?.authenticate(context)?;
    let archive = content.archive(&policy, context)?;
    facts.unmarked_names = archive.unmarked_names();
    facts.other_reader = second_opinion::differences(&archive, content.payload())?;
    subject.package = Some(facts);
    subject.add_entries(&archive)?;
    subject.take_out_setup_file(&archive, context)?;
    subject.contents = Box::new(PackedFiles(archive));
    Ok(subject)
}

fn facts_of(package: &Package) -> PackageFacts {
    let mut facts = PackageFacts { msi_info: package.info().msi_info.clone(), ..PackageFacts::default() };
    facts.deviations.extend(package.deviations().iter().map(ToString::to_string));
    for note in package.notes() {
        match note {
            DetectionXmlNote::UnpaddedBase64 { field } => facts.unpadded.push(field),
            // Microsoft's own tool writes them where it does not run on Windows.
            DetectionXmlNote::LineFeeds => {}
            other => facts.deviations.push(other.to_string()),
        }
    }
    facts
}

impl Subject {
    fn add_entries(&mut self, archive: &Archive) -> Result<(), ArchiveError> {
        let mut entries = Vec::new();
        archive.visit(|entry| {
            let is_folder = entry.name.is_folder();
            entries.push(FileEntry { name: entry.name.as_str().to_owned(), size: entry.size, is_folder });
            Ok::<(), ArchiveError>(())
        })?;
        self.files = Some(Files::new(entries));
        Ok(())
    }

    /// MSI tables and program headers want to be sought in: into a nameless file first.
    fn take_out_setup_file(&mut self, archive: &Archive, context: &Context<'_>) -> Result<(), ArchiveError> {
        let entry = self.setup_file.as_deref().and_then(|setup| self.files.as_ref()?.find(setup));
        let Some((name, size)) = entry.map(|entry| (entry.name.clone(), entry.size)) else { return Ok(()) };
        if size > MOST_OF_A_SETUP_FILE {
            self.skipped.push(format!("what the setup file is: it has {} MiB", size >> 20));
            return Ok(());
        }
        let mut file = tempfile::tempfile().map_err(ArchiveError::Io)?;
        archive.copy_file(&name, &mut file, context)?;
        file.rewind().map_err(ArchiveError::Io)?;
        self.look_at_setup_file(file);
        Ok(())
    }
}

/// Files of a payload.
struct PackedFiles(Archive);

impl ReadFile for PackedFiles {
    fn read_file(&self, name: &str, most: usize) -> Option<Vec<u8>> {
        self.0.read_file(name, most).ok().flatten()
    }
}
