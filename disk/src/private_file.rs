//! Small files that are whole or not there: written beside their place, synced, renamed over the old one.
//!
//! They lie in folders that are ours alone; links are not followed all the same.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use waybill_context::Context;

/// Where the new version of `path` is written. One name, so that a dead run leaves one file at most, which the next
/// writer replaces; the writer holds a lock.
pub fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(NEW);
    path.with_file_name(name)
}

/// How such a file's name ends.
pub const NEW: &str = ".new";

/// Opens for reading.
///
/// # Errors
/// A link, a folder, or I/O.
pub fn open(path: &Path) -> io::Result<File> {
    let file = open_with(path, |options| options.read(true))?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("not a file")) }
}

/// Makes a new file for its owner alone; one that a dead run left there is removed.
///
/// # Errors
/// I/O.
pub fn create(path: &Path) -> io::Result<File> {
    remove(path)?;
    open_with(path, |options| options.write(true).create_new(true))
}

/// Opens a file of that name for its owner alone, or makes it; what it holds stays.
///
/// # Errors
/// A link, or I/O.
pub fn open_or_create(path: &Path) -> io::Result<File> {
    open_with(path, |options| options.read(true).write(true).create(true))
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

/// Renames `from` over `to`, with patience.
///
/// # Errors
/// What the system reports at last, with both paths; interruption ends the waiting.
pub fn rename(from: &Path, to: &Path, context: &Context<'_>) -> io::Result<()> {
    crate::rename(from, to, context).map_err(|error| {
        let text = format!("cannot rename {} to {}: {error}", from.display(), to.display());
        io::Error::new(error.kind(), text)
    })
}

/// How files are opened here: made for their owner alone, and never through a link.
#[cfg(unix)]
pub fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.mode(0o600).custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    options
}

/// How files are opened here: a link is opened as itself, never what it points to.
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
        assert_eq!(open(&folder.path().join("none")).unwrap_err().kind(), io::ErrorKind::NotFound);
        remove(&folder.path().join("none")).unwrap();
    }
}
