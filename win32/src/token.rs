//! Access tokens: the account of a process, its rights, and the environment that its programs start with.

use crate::call::{Library, owned, succeeded};
use crate::{sid, wide};
use std::io;
use std::os::windows::io::{AsHandle, AsRawHandle as _, BorrowedHandle, OwnedHandle};
use std::ptr::null_mut;
use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Security::{
    GetTokenInformation, TOKEN_DUPLICATE, TOKEN_ELEVATION, TOKEN_INFORMATION_CLASS, TOKEN_LINKED_TOKEN,
    TOKEN_QUERY, TOKEN_USER, TokenElevation, TokenLinkedToken, TokenUser,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};
use windows_sys::core::BOOL;

/// The handle of an access token; it can be queried and duplicated.
#[derive(Debug)]
pub struct Token(OwnedHandle);

impl Token {
    /// The token of this process.
    ///
    /// # Errors
    /// Windows refuses the call; the error is its own.
    pub fn own() -> io::Result<Self> {
        let mut handle = null_mut();
        // SAFETY: the call takes no arguments and returns a pseudo handle that need not be closed.
        let process = unsafe { GetCurrentProcess() };
        // SAFETY: the handle's place outlives the call.
        succeeded(unsafe { OpenProcessToken(process, TOKEN_QUERY | TOKEN_DUPLICATE, &raw mut handle) })?;
        // SAFETY: the call succeeded, so the handle is open and nobody else's.
        unsafe { owned(handle) }.map(Self)
    }

    /// The token of the user who is signed in in a session. Only the system account may have it.
    ///
    /// # Errors
    /// Nobody is signed in there (ERROR_NO_TOKEN, 1008), or this process does not run as the system account.
    pub fn of_session(session: u32) -> io::Result<Self> {
        type Query = unsafe extern "system" fn(u32, *mut HANDLE) -> BOOL;
        // SAFETY: the type has the documented signature of the function.
        let query: Query = unsafe { Library::load("wtsapi32.dll")?.function(c"WTSQueryUserToken") }?;
        let mut handle = null_mut();
        // SAFETY: the handle's place outlives the call.
        succeeded(unsafe { query(session, &raw mut handle) })?;
        // SAFETY: the call succeeded, so the handle is open and nobody else's.
        unsafe { owned(handle) }.map(Self)
    }

    /// The linked token of an administrator (User Account Control): the elevated one of a token that is not elevated.
    ///
    /// # Errors
    /// There is no linked token, or this process may not have it.
    pub fn linked(&self) -> io::Result<Self> {
        let linked: TOKEN_LINKED_TOKEN = self.fixed(TokenLinkedToken)?;
        // SAFETY: the call succeeded, so the handle is open and nobody else's.
        unsafe { owned(linked.LinkedToken) }.map(Self)
    }

    /// The security identifier of the token's account, e.g. `S-1-5-18`.
    ///
    /// # Errors
    /// Windows refuses the call; the error is its own.
    pub fn account(&self) -> io::Result<String> {
        let buffer = self.information(TokenUser)?;
        // SAFETY: the buffer holds a TOKEN_USER at its start and is aligned for it.
        let user = unsafe { buffer.as_ptr().cast::<TOKEN_USER>().read() };
        // SAFETY: the identifier lies in the same buffer.
        unsafe { sid::text(user.User.Sid) }
    }

    /// Whether the token is elevated: that of an administrator with all rights.
    ///
    /// # Errors
    /// Windows refuses the call; the error is its own.
    pub fn is_elevated(&self) -> io::Result<bool> {
        let elevation: TOKEN_ELEVATION = self.fixed(TokenElevation)?;
        Ok(elevation.TokenIsElevated != 0)
    }

    /// The variables that a program of this account starts with; none are inherited from this process.
    ///
    /// # Errors
    /// Windows refuses the call; the error is its own.
    pub fn environment(&self) -> io::Result<Vec<(String, String)>> {
        environment_of(self.0.as_raw_handle())
    }

    /// Information of a fixed size; `T` is the structure that Windows documents for `class`.
    fn fixed<T>(&self, class: TOKEN_INFORMATION_CLASS) -> io::Result<T> {
        let buffer = self.information(class)?;
        if size_of_val(buffer.as_slice()) < size_of::<T>() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        // SAFETY: the buffer holds a `T` and is aligned to eight bytes.
        Ok(unsafe { buffer.as_ptr().cast::<T>().read() })
    }

    fn information(&self, class: TOKEN_INFORMATION_CLASS) -> io::Result<Vec<u64>> {
        let mut length = 0;
        // SAFETY: without a buffer the call only returns the length.
        unsafe { GetTokenInformation(self.0.as_raw_handle(), class, null_mut(), 0, &raw mut length) };
        let mut buffer = vec![0_u64; (length as usize).div_ceil(8).max(1)];
        let room = u32::try_from(size_of_val(buffer.as_slice())).unwrap_or(u32::MAX);
        let start = buffer.as_mut_ptr().cast();
        // SAFETY: the buffer has at least `room` bytes.
        let given =
            unsafe { GetTokenInformation(self.0.as_raw_handle(), class, start, room, &raw mut length) };
        succeeded(given).map(|()| buffer)
    }
}

impl AsHandle for Token {
    fn as_handle(&self) -> BorrowedHandle<'_> {
        self.0.as_handle()
    }
}

/// The variables of the machine, without those of any account.
///
/// # Errors
/// Windows refuses the call; the error is its own.
pub fn system_environment() -> io::Result<Vec<(String, String)>> {
    environment_of(null_mut())
}

/// The variables of a token's account, or of the machine where `token` is null; otherwise `token` must be open.
fn environment_of(token: HANDLE) -> io::Result<Vec<(String, String)>> {
    type Create = unsafe extern "system" fn(*mut *mut core::ffi::c_void, HANDLE, BOOL) -> BOOL;
    type Destroy = unsafe extern "system" fn(*const core::ffi::c_void) -> BOOL;
    let library = Library::load("userenv.dll")?;
    // SAFETY: the type has the documented signature of the function.
    let create: Create = unsafe { library.function(c"CreateEnvironmentBlock") }?;
    // SAFETY: the type has the documented signature of the function.
    let destroy: Destroy = unsafe { library.function(c"DestroyEnvironmentBlock") }?;
    let mut block = null_mut();
    // SAFETY: the token is open or null; the block's place outlives the call. 0 means that nothing is inherited.
    succeeded(unsafe { create(&raw mut block, token, 0) })?;
    // SAFETY: the block holds texts that each end with a NUL, the last of them empty.
    let variables = unsafe { read_block(block.cast()) };
    // SAFETY: made by the call above, not used any more.
    unsafe { destroy(block) };
    Ok(variables)
}

/// Names and values of an environment block. Names that start with `=` (the current folders of drives) are left out.
///
/// # Safety
/// `block` points to texts that each end with a NUL, the last of them empty.
unsafe fn read_block(block: *const u16) -> Vec<(String, String)> {
    let mut variables = Vec::new();
    let mut next = block;
    loop {
        // SAFETY: `next` is the start of a text of the block.
        let entry = unsafe { wide::units_at(next) };
        if entry.is_empty() {
            return variables;
        }
        // SAFETY: behind the text's NUL the next one starts.
        next = unsafe { next.add(entry.len() + 1) };
        let entry = String::from_utf16_lossy(entry);
        if let Some((name, value)) = entry.split_once('=').filter(|(name, _)| !name.is_empty()) {
            variables.push((name.to_owned(), value.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_token_tells_its_account_and_variables() {
        let token = Token::own().unwrap();
        assert!(token.account().unwrap().starts_with("S-1-5-"), "{:?}", token.account());
        token.is_elevated().unwrap();
        let variables = token.environment().unwrap();
        assert!(variables.iter().any(|(name, _)| name.eq_ignore_ascii_case("SystemRoot")), "{variables:?}");
    }

    #[test]
    fn blocks_are_read_to_their_end_without_the_folders_of_drives() {
        let block: Vec<u16> = "=C:=C:\\x\0A=1\0b=x=y\0Empty=\0junk\0\0after=1\0\0".encode_utf16().collect();
        // SAFETY: the block ends with an empty text.
        let variables = unsafe { read_block(block.as_ptr()) };
        let expected = [("A", "1"), ("b", "x=y"), ("Empty", "")];
        assert_eq!(variables, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
