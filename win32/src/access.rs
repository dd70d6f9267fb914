//! Reading the owner and access list of a file or folder, and creating a folder with a closed access list.

use crate::call::succeeded;
use crate::{sid, wide};
use std::io;
use std::path::Path;
use std::ptr::null_mut;
use windows_sys::Win32::Foundation::LocalFree;
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, GetNamedSecurityInfoW, SDDL_REVISION_1,
    SE_FILE_OBJECT,
};
use windows_sys::Win32::Security::{
    ACCESS_ALLOWED_ACE, ACE_HEADER, ACL, DACL_SECURITY_INFORMATION, GetAce, OWNER_SECURITY_INFORMATION,
    PSECURITY_DESCRIPTOR, PSID, SECURITY_ATTRIBUTES,
};
use windows_sys::Win32::Storage::FileSystem::CreateDirectoryW;

/// The system (SY) and administrators (BA) may do everything, here and below; nothing is inherited from above (P).
const CLOSED: &str = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)";

/// The ACE types with the layout of ACCESS_ALLOWED_ACE (winnt.h): allow, deny, and both with a condition.
const ALLOWED: u8 = 0;
const DENIED: u8 = 1;
const ALLOWED_IF: u8 = 9;
const DENIED_IF: u8 = 10;
const INHERIT_ONLY: u8 = 8;

/// The owner and the access list (DACL) of a file or folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The owner's security identifier, where it has one.
    pub owner: Option<String>,
    /// The entries in the order of the list; `None` where there is no list, so that everybody may do everything.
    pub entries: Option<Vec<Entry>>,
}

/// One access list entry that applies to the file or folder itself, not only to what is created in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whether the entry grants the rights; otherwise it denies them.
    pub allows: bool,
    /// The security identifier of the account that the entry is for.
    pub account: String,
    /// The access mask: FILE_… and GENERIC_… bits.
    pub rights: u32,
}

/// Creates a folder that only the system and administrators can access, from the moment it exists. Files and folders
/// that are created in it inherit this.
///
/// # Errors
/// The folder exists, its parent does not, the account may not create one there, or the path is not absolute.
pub fn create_closed_folder(path: &Path) -> io::Result<()> {
    let path = wide::of_path(path)?;
    let descriptor = described(CLOSED)?;
    let attributes = SECURITY_ATTRIBUTES {
        nLength: size_of::<SECURITY_ATTRIBUTES>() as u32,
        lpSecurityDescriptor: descriptor,
        bInheritHandle: 0,
    };
    // SAFETY: the path ends with a NUL; the attributes and their descriptor outlive the call.
    let made = succeeded(unsafe { CreateDirectoryW(path.as_ptr(), &raw const attributes) });
    // SAFETY: allocated by `described`, not used any more.
    unsafe { LocalFree(descriptor) };
    made
}

/// Parses a security descriptor in SDDL. The caller frees it with LocalFree.
fn described(text: &str) -> io::Result<PSECURITY_DESCRIPTOR> {
    let text = wide::nul_terminated(text)?;
    let mut descriptor = null_mut();
    // SAFETY: the text ends with a NUL; the place for the result outlives the call.
    let made = unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            text.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor,
            null_mut(),
        )
    };
    succeeded(made).map(|()| descriptor)
}

/// The owner and access list of the file or folder at `path`.
///
/// # Errors
/// There is nothing at `path`, or this account may not read its security descriptor.
pub fn for_path(path: &str) -> io::Result<Access> {
    let path = wide::nul_terminated(path)?;
    let what = OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION;
    let (mut owner, mut list, mut descriptor) = (null_mut(), null_mut(), null_mut());
    // SAFETY: the path ends with a NUL; the places for the results outlive the call.
    let code = unsafe {
        GetNamedSecurityInfoW(
            path.as_ptr(),
            SE_FILE_OBJECT,
            what,
            &raw mut owner,
            null_mut(),
            &raw mut list,
            null_mut(),
            &raw mut descriptor,
        )
    };
    if code != 0 {
        return Err(io::Error::from_raw_os_error(code as i32));
    }
    // SAFETY: owner and list lie in the descriptor, which is freed only below.
    let access = unsafe { read(owner, list) };
    // SAFETY: allocated by the call above, not used any more.
    unsafe { LocalFree(descriptor) };
    access
}

/// # Safety
/// Both are null or point to a valid identifier and a valid list.
unsafe fn read(owner: PSID, list: *const ACL) -> io::Result<Access> {
    let owner = if owner.is_null() {
        None
    } else {
        // SAFETY: as promised by the caller.
        Some(unsafe { sid::text(owner) }?)
    };
    if list.is_null() {
        return Ok(Access { owner, entries: None });
    }
    // SAFETY: as promised by the caller.
    let count = unsafe { (*list).AceCount };
    let mut entries = Vec::new();
    for index in 0..u32::from(count) {
        // SAFETY: the list is valid and has that many entries.
        entries.extend(unsafe { entry(list, index) }?);
    }
    Ok(Access { owner, entries: Some(entries) })
}

/// # Safety
/// The list is valid and has an entry of this index.
unsafe fn entry(list: *const ACL, index: u32) -> io::Result<Option<Entry>> {
    let mut entry = null_mut();
    // SAFETY: as promised by the caller; the place for the result outlives the call.
    succeeded(unsafe { GetAce(list, index, &raw mut entry) })?;
    // SAFETY: every entry starts with a header.
    let header = unsafe { entry.cast::<ACE_HEADER>().read_unaligned() };
    let known = [ALLOWED, DENIED, ALLOWED_IF, DENIED_IF].contains(&header.AceType);
    if !known || header.AceFlags & INHERIT_ONLY != 0 {
        return Ok(None);
    }
    let entry = entry.cast::<ACCESS_ALLOWED_ACE>();
    // SAFETY: only the address of a field of the entry: entries of these types are laid out like this one.
    let rights = unsafe { &raw const (*entry).Mask };
    // SAFETY: the field lies within the entry.
    let rights = unsafe { rights.read_unaligned() };
    // SAFETY: only the address of a field of the entry.
    let account = unsafe { &raw const (*entry).SidStart };
    // SAFETY: the identifier starts at that field and lies within the entry.
    let account = unsafe { sid::text(account.cast_mut().cast()) }?;
    let allows = matches!(header.AceType, ALLOWED | ALLOWED_IF);
    Ok(Some(Entry { allows, account, rights }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use windows_sys::Win32::Security::{GetSecurityDescriptorDacl, GetSecurityDescriptorOwner};

    fn of_text(text: &str) -> Access {
        let descriptor = described(text).unwrap();
        let (mut owner, mut list) = (null_mut(), null_mut());
        let (mut defaulted, mut present) = (0, 0);
        // SAFETY: the descriptor is valid.
        unsafe { GetSecurityDescriptorOwner(descriptor, &raw mut owner, &raw mut defaulted) };
        // SAFETY: the descriptor is valid.
        unsafe { GetSecurityDescriptorDacl(descriptor, &raw mut present, &raw mut list, &raw mut defaulted) };
        // SAFETY: both lie in the descriptor, which is not freed.
        unsafe { read(owner, list) }.unwrap()
    }

    #[test]
    fn entries_are_read_in_their_order_and_inherit_only_ones_left_out() {
        let access = of_text("O:BAD:(D;;0x2;;;BG)(A;OICI;FA;;;SY)(A;OICIIO;GA;;;CO)(A;;0x1200a9;;;BU)");
        assert_eq!(access.owner.as_deref(), Some("S-1-5-32-544"));
        let entries = access.entries.unwrap();
        let entries: Vec<_> =
            entries.iter().map(|entry| (entry.allows, entry.account.as_str(), entry.rights)).collect();
        let expected =
            [(false, "S-1-5-32-546", 0x2), (true, "S-1-5-18", 0x1F_01FF), (true, "S-1-5-32-545", 0x12_00A9)];
        assert_eq!(entries, expected);
    }

    #[test]
    fn a_folder_has_an_access_list_and_nothing_has_none() {
        let folder = std::env::temp_dir();
        for_path(folder.to_str().unwrap()).unwrap();
        let absent = folder.join("waybill-not-there");
        assert_eq!(for_path(absent.to_str().unwrap()).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    /// wine stores only what Unix mode bits can express, so the test reads the descriptor and only uses the folder.
    #[test]
    fn a_closed_folder_is_the_systems_and_the_administrators() {
        let everything = 0x1F_01FF; // FILE_ALL_ACCESS
        let entries = of_text(CLOSED).entries.unwrap();
        let expected = ["S-1-5-18", "S-1-5-32-544"].map(|account| Entry {
            allows: true,
            account: account.to_owned(),
            rights: everything,
        });
        assert_eq!(entries, expected);

        let folder = std::env::temp_dir().join(format!("waybill-closed-{}", std::process::id()));
        create_closed_folder(&folder).unwrap();
        assert_eq!(create_closed_folder(&folder).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        let deep = folder.join("d".repeat(200));
        std::fs::create_dir(&deep).unwrap();
        create_closed_folder(&deep.join("d".repeat(100))).unwrap();
        std::fs::write(folder.join("file"), "x").unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        let below_nothing = create_closed_folder(&folder.join("below")).unwrap_err();
        assert_eq!(below_nothing.kind(), io::ErrorKind::NotFound);
    }
}
