//! The package's place on the disk: written beside it under another name, then renamed into place.

use super::error::PackError;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_disk::{FileAccess, NewFile, folder_of};

/// Where the package goes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PackOutput {
    /// The package gets exactly this name.
    File(PathBuf),
    /// Into this folder, named after the setup file.
    Folder(PathBuf),
}

impl PackOutput {
    /// What a person means by `--output`: a folder where one is there, where the path ends in a separator or lacks
    /// `.intunewin`; else a file.
    pub fn from_argument(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let ends_open = path
            .as_os_str()
            .as_encoded_bytes()
            .last()
            .is_some_and(|last| std::path::is_separator((*last).into()));
        let is_package =
            path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("intunewin"));
        if path.is_dir() || ends_open || !is_package { Self::Folder(path) } else { Self::File(path) }
    }

    /// The package's path; in a folder it has the setup file's stem, as with Microsoft's tool.
    pub(super) fn path(&self, setup_file: &Path) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Folder(folder) => {
                let leaf = setup_file.to_string_lossy();
                // Not `Path::file_name`: on Unix that takes a backslash for a part of the name.
                let leaf = leaf.rsplit(['/', '\\']).next().unwrap_or_default();
                let stem = Path::new(leaf).file_stem().unwrap_or_default().to_string_lossy().into_owned();
                folder.join(stem + ".intunewin")
            }
        }
    }
}

/// A package that is being written; dropped before [`PackageDraft::put`] it leaves nothing behind.
pub(super) struct PackageDraft {
    file: NewFile,
    path: PathBuf,
    replace: bool,
}

impl PackageDraft {
    /// Refuses an output that is there, unless it may be replaced; a folder in its place always.
    pub(super) fn check(path: &Path, replace: bool) -> Result<(), PackError> {
        match path.symlink_metadata() {
            Ok(there) if !replace || there.is_dir() => Err(PackError::OutputExists(path.to_path_buf())),
            _ => Ok(()),
        }
    }

    /// Makes the folder where it is missing, and in it a private file of a name of its own.
    pub(super) fn create(path: &Path, replace: bool) -> Result<Self, PackError> {
        Self::check(path, replace)?;
        let folder = folder_of(path);
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
        let file = NewFile::create(path, FileAccess::Usual).map_err(|error| failed(path, error))?;
        Ok(Self { file, path: path.to_path_buf(), replace })
    }

    /// The file to write into.
    pub(super) fn file(&self) -> &File {
        self.file.file()
    }

    /// Makes it durable and moves it into place, without replacing what was not to be replaced.
    pub(super) fn put(self, context: &Context<'_>) -> Result<(), PackError> {
        let Self { file, path, replace } = self;
        file.put(replace, context).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => PackError::OutputExists(path),
            io::ErrorKind::Interrupted => PackError::Cancelled,
            _ => failed(&path, error),
        })
    }
}

fn failed(path: &Path, source: io::Error) -> PackError {
    PackError::Output { path: path.to_path_buf(), source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write as _;

    #[test]
    fn an_argument_is_a_folder_or_a_package() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("dist.intunewin");
        fs::create_dir(&there).unwrap();
        for (argument, path) in [
            (there.clone(), there.join("setup-1.2.intunewin")),
            (folder.path().join("new"), folder.path().join("new").join("setup-1.2.intunewin")),
            (
                folder.path().join("x.intunewin/"),
                folder.path().join("x.intunewin").join("setup-1.2.intunewin"),
            ),
            (folder.path().join("my app.IntuneWin"), folder.path().join("my app.IntuneWin")),
        ] {
            for setup in ["setup-1.2.exe", "sub/setup-1.2.exe", r".\sub\setup-1.2.exe"] {
                assert_eq!(PackOutput::from_argument(&argument).path(Path::new(setup)), path);
            }
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn nothing_is_there_before_and_nothing_but_the_package_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a").join("b").join("x.intunewin");
        let draft = PackageDraft::create(&path, false).unwrap();
        draft.file().write_all(b"package").unwrap();
        let beside = names(path.parent().unwrap());
        assert!(beside.len() == 1 && beside[0].starts_with(".x.intunewin.waybill-"), "{beside:?}");
        draft.put(&Context::silent()).unwrap();
        assert_eq!(names(path.parent().unwrap()), ["x.intunewin"]);
        assert_eq!(fs::read(&path).unwrap(), b"package");
        drop(PackageDraft::create(&path, true).unwrap());
        assert_eq!(names(path.parent().unwrap()), ["x.intunewin"]);
    }

    #[test]
    fn what_is_there_stays_unless_it_may_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.intunewin");
        let early = PackageDraft::create(&path, false).unwrap();
        fs::write(&path, b"first").unwrap();
        assert!(matches!(PackageDraft::create(&path, false), Err(PackError::OutputExists(_))));
        assert!(matches!(early.put(&Context::silent()), Err(PackError::OutputExists(_))));
        assert_eq!(fs::read(&path).unwrap(), b"first");
        PackageDraft::create(&path, true).unwrap().put(&Context::silent()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"");
        assert_eq!(names(folder.path()), ["x.intunewin"]);
        assert!(matches!(PackageDraft::create(folder.path(), true), Err(PackError::OutputExists(_))));
    }

    #[test]
    fn a_file_where_the_folder_should_be_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), b"").unwrap();
        let path = folder.path().join("file").join("x.intunewin");
        assert!(matches!(PackageDraft::create(&path, false), Err(PackError::Output { .. })));
    }

    #[cfg(unix)]
    #[test]
    fn a_package_is_as_any_new_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (usual, path) = (folder.path().join("usual"), folder.path().join("x.intunewin"));
        fs::write(&usual, b"").unwrap();
        PackageDraft::create(&path, false).unwrap().put(&Context::silent()).unwrap();
        assert_eq!(mode(&path), mode(&usual));
    }

    /// Of such a folder nothing can be synced (but by root, who may read it).
    #[cfg(unix)]
    #[test]
    fn a_folder_that_cannot_be_read_is_no_failure() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.intunewin");
        let allow = |mode| fs::set_permissions(folder.path(), fs::Permissions::from_mode(mode)).unwrap();
        allow(0o300);
        let published = PackageDraft::create(&path, false).unwrap().put(&Context::silent());
        allow(0o700);
        published.unwrap();
        waybill_disk::sync_folder(&folder.path().join("gone"));
        assert_eq!(names(folder.path()), ["x.intunewin"]);
    }

    #[cfg(windows)]
    #[test]
    fn waiting_for_a_file_that_is_held_can_be_interrupted() {
        use std::os::windows::fs::OpenOptionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.intunewin");
        fs::write(&path, b"first").unwrap();
        let held = fs::OpenOptions::new().read(true).share_mode(0).open(&path).unwrap();
        let stop = std::sync::atomic::AtomicBool::new(true);
        let context = Context::new(&(), &stop, &waybill_context::SystemClock);
        let outcome = PackageDraft::create(&path, true).unwrap().put(&context);
        assert!(matches!(outcome, Err(PackError::Cancelled)), "{outcome:?}");
        drop(held);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(names(folder.path()), ["x.intunewin"]);
    }
}
