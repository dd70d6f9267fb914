//! What lint looks at: everything that is known of an app and its files, and nothing that is not.

use super::json_lines::line_of;
use crate::msi::MsiFacts;
use crate::recognise::InstallerKind;
use waybill_intune::path::leaf;
use waybill_pe::Machine;
use waybill_schemas::MsiInfo;
use waybill_schemas::app::{AppDocument, AppFile};
use waybill_schemas::report::lint::FindingPlace;

/// How much of a file a rule reads, in bytes.
const MOST_OF_A_FILE: usize = 1024 * 1024;
/// Files over this size are not opened for their text.
const LARGEST_TEXT: u64 = 8 << 20;

/// One file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileEntry {
    /// Relative to the source folder, with `/`, none at the end.
    pub name: String,
    /// Its size in bytes; 0 for a folder.
    pub size: u64,
    /// A folder that is packed as an entry of its own.
    pub is_folder: bool,
}

/// As the package names it: `/` between, no `.` in front.
pub(super) fn packed_name(path: &str) -> String {
    let path = path.replace('\\', "/");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    parts.join("/")
}

/// Equal on Windows, which ignores case.
pub(super) fn same_name(left: &str, right: &str) -> bool {
    // NTFS ignores case beyond ASCII as well, but most names are ASCII, and every command is
    // compared with up to 200,000 of them.
    left.eq_ignore_ascii_case(right) || (!left.is_ascii() && left.to_lowercase() == right.to_lowercase())
}

/// Reads files that are or will be packed: given a packed name (with `/`, case aside) and a number of bytes, the first
/// so many bytes of that file; nothing where it is not there or cannot be read.
pub type ReadFile = Box<dyn Fn(&str, usize) -> Option<Vec<u8>>>;

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
    pub(super) fn place(&self, pointer: &str) -> FindingPlace {
        let place = FindingPlace::in_document(self.document.clone(), pointer);
        match self.text.as_deref().and_then(|text| line_of(text, pointer)) {
            Some(line) => place.on_line(line),
            None => place,
        }
    }
}

/// What is known of the setup file.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
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
#[non_exhaustive]
pub struct PackageFacts {
    /// Where its outer zip and Detection.xml differ from what Microsoft's tool writes, a sentence each.
    pub deviations: Vec<String>,
    /// Fields of Detection.xml whose base64 has no padding.
    pub unpadded: Vec<&'static str>,
    /// What Detection.xml says of the MSI.
    pub msi_info: Option<MsiInfo>,
    /// Names whose encoding is not marked as UTF-8.
    pub unmarked_names: u64,
    /// How the payload looks to another reader of zip archives, where it looks different.
    pub other_reader: Vec<String>,
}

/// Everything that is known. A rule whose facts are missing finds nothing.
#[non_exhaustive]
pub struct Subject {
    /// As it was given: a path.
    pub name: String,
    /// The app document.
    pub app: Option<AppInput>,
    /// Files and folders that are or will be packed, in any order; nothing where they are not known.
    pub entries: Option<Vec<FileEntry>>,
    /// The setup file, as the app's document or the package names it.
    pub setup_file: Option<String>,
    /// What the setup file is.
    pub setup: SetupFacts,
    /// The package, where one exists.
    pub package: Option<PackageFacts>,
    /// Reads files that are or will be packed.
    pub contents: ReadFile,
    /// What could not be looked at, and why: a part of the report.
    pub skipped: Vec<String>,
}

impl Subject {
    /// Nothing is known but a name.
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
        }
    }

    /// The app document's app.
    pub(super) fn app(&self) -> Option<&AppDocument> {
        self.app.as_ref().map(|input| &input.app)
    }

    /// A place in the app document; the whole where there is none.
    pub(super) fn app_place(&self, pointer: &str) -> FindingPlace {
        self.app.as_ref().map(|input| input.place(pointer)).unwrap_or_default()
    }

    /// Where the setup file is named.
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

    /// The files that are known, without folders.
    pub(super) fn files(&self) -> impl Iterator<Item = &FileEntry> {
        self.entries.iter().flatten().filter(|entry| !entry.is_folder)
    }

    /// Sum of the sizes in bytes.
    pub(super) fn total_size(&self) -> u64 {
        self.entries.iter().flatten().fold(0, |sum, entry| sum.saturating_add(entry.size))
    }

    /// The file that a relative path of a command names, case aside: `.\Files\x.exe`, `files/x.exe`.
    pub(super) fn find(&self, path: &str) -> Option<&FileEntry> {
        let wanted = packed_name(path);
        self.files().find(|entry| same_name(&entry.name, &wanted))
    }

    /// A file of this name in any folder.
    pub(super) fn find_leaf(&self, name: &str) -> Option<&FileEntry> {
        self.files().find(|entry| same_name(leaf(&entry.name), name))
    }

    /// The setup file, where it is among the files.
    pub(super) fn find_setup_file(&self) -> Option<&FileEntry> {
        self.find(self.setup_file.as_deref()?)
    }

    /// Whether the files are known and the file that a relative path names is none of them.
    pub(super) fn lacks(&self, path: &str) -> bool {
        self.entries.is_some() && self.find(path).is_none()
    }

    /// Whether the path is the setup file's.
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
