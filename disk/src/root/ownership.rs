//! Whose a folder is on Windows, and making one that is closed to others (`docs/security.md`).

use std::io;
use std::path::Path;
use waybill_win32::access;
use waybill_win32::token::Token;

const SYSTEM: &str = "S-1-5-18";
const ADMINISTRATORS: &str = "S-1-5-32-544";

/// Whether it belongs to the system, to administrators or to whom we run as.
pub(super) fn is_ours(folder: &Path) -> io::Result<bool> {
    let owner = access::of(&folder.to_string_lossy())?.owner;
    let own = Token::own()?.account()?;
    Ok(owner.is_some_and(|owner| [SYSTEM, ADMINISTRATORS, &own].contains(&owner.as_str())))
}

/// Makes a folder, and those above it where they are missing. It is closed to everybody but the system and
/// administrators from its first moment; where we are neither, it is as its parent has it: then it is a user's own folder.
pub(super) fn create(folder: &Path) -> io::Result<()> {
    let token = Token::own()?;
    if token.account()? != SYSTEM && !token.is_elevated()? {
        return std::fs::create_dir_all(folder);
    }
    if let Some(above) = folder.parent() {
        std::fs::create_dir_all(above)?;
    }
    match access::create_closed_folder(folder) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()), // another run's: judged like any that is there
        made => made,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_make_is_ours() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_ours(folder.path()).unwrap());
        let made = folder.path().join("new").join("root");
        create(&made).unwrap();
        create(&made).unwrap();
        assert!(made.is_dir() && is_ours(&made).unwrap());
        assert!(is_ours(&folder.path().join("absent")).is_err());
    }
}
