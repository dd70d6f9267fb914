//! Subjects from what people give: a package, a source folder, an app's folder, an app document.

use super::rules::shape::differences_to_other_reader;
use super::subject::{FileEntry, Files, PackageFacts, ReadFile, SetupFacts, Subject, packed_name, same_name};
use crate::msi::MsiFacts;
use crate::recognise::{InstallerKind, recognise_bytes};
use crate::walk::{SourceList, WalkError, WalkOptions, walk};
use intunewin::{Archive, ArchiveError, ArchivePolicy, AuthenticateError, FileSource, OpenError, Package};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_schemas::DetectionXmlNote;
use waybill_schemas::app::{APP_DOCUMENT, AppFile, AppFileError};
use waybill_schemas::codes::{Classified, Code, source};

/// Setup files over this size are not taken out of a package to be looked at.
const MOST_OF_A_SETUP_FILE: u64 = 2 << 30;

/// Why there is nothing to lint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LintInputError {
    /// It could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// What.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The app document cannot be used.
    #[error(transparent)]
    App(#[from] AppFileError),
    /// The source folder cannot be packed.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// The package cannot be opened.
    #[error(transparent)]
    Package(#[from] OpenError),
    /// The package's content is not authentic.
    #[error(transparent)]
    Content(#[from] AuthenticateError),
    /// The package's payload is refused.
    #[error(transparent)]
    Payload(#[from] ArchiveError),
}

impl Classified for LintInputError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Read { .. } => &source::SOURCE_UNREADABLE,
            Self::App(error) => error.code(),
            Self::Walk(error) => error.code(),
            Self::Package(error) => error.code(),
            Self::Content(error) => error.code(),
            Self::Payload(error) => error.code(),
        }
    }
}

impl Subject {
    /// Whatever lies at `path`: a folder with `app.json` (its sources in `source`, else beside it), another folder
    /// (a source folder), a `.json` file (an app document, with the sources around it where they are there), any
    /// other file (a package).
    ///
    /// # Errors
    /// It cannot be read; a document, folder or package is refused: see [`LintInputError`].
    pub fn open(path: &Path, options: &WalkOptions, context: &Context<'_>) -> Result<Self, LintInputError> {
        let is_json = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
        let mut subject = match (path.is_dir(), is_json) {
            (true, _) => open_folder(path, options, context)?,
            (false, true) => open_document(path, options, context)?,
            (false, false) => open_package(path, context)?,
        };
        subject.name = path.display().to_string();
        Ok(subject)
    }
}

fn open_folder(
    folder: &Path,
    options: &WalkOptions,
    context: &Context<'_>,
) -> Result<Subject, LintInputError> {
    // Always app.json, on Unix too: its stand-in there is neither packed nor uploaded.
    let document = folder.join(APP_DOCUMENT);
    if document.is_file() {
        return Subject::of_app(folder, AppFile::open(&document)?, options, context);
    }
    let mut subject = Subject::new("");
    subject.add_sources(folder, options, context)?;
    Ok(subject)
}

fn open_document(
    document: &Path,
    options: &WalkOptions,
    context: &Context<'_>,
) -> Result<Subject, LintInputError> {
    let app = AppFile::open(document)?;
    let sources = app.sources.clone();
    let mut subject = Subject { app: Some(app.into()), ..Subject::new("") };
    match sources {
        Some(sources) => subject.add_sources(&sources, options, context)?,
        None => subject
            .skipped
            .push("the files: neither a folder `source` nor the setup file lies beside the document".into()),
    }
    Ok(subject)
}

impl Subject {
    /// An app whose document in `folder` is read already.
    ///
    /// # Errors
    /// Its source folder cannot be packed.
    pub fn of_app(
        folder: &Path,
        app: AppFile,
        options: &WalkOptions,
        context: &Context<'_>,
    ) -> Result<Self, LintInputError> {
        let sources = app.sources.clone().unwrap_or_else(|| folder.to_owned());
        let mut subject = Self { app: Some(app.into()), ..Self::new(folder.display().to_string()) };
        subject.add_sources(&sources, options, context)?;
        Ok(subject)
    }

    fn add_sources(
        &mut self,
        folder: &Path,
        options: &WalkOptions,
        context: &Context<'_>,
    ) -> Result<(), LintInputError> {
        let list = walk(folder, options, context)?;
        let entry = |entry: crate::walk::SourceEntry<'_>| FileEntry {
            name: entry.name(),
            size: entry.size(),
            is_folder: entry.is_folder(),
        };
        self.files = Some(Files::new(list.iter().map(entry).collect()));
        self.setup_file = self.app().and_then(|app| app.setup_file_path.clone());
        let setup = self.setup_file.as_deref().and_then(|setup| find(&list, setup));
        if let Some(path) = setup {
            match File::open(&path) {
                Ok(file) => self.look_at_setup_file(file),
                Err(error) => self.skipped.push(format!("the setup file: {error}")),
            }
        }
        self.contents = Box::new(SourceFiles(list));
        Ok(())
    }

    /// What the setup file is; what cannot be told is told as that.
    fn look_at_setup_file(&mut self, file: File) {
        // A setup file that cannot be read is no reason to refuse the rest: the report says what was skipped.
        let mut reader = BufReader::new(file);
        let name = self.setup_file.clone().unwrap_or_default();
        let installer = match recognise_bytes(&name, &mut reader) {
            Ok(installer) => installer,
            Err(error) => return self.skipped.push(format!("the setup file: {error}")),
        };
        self.setup = SetupFacts {
            msi: None,
            kind: Some(installer.kind),
            machine: installer.program.map(|program| program.machine),
        };
        if installer.kind == InstallerKind::Msi {
            let facts = reader
                .rewind()
                .map_err(crate::msi::MsiError::Read)
                .and_then(|()| MsiFacts::from_reader(reader));
            match facts {
                Ok(facts) => self.setup.msi = Some(facts),
                Err(error) => self.skipped.push(format!("what the MSI says of itself: {error}")),
            }
        }
    }
}

fn find(list: &SourceList, name: &str) -> Option<PathBuf> {
    let wanted = packed_name(name);
    list.iter()
        .find(|entry| !entry.is_folder() && same_name(&entry.name(), &wanted))
        .map(|entry| entry.path())
}

/// Files of a source folder.
struct SourceFiles(SourceList);

impl ReadFile for SourceFiles {
    fn read_file(&self, name: &str, most: usize) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let file = File::open(find(&self.0, name)?).ok()?;
        file.take(most as u64).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// A package: authenticated first, then read.
fn open_package(path: &Path, context: &Context<'_>) -> Result<Subject, LintInputError> {
    let unreadable = |source| LintInputError::Read { path: path.to_owned(), source };
    let policy = ArchivePolicy::default();
    let package = Package::open(FileSource::open(path).map_err(unreadable)?, &policy)?;
    let mut subject = Subject { setup_file: Some(package.info().setup_file.clone()), ..Subject::new("") };
    let mut facts = facts_of(&package);
    // The order is that of unpacking: MAC and digest have to hold before the payload is parsed, so that
    // a hostile one cannot reach the parser by way of lint either.
    let content = package.into_content(context)?.authenticate(context)?;
    let archive = content.archive(&policy, context)?;
    facts.unmarked_names = archive.unmarked_names();
    // A second opinion only. What the other reader sees is compared, but the rules look at what ours saw,
    // because that is what gets unpacked.
    facts.other_reader = differences_to_other_reader(&archive, content.payload())?;
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
        // Without a name the decrypted setup file is gone with this process, however that ends.
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
