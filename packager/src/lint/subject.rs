//! The subject of lint: everything that is known about an app and its files.

use super::json_lines::JsonLines;
use crate::msi::MsiFacts;
use crate::recognise::InstallerKind;
use std::cell::OnceCell;
use std::collections::HashMap;
use waybill_intune::path::leaf;
use waybill_pe::Machine;
use waybill_schemas::MsiInfo;
use waybill_schemas::app::{AppDocument, AppFile};
use waybill_schemas::report::lint::FindingPlace;

/// The most bytes of a file that a rule reads.
const MOST_OF_A_FILE: usize = 1024 * 1024;
/// The largest file, in bytes, that is read as text.
const LARGEST_TEXT: u64 = 8 << 20;

/// A file or folder of the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// The name relative to the source folder, with `/` between components and none at the end.
    pub name: String,
    /// Size in bytes; 0 for a folder.
    pub size: u64,
    /// Whether it is a folder that has an entry of its own.
    pub is_folder: bool,
}

/// The name of `path` in the package: with `/` between components and no `.` in front.
pub(super) fn packed_name(path: &str) -> String {
    let path = path.replace('\\', "/");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    parts.join("/")
}

/// The name as names are compared: Windows ignores case, beyond ASCII as well.
pub(super) fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// Whether two names are the same on Windows, which ignores case.
pub(super) fn same_name(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right) || (!left.is_ascii() && folded(left) == folded(right))
}

/// Reads a file that is or will be packed. It is given a packed name (with `/`, in any case) and a number of bytes, and
/// returns the file up to that many bytes; `None` where it does not exist or cannot be read.
pub type ReadFile = Box<dyn Fn(&str, usize) -> Option<Vec<u8>>>;

/// An app document, and where it came from.
#[derive(Debug, Clone)]
pub struct AppInput {
    /// How findings name the document, such as `contoso/app.json`.
    pub document: String,
    /// The parsed document.
    pub app: AppDocument,
    /// The document's text, from which findings take their lines; `None` gives findings without lines.
    pub text: Option<String>,
}

impl From<AppFile> for AppInput {
    fn from(file: AppFile) -> Self {
        Self { document: file.path.display().to_string(), app: file.app, text: file.text }
    }
}

/// What is known about the setup file.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SetupFacts {
    /// The facts of the MSI, if it is one.
    pub msi: Option<MsiFacts>,
    /// Why a file that is named `.msi` has no facts: what is damaged in it.
    pub msi_damage: Option<String>,
    /// The kind of installer, where it was recognised.
    pub kind: Option<InstallerKind>,
    /// The architecture of the program, if it is one.
    pub machine: Option<Machine>,
}

/// What is known about an existing package.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct PackageFacts {
    /// The deviations of its outer zip and Detection.xml from what Microsoft's tool writes, a sentence each.
    pub deviations: Vec<String>,
    /// The fields of Detection.xml whose base64 has no padding.
    pub unpadded: Vec<&'static str>,
    /// The facts of the MSI by Detection.xml.
    pub msi_info: Option<MsiInfo>,
    /// Number of names that are not ASCII and lack the flag for UTF-8.
    pub unmarked_names: u64,
    /// How the payload looks different to another reader of zip archives, a phrase each.
    pub other_reader: Vec<String>,
}

/// Everything that lint knows. A rule whose facts are missing finds nothing.
#[non_exhaustive]
pub struct Subject {
    /// How the report names the subject: the path as it was given.
    pub name: String,
    /// The app document, where there is one.
    pub app: Option<AppInput>,
    /// The files and folders that are or will be packed, in any order; `None` where they are not known.
    pub entries: Option<Vec<FileEntry>>,
    /// The setup file's name by the app document or the package.
    pub setup_file: Option<String>,
    /// What is known about the setup file.
    pub setup: SetupFacts,
    /// What is known about the package, if there is one.
    pub package: Option<PackageFacts>,
    /// Reads the files that are or will be packed.
    pub contents: ReadFile,
    /// What could not be examined and why, for the report.
    pub skipped: Vec<String>,
    /// Made at the first question, because a rule may ask once for each of thousands of commands, rules or files.
    pub(super) indexes: Indexes,
}

/// What is looked up by name or pointer.
#[derive(Default)]
pub(super) struct Indexes {
    /// The lines of the app document.
    lines: OnceCell<JsonLines>,
    /// The files by their folded names, as indexes into the entries.
    names: OnceCell<HashMap<String, usize>>,
    /// The files by their folded last components; the first of several.
    leaves: OnceCell<HashMap<String, usize>>,
}

impl Subject {
    /// A subject of which only the name is known.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            app: None,
            entries: None,
            setup_file: None,
            setup: SetupFacts::default(),
            package: None,
            contents: Box::new(|_, _| None),
            skipped: Vec::new(),
            indexes: Indexes::default(),
        }
    }

    /// The parsed app document.
    pub(super) fn app(&self) -> Option<&AppDocument> {
        self.app.as_ref().map(|input| &input.app)
    }

    /// A place in the app document; the whole subject where there is none.
    pub(super) fn app_place(&self, pointer: &str) -> FindingPlace {
        let Some(input) = &self.app else { return FindingPlace::default() };
        // An app that was read from a list stands deeper in its document.
        let pointer = &format!("{}{pointer}", input.app.pointer_in_document());
        let place = FindingPlace::in_document(input.document.clone(), pointer);
        let lines = || JsonLines::new(input.text.as_deref().unwrap_or_default());
        match self.indexes.lines.get_or_init(lines).line_of(pointer) {
            Some(line) => place.on_line(line),
            None => place,
        }
    }

    /// The place that names the setup file.
    pub(super) fn setup_file_place(&self) -> FindingPlace {
        let named_by_app = self
            .app()
            .is_some_and(|app| app.setup_file_path.is_some() && app.setup_file_path == self.setup_file);
        match named_by_app {
            true => self.app_place("/setupFilePath"),
            false if self.package.is_some() => FindingPlace::in_document("Detection.xml", "SetupFile"),
            false => FindingPlace::default(),
        }
    }

    /// The known files, without folders.
    pub(super) fn files(&self) -> impl Iterator<Item = &FileEntry> {
        self.entries.iter().flatten().filter(|entry| !entry.is_folder)
    }

    /// Sum of the files' sizes in bytes.
    pub(super) fn total_size(&self) -> u64 {
        self.entries.iter().flatten().fold(0, |sum, entry| sum.saturating_add(entry.size))
    }

    /// The file that a relative path in a command names, in any case: `.\Files\x.exe`, `files/x.exe`.
    pub(super) fn find(&self, path: &str) -> Option<&FileEntry> {
        let names = self.indexes.names.get_or_init(|| self.index(|name| name));
        self.entries.as_ref()?.get(*names.get(&folded(&packed_name(path)))?)
    }

    /// A file with this last component, in any folder.
    pub(super) fn find_leaf(&self, name: &str) -> Option<&FileEntry> {
        let leaves = self.indexes.leaves.get_or_init(|| self.index(leaf));
        self.entries.as_ref()?.get(*leaves.get(&folded(name))?)
    }

    /// The first file of each key, by its position among the entries.
    fn index(&self, key: impl Fn(&str) -> &str) -> HashMap<String, usize> {
        let mut index = HashMap::new();
        for (at, entry) in self.entries.iter().flatten().enumerate().filter(|(_, entry)| !entry.is_folder) {
            index.entry(folded(key(&entry.name))).or_insert(at);
        }
        index
    }

    /// The setup file, if it is among the files.
    pub(super) fn find_setup_file(&self) -> Option<&FileEntry> {
        self.find(self.setup_file.as_deref()?)
    }

    /// Whether the files are known and there is none at a relative path.
    pub(super) fn lacks(&self, path: &str) -> bool {
        self.entries.is_some() && self.find(path).is_none()
    }

    /// Whether a path is that of the setup file.
    pub(super) fn is_setup_file(&self, path: &str) -> bool {
        let wanted = packed_name(path);
        self.setup_file.as_deref().is_some_and(|setup| same_name(&packed_name(setup), &wanted))
    }

    /// The beginning of a packed file that is small enough to be text.
    pub(super) fn read(&self, path: &str) -> Option<Vec<u8>> {
        let entry = self.find(path).filter(|entry| entry.size <= LARGEST_TEXT)?;
        (self.contents)(&entry.name, MOST_OF_A_FILE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Subject {
        let entry = |name: &str, is_folder| FileEntry { name: name.into(), size: 7, is_folder };
        let entries = vec![entry("Files/Setup.exe", false), entry("leer", true), entry("Größe.txt", false)];
        Subject { entries: Some(entries), ..Subject::new("") }
    }

    #[test]
    fn files_are_found_as_windows_finds_them() {
        let files = files();
        for path in ["Files\\Setup.exe", ".\\files/setup.EXE", "Files//Setup.exe", "GRÖSSE.TXT", "größe.txt"]
        {
            let expected = !path.starts_with("GRÖSSE"); // ß has no other case
            assert_eq!(files.find(path).is_some(), expected, "{path}");
        }
        assert!(files.find("leer").is_none() && files.find("Setup.exe").is_none());
        assert_eq!(files.find_leaf("setup.exe").unwrap().name, "Files/Setup.exe");
        assert_eq!(files.total_size(), 21);
    }
}
