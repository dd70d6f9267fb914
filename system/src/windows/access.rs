//! Access rights of folders: who may write to them, and granting a user access.
//!
//! An app in the user's context reads its files with that user's rights, but the root is closed to users, so the user
//! is granted access to single folders (docs/runner.md, "With whose rights"). Granting has not been tested on a real
//! Windows: wine's `icacls.exe` does nothing.

use crate::{SignedInUser, Unanswered};
use std::io;
use std::process::{Command, Stdio};
use waybill_win32::access::{self, Access, Entry};
use waybill_win32::device::windows_folder;

/// Whether an account that is no administrator may change what the path `program` leads to. Junctions are not followed.
pub(crate) fn others_may_change(program: &str) -> Result<bool, Unanswered> {
    let rights = |path: &str| access::for_path(path).map_err(Unanswered::about(path));
    let Some((folder, _)) = program.rsplit_once(['\\', '/']) else {
        return Err(Unanswered::new(format!("{program:?} is not an absolute path")));
    };
    if is_for_others(&rights(folder)?, PUTTING) || is_for_others(&rights(program)?, CHANGING) {
        return Ok(true);
    }
    let mut above = folder;
    while let Some((next, _)) = above.rsplit_once(['\\', '/']) {
        // The folder of a drive has no name that could be changed.
        if next.ends_with(':') {
            break;
        }
        if is_for_others(&rights(next)?, RENAMING) {
            return Ok(true);
        }
        above = next;
    }
    Ok(false)
}

/// Allows the user to read and execute the folder `path` and everything below it.
pub(crate) fn let_user_read(path: &str, user: &SignedInUser) -> Result<(), Unanswered> {
    let what = format!("{path}: {} cannot be let in", user.name);
    let_read(path, &user.id).map_err(Unanswered::about(&what))
}

// WRITE_DAC, WRITE_OWNER and GENERIC_ALL (winnt.h): whoever has one of them can have the others.
const CONTROLLING: u32 = 0x0004_0000 | 0x0008_0000 | 0x1000_0000;
// Rights that allow adding or replacing a file in a folder: FILE_ADD_FILE, FILE_DELETE_CHILD, GENERIC_WRITE. The right to
// add folders is left out: on `C:\` everybody has it.
const PUTTING: u32 = 0x2 | 0x40 | 0x4000_0000 | CONTROLLING;
// Rights that allow changing a file: FILE_WRITE_DATA, FILE_APPEND_DATA, DELETE, GENERIC_WRITE.
const CHANGING: u32 = 0x2 | 0x4 | 0x0001_0000 | 0x4000_0000 | CONTROLLING;
// Rights that allow renaming a folder, or what is in it: FILE_DELETE_CHILD, DELETE.
const RENAMING: u32 = 0x40 | 0x0001_0000 | CONTROLLING;

// Accounts that control the machine anyway: the system, administrators, and those of services ("Well-known SIDs",
// Windows documentation).
const OWNERS: [&str; 5] = [
    "S-1-5-18",     // Local System
    "S-1-5-19",     // Local Service
    "S-1-5-20",     // Network Service
    "S-1-5-32-544", // Administrators
    "S-1-5-32-551", // Backup Operators, who may write everywhere
];
// NT SERVICE: TrustedInstaller and other services.
const SERVICES: &str = "S-1-5-80-";
// Creator owner and creator group stand for whoever creates something in the folder and grant nothing on the folder
// itself. Owner rights apply to the owner, which is checked separately.
const CREATORS: [&str; 3] = ["S-1-3-0", "S-1-3-1", "S-1-3-4"];
// The last numbers of a domain's or machine's administrators: Administrator, Domain Admins, Enterprise Admins.
const ADMINISTRATORS: [&str; 3] = ["-500", "-512", "-519"];

/// Whether an account that is no administrator has one of these rights. A missing access list lets everybody write. Entries that deny
/// are ignored, so an account that is both granted and denied the right counts as allowed.
fn is_for_others(access: &Access, rights: u32) -> bool {
    let owner_is_other = access.owner.as_deref().is_some_and(is_other);
    let Some(entries) = &access.entries else { return true };
    owner_is_other || entries.iter().any(|entry| lets_others(entry, rights))
}

fn lets_others(entry: &Entry, rights: u32) -> bool {
    entry.allows && entry.rights & rights != 0 && is_other(&entry.account)
}

fn is_other(sid: &str) -> bool {
    let is_machine_owner = OWNERS.contains(&sid) || sid.starts_with(SERVICES);
    let is_administrator =
        sid.starts_with("S-1-5-21-") && ADMINISTRATORS.iter().any(|one| sid.ends_with(one));
    !is_machine_owner && !is_administrator && !CREATORS.contains(&sid)
}

/// Grants the account with this security identifier to read and execute the folder and everything below it, by
/// `icacls.exe`. Without it, a program in the folder would fail like a missing one, without saying why.
fn let_read(folder: &str, sid: &str) -> io::Result<()> {
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
    use crate::{FileKind, Files as _, ThisMachine};

    #[test]
    fn names_are_the_same_in_any_case_and_with_either_slash() {
        let windows = windows_folder().unwrap();
        for path in [format!(r"{windows}\SYSTEM32\Kernel32.DLL"), format!("{windows}/system32/kernel32.dll")]
        {
            let found = ThisMachine.look(&path).unwrap().unwrap();
            assert_eq!(found.kind, FileKind::File, "{path}");
            assert!(found.size > 0 && found.created.is_some(), "{path}");
        }
        assert!(ThisMachine.list(&windows).unwrap().iter().any(|name| name.eq_ignore_ascii_case("system32")));
    }

    #[test]
    fn a_library_of_the_system_has_a_version() {
        let path = format!(r"{}\System32\msi.dll", windows_folder().unwrap());
        let version = ThisMachine.version(&path).unwrap().unwrap();
        assert!(version.numbers.unwrap() > [3, 0, 0, 0], "{version:?}");
    }

    #[test]
    fn what_no_file_can_be_called_is_not_there() {
        for path in [r"C:\Windows\a*b", r"C:\Windows\a?b", r"C:\Windows\a<b", r"Q:\nothing\here.txt"] {
            assert_eq!(ThisMachine.look(path), Ok(None), "{path}");
        }
        for path in [r"Windows\System32", r"\Windows\System32", "C:file.txt"] {
            assert!(ThisMachine.look(path).is_err(), "{path}");
        }
    }

    #[test]
    fn the_rights_of_a_folder_can_be_asked() {
        let own = std::env::current_exe().unwrap();
        ThisMachine.others_may_change(own.to_str().unwrap()).unwrap();
        let absent = ThisMachine.others_may_change(r"C:\waybill-not-there\x.exe").unwrap_err();
        assert_eq!(absent.code, Some(0x8007_0002));
    }

    const FULL: u32 = 0x001F_01FF;
    const READ: u32 = 0x0012_00A9;
    const MODIFY: u32 = 0x0013_01BF;

    fn access(owner: &str, entries: &[(bool, &str, u32)]) -> Access {
        let entries = entries.iter().map(|&(allows, account, rights)| Entry {
            allows,
            account: account.to_owned(),
            rights,
        });
        Access { owner: Some(owner.to_owned()), entries: Some(entries.collect()) }
    }

    #[test]
    fn folders_of_the_system_are_for_administrators() {
        let trusted = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464";
        let program_files = access(
            trusted,
            &[
                (true, trusted, FULL),
                (true, "S-1-5-18", MODIFY),
                (true, "S-1-5-32-544", MODIFY),
                (true, "S-1-5-32-545", READ),
                (true, "S-1-15-2-1", READ),
            ],
        );
        assert!(!is_for_others(&program_files, PUTTING));
        let root = access(trusted, &[(true, "S-1-5-11", 0x4), (true, "S-1-5-32-544", FULL)]);
        assert!(!is_for_others(&root, PUTTING), "adding folders is no danger");
        let domain = access("S-1-5-32-544", &[(true, "S-1-5-21-1-2-3-512", FULL)]);
        assert!(!is_for_others(&domain, PUTTING));
    }

    #[test]
    fn whoever_else_may_write_counts() {
        for sid in
            ["S-1-1-0", "S-1-5-32-545", "S-1-5-11", "S-1-5-4", "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1512"]
        {
            for rights in [FULL, MODIFY, 0x2, 0x0004_0000, 0x4000_0000] {
                let folder = access("S-1-5-32-544", &[(true, sid, rights)]);
                assert!(is_for_others(&folder, PUTTING), "{sid} {rights:#x}");
                let denied = access("S-1-5-32-544", &[(false, sid, rights), (true, sid, READ)]);
                assert!(!is_for_others(&denied, PUTTING), "{sid} {rights:#x}");
            }
        }
    }

    #[test]
    fn a_file_and_a_folder_above_count_by_other_rights() {
        let users = |rights| access("S-1-5-32-544", &[(true, "S-1-5-32-545", rights)]);
        let append = users(0x4);
        assert!(is_for_others(&append, CHANGING) && !is_for_others(&append, PUTTING | RENAMING));
        let delete = users(0x0001_0000);
        assert!(is_for_others(&delete, RENAMING) && is_for_others(&delete, CHANGING));
        assert!(!is_for_others(&delete, PUTTING));
        assert!(!is_for_others(&users(READ), PUTTING | CHANGING | RENAMING));
    }

    #[test]
    fn owners_may_give_themselves_rights_and_no_list_is_for_everybody() {
        assert!(is_for_others(&access("S-1-5-21-1-2-3-1001", &[]), PUTTING));
        assert!(!is_for_others(&access("S-1-5-32-544", &[]), PUTTING));
        assert!(is_for_others(&Access { owner: Some("S-1-5-18".to_owned()), entries: None }, PUTTING));
    }

    #[test]
    fn a_user_is_granted_reading_and_nothing_else() {
        let grant_of_user = grant("S-1-5-21-1-2-3-1001");
        assert_eq!(grant_of_user.as_deref(), Some("*S-1-5-21-1-2-3-1001:(OI)(CI)RX"));
        for wrong in ["", "alex", "S-1-", "S-1-5-21-x", "S-1-5:F /grant *S-1-1-0", "1000"] {
            assert_eq!(grant(wrong), None, "{wrong}");
        }
    }
}
