//! Unix: files, programs and device facts. Registry and Windows Installer answer that they need Windows.

mod device;
mod processes;

use crate::{
    Account, Device, FileFacts, FileVersion, Files, InstalledProduct, Perspective, Processes, Products,
    Registry, RegistryKey, RegistryValue, System, SystemKind, Unanswered, on_disk,
};
use device::UnixDevice;
use processes::UnixProcesses;
use std::fs;
use std::os::unix::fs::MetadataExt as _;

/// This machine, as Unix tells it.
pub(crate) struct UnixSystem {
    processes: UnixProcesses,
}

impl UnixSystem {
    pub(crate) fn new() -> Self {
        Self { processes: UnixProcesses::new() }
    }
}

impl System for UnixSystem {
    fn kind(&self) -> SystemKind {
        SystemKind::Unix
    }
    fn files(&self) -> &dyn Files {
        &UnixFiles
    }
    fn registry(&self) -> &dyn Registry {
        &WithoutWindows
    }
    fn products(&self) -> &dyn Products {
        &WithoutWindows
    }
    fn processes(&self) -> &dyn Processes {
        &self.processes
    }
    fn device(&self) -> &dyn Device {
        &UnixDevice
    }
}

// Writable by the group or by everybody. The sticky bit is no exception: it keeps others from removing files, not from
// adding some.
const OTHERS_WRITE: u32 = 0o022;

/// Files of this machine.
struct UnixFiles;

impl Files for UnixFiles {
    fn look(&self, path: &str) -> Result<Option<FileFacts>, Unanswered> {
        on_disk::look(path)
    }
    fn version(&self, path: &str) -> Result<Option<FileVersion>, Unanswered> {
        on_disk::version(path)
    }
    fn others_may_write(&self, path: &str) -> Result<bool, Unanswered> {
        let folder = fs::metadata(path).map_err(|error| Unanswered::from_io(path, &error))?;
        Ok(folder.mode() & OTHERS_WRITE != 0)
    }
    fn is_executable(&self, path: &str) -> Result<bool, Unanswered> {
        match rustix::fs::access(path, rustix::fs::Access::EXEC_OK) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::ACCESS) => Ok(false),
            Err(errno) => Err(Unanswered::from_io(path, &errno.into())),
        }
    }
    fn list(&self, path: &str) -> Result<Vec<String>, Unanswered> {
        on_disk::list(path)
    }
}

/// A registry and a Windows Installer that are not there.
struct WithoutWindows;

fn registry<T>() -> Result<T, Unanswered> {
    Err(Unanswered::needs_windows("the registry"))
}

fn installer<T>() -> Result<T, Unanswered> {
    Err(Unanswered::needs_windows("Windows Installer"))
}

impl Registry for WithoutWindows {
    fn has_key(&self, _: &RegistryKey, _: Perspective) -> Result<bool, Unanswered> {
        registry()
    }
    fn value(&self, _: &RegistryKey, _: &str, _: Perspective) -> Result<Option<RegistryValue>, Unanswered> {
        registry()
    }
    fn subkeys(&self, _: &RegistryKey, _: Perspective) -> Result<Vec<String>, Unanswered> {
        registry()
    }
}

impl Products for WithoutWindows {
    fn product(&self, _: &str, _: Account) -> Result<Option<InstalledProduct>, Unanswered> {
        installer()
    }
    fn is_installing(&self) -> Result<bool, Unanswered> {
        installer()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::View;
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn files_are_executable_by_their_bit() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("install.sh");
        fs::write(&file, "exit 0").unwrap();
        let path = file.to_str().unwrap();
        for (mode, expected) in [(0o644, false), (0o755, true)] {
            fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
            assert_eq!(UnixFiles.is_executable(path), Ok(expected), "{mode:o}");
        }
        assert!(UnixFiles.is_executable("/no/such/file").is_err());
    }

    #[test]
    fn folders_for_a_group_or_everybody_are_writable_by_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        for (mode, expected) in
            [(0o755, false), (0o700, false), (0o775, true), (0o757, true), (0o1777, true), (0o1755, false)]
        {
            fs::set_permissions(folder.path(), Permissions::from_mode(mode)).unwrap();
            assert_eq!(UnixFiles.others_may_write(path), Ok(expected), "{mode:o}");
        }
        assert!(UnixFiles.others_may_write(&format!("{path}/absent")).is_err());
    }

    #[test]
    fn links_are_followed_and_broken_ones_lead_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(path("file"), b"123").unwrap();
        std::os::unix::fs::symlink("file", path("link")).unwrap();
        std::os::unix::fs::symlink("nowhere", path("broken")).unwrap();
        std::os::unix::fs::symlink("loop", path("loop")).unwrap();
        assert_eq!(UnixFiles.look(&path("link")).unwrap().map(|found| found.size), Some(3));
        assert_eq!(UnixFiles.look(&path("broken")), Ok(None));
        assert!(UnixFiles.look(&path("loop")).is_err(), "a loop is neither there nor not there");
    }

    #[test]
    fn a_pipe_keeps_nobody_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RUSR).unwrap();
        assert_eq!(UnixFiles.version(pipe.to_str().unwrap()), Ok(None));
    }

    #[test]
    fn no_registry_is_no_answer_and_not_no() {
        let perspective = Perspective { view: View::Bits32, account: Account::Current };
        let key = RegistryKey::local_machine("SOFTWARE");
        let unanswered = Unanswered::needs_windows("the registry");
        assert_eq!(WithoutWindows.has_key(&key, perspective), Err(unanswered.clone()));
        assert_eq!(WithoutWindows.value(&key, "", perspective), Err(unanswered.clone()));
        assert_eq!(WithoutWindows.subkeys(&key, perspective), Err(unanswered));
        let product = WithoutWindows.product("{6F0C3A52-2C5B-4B6E-9D2E-0B5C5E8A7D11}", Account::Current);
        assert_eq!(product.unwrap_err().why, "Windows Installer needs Windows");
        assert!(WithoutWindows.is_installing().is_err());
    }
}
