//! Libraries that are loaded at run time and only from the system folder, because not every Windows has them or because
//! somebody could plant a copy beside this program.

use crate::wide;
use std::ffi::CStr;
use std::io;
use std::ptr::null_mut;
use windows_sys::Win32::Foundation::HMODULE;
use windows_sys::Win32::System::LibraryLoader::{
    GetProcAddress, LOAD_LIBRARY_SEARCH_SYSTEM32, LoadLibraryExW,
};

/// A loaded library. It is never unloaded, because it may have started threads.
pub(crate) struct Library(HMODULE);

/// The address of a function, to be cast to the function's documented type.
pub(crate) type Address = unsafe extern "system" fn() -> isize;

impl Library {
    pub(crate) fn load(name: &str) -> io::Result<Self> {
        let name = wide::nul_terminated(name)?;
        // SAFETY: the name ends with a NUL and outlives the call.
        let module = unsafe { LoadLibraryExW(name.as_ptr(), null_mut(), LOAD_LIBRARY_SEARCH_SYSTEM32) };
        if module.is_null() { Err(io::Error::last_os_error()) } else { Ok(Self(module)) }
    }

    pub(crate) fn address(&self, function: &CStr) -> io::Result<Address> {
        // SAFETY: the module is never freed, the name ends with a NUL.
        let address = unsafe { GetProcAddress(self.0, function.as_ptr().cast()) };
        address.ok_or_else(io::Error::last_os_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_an_error() {
        assert!(Library::load("waybill-no-such-library.dll").is_err());
        let kernel = Library::load("kernel32.dll").unwrap();
        assert!(kernel.address(c"GetTickCount64").is_ok());
        assert!(kernel.address(c"NoSuchFunction").is_err());
    }
}
