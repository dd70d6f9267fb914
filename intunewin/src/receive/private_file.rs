//! The file that a content is received into: readable by its owner alone, never through a link.

use super::ReceiveError;
use std::fs::{File, OpenOptions};
use std::path::Path;
use waybill_context::failpoint;

pub(super) fn create(path: &Path) -> Result<File, ReceiveError> {
    let mut options = options();
    Ok(options.create_new(true).open(path)?)
}

pub(super) fn open(path: &Path) -> Result<File, ReceiveError> {
    if path.symlink_metadata()?.is_symlink() {
        return Err(ReceiveError::Foreign { why: "it is a link" });
    }
    let file = options().open(path)?;
    check_owner(&file)?;
    Ok(file)
}

/// Cuts a file that is longer.
pub(super) fn cut(file: &File, len: u64) -> Result<(), ReceiveError> {
    if file.metadata()?.len() > len {
        file.set_len(len)?;
    }
    Ok(())
}

/// What was written survives a loss of power from here on.
pub(super) fn sync(file: &File) -> Result<(), ReceiveError> {
    failpoint::reach("partial-syncing");
    file.sync_data()?;
    failpoint::reach("partial-synced");
    Ok(())
}

#[cfg(unix)]
fn options() -> OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = OpenOptions::new();
    options.read(true).write(true).mode(0o600);
    options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    options
}

#[cfg(unix)]
fn check_owner(file: &File) -> Result<(), ReceiveError> {
    use std::os::unix::fs::MetadataExt;
    let metadata = file.metadata()?;
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(ReceiveError::Foreign { why: "it belongs to another user" });
    }
    if metadata.mode() & 0o077 != 0 {
        return Err(ReceiveError::Foreign { why: "others may read or write it" });
    }
    Ok(())
}

/// `FILE_FLAG_OPEN_REPARSE_POINT`: a link is opened as itself, never what it points to.
#[cfg(windows)]
fn options() -> OpenOptions {
    use std::os::windows::fs::OpenOptionsExt;
    const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
    let mut options = OpenOptions::new();
    options.read(true).write(true).custom_flags(OPEN_REPARSE_POINT);
    options
}

/// The folder's protected ACL decides on Windows.
#[cfg(windows)]
fn check_owner(_file: &File) -> Result<(), ReceiveError> {
    Ok(())
}
