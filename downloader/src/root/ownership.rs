//! Whose a folder is on Windows, and closing it to others (`docs/security.md`).

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use waybill_win32::access;
use waybill_win32::device::windows_folder;
use waybill_win32::token::Token;

const SYSTEM: &str = "S-1-5-18";
const ADMINISTRATORS: &str = "S-1-5-32-544";

/// Whether it belongs to the system, to administrators or to whom we run as.
pub(super) fn is_ours(folder: &Path) -> io::Result<bool> {
    let owner = access::of(&folder.to_string_lossy())?.owner;
    let own = Token::own()?.account()?;
    Ok(owner.is_some_and(|owner| [SYSTEM, ADMINISTRATORS, &own].contains(&owner.as_str())))
}

/// Takes away what a new folder inherited: the system and administrators alone. Where we are neither, it is left as its
/// parent has it: then it is a user's own folder.
pub(super) fn close_to_others(folder: &Path) -> io::Result<()> {
    let token = Token::own()?;
    if token.account()? != SYSTEM && !token.is_elevated()? {
        return Ok(());
    }
    // Of the system's folder, never of the caller's PATH.
    let program = format!(r"{}\System32\icacls.exe", windows_folder()?);
    let [system, administrators] = [SYSTEM, ADMINISTRATORS].map(|who| format!("*{who}:(OI)(CI)F"));
    let output = Command::new(program)
        .arg(folder)
        .args(["/inheritance:r", "/grant:r", &system, "/grant:r", &administrators, "/q"])
        .stdin(Stdio::null())
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(io::Error::other(format!("icacls.exe ended with {}: {said}", output.status)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_make_is_ours() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_ours(folder.path()).unwrap());
        close_to_others(folder.path()).unwrap();
        assert!(is_ours(folder.path()).unwrap());
        assert!(is_ours(&folder.path().join("absent")).is_err());
    }
}
