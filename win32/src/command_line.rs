//! Command lines split into words as Windows does it.

use crate::wide;
use std::io;
use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::UI::Shell::CommandLineToArgvW;

/// The words of a command line as CommandLineToArgvW splits it; the program is the first.
///
/// # Errors
/// The line holds a NUL, or Windows refuses.
pub fn words(line: &str) -> io::Result<Vec<String>> {
    let line = wide::nul_terminated(line)?;
    let mut count = 0;
    // SAFETY: the line ends with a NUL and outlives the call; `count` may be written.
    let first = unsafe { CommandLineToArgvW(line.as_ptr(), &raw mut count) };
    if first.is_null() {
        return Err(io::Error::last_os_error());
    }
    let count = usize::try_from(count).unwrap_or_default();
    // SAFETY: Windows returned `count` pointers, and nobody writes to them.
    let pointers = unsafe { std::slice::from_raw_parts(first, count) };
    // SAFETY: each points at a text that ends with a NUL.
    let words = pointers.iter().map(|word| unsafe { wide::at(*word) }).collect();
    // SAFETY: the block is ours, and nothing points into it any more.
    unsafe { LocalFree(first.cast()) };
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_split_at_blanks_outside_quotes() {
        let split = words(r#""C:\a b\c.exe" x "y z" \"w"#).unwrap();
        assert_eq!(split, [r"C:\a b\c.exe", "x", "y z", "\"w"]);
        assert!(words("a\0b").is_err());
    }
}
