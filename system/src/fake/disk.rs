use super::FakeSystem;
use crate::{FileFacts, FileKind, FileVersion, Files, LoadedAs, SignedInUser, Unanswered, clean_windows};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time at which files of a fake machine were written, unless a test sets another: 2026-01-02T03:04:05Z.
const WRITTEN: u64 = 1_767_323_045;

fn facts(kind: FileKind, size: u64) -> FileFacts {
    let written = UNIX_EPOCH + Duration::from_secs(WRITTEN);
    FileFacts { kind, size, modified: written, created: Some(written) }
}

impl FakeSystem {
    /// Adds a file of `size` bytes, and the folders above it.
    pub fn add_file(&self, path: &str, size: u64) {
        self.add(path, facts(FileKind::File, size), None);
    }

    /// Adds a folder, and those above it.
    pub fn add_folder(&self, path: &str) {
        self.add(path, facts(FileKind::Folder, 0), None);
    }

    /// Adds a file with these times; `created` is `None` where the file system does not store it.
    pub fn add_dated_file(&self, path: &str, modified: SystemTime, created: Option<SystemTime>) {
        self.add(path, FileFacts { kind: FileKind::File, size: 1, modified, created }, None);
    }

    /// Adds a file with a version resource of these numbers and this text.
    pub fn add_versioned_file(&self, path: &str, numbers: Option<[u16; 4]>, text: Option<&str>) {
        let version = FileVersion { numbers, text: text.map(str::to_owned) };
        self.add(path, facts(FileKind::File, 1), Some(version));
    }

    /// Says which process Windows makes of the program at `path`. Programs below the Windows folder and the folders of
    /// programs have the width of their folder until a test says otherwise, others are no Windows programs.
    pub fn set_loaded_as(&self, path: &str, loaded: LoadedAs) {
        let folded = self.folded(path);
        self.contents().loaded_as.insert(folded, loaded);
    }

    /// Removes a file, or a folder with everything in it.
    pub fn remove_file(&self, path: &str) {
        let gone = self.folded(path);
        let below = format!("{gone}{}", self.kind.separator());
        self.contents().files.retain(|path, _| *path != gone && !path.starts_with(&below));
    }

    /// The calls of [`Files::let_user_read`] so far, as `name path`.
    pub fn let_in(&self) -> Vec<String> {
        self.contents().let_in.clone()
    }

    /// Makes a file or folder one to which accounts other than administrators may write.
    pub fn let_others_write(&self, path: &str) {
        let folded = self.folded(path);
        self.contents().writable.insert(folded);
    }

    /// Makes a file one that this program may not execute.
    pub fn forbid_execution(&self, path: &str) {
        let folded = self.folded(path);
        self.contents().not_executable.insert(folded);
    }

    fn add(&self, path: &str, facts: FileFacts, version: Option<FileVersion>) {
        let folded = self.folded(path);
        let separator = self.kind.separator();
        let folders: Vec<String> = folded
            .match_indices(separator)
            .map(|(at, _)| folded[..at].to_owned())
            .filter(|one| !one.is_empty())
            .collect();
        let mut contents = self.contents();
        for folder in folders {
            let facts = FileFacts { kind: FileKind::Folder, size: 0, ..facts };
            contents.files.entry(folder).or_insert((facts, None));
        }
        contents.files.insert(folded, (facts, version));
    }
}

impl Files for FakeSystem {
    fn look(&self, path: &str) -> Result<Option<FileFacts>, Unanswered> {
        Ok(self.asked(path)?.files.get(&self.folded(path)).map(|(facts, _)| *facts))
    }

    fn version(&self, path: &str) -> Result<Option<FileVersion>, Unanswered> {
        let contents = self.asked(path)?;
        match contents.files.get(&self.folded(path)) {
            Some((_, version)) => Ok(version.clone()),
            None => Err(Unanswered::with_code(format!("{path}: not found"), 0x8007_0002)),
        }
    }

    fn loaded_as(&self, path: &str) -> Result<Option<LoadedAs>, Unanswered> {
        let contents = self.asked(path)?;
        let path = self.folded(path);
        Ok(contents.loaded_as.get(&path).copied().or_else(|| clean_windows::loaded_as(&path)))
    }

    fn others_may_change(&self, program: &str) -> Result<bool, Unanswered> {
        let separator = self.kind.separator();
        let folders = program.match_indices(separator).map(|(at, _)| &program[..at]);
        for path in folders.filter(|folder| !folder.is_empty()).chain([program]) {
            if self.asked(path)?.writable.contains(&self.folded(path)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_executable(&self, path: &str) -> Result<bool, Unanswered> {
        Ok(!self.asked(path)?.not_executable.contains(&self.folded(path)))
    }

    fn let_user_read(&self, path: &str, user: &SignedInUser) -> Result<(), Unanswered> {
        self.asked(path)?.let_in.push(format!("{} {path}", user.name));
        Ok(())
    }

    fn list(&self, path: &str) -> Result<Vec<String>, Unanswered> {
        let contents = self.asked(path)?;
        let below = format!("{}{}", self.folded(path), self.kind.separator());
        let names = contents.files.keys().filter_map(|one| one.strip_prefix(&below));
        Ok(names.filter(|name| !name.contains(self.kind.separator())).map(str::to_owned).collect())
    }
}
