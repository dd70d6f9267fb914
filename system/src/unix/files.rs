//! Files and folders of Unix.

use crate::{FileFacts, FileVersion, Files, Unanswered, on_disk};
use std::fs;
use std::os::unix::fs::MetadataExt as _;

// Writable by the group or by everybody. The sticky bit is no exception: it keeps others from removing files, not from
// adding some.
const OTHERS_WRITE: u32 = 0o022;

/// Files of this machine.
pub(super) struct UnixFiles;

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

#[cfg(test)]
mod tests {
    use super::*;
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
}
