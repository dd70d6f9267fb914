//! What calls return: success or the system's error, handles, and functions of libraries. Libraries are loaded at run
//! time and only from the system folder, because not every Windows has them or because somebody could plant a copy
//! beside this program.

use crate::wide;
use std::ffi::CStr;
use std::io;
use std::os::windows::io::{FromRawHandle as _, OwnedHandle};
use std::ptr::null_mut;
use windows_sys::Win32::Foundation::{HANDLE, HMODULE};
use windows_sys::Win32::System::LibraryLoader::{
    GetProcAddress, LOAD_LIBRARY_SEARCH_SYSTEM32, LoadLibraryExW,
};
use windows_sys::core::BOOL;

/// Converts the result of a call: 0 means that it failed, with the error of this thread's last call.
pub(crate) fn succeeded(answer: BOOL) -> io::Result<()> {
    if answer == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Takes ownership of the handle that a call returned. Null means that it failed, with the error of the last call.
///
/// # Safety
/// The handle is null, or open and owned by nobody else.
pub(crate) unsafe fn owned(handle: HANDLE) -> io::Result<OwnedHandle> {
    if handle.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: as promised by the caller.
    Ok(unsafe { OwnedHandle::from_raw_handle(handle) })
}

/// A loaded library. It is never unloaded, because it may have started threads.
pub(crate) struct Library(HMODULE);

impl Library {
    /// Loads a library, only from the system folder.
    pub(crate) fn load(name: &str) -> io::Result<Self> {
        let name = wide::nul_terminated(name)?;
        // SAFETY: the name ends with a NUL and outlives the call.
        let module = unsafe { LoadLibraryExW(name.as_ptr(), null_mut(), LOAD_LIBRARY_SEARCH_SYSTEM32) };
        if module.is_null() { Err(io::Error::last_os_error()) } else { Ok(Self(module)) }
    }

    /// The function `name` of the library.
    ///
    /// # Safety
    /// `F` is a function pointer with the documented signature of that function.
    pub(crate) unsafe fn function<F: Copy>(&self, name: &CStr) -> io::Result<F> {
        const { assert!(size_of::<F>() == size_of::<unsafe extern "system" fn() -> isize>()) };
        // SAFETY: the module is never freed, the name ends with a NUL.
        let address = unsafe { GetProcAddress(self.0, name.as_ptr().cast()) };
        let address = address.ok_or_else(io::Error::last_os_error)?;
        // SAFETY: both are function pointers, and the signature is as promised by the caller.
        Ok(unsafe { std::mem::transmute_copy::<unsafe extern "system" fn() -> isize, F>(&address) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_an_error() {
        type Ticks = unsafe extern "system" fn() -> u64;
        assert!(Library::load("waybill-no-such-library.dll").is_err());
        let kernel = Library::load("kernel32.dll").unwrap();
        // SAFETY: the type has the documented signature of the function.
        assert!(unsafe { kernel.function::<Ticks>(c"GetTickCount64") }.is_ok());
        // SAFETY: there is no function with this name, so nothing is returned that could be called.
        assert!(unsafe { kernel.function::<Ticks>(c"NoSuchFunction") }.is_err());
    }
}
