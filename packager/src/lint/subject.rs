//! What lint looks at: everything that is known of an app, and nothing that is not.

use super::files::{Files, same_name};
use super::json_lines::line_of;
use crate::msi::MsiFacts;
use crate::recognise::InstallerKind;
use waybill_pe::Machine;
use waybill_schemas::MsiInfo;
use waybill_schemas::app::{AppDocument, AppFile};
use waybill_schemas::report::lint::Place;

/// How much of a file a rule reads, in bytes.
const MOST_OF_A_FILE: usize = 1024 * 1024;
/// Files over this size are not opened for their text.
const LARGEST_TEXT: u64 = 8 << 20;

/// Reads files that are or will be packed.
pub trait ReadFile {
    /// The first `most` bytes of the file with this packed name (with `/`, case aside); nothing where it is not
    /// there or cannot be read.
    fn read_file(&self, name: &str, most: usize) -> Option<Vec<u8>>;
}

/// No file can be read.
impl ReadFile for () {
    fn read_file(&self, _: &str, _: usize) -> Option<Vec<u8>> {
        None
    }
}

/// An app document and where it was read.
#[derive(Debug, Clone)]
pub struct AppInput {
    /// What findings call it, e.g. `contoso/app.json`.
    pub document: String,
    /// The app.
    pub app: AppDocument,
    /// Its text, where findings are to know their lines.
    pub text: Option<String>,
}

impl From<AppFile> for AppInput {
    fn from(file: AppFile) -> Self {
        Self { document: file.path.display().to_string(), app: file.app, text: file.text }
    }
}

impl AppInput {
    /// The place of a JSON pointer in it.
    pub(super) fn place(&self, pointer: &str) -> Place {
        let place = Place::in_document(self.document.clone(), pointer);
        match self.text.as_deref().and_then(|text| line_of(text, pointer)) {
            Some(line) => place.on_line(line),
            None => place,
        }
    }
}

/// What is known of the setup file.
#[derive(Debug, Clone, Default)]
pub struct SetupFacts {
    /// What it says of itself, where it is an MSI.
    pub msi: Option<MsiFacts>,
    /// Which installer it is.
    pub kind: Option<InstallerKind>,
    /// What its program is made for, where it is one.
    pub machine: Option<Machine>,
}

/// What is known of a package that exists already.
#[derive(Debug, Clone, Default)]
pub struct PackageFacts {
    /// Where its outer zip and Detection.xml differ from what Microsoft's tool writes, a sentence each.
    pub deviations: Vec<String>,
    /// Fields of Detection.xml whose base64 has no padding.
    pub unpadded: Vec<&'static str>,
    /// Waybill wrote it: then every deviation is an error.
    pub is_ours: bool,
    /// What Detection.xml says of the MSI.
    pub msi_info: Option<MsiInfo>,
    /// Names whose encoding is not marked as UTF-8.
    pub unmarked_names: u64,
    /// How the payload looks to another reader of zip archives, where it looks different.
    pub other_reader: Vec<String>,
}

/// Everything that is known. A rule whose facts are missing finds nothing.
pub struct Subject {
    /// As it was given: a path.
    pub name: String,
    /// The app document.
    pub app: Option<AppInput>,
    /// Files that are or will be packed.
    pub files: Option<Files>,
    /// The setup file as it is named by whoever names it.
    pub setup_file: Option<String>,
    /// What the setup file is.
    pub setup: SetupFacts,
    /// The package, where one exists.
    pub package: Option<PackageFacts>,
    /// Reads files that are or will be packed.
    pub contents: Box<dyn ReadFile>,
    /// What could not be looked at, and why; told in the report.
    pub skipped: Vec<String>,
}

impl Subject {
    /// Nothing is known but a name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            app: None,
            files: None,
            setup_file: None,
            setup: SetupFacts::default(),
            package: None,
            contents: Box::new(()),
            skipped: Vec::new(),
        }
    }

    /// The app document's app.
    pub(super) fn app(&self) -> Option<&AppDocument> {
        self.app.as_ref().map(|input| &input.app)
    }

    /// A place in the app document; the whole where there is none.
    pub(super) fn app_place(&self, pointer: &str) -> Place {
        self.app.as_ref().map(|input| input.place(pointer)).unwrap_or_default()
    }

    /// Where the setup file is named.
    pub(super) fn setup_file_place(&self) -> Place {
        let named_by_app = self
            .app()
            .is_some_and(|app| app.setup_file_path.is_some() && app.setup_file_path == self.setup_file);
        match named_by_app {
            true => self.app_place("/setupFilePath"),
            false if self.package.is_some() => Place::in_document("Detection.xml", "SetupFile"),
            false => Place::default(),
        }
    }

    /// Whether a relative path is a file of the package; false where the files are not known.
    pub(super) fn is_packed(&self, path: &str) -> bool {
        self.files.as_ref().is_some_and(|files| files.find(path).is_some())
    }

    /// Whether the path is the setup file's.
    pub(super) fn is_setup_file(&self, path: &str) -> bool {
        let wanted = super::files::packed_name(path);
        self.setup_file.as_deref().is_some_and(|setup| same_name(&super::files::packed_name(setup), &wanted))
    }

    /// The beginning of a packed file that is small enough to be text.
    pub(super) fn read(&self, path: &str) -> Option<Vec<u8>> {
        let entry = self.files.as_ref()?.find(path).filter(|entry| entry.size <= LARGEST_TEXT)?;
        self.contents.read_file(&entry.name, MOST_OF_A_FILE)
    }
}
