//! Whether there is room: asked before the first byte, and reported the same way when it runs out later.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use waybill_schemas::codes::{Classified, Code, root};

/// Too little room for what is to be written.
#[derive(Debug, thiserror::Error)]
#[error("{} has {} free, and {} are needed", folder.display(), Size(*free), Size(*needed))]
pub struct SpaceError {
    /// Bytes that would be written.
    pub needed: u64,
    /// Bytes that are free for us.
    pub free: u64,
    /// The folder on that volume.
    pub folder: PathBuf,
}

impl Classified for SpaceError {
    fn code(&self) -> &'static Code {
        &root::DISK_FULL
    }
}

/// Looks whether `needed` bytes are free for us on the volume of `folder`, which need not be there yet. Where the
/// system does not say, there is no reason to refuse.
///
/// # Errors
/// Too little room.
pub fn check(folder: &Path, needed: u64) -> Result<(), SpaceError> {
    let there = nearest(folder);
    match fs4::available_space(there) {
        // Another program may take the room a moment later: this only refuses what could not work anyway.
        Ok(free) if free < needed => Err(SpaceError { needed, free, folder: folder.to_owned() }),
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::debug!(folder = %there.display(), %error, "the system does not say how much is free");
            Ok(())
        }
    }
}

/// The same for two folders, whose volume may be one and the same.
///
/// # Errors
/// Too little room on one of them.
pub fn check_both(one: (&Path, u64), other: (&Path, u64)) -> Result<(), SpaceError> {
    // Each by itself would fit, and both together might not.
    if is_same_volume(one.0, other.0) {
        return check(other.0, one.1.saturating_add(other.1));
    }
    check(one.0, one.1)?;
    check(other.0, other.1)
}

/// The nearest folder that is there: `folder` itself or one it will be made in.
fn nearest(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn is_same_volume(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let device = |folder| std::fs::metadata(nearest(folder)).map(|metadata| metadata.dev()).ok();
    device(one).is_some() && device(one) == device(other)
}

/// The same drive letter or share. A folder that another volume is mounted in is not recognised.
#[cfg(windows)]
fn is_same_volume(one: &Path, other: &Path) -> bool {
    let volume = |folder| {
        let folder = std::fs::canonicalize(nearest(folder)).ok()?;
        folder.components().next().map(|first| first.as_os_str().to_ascii_lowercase())
    };
    volume(one).is_some() && volume(one) == volume(other)
}

/// True where `error`, or what caused it, says that the disk or a quota is full.
pub fn is_full(error: &(dyn Error + 'static)) -> bool {
    // The system's error lies at the end of a chain of others, which say what was being written.
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<io::Error>().is_some_and(says_full) {
            return true;
        }
        next = error.source();
    }
    false
}

/// What an I/O error holds is not its source: it is looked at by itself.
fn says_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        || error.get_ref().is_some_and(|inner| is_full(inner))
}

/// Bytes for people, in the largest unit of 1,024 that leaves a whole number before the point.
struct Size(u64);

impl fmt::Display for Size {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut whole, mut rest, mut unit) = (self.0, 0, 0);
        while whole >= 1024 {
            (rest, whole, unit) = (whole % 1024, whole / 1024, unit + 1);
        }
        match unit {
            0 => write!(formatter, "{whole} bytes"),
            _ => write!(formatter, "{whole}.{} {}iB", rest * 10 / 1024, b"KMGTPE"[unit - 1] as char),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_any_disk_has_is_refused_with_both_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("not").join("there");
        let error = check(&missing, u64::MAX).unwrap_err();
        assert_eq!(error.needed, u64::MAX);
        assert!(error.free > 0 && error.free < u64::MAX);
        assert!(error.to_string().contains("15.9 EiB are needed"), "{error}");
        assert_eq!(error.code().id, "disk-full");
        assert!(check(&missing, 0).is_ok());
        assert!(check(folder.path(), error.free / 2).is_ok());
    }

    #[test]
    fn sizes_are_told_in_the_unit_that_fits() {
        for (bytes, text) in [
            (0, "0 bytes"),
            (1023, "1023 bytes"),
            (1024, "1.0 KiB"),
            (1_610_612_736, "1.5 GiB"),
            (u64::MAX, "15.9 EiB"),
        ] {
            assert_eq!(Size(bytes).to_string(), text);
        }
    }

    #[test]
    fn a_full_disk_is_found_however_deep() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot write")]
        struct Outer(#[source] io::Error);

        let full = || io::Error::from(io::ErrorKind::StorageFull);
        assert!(is_full(&full()));
        assert!(is_full(&io::Error::from(io::ErrorKind::QuotaExceeded)));
        assert!(is_full(&Outer(full())));
        assert!(is_full(&io::Error::other(Outer(full()))));
        assert!(is_full(&Outer(io::Error::other(full()))));
        assert!(!is_full(&Outer(io::ErrorKind::PermissionDenied.into())));
        #[cfg(unix)]
        assert!(is_full(&io::Error::from_raw_os_error(28)), "ENOSPC");
        #[cfg(windows)]
        assert!([39, 112].into_iter().all(|code| is_full(&io::Error::from_raw_os_error(code))));
    }
}
