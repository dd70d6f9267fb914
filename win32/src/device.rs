//! Facts of the device: processor, Windows build, memory, free disk space, time since the start, sessions, code page.

use crate::call::{Library, succeeded};
use crate::wide;
use std::io;
use std::ptr::null_mut;
use std::time::Duration;
use windows_sys::Wdk::System::SystemServices::RtlGetVersion;
use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Globalization::{CP_OEMCP, MultiByteToWideChar};
use windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW;
use windows_sys::Win32::System::RemoteDesktop::{
    ProcessIdToSessionId, WTS_SESSION_INFOW, WTSActive, WTSGetActiveConsoleSessionId,
};
use windows_sys::Win32::System::SystemInformation::{
    GetSystemWindowsDirectoryW, GetTickCount64, GlobalMemoryStatusEx, MEMORYSTATUSEX, OSVERSIONINFOW,
};
use windows_sys::Win32::System::Threading::{GetActiveProcessorCount, GetCurrentProcess, IsWow64Process2};
use windows_sys::core::BOOL;

/// All processor groups: ALL_PROCESSOR_GROUPS (winnt.h).
const ALL_GROUPS: u16 = 0xFFFF;

/// The IMAGE_FILE_MACHINE number of the processor, whatever this program was built for: 0x8664 is x64, 0xAA64 ARM64,
/// 0x14C x86.
///
/// # Errors
/// The system does not tell.
pub fn native_machine() -> io::Result<u16> {
    let (mut own, mut native) = (0, 0);
    // SAFETY: the call takes no arguments and returns a pseudo handle that need not be closed.
    let process = unsafe { GetCurrentProcess() };
    // SAFETY: the places for the results outlive the call.
    let told = unsafe { IsWow64Process2(process, &raw mut own, &raw mut native) };
    succeeded(told).map(|()| native)
}

/// The build number of the running Windows, whatever this program declares itself compatible with.
///
/// # Errors
/// The system does not tell.
pub fn build() -> io::Result<u32> {
    let size = size_of::<OSVERSIONINFOW>() as u32;
    let mut version = OSVERSIONINFOW { dwOSVersionInfoSize: size, ..OSVERSIONINFOW::default() };
    // SAFETY: the structure carries its own size.
    let status = unsafe { RtlGetVersion(&raw mut version) };
    if status < 0 {
        return Err(io::Error::other(format!("RtlGetVersion gave {status:#x}")));
    }
    Ok(version.dwBuildNumber)
}

/// Physical memory that Windows uses, in bytes.
///
/// # Errors
/// The system does not tell.
pub fn memory() -> io::Result<u64> {
    let size = size_of::<MEMORYSTATUSEX>() as u32;
    let mut status = MEMORYSTATUSEX { dwLength: size, ..MEMORYSTATUSEX::default() };
    // SAFETY: the structure carries its own size.
    let told = unsafe { GlobalMemoryStatusEx(&raw mut status) };
    succeeded(told).map(|()| status.ullTotalPhys)
}

/// The number of logical processors in all processor groups.
///
/// # Errors
/// The system does not tell.
pub fn processors() -> io::Result<u32> {
    // SAFETY: the call takes a number, no pointers.
    let count = unsafe { GetActiveProcessorCount(ALL_GROUPS) };
    if count == 0 { Err(io::Error::last_os_error()) } else { Ok(count) }
}

/// The time since Windows was started, including sleep.
pub fn time_since_start() -> Duration {
    // SAFETY: the call takes no arguments and cannot fail.
    Duration::from_millis(unsafe { GetTickCount64() })
}

/// The folder of Windows, e.g. `C:\Windows`, whatever this process's environment says.
///
/// # Errors
/// The system does not tell.
pub fn windows_folder() -> io::Result<String> {
    let mut buffer = [0_u16; 1024];
    // SAFETY: the buffer has the length that is named.
    let length = unsafe { GetSystemWindowsDirectoryW(buffer.as_mut_ptr(), buffer.len() as u32) };
    if length == 0 || length as usize >= buffer.len() {
        return Err(io::Error::last_os_error());
    }
    Ok(wide::until_nul(&buffer))
}

/// Free bytes on the drive of `folder`, within this account's quota.
///
/// # Errors
/// There is no such folder, or its drive does not tell.
pub fn free_disk(folder: &str) -> io::Result<u64> {
    let folder = wide::nul_terminated(folder)?;
    let mut free = 0;
    // SAFETY: the text ends with a NUL; the place for the result outlives the call.
    let told = unsafe { GetDiskFreeSpaceExW(folder.as_ptr(), &raw mut free, null_mut(), null_mut()) };
    succeeded(told).map(|()| free)
}

/// The session that a user works in: the console's where it is active, else the first active one (a remote desktop).
/// `None` where no session is active.
///
/// # Errors
/// The sessions cannot be listed.
pub fn active_session() -> io::Result<Option<u32>> {
    let active = active_sessions()?;
    // SAFETY: the call takes no arguments and cannot fail. Without a console session it returns 0xFFFFFFFF, which is no
    // session's id.
    let console = unsafe { WTSGetActiveConsoleSessionId() };
    Ok(active.iter().find(|session| **session == console).or(active.first()).copied())
}

/// The session that this process runs in.
///
/// # Errors
/// Windows refuses the call; the error is its own.
pub fn own_session() -> io::Result<u32> {
    let mut session = 0;
    // SAFETY: the session's place outlives the call.
    let told = unsafe { ProcessIdToSessionId(std::process::id(), &raw mut session) };
    succeeded(told).map(|()| session)
}

fn active_sessions() -> io::Result<Vec<u32>> {
    type Enumerate =
        unsafe extern "system" fn(HANDLE, u32, u32, *mut *mut WTS_SESSION_INFOW, *mut u32) -> BOOL;
    type Free = unsafe extern "system" fn(*mut core::ffi::c_void);
    let library = Library::load("wtsapi32.dll")?;
    // SAFETY: the type has the documented signature of the function.
    let enumerate: Enumerate = unsafe { library.function(c"WTSEnumerateSessionsW") }?;
    // SAFETY: the type has the documented signature of the function.
    let free: Free = unsafe { library.function(c"WTSFreeMemory") }?;
    let (mut sessions, mut count) = (null_mut(), 0);
    // SAFETY: null means this server; the places for the results outlive the call. 1 is the only version.
    succeeded(unsafe { enumerate(null_mut(), 0, 1, &raw mut sessions, &raw mut count) })?;
    if sessions.is_null() {
        return Ok(Vec::new());
    }
    // SAFETY: the call returned an array of `count` entries.
    let listed = unsafe { std::slice::from_raw_parts(sessions, count as usize) };
    let active = listed.iter().filter(|session| session.State == WTSActive);
    let active = active.map(|session| session.SessionId).collect();
    // SAFETY: allocated by the call above, not used any more.
    unsafe { free(sessions.cast()) };
    Ok(active)
}

/// `bytes` read in the OEM code page of this machine, in which consoles are written to. What the code page does not have
/// is replaced.
///
/// # Errors
/// Windows refuses the call, or there are more than two GiB.
pub fn oem_text(bytes: &[u8]) -> io::Result<String> {
    if bytes.is_empty() {
        return Ok(String::new());
    }
    let length = i32::try_from(bytes.len()).map_err(io::Error::other)?;
    // SAFETY: the bytes outlive the call; without room for a result only its length is asked for.
    let needed = unsafe { MultiByteToWideChar(CP_OEMCP, 0, bytes.as_ptr(), length, null_mut(), 0) };
    succeeded(needed)?;
    let mut units = vec![0_u16; needed as usize];
    // SAFETY: the bytes outlive the call, and there is room for as many units as are named.
    let written =
        unsafe { MultiByteToWideChar(CP_OEMCP, 0, bytes.as_ptr(), length, units.as_mut_ptr(), needed) };
    succeeded(written)?;
    Ok(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_device_tells_what_it_is() {
        let machine = native_machine().unwrap();
        assert!([0x8664, 0xAA64, 0x14C].contains(&machine), "{machine:#x}");
        assert!(build().unwrap() >= 10240);
        assert!(memory().unwrap() > 64 << 20);
        assert!(processors().unwrap() >= 1);
        assert!(time_since_start() > Duration::ZERO);
    }

    #[test]
    fn the_drive_of_windows_has_a_size() {
        let folder = windows_folder().unwrap();
        assert_eq!(folder.get(1..3), Some(":\\"), "{folder}");
        free_disk(&folder).unwrap();
        assert!(free_disk(r"C:\waybill-not-there").is_err());
        assert!(free_disk("C:\0").is_err());
    }

    #[test]
    fn sessions_can_be_listed() {
        active_session().unwrap();
    }

    #[test]
    fn letters_of_the_code_page_are_read() {
        assert_eq!(oem_text(b"").unwrap(), "");
        assert_eq!(oem_text(b"plain\r\n").unwrap(), "plain\r\n");
        let text = oem_text(b"T\x81r").unwrap();
        assert!(text.starts_with('T') && text.chars().count() == 3, "{text}");
    }
}
