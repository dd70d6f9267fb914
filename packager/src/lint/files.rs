//! The files that are or will be packed: names and sizes.

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

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Files {
    entries: Vec<FileEntry>,
}

impl Files {
    /// From names and sizes, in any order.
    pub fn new(entries: Vec<FileEntry>) -> Self {
        Self { entries }
    }

    /// In the order in which they were given.
    pub fn iter(&self) -> impl Iterator<Item = &FileEntry> {
        self.entries.iter()
    }

    /// Sum of the sizes in bytes.
    pub fn total_size(&self) -> u64 {
        self.entries.iter().fold(0, |sum, entry| sum.saturating_add(entry.size))
    }

    /// The file that a relative path of a command names, case aside: `.\Files\x.exe`, `files/x.exe`.
    pub fn find(&self, path: &str) -> Option<&FileEntry> {
        let wanted = packed_name(path);
        self.entries.iter().find(|entry| !entry.is_folder && same_name(&entry.name, &wanted))
    }

    /// A file of this name in any folder.
    pub fn find_leaf(&self, leaf: &str) -> Option<&FileEntry> {
        self.entries.iter().find(|entry| !entry.is_folder && same_name(leaf_of(&entry.name), leaf))
    }
}

/// The last component.
pub(super) fn leaf_of(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// As the package names it: `/` between, no `.` in front.
pub(super) fn packed_name(path: &str) -> String {
    let path = path.replace('\\', "/");
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    parts.join("/")
}

/// Equal on Windows, which ignores case.
pub(super) fn same_name(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right) || (!left.is_ascii() && left.to_lowercase() == right.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Files {
        let entry = |name: &str, is_folder| FileEntry { name: name.into(), size: 7, is_folder };
        Files::new(vec![entry("Files/Setup.exe", false), entry("leer", true), entry("Größe.txt", false)])
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
