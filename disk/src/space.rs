//! Free space: checked before the first byte is written, and reported the same way when the disk fills up later.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use waybill_schemas::codes::{Classified, Code, root};

/// There is too little free space for what is to be written.
#[derive(Debug, thiserror::Error)]
#[error("{} has {} free, and {} are needed", folder.display(), Size(*free), Size(*needed))]
pub struct SpaceError {
    /// Bytes that are about to be written.
    pub needed: u64,
    /// Bytes that this user may still write on the volume.
    pub free: u64,
    /// The folder that was to be written to.
    pub folder: PathBuf,
}

impl Classified for SpaceError {
    fn code(&self) -> &'static Code {
        &root::DISK_FULL
    }
}

/// Checks that `needed` bytes are free for this user on the volume of `folder`, which need not exist yet. Passes where
/// the system does not say how much is free.
///
/// # Errors
/// Fewer bytes are free than are needed.
pub fn check(folder: &Path, needed: u64) -> Result<(), SpaceError> {
    let there = nearest(folder);
    match fs4::available_space(there) {
        // Another program may take the space a moment later: this only refuses what cannot work.
        Ok(free) if free < needed => Err(SpaceError { needed, free, folder: folder.to_owned() }),
        Ok(_) => Ok(()),
        Err(error) => {
            tracing::debug!(folder = %there.display(), %error, "the system does not say how much is free");
            Ok(())
        }
    }
}

/// As [`check`], for two folders that may be on the same volume: then both sums must fit together.
///
/// # Errors
/// Fewer bytes are free than are needed on one of their volumes.
pub fn check_both(one: (&Path, u64), other: (&Path, u64)) -> Result<(), SpaceError> {
    // Each sum could fit by itself where both together do not.
    if is_same_volume(one.0, other.0) {
        return check(other.0, one.1.saturating_add(other.1));
    }
    check(one.0, one.1)?;
    check(other.0, other.1)
}

/// The nearest folder that exists: `folder` itself or one of its ancestors.
fn nearest(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn is_same_volume(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let device = |folder| std::fs::metadata(nearest(folder)).map(|metadata| metadata.dev()).ok();
    device(one).is_some() && device(one) == device(other)
}

/// Compares drive letters or shares. A folder that another volume is mounted in is not recognised.
#[cfg(windows)]
fn is_same_volume(one: &Path, other: &Path) -> bool {
    let volume = |folder| {
        let folder = std::fs::canonicalize(nearest(folder)).ok()?;
        folder.components().next().map(|first| first.as_os_str().to_ascii_lowercase())
    };
    volume(one).is_some() && volume(one) == volume(other)
}

/// Whether `error`, or an error that caused it, says that the disk or a quota is full.
pub fn is_full(error: &(dyn Error + 'static)) -> bool {
    // The system's error is the last of a chain; the others say what was being written.
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<io::Error>().is_some_and(says_full) {
            return true;
        }
        next = error.source();
    }
    false
}

/// An error that an `io::Error` wraps is not its `source`, so it is looked at separately.
fn says_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
        || error.get_ref().is_some_and(|inner| is_full(inner))
}

/// Bytes as text, in the largest unit (powers of 1,024) in which the value is at least 1.
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
