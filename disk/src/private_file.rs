//! Files that are their owner's alone and opened through no link.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use waybill_context::Context;

/// Where the new version of `path` is written before it is renamed. There is one such name, so that a dead run leaves
/// one file at most, which the next writer replaces. The writer holds a lock.
pub fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(NEW);
    path.with_file_name(name)
}

/// The end of the name that [`beside`] gives.
pub const NEW: &str = ".new";

/// Opens a file for reading; a link is not followed.
///
/// # Errors
/// A link, a folder, a pipe or a device, or I/O.
pub fn open(path: &Path) -> io::Result<File> {
    only_a_file(open_with(path, |options| options.read(true))?)
}

/// Makes a new file that only its owner may use; one that a dead run left there is removed.
///
/// # Errors
/// I/O.
pub fn create(path: &Path) -> io::Result<File> {
    remove(path)?;
    open_with(path, |options| options.write(true).create_new(true))
}

/// Opens the file at `path`, or makes it so that only its owner may use it; its bytes are kept.
///
/// # Errors
/// A link, a pipe or a device, or I/O.
pub fn open_or_create(path: &Path) -> io::Result<File> {
    only_a_file(open_with(path, |options| options.read(true).write(true).create(true))?)
}

fn only_a_file(file: File) -> io::Result<File> {
    waybill_schemas::refuse_others(file.metadata()?.file_type())?;
    Ok(file)
}

fn open_with(path: &Path, how: impl Fn(&mut OpenOptions) -> &mut OpenOptions) -> io::Result<File> {
    let mut options = options();
    how(&mut options);
    fs_err::OpenOptions::from_options(options).open(path).map(fs_err::File::into_file)
}

/// Removes a file, if it is there.
///
/// # Errors
/// I/O.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs_err::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Renames `from` over `to`, as [`rename`](crate::rename()) does, with both paths in the error.
///
/// # Errors
/// The system's last error, with both paths; interruption ends the waiting.
pub fn rename(from: &Path, to: &Path, context: &Context<'_>) -> io::Result<()> {
    crate::rename(from, to, context).map_err(|error| {
        let text = format!("cannot rename {} to {}: {error}", from.display(), to.display());
        io::Error::new(error.kind(), text)
    })
}

/// Options that every private file is opened with: made for its owner alone, never through a link, and without waiting for
/// the other end of a pipe that somebody put there.
#[cfg(unix)]
pub fn options() -> OpenOptions {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    options.mode(0o600).custom_flags(flags.bits().cast_signed());
    options
}

/// Options that every private file is opened with: a link is opened as itself, never what it points to.
#[cfg(windows)]
pub fn options() -> OpenOptions {
    use std::os::windows::fs::OpenOptionsExt;
    const OPEN_REPARSE_POINT: u32 = 0x0020_0000; // FILE_FLAG_OPEN_REPARSE_POINT
    let mut options = OpenOptions::new();
    options.custom_flags(OPEN_REPARSE_POINT);
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_files_are_their_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (new, kept) = (folder.path().join("new"), folder.path().join("kept"));
        std::fs::write(&new, "of a dead run").unwrap();
        for file in [create(&new).unwrap(), open_or_create(&kept).unwrap()] {
            assert_eq!(file.metadata().unwrap().len(), 0);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
            }
        }
        std::fs::write(&kept, "kept").unwrap();
        assert_eq!(open_or_create(&kept).unwrap().metadata().unwrap().len(), 4);
    }

    #[test]
    fn what_is_no_file_is_not_opened() {
        let folder = tempfile::tempdir().unwrap();
        assert!(open(folder.path()).is_err());
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{CWD, FileType, Mode, mknodat};
            let pipe = folder.path().join("pipe");
            mknodat(CWD, &pipe, FileType::Fifo, Mode::RWXU, 0).unwrap();
            assert!(open(&pipe).is_err() && open_or_create(&pipe).is_err());
        }
        assert_eq!(open(&folder.path().join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
        remove(&folder.path().join("none")).unwrap();
    }
}
