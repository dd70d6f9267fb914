//! The one way in which a document, package or program that somebody names is opened for reading.
//!
//! Opening a pipe waits for its other end, perhaps for ever; opening a device may act on it (a tape is rewound, a terminal becomes
//! the process's own) and reading one may never end. So nothing but a regular file is opened: the path is looked at first, opened
//! without waiting, and looked at again through the handle, because it may be replaced in between.

use std::fs::{File, FileType, Metadata, OpenOptions};
use std::io;
use std::path::Path;

/// Opens the regular file at `path` for reading. Links are followed.
///
/// # Errors
/// The system's error; a folder (`IsADirectory`); a pipe, a socket or a device (`InvalidInput`), which is not opened.
pub fn open_regular(path: &Path) -> io::Result<File> {
    refuse_others(known(std::fs::metadata(path))?.file_type())?;
    let file = options().open(path)?;
    refuse_others(known(file.metadata())?.file_type())?;
    Ok(file)
}

/// Reads the first `limit` bytes of the regular file at `path`, and one more where there are more.
///
/// # Errors
/// Those of [`open_regular`]; the system's error.
pub fn read_regular(path: &Path, limit: usize) -> io::Result<zeroize::Zeroizing<Vec<u8>>> {
    crate::read_bounded(open_regular(path)?, limit)
}

/// Says why something that is no regular file is not read.
///
/// # Errors
/// Whatever is not a regular file.
pub fn refuse_others(kind: FileType) -> io::Result<()> {
    if kind.is_file() {
        Ok(())
    } else if kind.is_dir() {
        Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder, not a file"))
    } else {
        Err(no_file())
    }
}

fn no_file() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe, a socket or a device, not a file")
}

/// Windows says "incorrect function" where a device or a pipe is asked what it is.
fn known(metadata: io::Result<Metadata>) -> io::Result<Metadata> {
    const ERROR_INVALID_FUNCTION: i32 = 1;
    metadata.map_err(|error| match error.raw_os_error() {
        Some(ERROR_INVALID_FUNCTION) if cfg!(windows) => no_file(),
        _ => error,
    })
}

/// Opens without waiting for the other end of a pipe, and takes no terminal.
#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt as _;
    let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let mut options = OpenOptions::new();
    options.read(true).custom_flags(flags.bits().cast_signed());
    options
}

#[cfg(not(unix))]
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn a_file_is_read_and_a_folder_is_called_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        assert_eq!(open_regular(&path).unwrap_err().kind(), io::ErrorKind::NotFound);
        std::fs::write(&path, "bytes").unwrap();
        let mut text = String::new();
        open_regular(&path).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "bytes");
        assert_eq!(*read_regular(&path, 2).unwrap(), b"byt");
        let error = open_regular(folder.path()).unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (io::ErrorKind::IsADirectory, "it is a folder, not a file")
        );
    }

    /// `open` itself would wait for ever here, because nobody writes to the pipe.
    #[cfg(target_os = "linux")]
    #[test]
    fn pipes_devices_and_links_to_them_are_not_opened() {
        use rustix::fs::{FileType, Mode, mknodat};
        let folder = tempfile::tempdir().unwrap();
        let (pipe, link) = (folder.path().join("pipe"), folder.path().join("link"));
        mknodat(rustix::fs::CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        std::os::unix::fs::symlink("pipe", &link).unwrap();
        for path in [&pipe, &link, Path::new("/dev/zero"), Path::new("/dev/tty"), Path::new("/dev/stdin")] {
            // Where tests run, /dev/stdin may be a file or closed.
            let Err(error) = open_regular(path) else { continue };
            assert!(
                matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::NotFound),
                "{}: {error}",
                path.display()
            );
        }
        assert!(open_regular(&pipe).is_err() && open_regular(Path::new("/dev/zero")).is_err());
        // A pipe that takes the place of a file after the first look is opened without waiting, and then refused.
        let raced = options().open(&pipe).unwrap();
        assert!(refuse_others(raced.metadata().unwrap().file_type()).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_file_is_followed() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x"), "bytes").unwrap();
        std::os::unix::fs::symlink("x", folder.path().join("link")).unwrap();
        open_regular(&folder.path().join("link")).unwrap();
    }
}
