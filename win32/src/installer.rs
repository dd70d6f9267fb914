//! Windows Installer: what it has installed, through `msi.dll`.

use crate::call::Library;
use crate::wide;
use std::io;
use windows_sys::Win32::Foundation::{
    ERROR_MORE_DATA, ERROR_SUCCESS, ERROR_UNKNOWN_PRODUCT, ERROR_UNKNOWN_PROPERTY,
};

type QueryProductState = unsafe extern "system" fn(*const u16) -> i32;
type GetProductInfo = unsafe extern "system" fn(*const u16, *const u16, *mut u16, *mut u32) -> u32;
type GetProductInfoEx =
    unsafe extern "system" fn(*const u16, *const u16, i32, *const u16, *mut u16, *mut u32) -> u32;

/// The functions of `msi.dll`, which is loaded at run time because not every Windows has it.
pub struct Installer {
    state: QueryProductState,
    info: GetProductInfo,
    info_in: GetProductInfoEx,
}

/// The longest text that is read, in UTF-16 units.
const MOST: u32 = 1 << 20;

/// The users for whom a product is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context<'a> {
    /// Installed for every user of the machine.
    Machine,
    /// Installed for the user with this security identifier by an administrator ("managed").
    ManagedUser(&'a str),
    /// Installed for the user with this security identifier by that user.
    UnmanagedUser(&'a str),
}

impl Context<'_> {
    /// The MSIINSTALLCONTEXT number of the context.
    const fn number(self) -> i32 {
        match self {
            Self::ManagedUser(_) => 1,
            Self::UnmanagedUser(_) => 2,
            Self::Machine => 4,
        }
    }
}

impl Installer {
    /// Loads msi.dll from the system folder.
    ///
    /// # Errors
    /// This Windows has no msi.dll, or one without these functions.
    pub fn load() -> io::Result<Self> {
        let library = Library::load("msi.dll")?;
        Ok(Self {
            // SAFETY: the type has the documented signature of the function.
            state: unsafe { library.function::<QueryProductState>(c"MsiQueryProductStateW") }?,
            // SAFETY: the type has the documented signature of the function.
            info: unsafe { library.function::<GetProductInfo>(c"MsiGetProductInfoW") }?,
            // SAFETY: the type has the documented signature of the function.
            info_in: unsafe { library.function::<GetProductInfoEx>(c"MsiGetProductInfoExW") }?,
        })
    }

    /// The INSTALLSTATE of a product as this process's account sees it: 5 installed, 1 advertised, 2 installed for
    /// another user, -1 unknown. Numbers below -1 are errors.
    ///
    /// # Errors
    /// The code holds a NUL.
    pub fn state(&self, product: &str) -> io::Result<i32> {
        let product = wide::nul_terminated(product)?;
        // SAFETY: the text ends with a NUL and outlives the call.
        Ok(unsafe { (self.state)(product.as_ptr()) })
    }

    /// A property of a product as this process's account sees it, e.g. `VersionString`; `None` where the product or the
    /// property is not known.
    ///
    /// # Errors
    /// Windows Installer refuses.
    pub fn property(&self, product: &str, property: &str) -> io::Result<Option<String>> {
        let (product, property) = (wide::nul_terminated(product)?, wide::nul_terminated(property)?);
        read_text(|buffer, length| {
            // SAFETY: both texts end with a NUL; the buffer has the length that is named.
            unsafe { (self.info)(product.as_ptr(), property.as_ptr(), buffer, length) }
        })
    }

    /// A property of a product that is installed in `context`; `None` where the product or the property is not known
    /// there. The property `State` is the INSTALLSTATE as decimal text.
    ///
    /// # Errors
    /// Windows Installer refuses, e.g. because only administrators may ask about other users.
    pub fn property_in(
        &self,
        context: Context<'_>,
        product: &str,
        property: &str,
    ) -> io::Result<Option<String>> {
        let (product, property) = (wide::nul_terminated(product)?, wide::nul_terminated(property)?);
        let sid = match context {
            Context::Machine => None,
            Context::ManagedUser(sid) | Context::UnmanagedUser(sid) => Some(wide::nul_terminated(sid)?),
        };
        let sid = sid.as_ref().map_or(std::ptr::null(), |sid| sid.as_ptr());
        read_text(|buffer, length| {
            // SAFETY: the texts end with a NUL, or are null; the buffer has the length that is named.
            unsafe {
                (self.info_in)(product.as_ptr(), sid, context.number(), property.as_ptr(), buffer, length)
            }
        })
    }
}

/// Asks with a buffer that grows until the answer fits. The length that Windows returns does not count the NUL.
fn read_text(mut ask: impl FnMut(*mut u16, *mut u32) -> u32) -> io::Result<Option<String>> {
    let mut room = 256_u32;
    loop {
        let mut buffer = vec![0_u16; room as usize];
        let mut length = room;
        match ask(buffer.as_mut_ptr(), &raw mut length) {
            ERROR_SUCCESS => return Ok(Some(wide::until_nul(&buffer))),
            ERROR_MORE_DATA if room < MOST => room = grown(room, length),
            ERROR_UNKNOWN_PRODUCT | ERROR_UNKNOWN_PROPERTY => return Ok(None),
            other => return Err(io::Error::from_raw_os_error(other as i32)),
        }
    }
}

/// The size of the next buffer: the `length` that was asked for and a NUL, at least twice the last, at most [`MOST`].
fn grown(room: u32, length: u32) -> u32 {
    length.saturating_add(1).max(room.saturating_mul(2)).min(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABSENT: &str = "{00000000-1111-2222-3333-444444444444}";

    #[test]
    fn what_nobody_has_installed_is_not_known() {
        let installer = Installer::load().unwrap();
        assert_eq!(installer.state(ABSENT).unwrap(), -1);
        assert_eq!(installer.property(ABSENT, "VersionString").unwrap(), None);
        assert_eq!(installer.property_in(Context::Machine, ABSENT, "State").unwrap(), None);
        assert!(installer.state("no code").unwrap() < 0);
    }

    #[test]
    fn a_long_answer_gets_a_buffer_that_it_fits() {
        let long = "x".repeat(5000);
        let answer = read_text(|buffer, length| {
            // SAFETY: `read_text` gives a length that can be read and written.
            let room = unsafe { length.read() } as usize;
            // SAFETY: `read_text` gives a length that can be read and written.
            unsafe { length.write(5000) };
            if room < 5001 {
                return ERROR_MORE_DATA;
            }
            for (at, unit) in long.encode_utf16().enumerate() {
                // SAFETY: within the 5001 units of the buffer.
                unsafe { buffer.add(at).write(unit) };
            }
            ERROR_SUCCESS
        });
        assert_eq!(answer.unwrap().as_deref(), Some(long.as_str()));
        assert!(read_text(|_, _| ERROR_MORE_DATA).is_err(), "it does not grow for ever");
        let growing = read_text(|_, length| {
            // SAFETY: `read_text` gives a length that can be written.
            unsafe { length.write(600_000) };
            ERROR_MORE_DATA
        });
        assert!(growing.is_err(), "and not beyond what is read");
    }
}
