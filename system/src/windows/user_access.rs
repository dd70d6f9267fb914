//! Granting a user access to single folders. An app in the user's context reads its files with that user's rights, but
//! the root is closed to users (docs/runner.md, "With whose rights"). This has not been tested on a real Windows:
//! wine's `icacls.exe` does nothing.

use std::io;
use std::process::{Command, Stdio};
use waybill_win32::device::windows_folder;

/// Grants the account with this security identifier to read and execute the folder and everything below it, by
/// `icacls.exe`. Without it, a program in the folder would fail like a missing one, without saying why.
pub(super) fn let_read(folder: &str, sid: &str) -> io::Result<()> {
    let grant = grant(sid).ok_or_else(|| io::Error::other(format!("{sid} is no security identifier")))?;
    // By its full path in the system folder, never from PATH.
    let program = format!(r"{}\System32\icacls.exe", windows_folder()?);
    let output =
        Command::new(program).arg(folder).args(["/grant", &grant, "/q"]).stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(io::Error::other(format!("icacls.exe ended with {}: {said}", output.status)))
}

/// The argument of icacls for read and execute, inherited by files and folders: `*SID:(OI)(CI)RX`.
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
