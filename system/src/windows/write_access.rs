//! Whether an account that is no administrator may put a program into a folder.

use waybill_win32::access::{Access, Entry};

// Rights (winnt.h) that allow adding or replacing a file in a folder: FILE_ADD_FILE, FILE_DELETE_CHILD, WRITE_DAC,
// WRITE_OWNER, GENERIC_ALL, GENERIC_WRITE. The right to add folders is left out: on `C:\` everybody has it.
const WRITING: u32 = 0x2 | 0x40 | 0x0004_0000 | 0x0008_0000 | 0x1000_0000 | 0x4000_0000;

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

/// Whether an account that is no administrator may write. A missing access list lets everybody write. Entries that deny
/// are ignored, so an account that is both granted and denied the right counts as allowed.
pub(super) fn is_for_others(access: &Access) -> bool {
    let owner_is_other = access.owner.as_deref().is_some_and(is_other);
    let Some(entries) = &access.entries else { return true };
    owner_is_other || entries.iter().any(lets_others_write)
}

fn lets_others_write(entry: &Entry) -> bool {
    entry.allows && entry.rights & WRITING != 0 && is_other(&entry.account)
}

fn is_other(sid: &str) -> bool {
    let is_machine_owner = OWNERS.contains(&sid) || sid.starts_with(SERVICES);
    let is_administrator =
        sid.starts_with("S-1-5-21-") && ADMINISTRATORS.iter().any(|one| sid.ends_with(one));
    !is_machine_owner && !is_administrator && !CREATORS.contains(&sid)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(!is_for_others(&program_files));
        let root = access(trusted, &[(true, "S-1-5-11", 0x4), (true, "S-1-5-32-544", FULL)]);
        assert!(!is_for_others(&root), "adding folders is no danger");
        let domain = access("S-1-5-32-544", &[(true, "S-1-5-21-1-2-3-512", FULL)]);
        assert!(!is_for_others(&domain));
    }

    #[test]
    fn whoever_else_may_write_counts() {
        for sid in
            ["S-1-1-0", "S-1-5-32-545", "S-1-5-11", "S-1-5-4", "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1512"]
        {
            for rights in [FULL, MODIFY, 0x2, 0x0004_0000, 0x4000_0000] {
                let folder = access("S-1-5-32-544", &[(true, sid, rights)]);
                assert!(is_for_others(&folder), "{sid} {rights:#x}");
                let denied = access("S-1-5-32-544", &[(false, sid, rights), (true, sid, READ)]);
                assert!(!is_for_others(&denied), "{sid} {rights:#x}");
            }
        }
    }

    #[test]
    fn owners_may_give_themselves_rights_and_no_list_is_for_everybody() {
        assert!(is_for_others(&access("S-1-5-21-1-2-3-1001", &[])));
        assert!(!is_for_others(&access("S-1-5-32-544", &[])));
        assert!(is_for_others(&Access { owner: Some("S-1-5-18".to_owned()), entries: None }));
    }
}
