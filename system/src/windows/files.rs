//! Files and folders of Windows.

use super::{user_access, write_access};
use crate::{FileFacts, FileVersion, Files, SignedInUser, Unanswered, on_disk};
use waybill_win32::access;

/// The files and folders of this machine.
pub(super) struct WindowsFiles;

impl Files for WindowsFiles {
    fn look(&self, path: &str) -> Result<Option<FileFacts>, Unanswered> {
        on_disk::look(path)
    }
    fn version(&self, path: &str) -> Result<Option<FileVersion>, Unanswered> {
        on_disk::version(path)
    }
    fn others_may_write(&self, path: &str) -> Result<bool, Unanswered> {
        let access = access::of(path).map_err(|error| Unanswered::from_io(path, &error))?;
        Ok(write_access::is_for_others(&access))
    }
    fn list(&self, path: &str) -> Result<Vec<String>, Unanswered> {
        on_disk::list(path)
    }
    fn let_user_read(&self, path: &str, user: &SignedInUser) -> Result<(), Unanswered> {
        let what = format!("{path}: {} cannot be let in", user.name);
        user_access::let_read(path, &user.id).map_err(|error| Unanswered::from_io(&what, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileKind;
    use waybill_win32::device::windows_folder;

    #[test]
    fn names_are_the_same_in_any_case_and_with_either_slash() {
        let windows = windows_folder().unwrap();
        for path in [format!(r"{windows}\SYSTEM32\Kernel32.DLL"), format!("{windows}/system32/kernel32.dll")]
        {
            let found = WindowsFiles.look(&path).unwrap().unwrap();
            assert_eq!(found.kind, FileKind::File, "{path}");
            assert!(found.size > 0 && found.created.is_some(), "{path}");
        }
        assert!(
            WindowsFiles.list(&windows).unwrap().iter().any(|name| name.eq_ignore_ascii_case("system32"))
        );
    }

    #[test]
    fn a_library_of_the_system_has_a_version() {
        let path = format!(r"{}\System32\msi.dll", windows_folder().unwrap());
        let version = WindowsFiles.version(&path).unwrap().unwrap();
        assert!(version.numbers.unwrap() > [3, 0, 0, 0], "{version:?}");
    }

    #[test]
    fn what_no_file_can_be_called_is_not_there() {
        for path in [r"C:\Windows\a*b", r"C:\Windows\a?b", r"C:\Windows\a<b", r"Q:\nothing\here.txt"] {
            assert_eq!(WindowsFiles.look(path), Ok(None), "{path}");
        }
        for path in [r"Windows\System32", r"\Windows\System32", "C:file.txt"] {
            assert!(WindowsFiles.look(path).is_err(), "{path}");
        }
    }

    #[test]
    fn the_rights_of_a_folder_can_be_asked() {
        WindowsFiles.others_may_write(&windows_folder().unwrap()).unwrap();
        let absent = WindowsFiles.others_may_write(r"C:\waybill-not-there").unwrap_err();
        assert_eq!(absent.code, Some(0x8007_0002));
    }
}
