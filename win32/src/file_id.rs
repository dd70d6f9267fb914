//! The identity of an open file or folder on its volume.

use crate::call::succeeded;
use std::io;
use std::os::windows::io::{AsRawHandle as _, BorrowedHandle};
use windows_sys::Win32::Storage::FileSystem::{BY_HANDLE_FILE_INFORMATION, GetFileInformationByHandle};

/// The serial number of the volume and the id of the file or folder on it. On NTFS the id of a file that is gone does
/// not come again.
///
/// # Errors
/// Windows refuses the call; the error is its own.
pub fn of_handle(handle: BorrowedHandle<'_>) -> io::Result<(u32, u64)> {
    let mut found = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: the handle is open, and the place for the result outlives the call.
    succeeded(unsafe { GetFileInformationByHandle(handle.as_raw_handle(), &raw mut found) })?;
    let id = u64::from(found.nFileIndexHigh) << 32 | u64::from(found.nFileIndexLow);
    Ok((found.dwVolumeSerialNumber, id))
}
