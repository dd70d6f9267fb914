//! New files of any kind, which appear whole: written under another name beside their place, made durable, then renamed
//! into it.

use crate::private_file::{beside, create};
use crate::rename::is_held;
use crate::{folder_of, sync_folder, while_held};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::{NamedTempFile, TempPath};
use waybill_context::Context;

/// Who may use a [`NewFile`] once it is in its place. Until then it is its owner's alone; where its mode has to be learned from
/// the umask, it is closed to others before the first byte is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileAccess {
    /// Its owner alone, always.
    Private,
    /// Everybody who may use any file that is made in that folder.
    Usual,
    /// Everybody who may use the file that it replaces; as [`FileAccess::Usual`] where it replaces none. The bits that
    /// make a program run as its owner or group (setuid and setgid) are not copied.
    AsReplaced,
}

/// A file that is being written. Dropped before [`NewFile::put`] it leaves nothing behind.
#[derive(Debug)]
pub struct NewFile {
    file: NamedTempFile,
    path: PathBuf,
    /// Whether its name is that of [`beside`] and not one of tempfile's.
    has_own_name: bool,
    /// The permissions it gets in its place; `None` where it stays private.
    #[cfg(unix)]
    permissions: Option<std::fs::Permissions>,
}

impl NewFile {
    /// Makes `.<name>.waybill-<random>` beside `path`, and removes such files that killed runs left there. What is at `path`
    /// may be replaced later only where it is a regular file, so anything else is refused here, before any work is done:
    /// what a link leads to is never written, and no device gives way to a file.
    ///
    /// # Errors
    /// A link, a folder, a pipe or a device at `path`; I/O.
    #[cfg(unix)]
    pub fn create(path: &Path, access: FileAccess) -> io::Result<Self> {
        use std::os::unix::fs::PermissionsExt as _;
        only_a_file_may_be_there(path)?;
        let mode = std::fs::Permissions::from_mode;
        // Without setuid and setgid, because the new bytes are another program.
        let replaced = || path.metadata().ok().map(|there| mode(there.permissions().mode() & 0o777));
        let known = match access {
            FileAccess::Private => Some(None),
            FileAccess::Usual => None,
            FileAccess::AsReplaced => replaced().map(Some),
        };
        // The mode that the umask leaves shows only in a file that was made with the usual one. Every other file is
        // private from its first moment, because somebody who opened it then could read what is written later.
        let created_with = mode(if known.is_some() { 0o600 } else { 0o666 });
        let file = builder(path, |builder| builder.permissions(created_with).tempfile_in(folder_of(path)))?;
        let permissions = match known {
            Some(known) => known,
            None => {
                let usual = file.as_file().metadata()?.permissions();
                file.as_file().set_permissions(mode(0o600))?;
                Some(usual)
            }
        };
        Ok(Self { file, path: path.to_path_buf(), has_own_name: false, permissions })
    }

    /// Makes `.<name>.waybill-<random>` beside `path`, where nothing but a regular file may be, and removes such files that
    /// killed runs left there. Permissions come from the folder.
    ///
    /// # Errors
    /// A link, a folder or a device at `path`; I/O.
    #[cfg(not(unix))]
    pub fn create(path: &Path, _access: FileAccess) -> io::Result<Self> {
        only_a_file_may_be_there(path)?;
        let file = builder(path, |builder| builder.tempfile_in(folder_of(path)))?;
        Ok(Self { file, path: path.to_path_buf(), has_own_name: false })
    }

    /// Makes `<name>.new` beside `path`, its owner's alone for ever; one that a dead run left is removed. There is one such
    /// name, so that dead runs leave one file at most: the caller holds a lock, and nobody else writes it.
    ///
    /// # Errors
    /// I/O.
    pub fn create_locked(path: &Path) -> io::Result<Self> {
        let beside = beside(path);
        let file = create(&beside)?;
        let file = NamedTempFile::from_parts(file, TempPath::try_from_path(beside)?);
        Ok(Self {
            file,
            path: path.to_path_buf(),
            has_own_name: true,
            #[cfg(unix)]
            permissions: None,
        })
    }

    /// The file to write into.
    pub fn file(&self) -> &File {
        self.file.as_file()
    }

    /// Makes the file durable, renames it into its place (over what is there only with `replace`) and makes that durable.
    ///
    /// # Errors
    /// Those of [`NewFile::settle`] and [`SettledFile::put`]. Nothing is left of the new file.
    pub fn put(self, replace: bool, context: &Context<'_>) -> io::Result<()> {
        self.settle()?.put(replace, context)
    }

    /// Makes the file durable, and gives it the permissions that it has in its place.
    ///
    /// # Errors
    /// I/O.
    pub fn settle(self) -> io::Result<SettledFile> {
        #[cfg(unix)]
        if let Some(permissions) = &self.permissions {
            self.file.as_file().set_permissions(permissions.clone())?;
        }
        // Before the rename, or a loss of power could leave the name with a file that lacks its bytes.
        self.file.as_file().sync_all()?;
        Ok(SettledFile(self))
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file().flush()
    }
}

/// A file that is whole and durable, and not yet in its place. Dropped before [`SettledFile::put`] it leaves nothing behind.
#[derive(Debug)]
pub struct SettledFile(NewFile);

impl SettledFile {
    /// Renames the file into its place (over what is there only with `replace`) and makes that durable. On Windows the rename
    /// is tried again for ten seconds where something holds the file.
    ///
    /// # Errors
    /// `AlreadyExists` where something is in the place and may not be replaced; `Interrupted` where the user did not want
    /// to wait; other I/O. Nothing is left of the new file.
    pub fn put(self, replace: bool, context: &Context<'_>) -> io::Result<()> {
        let NewFile { file, path, has_own_name, .. } = self.0;
        if has_own_name && replace {
            // By std, because the rename of tempfile refuses paths over 260 characters on Windows. The handle is closed
            // first.
            let mut beside = file.into_temp_path();
            crate::rename(&beside, &path, context).map_err(|error| interrupted_while_held(error, context))?;
            beside.disable_cleanup(true);
            sync_folder(folder_of(&path));
            return Ok(());
        }
        let mut held = Some(file);
        let renamed = while_held(context, || {
            let Some(file) = held.take() else { return Ok(()) };
            let renamed = if replace { file.persist(&path) } else { file.persist_noclobber(&path) };
            // The file comes back with the error, or it would be gone at the next try.
            renamed.map(drop).map_err(|refused| {
                held = Some(refused.file);
                refused.error
            })
        });
        renamed.map_err(|error| interrupted_while_held(error, context))?;
        sync_folder(folder_of(&path));
        Ok(())
    }
}

/// Reports `Interrupted` where the wait for a held file was cut short by the cancel flag. Any other error stays as it
/// is.
fn interrupted_while_held(error: io::Error, context: &Context<'_>) -> io::Error {
    if is_held(&error) && context.check().is_err() { io::ErrorKind::Interrupted.into() } else { error }
}

fn only_a_file_may_be_there(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(there) if there.is_symlink() => {
            let why =
                "it is a link, which is not written through: give the file that it leads to, or remove it";
            Err(io::Error::new(io::ErrorKind::InvalidInput, why))
        }
        Ok(there) => waybill_schemas::refuse_others(there.file_type()),
        Err(_) => Ok(()), // nothing is there; making the new file says what else is wrong
    }
}

/// Makes the file under a name of its own, and locks it for as long as it is written, so that no other run takes it for
/// a dead one's.
fn builder(
    path: &Path,
    make: impl FnOnce(&mut tempfile::Builder<'_, '_>) -> io::Result<NamedTempFile>,
) -> io::Result<NamedTempFile> {
    crate::dead_files::sweep(path);
    let prefix = crate::dead_files::prefix(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    let file = make(&mut builder)?;
    // Where the file system has no locks, no sweep removes anything either.
    if let Err(error) = file.as_file().try_lock() {
        tracing::debug!(%error, "no lock on a new file");
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn it_appears_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        let new = NewFile::create(&path, FileAccess::Usual).unwrap();
        new.file().write_all(b"whole").unwrap();
        assert!(names(folder.path())[0].starts_with(".x.waybill-"));
        new.put(false, &Context::silent()).unwrap();
        let late = NewFile::create(&path, FileAccess::Usual).unwrap();
        let refused = late.put(false, &Context::silent()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        drop(NewFile::create(&path, FileAccess::Usual).unwrap());
        assert_eq!(
            (names(folder.path()), fs::read(&path).unwrap()),
            (vec!["x".to_owned()], b"whole".to_vec())
        );
        NewFile::create(&path, FileAccess::Usual).unwrap().put(true, &Context::silent()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"");
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link_or_over_a_device() {
        let folder = tempfile::tempdir().unwrap();
        let (victim, link, dangling) =
            (folder.path().join("victim"), folder.path().join("link"), folder.path().join("dangling"));
        fs::write(&victim, b"precious").unwrap();
        std::os::unix::fs::symlink("victim", &link).unwrap();
        std::os::unix::fs::symlink("nothing", &dangling).unwrap();
        for path in [&link, &dangling, folder.path(), Path::new("/dev/null")] {
            for access in [FileAccess::Private, FileAccess::Usual, FileAccess::AsReplaced] {
                assert!(NewFile::create(path, access).is_err(), "{}", path.display());
            }
        }
        // A link that comes later is replaced itself.
        let new = NewFile::create(&folder.path().join("late"), FileAccess::Usual).unwrap();
        std::os::unix::fs::symlink("victim", folder.path().join("late")).unwrap();
        new.put(true, &Context::silent()).unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"precious");
        // Another name of the same file keeps its bytes, too.
        fs::hard_link(&victim, folder.path().join("other name")).unwrap();
        NewFile::create(&victim, FileAccess::Usual).unwrap().put(true, &Context::silent()).unwrap();
        assert_eq!(fs::read(folder.path().join("other name")).unwrap(), b"precious");
    }

    #[test]
    fn under_a_lock_there_is_one_name_for_what_is_not_in_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state");
        fs::write(beside(&path), b"of a dead run").unwrap();
        let mut new = NewFile::create_locked(&path).unwrap();
        new.write_all(b"whole").unwrap();
        assert_eq!(names(folder.path()), ["state.new"]);
        let settled = new.settle().unwrap();
        assert_eq!(names(folder.path()), ["state.new"]);
        settled.put(true, &Context::silent()).unwrap();
        drop(NewFile::create_locked(&path).unwrap());
        assert_eq!(
            (names(folder.path()), fs::read(&path).unwrap()),
            (vec!["state".to_owned()], b"whole".to_vec())
        );
    }

    #[cfg(unix)]
    #[test]
    fn it_is_private_while_it_is_written_and_then_as_asked_for() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        let (usual, path) = (folder.path().join("usual"), folder.path().join("x"));
        fs::write(&usual, b"").unwrap();
        for (access, before, after) in [
            (FileAccess::Usual, None, mode(&usual)),
            (FileAccess::AsReplaced, None, mode(&usual)),
            (FileAccess::AsReplaced, Some(0o640), 0o640),
            (FileAccess::AsReplaced, Some(0o6755), 0o755),
            (FileAccess::Private, Some(0o640), 0o600),
        ] {
            let _ = fs::remove_file(&path);
            if let Some(before) = before {
                fs::write(&path, b"").unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(before)).unwrap();
            }
            let new = NewFile::create(&path, access).unwrap();
            assert_eq!(mode(new.file.path()), 0o600);
            new.put(true, &Context::silent()).unwrap();
            assert_eq!(mode(&path), after, "{access:?}");
        }
    }
}
