//! A user-context app reads its files with that user's rights, and the root is closed to users: the user is let into
//! single folders (docs/runner.md, "With whose rights"). Never seen to work: wine's `icacls.exe` is silent and does nothing.

use std::io;
use std::process::{Command, Stdio};
use waybill_win32::device::windows_folder;

/// Lets the account of this security identifier read the folder and run what is in it, with everything below it. By
/// `icacls.exe`; a folder that a user could not read would fail as a missing program does, without a reason.
pub(super) fn let_read(folder: &str, sid: &str) -> io::Result<()> {
    let grant = grant(sid).ok_or_else(|| io::Error::other(format!("{sid} is no security identifier")))?;
    // Of the system's folder, never of the caller's PATH.
    let program = format!(r"{}\System32\icacls.exe", windows_folder()?);
    let output =
        Command::new(program).arg(folder).args(["/grant", &grant, "/q"]).stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(io::Error::other(format!("icacls.exe ended with {}: {said}", output.status)))
}

/// `*SID:(OI)(CI)RX`: read and execute, inherited by files and folders.
fn grant(sid: &str) -> Option<String> {
    let rest = sid.strip_prefix("S-1-")?;
    let is_plain =
        rest.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    is_plain.then(|| format!("*{sid}:(OI)(CI)RX"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_granted_reading_and_nothing_else() {
        let grant_of_user = grant("S-1-5-21-1-2-3-1001");
        assert_eq!(grant_of_user.as_deref(), Some("*S-1-5-21-1-2-3-1001:(OI)(CI)RX"));
        for wrong in ["", "alex", "S-1-", "S-1-5-21-x", "S-1-5:F /grant *S-1-1-0", "1000"] {
            assert_eq!(grant(wrong), None, "{wrong}");
        }
    }
}
