//! Processes: opened, waited for, ended, and told apart by when they started.

use crate::wide;
use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle as _, BorrowedHandle, FromRawHandle as _, OwnedHandle};
use std::time::{Duration, Instant};
use windows_sys::Win32::Foundation::{FILETIME, WAIT_FAILED, WAIT_OBJECT_0};
use windows_sys::Win32::System::Environment::GetCommandLineW;
use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, GetExitCodeProcess, GetProcessTimes, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION,
    PROCESS_SYNCHRONIZE, PROCESS_TERMINATE, TerminateProcess, WaitForSingleObject,
};

/// The longest wait that is not "for ever" (INFINITE).
const LONGEST_WAIT: u32 = u32::MAX - 1;

/// Processor time that this process has taken, all threads, user and system.
///
/// # Errors
/// Windows refuses the call; the error is its own.
pub fn own_cpu_time() -> io::Result<Duration> {
    let zero = FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 };
    let (mut created, mut ended, mut kernel, mut user) = (zero, zero, zero, zero);
    // SAFETY: takes nothing, gives a pseudo handle that needs no closing.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: the handle is this process's and the four places outlive the call.
    let told =
        unsafe { GetProcessTimes(process, &raw mut created, &raw mut ended, &raw mut kernel, &raw mut user) };
    if told == 0 {
        return Err(io::Error::last_os_error());
    }
    let steps = |time: FILETIME| u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime);
    Ok(Duration::from_nanos(100 * (steps(kernel) + steps(user))))
}

/// The most memory that this process has had at once, in bytes: its peak working set.
///
/// # Errors
/// Windows refuses the call; the error is its own.
pub fn own_peak_memory() -> io::Result<u64> {
    let mut counters = PROCESS_MEMORY_COUNTERS::default();
    let size = size_of::<PROCESS_MEMORY_COUNTERS>() as u32;
    // SAFETY: takes nothing, gives a pseudo handle that needs no closing.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: the handle is this process's; the place for the counters has the size that is named.
    if unsafe { K32GetProcessMemoryInfo(process, &raw mut counters, size) } == 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(counters.PeakWorkingSetSize as u64)
}

/// A process, running or ended. While this is there, its id is not given to another.
#[derive(Debug)]
pub struct Process(OwnedHandle);

impl Process {
    /// The process of this id, to be asked and waited for.
    ///
    /// # Errors
    /// There is none (ERROR_INVALID_PARAMETER, 87), or it may not be asked.
    pub fn open(pid: u32) -> io::Result<Self> {
        Self::open_for(pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE)
    }

    /// The process of this id, to be ended too.
    ///
    /// # Errors
    /// There is none (ERROR_INVALID_PARAMETER, 87), or it may not be ended.
    pub fn open_to_terminate(pid: u32) -> io::Result<Self> {
        Self::open_for(pid, PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_SYNCHRONIZE | PROCESS_TERMINATE)
    }

    fn open_for(pid: u32, access: u32) -> io::Result<Self> {
        // SAFETY: takes numbers only.
        let handle = unsafe { OpenProcess(access, 0, pid) };
        if handle.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call succeeded, so the handle is open and nobody else's.
        Ok(Self(unsafe { OwnedHandle::from_raw_handle(handle) }))
    }

    pub(crate) fn owning(handle: OwnedHandle) -> Self {
        Self(handle)
    }

    /// When it started, in 100 ns since 1601.
    ///
    /// # Errors
    /// Windows refuses the call; the error is its own.
    pub fn started(&self) -> io::Result<u64> {
        let zero = FILETIME { dwLowDateTime: 0, dwHighDateTime: 0 };
        let (mut created, mut ended, mut kernel, mut user) = (zero, zero, zero, zero);
        // SAFETY: the handle is open and the four places outlive the call.
        let told = unsafe {
            GetProcessTimes(
                self.0.as_raw_handle(),
                &raw mut created,
                &raw mut ended,
                &raw mut kernel,
                &raw mut user,
            )
        };
        if told == 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(u64::from(created.dwHighDateTime) << 32 | u64::from(created.dwLowDateTime))
    }

    /// Waits for its end, `limit` at most: whether it has ended. By the handle, never by the exit code: 259, which stands
    /// for "runs still" there, is a code like any other.
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

    /// What it ended with, all 32 bits; 259 where it runs.
    ///
    /// # Errors
    /// Windows refuses the call; the error is its own.
    pub fn exit_code(&self) -> io::Result<u32> {
        let mut code = 0;
        // SAFETY: the handle is open and the code's place outlives the call.
        let told = unsafe { GetExitCodeProcess(self.0.as_raw_handle(), &raw mut code) };
        if told == 0 { Err(io::Error::last_os_error()) } else { Ok(code) }
    }

    /// Ends it with this code.
    ///
    /// # Errors
    /// It has ended already, or it may not be ended.
    pub fn terminate(&self, code: u32) -> io::Result<()> {
        // SAFETY: the handle is open.
        let ended = unsafe { TerminateProcess(self.0.as_raw_handle(), code) };
        if ended == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

impl AsHandle for Process {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.0.as_handle()
    }
}

/// The command line of this process, unit for unit as whoever started it gave it.
pub fn own_command_line() -> Vec<u16> {
    // SAFETY: takes nothing; gives a pointer that stays valid while the process lives.
    let line = unsafe { GetCommandLineW() };
    // SAFETY: that text ends with a NUL, and nobody writes to it.
    unsafe { wide::units_at(line) }.to_vec()
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
}
