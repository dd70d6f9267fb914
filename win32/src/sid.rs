//! Security identifiers as text, and the names of their accounts.

use crate::call::succeeded;
use crate::wide;
use std::io;
use std::ptr::{null, null_mut};
use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{ConvertSidToStringSidW, ConvertStringSidToSidW};
use windows_sys::Win32::Security::{LookupAccountSidW, PSID};

/// The text form of a security identifier, e.g. `S-1-5-18`.
///
/// # Safety
/// `sid` points to a valid security identifier.
pub(crate) unsafe fn text(sid: PSID) -> io::Result<String> {
    let mut units = null_mut();
    // SAFETY: the identifier is valid as promised; the result's pointer is written to `units`.
    succeeded(unsafe { ConvertSidToStringSidW(sid, &raw mut units) })?;
    // SAFETY: the call succeeded, so `units` points to a text with a NUL.
    let text = unsafe { wide::at(units) };
    // SAFETY: allocated by the call above, not used any more.
    unsafe { LocalFree(units.cast()) };
    Ok(text)
}

/// The name of the account of a security identifier, as `DOMAIN\name`.
///
/// # Errors
/// The text is no security identifier, or no account with it is known.
pub fn account_name(sid: &str) -> io::Result<String> {
    let units = wide::nul_terminated(sid)?;
    let mut sid = null_mut();
    // SAFETY: the text ends with a NUL; the result's pointer is written to `sid`.
    succeeded(unsafe { ConvertStringSidToSidW(units.as_ptr(), &raw mut sid) })?;
    let name = look_up(sid);
    // SAFETY: allocated by the call above, not used any more.
    unsafe { LocalFree(sid) };
    name
}

fn look_up(sid: PSID) -> io::Result<String> {
    // Account names have 256 units at most (UNLEN in lmcons.h), domain names 255 (DNLEN).
    let (mut name, mut domain) = ([0_u16; 512], [0_u16; 512]);
    let (mut name_length, mut domain_length, mut kind) = (512, 512, 0);
    // SAFETY: the identifier is valid, both buffers have the lengths that are named.
    let found = unsafe {
        LookupAccountSidW(
            null(),
            sid,
            name.as_mut_ptr(),
            &raw mut name_length,
            domain.as_mut_ptr(),
            &raw mut domain_length,
            &raw mut kind,
        )
    };
    succeeded(found)?;
    let (name, domain) = (wide::until_nul(&name), wide::until_nul(&domain));
    Ok(if domain.is_empty() { name } else { format!("{domain}\\{name}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_account_has_a_name_and_junk_has_none() {
        assert!(account_name("S-1-5-18").unwrap().to_uppercase().ends_with("SYSTEM"));
        assert!(account_name("no identifier").is_err());
    }
}
