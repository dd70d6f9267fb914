//! The implementation for Unix: files, programs and device facts. Questions to the registry and Windows Installer are
//! answered with "needs Windows".

mod device;
mod processes;
mod rights;

use crate::{
    Account, InstalledProduct, Perspective, Products, Registry, RegistryKey, RegistryValue, ThisMachine,
    Unanswered,
};
use rustix::fs::{Access, access};
use rustix::io::Errno;

pub(crate) fn is_executable(path: &str) -> Result<bool, Unanswered> {
    match access(path, Access::EXEC_OK) {
        Ok(()) => Ok(true),
        Err(Errno::ACCESS) => Ok(false),
        Err(errno) => Err(Unanswered::about(path)(errno.into())),
    }
}

pub(crate) use processes::own_all_children;
pub(crate) use rights::others_may_change;

const REGISTRY: &str = "the registry";
const INSTALLER: &str = "Windows Installer";

impl Registry for ThisMachine {
    fn has_key(&self, _: &RegistryKey, _: Perspective) -> Result<bool, Unanswered> {
        Err(Unanswered::needs_windows(REGISTRY))
    }
    fn value(&self, _: &RegistryKey, _: &str, _: Perspective) -> Result<Option<RegistryValue>, Unanswered> {
        Err(Unanswered::needs_windows(REGISTRY))
    }
    fn subkeys(&self, _: &RegistryKey, _: Perspective) -> Result<Vec<String>, Unanswered> {
        Err(Unanswered::needs_windows(REGISTRY))
    }
}

impl Products for ThisMachine {
    fn product(&self, _: &str, _: Account) -> Result<Option<InstalledProduct>, Unanswered> {
        Err(Unanswered::needs_windows(INSTALLER))
    }
    fn is_installing(&self) -> Result<bool, Unanswered> {
        Err(Unanswered::needs_windows(INSTALLER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Files as _, View};
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn files_are_executable_by_their_bit() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("install.sh");
        fs::write(&file, "exit 0").unwrap();
        let path = file.to_str().unwrap();
        for (mode, expected) in [(0o644, false), (0o755, true)] {
            fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(ThisMachine.is_executable(path), Ok(expected), "{mode:o}");
        }
        assert!(ThisMachine.is_executable("/no/such/file").is_err());
    }

    #[test]
    fn links_are_followed_and_broken_ones_lead_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(path("file"), b"123").unwrap();
        std::os::unix::fs::symlink("file", path("link")).unwrap();
        std::os::unix::fs::symlink("nowhere", path("broken")).unwrap();
        std::os::unix::fs::symlink("loop", path("loop")).unwrap();
        assert_eq!(ThisMachine.look(&path("link")).unwrap().map(|found| found.size), Some(3));
        assert_eq!(ThisMachine.look(&path("broken")), Ok(None));
        assert!(ThisMachine.look(&path("loop")).is_err(), "a loop is neither there nor not there");
    }

    #[test]
    fn a_pipe_keeps_nobody_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
        assert_eq!(ThisMachine.version(pipe.to_str().unwrap()), Ok(None));
    }

    #[test]
    fn no_registry_is_no_answer_and_not_no() {
        let perspective = Perspective { view: View::Bits32, account: Account::Current };
        let key = RegistryKey::local_machine("SOFTWARE");
        let unanswered = Unanswered::needs_windows("the registry");
        assert_eq!(ThisMachine.has_key(&key, perspective), Err(unanswered.clone()));
        assert_eq!(ThisMachine.value(&key, "", perspective), Err(unanswered.clone()));
        assert_eq!(ThisMachine.subkeys(&key, perspective), Err(unanswered));
        let product = ThisMachine.product("{6F0C3A52-2C5B-4B6E-9D2E-0B5C5E8A7D11}", Account::Current);
        assert_eq!(product.unwrap_err().why, "Windows Installer needs Windows");
        assert!(ThisMachine.is_installing().is_err());
    }
}
