//! Texts for Windows: UTF-16 that ends with a NUL.

use std::io;
use std::path::{Component, Path, Prefix};

/// `text` in UTF-16 with a NUL at the end. A text that holds a NUL is refused, because Windows would cut it off there.
pub(crate) fn nul_terminated(text: &str) -> io::Result<Vec<u16>> {
    if text.contains('\0') {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{text:?} holds a NUL")));
    }
    Ok(text.encode_utf16().chain([0]).collect())
}

/// An absolute path with a NUL at the end. A path on a drive gets the `\\?\` prefix, so that it may be longer than 260
/// characters.
pub(crate) fn of_path(path: &Path) -> io::Result<Vec<u16>> {
    use std::os::windows::ffi::OsStrExt as _;
    const VERBATIM: &str = r"\\?\";
    let units: Vec<u16> = path.as_os_str().encode_wide().collect();
    if units.contains(&0) || !path.is_absolute() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{path:?} is no absolute path")));
    }
    let is_drive = matches!(path.components().next(), Some(Component::Prefix(prefix)) if matches!(prefix.kind(), Prefix::Disk(_)));
    let prefix = VERBATIM.encode_utf16().filter(|_| is_drive);
    let plain = units.into_iter().map(|unit| if unit == u16::from(b'/') { u16::from(b'\\') } else { unit });
    Ok(prefix.chain(plain).chain([0]).collect())
}

/// The text before the first NUL.
pub(crate) fn until_nul(units: &[u16]) -> String {
    String::from_utf16_lossy(units.split(|unit| *unit == 0).next().unwrap_or_default())
}

/// The text at `pointer`; empty where `pointer` is null.
///
/// # Safety
/// `pointer` is null, or there is a NUL behind it and everything up to there can be read.
pub(crate) unsafe fn at(pointer: *const u16) -> String {
    // SAFETY: as promised by the caller.
    String::from_utf16_lossy(unsafe { units_at(pointer) })
}

/// The units at `pointer` up to the first NUL; empty where `pointer` is null.
///
/// # Safety
/// As for [`at`]; and nothing writes there while the result is used.
pub(crate) unsafe fn units_at<'a>(pointer: *const u16) -> &'a [u16] {
    if pointer.is_null() {
        return &[];
    }
    let mut length = 0;
    loop {
        // SAFETY: the address of the NUL or of a unit before it.
        let unit = unsafe { pointer.add(length) };
        // SAFETY: all of these can be read, as promised by the caller.
        if unsafe { unit.read() } == 0 {
            break;
        }
        length += 1;
    }
    // SAFETY: the `length` units before the NUL have just been read.
    unsafe { std::slice::from_raw_parts(pointer, length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_go_there_and_back() {
        let wide = nul_terminated("Grüße 🦀").unwrap();
        assert_eq!(until_nul(&wide), "Grüße 🦀");
        // SAFETY: `wide` ends with a NUL.
        assert_eq!(unsafe { at(wide.as_ptr()) }, "Grüße 🦀");
        // SAFETY: `at` allows null.
        assert_eq!(unsafe { at(std::ptr::null()) }, "");
        let of_path = |path: &str| of_path(Path::new(path)).map(|units| until_nul(&units));
        assert_eq!(of_path(r"C:\a/b").unwrap(), r"\\?\C:\a\b");
        assert_eq!(of_path(r"\\server\share\a").unwrap(), r"\\server\share\a");
        assert!(of_path("a").is_err() && of_path("C:\\a\0b").is_err());
        assert_eq!(nul_terminated("a\0b").unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }
}
