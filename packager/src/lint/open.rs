//! Makes the subject of a package, a source folder, an app's folder or an app document.

use super::rules::shape::differences_to_other_reader;
use super::subject::{FileEntry, PackageFacts, Subject, folded, packed_name, same_name};
use crate::msi::{MsiError, MsiFacts};
use crate::recognise::{InstallerKind, recognise_bytes};
use crate::walk::{SourceEntry, SourceList, WalkError, WalkOptions, walk};
use intunewin::{Archive, ArchiveError, ArchivePolicy, AuthenticateError, FileSource, OpenError, Package};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_schemas::DetectionXmlNote;
use waybill_schemas::app::{APP_DOCUMENT, AppFile, AppFileError, is_app_folder};
use waybill_schemas::codes::{Classified, Code, source, unreadable};
use waybill_schemas::{Bytes, open_regular};

/// The largest setup file, in bytes, that is copied out of a package to be examined.
const MOST_OF_A_SETUP_FILE: u64 = 2 << 30;

/// What is said of a document without files.
const NO_FILES: &str = "the files: neither a folder `source` nor the setup file lies beside the document";

/// Why a subject could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LintInputError {
    /// A file or folder could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The path that could not be read.
        path: PathBuf,
        /// The system's error.
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
    /// The package's payload breaks the archive policy, or could not be read.
    #[error(transparent)]
    Payload(#[from] ArchiveError),
}

impl Classified for LintInputError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Read { source: error, .. } => unreadable(error, &source::SOURCE_UNREADABLE),
            Self::App(error) => error.code(),
            Self::Walk(error) => error.code(),
            Self::Package(error) => error.code(),
            Self::Content(error) => error.code(),
            Self::Payload(error) => error.code(),
        }
    }
}

impl Subject {
    /// Makes the subject of the file or folder at `path`. A folder with `app.json` is an app's folder, with its files
    /// in `source` or beside the document; any other folder is a source folder. A `.json` file is an app document, with
    /// the files beside it if there are any; any other file is a package.
    ///
    /// # Errors
    /// A path that cannot be read; a document, folder or package that is refused: see [`LintInputError`].
    pub fn open(path: &Path, options: &WalkOptions, context: &Context<'_>) -> Result<Self, LintInputError> {
        // Always app.json, on Unix too: its stand-in there is neither packed nor uploaded.
        let document = path.join(APP_DOCUMENT);
        if is_app_folder(path) {
            return Self::of_app(path, AppFile::open(&document)?, options, context);
        }
        let mut subject = Self::new(path.display().to_string());
        if path.is_dir() {
            subject.add_sources(path, options, context)?;
            subject.skipped.push(
                "commands, rules and the setup file: the folder has no app.json; lint the folder that has it"
                    .into(),
            );
        } else if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            let app = AppFile::open(path)?;
            let sources = app.sources.clone();
            subject.app = Some(app.into());
            match sources {
                Some(sources) => subject.add_sources(&sources, options, context)?,
                None => subject.skipped.push(NO_FILES.into()),
            }
        } else {
            subject.add_package(path, context)?;
            subject
                .skipped
                .push("commands and rules: a package has none; lint the folder with its app.json".into());
        }
        Ok(subject)
    }

    /// Makes the subject of an app whose document in `folder` was read before.
    ///
    /// # Errors
    /// A source folder that cannot be packed.
    pub fn of_app(
        folder: &Path,
        app: AppFile,
        options: &WalkOptions,
        context: &Context<'_>,
    ) -> Result<Self, LintInputError> {
        let sources = app.sources.clone().unwrap_or_else(|| folder.to_owned());
        let has_sources = app.sources.is_some();
        let mut subject = Self { app: Some(app.into()), ..Self::new(folder.display().to_string()) };
        subject.add_sources(&sources, options, context)?;
        if !has_sources && subject.files().next().is_none() {
            // The document alone: what it names may lie elsewhere until it is packed.
            (subject.entries, subject.skipped) = (None, vec![NO_FILES.to_owned()]);
        }
        Ok(subject)
    }

    fn add_sources(
        &mut self,
        folder: &Path,
        options: &WalkOptions,
        context: &Context<'_>,
    ) -> Result<(), LintInputError> {
        let list = match walk(folder, options, context) {
            // Nothing can be packed, but what the document says can be looked at.
            Err(error) if error.code().id == source::SOURCE_EMPTY.id => {
                self.entries = Some(Vec::new());
                self.setup_file = self.app().and_then(|app| app.setup_file_path.clone());
                self.skipped.push("the files: the source folder holds nothing to pack".into());
                return Ok(());
            }
            walked => walked?,
        };
        let entry = |entry: SourceEntry<'_>| FileEntry {
            // A folder's name ends in `/`, as it does in the package.
            name: entry.name().trim_end_matches('/').to_owned(),
            size: entry.size(),
            is_folder: entry.is_folder(),
        };
        self.entries = Some(list.iter().map(entry).collect());
        if self.files().next().is_none() {
            self.skipped.push("the files: the source folder has empty folders alone".into());
        }
        self.setup_file = self.app().and_then(|app| app.setup_file_path.clone());
        let setup = self.setup_file.as_deref().and_then(|setup| find(&list, setup));
        if let Some(path) = setup {
            match open_regular(&path) {
                Ok(file) => self.look_at_setup_file(file),
                Err(error) => self.skipped.push(format!("the setup file: {error}")),
            }
        }
        // Made once: rules may read thousands of files, and each name of the list has to be put together.
        let positions: HashMap<String, usize> = (0..list.len())
            .filter_map(|at| {
                list.get(at).filter(|entry| !entry.is_folder()).map(|entry| (folded(&entry.name()), at))
            })
            .collect();
        self.contents = Box::new(move |name, most| {
            let mut bytes = Vec::new();
            let entry = list.get(*positions.get(&folded(&packed_name(name)))?)?;
            let file = open_regular(&entry.path()).ok()?;
            file.take(most as u64).read_to_end(&mut bytes).ok()?;
            Some(bytes)
        });
        Ok(())
    }

    /// Reads the facts of the setup file. What cannot be read is recorded as skipped.
    fn look_at_setup_file(&mut self, file: File) {
        // A setup file that cannot be read is no reason to refuse the rest, and the report says what was skipped.
        let mut reader = BufReader::new(file);
        let name = self.setup_file.clone().unwrap_or_default();
        let installer = match recognise_bytes(&name, &mut reader) {
            Ok(installer) => installer,
            Err(error) => return self.skipped.push(format!("the setup file: {error}")),
        };
        self.setup.kind = Some(installer.kind);
        self.setup.machine = installer.program.map(|program| program.machine);
        if installer.kind == InstallerKind::Msi {
            match reader.rewind().map_err(MsiError::Read).and_then(|()| MsiFacts::from_reader(reader)) {
                Ok(facts) => self.setup.msi = Some(facts),
                Err(error) if is_damage(&error) => self.setup.msi_damage = Some(error.to_string()),
                Err(error) => self.skipped.push(format!("what the MSI says of itself: {error}")),
            }
        }
    }

    /// Authenticates a package, then adds its files and facts.
    fn add_package(&mut self, path: &Path, context: &Context<'_>) -> Result<(), LintInputError> {
        let unreadable = |source| LintInputError::Read { path: path.to_owned(), source };
        let policy = ArchivePolicy::default();
        let package =
            Package::open(open_regular(path).and_then(FileSource::from_file).map_err(unreadable)?, &policy)?;
        self.setup_file = Some(package.info().setup_file.clone());
        let mut facts = facts_of(&package);
        // As for unpacking, MAC and digest must be right before the payload is parsed, so that a hostile one cannot
        // reach the parser through lint either.
        let content = package.into_content(context)?.authenticate(context)?;
        let archive = content.archive(&policy, context)?;
        facts.unmarked_names = archive.unmarked_names();
        // Only for comparison: the rules look at what our own reader sees, because that is what gets unpacked.
        facts.other_reader = differences_to_other_reader(&archive, content.payload())?;
        self.package = Some(facts);
        let mut entries = Vec::new();
        archive.visit(|entry| {
            let is_folder = entry.name.is_folder();
            entries.push(FileEntry { name: entry.name.as_str().to_owned(), size: entry.size, is_folder });
            Ok::<(), ArchiveError>(())
        })?;
        self.entries = Some(entries);
        self.take_out_setup_file(&archive, context)?;
        self.contents = Box::new(move |name, most| archive.read_file(name, most).ok().flatten());
        Ok(())
    }

    /// Copies the setup file into a file without a name, because MSI tables and program headers need a reader that can
    /// seek.
    fn take_out_setup_file(&mut self, archive: &Archive, context: &Context<'_>) -> Result<(), ArchiveError> {
        let entry = self.find_setup_file().map(|entry| (entry.name.clone(), entry.size));
        let Some((name, size)) = entry else { return Ok(()) };
        if size > MOST_OF_A_SETUP_FILE {
            self.skipped.push(format!("what the setup file is: it has {}", Bytes(size)));
            return Ok(());
        }
        // Without a name, the decrypted setup file is gone when this process ends, in whatever way.
        let mut file = tempfile::tempfile().map_err(ArchiveError::Io)?;
        archive.copy_file(&name, &mut file, context)?;
        file.rewind().map_err(ArchiveError::Io)?;
        self.look_at_setup_file(file);
        Ok(())
    }
}

/// Whether an error of reading an MSI says that the file is damaged; otherwise it could not be read to its end, or is
/// larger than is looked at.
fn is_damage(error: &MsiError) -> bool {
    use io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    match error {
        MsiError::Read(error) => matches!(error.kind(), InvalidData | InvalidInput | Other | UnexpectedEof),
        MsiError::Limit { .. } | MsiError::AnotherKind { .. } => false,
        MsiError::Damaged { .. } | MsiError::Incomplete { .. } | MsiError::Stopped => true,
    }
}

fn find(list: &SourceList, name: &str) -> Option<PathBuf> {
    let wanted = packed_name(name);
    let mut files = list.iter().filter(|entry| !entry.is_folder());
    files.find(|entry| same_name(&entry.name(), &wanted)).map(|entry| entry.path())
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
