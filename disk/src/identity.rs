//! Which folder this is, whatever it is called: an identity that it keeps when it is renamed, and that tells it from one
//! that takes its name later.

use std::io;
use std::path::Path;

/// The identity of the folder at `path`; a link is not followed.
///
/// Unix: the inode's number and, where the file system keeps it, the time of its birth, because numbers come again.
/// Windows: the number of the volume and the folder's id on it. Nobody can give a folder the identity of another. Where
/// a file system makes up new ones at each mount, a folder is not recognised after it; nothing may depend on that.
///
/// # Errors
/// There is no folder, or the file system does not say.
#[cfg(unix)]
pub fn folder_identity(path: &Path) -> io::Result<String> {
    use std::os::unix::fs::MetadataExt as _;
    let there = only_a_folder(path.symlink_metadata()?)?;
    let born = there.created().ok().and_then(|born| born.duration_since(std::time::UNIX_EPOCH).ok());
    Ok(match born {
        Some(born) => format!("{:x}-{:x}.{:x}", there.ino(), born.as_secs(), born.subsec_nanos()),
        None => format!("{:x}", there.ino()),
    })
}

/// The identity of the folder at `path`; a link is not followed.
///
/// # Errors
/// There is no folder, or the file system does not say.
#[cfg(windows)]
pub fn folder_identity(path: &Path) -> io::Result<String> {
    use std::os::windows::fs::OpenOptionsExt as _;
    use std::os::windows::io::AsHandle as _;
    const BACKUP_SEMANTICS: u32 = 0x0200_0000; // without it no folder is opened
    const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    let mut options = std::fs::OpenOptions::new();
    options.access_mode(0).custom_flags(BACKUP_SEMANTICS | OPEN_REPARSE_POINT);
    let folder = options.open(path)?;
    only_a_folder(folder.metadata()?)?;
    let (volume, file) = waybill_win32::file_id::of_handle(folder.as_handle())?;
    Ok(format!("{volume:x}-{file:x}"))
}

fn only_a_folder(there: std::fs::Metadata) -> io::Result<std::fs::Metadata> {
    if there.is_dir() { Ok(there) } else { Err(io::ErrorKind::NotADirectory.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_over_a_rename_and_is_no_other_folders() {
        let temporary = tempfile::tempdir().unwrap();
        let (one, other) = (temporary.path().join("one"), temporary.path().join("other"));
        std::fs::create_dir(&one).unwrap();
        let identity = folder_identity(&one).unwrap();
        std::fs::rename(&one, &other).unwrap();
        std::fs::create_dir(&one).unwrap();
        std::fs::write(other.join("x"), "").unwrap();
        assert_eq!(folder_identity(&other).unwrap(), identity);
        assert_ne!(folder_identity(&one).unwrap(), identity);
    }

    #[test]
    fn files_and_what_is_missing_have_none() {
        let temporary = tempfile::tempdir().unwrap();
        std::fs::write(temporary.path().join("file"), "").unwrap();
        assert!(folder_identity(&temporary.path().join("file")).is_err());
        assert!(folder_identity(&temporary.path().join("none")).is_err());
    }
}
