//! Processes: listing, opening, waiting for and ending them. A start time tells two processes with the same id apart.

use crate::call::{owned, succeeded};
use crate::wide;
use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle as _, BorrowedHandle, OwnedHandle};
use std::time::{Duration, Instant};
use windows_sys::Win32::Foundation::{
    ERROR_NO_MORE_FILES, FILETIME, HANDLE, INVALID_HANDLE_VALUE, WAIT_FAILED, WAIT_OBJECT_0,
};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS,
};
use windows_sys::Win32::System::Environment::GetCommandLineW;
use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetExitCodeProcess, GetProcessTimes, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION,
    PROCESS_SYNCHRONIZE, PROCESS_TERMINATE, TerminateProcess, WaitForSingleObject,
};

/// The longest wait in milliseconds; the next number is INFINITE.
const LONGEST_WAIT: u32 = u32::MAX - 1;

/// The processor time of this process: all threads, user and kernel mode.
///
/// # Errors
/// Windows refuses the call; the error is its own.
pub fn own_cpu_time() -> io::Result<Duration> {
    // SAFETY: the call takes no arguments and returns a pseudo handle that need not be closed.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: the handle is the pseudo handle of this process.
    let [_, _, kernel, user] = unsafe { times(process) }?;
    Ok(Duration::from_nanos(100 * (kernel + user)))
}

/// The start and end of a process, and its processor time in kernel and in user mode, in units of 100 ns.
///
/// # Safety
/// The handle is open, or the pseudo handle of this process.
unsafe fn times(process: HANDLE) -> io::Result<[u64; 4]> {
    let mut times = [FILETIME::default(); 4];
    let [created, ended, kernel, user] = times.each_mut().map(std::ptr::from_mut);
    // SAFETY: the handle is as promised by the caller, and the four places outlive the call.
    succeeded(unsafe { GetProcessTimes(process, created, ended, kernel, user) })?;
    Ok(times.map(|time| u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime)))
}

/// The peak working set of this process, in bytes.
///
/// # Errors
/// Windows refuses the call; the error is its own.
pub fn own_peak_memory() -> io::Result<u64> {
    let mut counters = PROCESS_MEMORY_COUNTERS::default();
    let size = size_of::<PROCESS_MEMORY_COUNTERS>() as u32;
    // SAFETY: the call takes no arguments and returns a pseudo handle that need not be closed.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: the handle is this process's; the place for the counters has the size that is named.
    succeeded(unsafe { K32GetProcessMemoryInfo(process, &raw mut counters, size) })?;
    Ok(counters.PeakWorkingSetSize as u64)
}

/// A handle of a process, running or ended. While it is open, Windows gives the id to no other process.
#[derive(Debug)]
pub struct Process(OwnedHandle);

impl Process {
    /// Opens a process to query it and to wait for it.
    ///
    /// # Errors
    /// There is no such process (ERROR_INVALID_PARAMETER, 87), or this account may not query it.
    pub fn open(pid: u32) -> io::Result<Self> {
        Self::open_for(pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE)
    }

    /// Opens a process to query it, to wait for it and to end it.
    ///
    /// # Errors
    /// There is no such process (ERROR_INVALID_PARAMETER, 87), or this account may not end it.
    pub fn open_to_terminate(pid: u32) -> io::Result<Self> {
        Self::open_for(pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE | PROCESS_TERMINATE)
    }

    fn open_for(pid: u32, access: u32) -> io::Result<Self> {
        // SAFETY: the call takes numbers, no pointers.
        let handle = unsafe { OpenProcess(access, 0, pid) };
        // SAFETY: the handle is null, or open and owned by nobody else.
        unsafe { owned(handle) }.map(Self)
    }

    pub(crate) fn owning(handle: OwnedHandle) -> Self {
        Self(handle)
    }

    /// The start of the process, in units of 100 ns since 1601-01-01 UTC.
    ///
    /// # Errors
    /// Windows refuses the call; the error is its own.
    pub fn started(&self) -> io::Result<u64> {
        // SAFETY: the handle is open.
        unsafe { times(self.0.as_raw_handle()) }.map(|[created, ..]| created)
    }

    /// Waits until the process has ended, `limit` at most, and returns whether it has. This asks the handle, not the
    /// exit code: 259 means "still running" there, but a program may also end with 259.
    ///
    /// # Errors
    /// The system refuses to wait.
    pub fn wait(&self, limit: Duration) -> io::Result<bool> {
        let started = Instant::now();
        loop {
            let left = limit.saturating_sub(started.elapsed());
            let milliseconds =
                left.as_micros().div_ceil(1000).try_into().unwrap_or(u32::MAX).min(LONGEST_WAIT);
            // SAFETY: the handle is open.
            match unsafe { WaitForSingleObject(self.0.as_raw_handle(), milliseconds) } {
                WAIT_OBJECT_0 => return Ok(true),
                WAIT_FAILED => return Err(io::Error::last_os_error()),
                _ if started.elapsed() >= limit => return Ok(false),
                _ => {}
            }
        }
    }

    /// The exit code, all 32 bits; 259 while the process runs.
    ///
    /// # Errors
    /// Windows refuses the call; the error is its own.
    pub fn exit_code(&self) -> io::Result<u32> {
        let mut code = 0;
        // SAFETY: the handle is open and the code's place outlives the call.
        let told = unsafe { GetExitCodeProcess(self.0.as_raw_handle(), &raw mut code) };
        succeeded(told).map(|()| code)
    }

    /// Ends the process with this exit code.
    ///
    /// # Errors
    /// The process has already ended, or this account may not end it.
    pub fn terminate(&self, code: u32) -> io::Result<()> {
        // SAFETY: the handle is open.
        let ended = unsafe { TerminateProcess(self.0.as_raw_handle(), code) };
        succeeded(ended)
    }
}

impl AsHandle for Process {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.0.as_handle()
    }
}

/// The command line of this process in UTF-16 units, exactly as it was started.
pub fn own_command_line() -> Vec<u16> {
    // SAFETY: the call takes no arguments and returns a pointer that stays valid while the process lives.
    let line = unsafe { GetCommandLineW() };
    // SAFETY: that text ends with a NUL, and nobody writes to it.
    unsafe { wide::units_at(line) }.to_vec()
}

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
    let snapshot = unsafe { owned(handle) }?;
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
    fn this_process_runs_and_started_in_this_century() {
        let own = Process::open(std::process::id()).unwrap();
        assert!(!own.wait(Duration::ZERO).unwrap());
        let since_1601 = own.started().unwrap() / 10_000_000;
        assert!(since_1601 > 400 * 31_556_952, "{since_1601} s");
        assert!(!own_command_line().is_empty());
    }

    #[test]
    fn no_process_has_an_odd_id() {
        let error = Process::open(3_999_999_999).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(87));
    }

    #[test]
    fn this_process_is_listed_with_its_name() {
        let own = std::process::id();
        let listed = running().unwrap();
        let own = listed.iter().find(|process| process.pid == own).unwrap();
        assert!(own.name.starts_with("waybill_win32") && own.name.ends_with(".exe"), "{own:?}");
    }
}
