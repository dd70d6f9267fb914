//! The processes of this machine at one moment.

use crate::wide;
use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use windows_sys::Win32::Foundation::{ERROR_NO_MORE_FILES, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};

/// One running process of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedProcess {
    /// The id of the process.
    pub pid: u32,
    /// The id of the process that started it. That process may have ended, and its id may be in use by another.
    pub parent: u32,
    /// The file name of its program, without the folder.
    pub name: String,
}

/// Lists all running processes.
///
/// # Errors
/// Windows refuses the call; the error is its own.
pub fn running() -> io::Result<Vec<ListedProcess>> {
    // SAFETY: the call takes numbers, no pointers.
    let handle = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0) };
    if handle == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call succeeded, so the handle is open and nobody else's.
    let snapshot = unsafe { OwnedHandle::from_raw_handle(handle) };
    let mut entry =
        PROCESSENTRY32W { dwSize: size_of::<PROCESSENTRY32W>() as u32, ..PROCESSENTRY32W::default() };
    let mut listed = Vec::new();
    // SAFETY: the handle is open, and the entry has its size in `dwSize`.
    let mut found = unsafe { Process32FirstW(snapshot.as_raw_handle(), &raw mut entry) };
    while found != 0 {
        let (pid, parent) = (entry.th32ProcessID, entry.th32ParentProcessID);
        listed.push(ListedProcess { pid, parent, name: wide::until_nul(&entry.szExeFile) });
        // SAFETY: the handle is open, and the entry has its size in `dwSize`.
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
