//! The processes of this machine at one moment.

use crate::wide;
use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use windows_sys::Win32::Foundation::{ERROR_NO_MORE_FILES, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};

/// A process in the snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedProcess {
    /// Its id.
    pub pid: u32,
    /// The id that its parent has or had: nothing tells whether that is another's by now.
    pub parent: u32,
    /// Its program's file name.
    pub name: String,
}

/// All processes that run.
///
/// # Errors
/// Windows refuses the call; the error is its own.
pub fn running() -> io::Result<Vec<ListedProcess>> {
    // SAFETY: takes numbers only.
    let handle = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so the handle is open and nobody else's.
    let snapshot = unsafe { OwnedHandle::from_raw_handle(handle) };
    let mut entry =
        PROCESSENTRY32W { dwSize: size_of::<PROCESSENTRY32W>() as u32, ..PROCESSENTRY32W::default() };
    let mut listed = Vec::new();
    // SAFETY: the handle is open, and the entry says its size.
    let mut found = unsafe { Process32FirstW(snapshot.as_raw_handle(), &raw mut entry) };
    while found != 0 {
        let (pid, parent) = (entry.th32ProcessID, entry.th32ParentProcessID);
        listed.push(ListedProcess { pid, parent, name: wide::until_nul(&entry.szExeFile) });
        // SAFETY: as above.
        found = unsafe { Process32NextW(snapshot.as_raw_handle(), &raw mut entry) };
    }
    let error = io::Error::last_os_error();
    let at_its_end = error.raw_os_error() == Some(ERROR_NO_MORE_FILES as i32);
    if at_its_end { Ok(listed) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_is_listed_with_its_name() {
        let own = std::process::id();
        let listed = running().unwrap();
        let own = listed.iter().find(|process| process.pid == own).unwrap();
        assert!(own.name.starts_with("waybill_win32") && own.name.ends_with(".exe"), "{own:?}");
    }
}
