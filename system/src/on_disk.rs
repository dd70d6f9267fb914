//! Files and folders through std, the same on every system. Long paths work, because std adds `\\?\` on Windows where a
//! path needs it.

#[cfg(unix)]
use crate::unix as native;
#[cfg(windows)]
use crate::windows::access as native;
use crate::{FileFacts, FileKind, FileVersion, Files, LoadedAs, ThisMachine, Unanswered};
use std::fs;
use std::io;
use std::path::Path;
use std::time::SystemTime;
use waybill_pe::{Program, ProgramError};

// ERROR_INVALID_NAME and ERROR_BAD_PATHNAME: no file can have this path.
const NO_NAMES: [i32; 2] = [123, 161];
// ERROR_BAD_NETPATH, which std reports as "not found": the server does not answer, so it is unknown what is there.
const NO_SERVER: i32 = 53;
// ERROR_CANT_ACCESS_FILE, with which Windows opens an App Execution Alias such as `winget.exe` in a user's WindowsApps
// folder: a link to a program of a Store app, which only CreateProcess follows.
const IS_ALIAS: i32 = 1920;

impl Files for ThisMachine {
    fn look(&self, path: &str) -> Result<Option<FileFacts>, Unanswered> {
        let known = absolute(path)?;
        // CreateProcess starts what an alias stands for, so the alias itself is looked at.
        let found = fs::metadata(known).or_else(|error| match error.raw_os_error() {
            Some(IS_ALIAS) if cfg!(windows) => fs::symlink_metadata(known),
            _ => Err(error),
        });
        match found {
            Ok(found) => facts(path, &found).map(Some),
            Err(error) if is_missing(&error) => Ok(None),
            Err(error) => Err(Unanswered::about(path)(error)),
        }
    }

    fn version(&self, path: &str) -> Result<Option<FileVersion>, Unanswered> {
        let version = program(path)?.and_then(|program| program.version);
        Ok(version
            .map(|version| FileVersion { numbers: version.file_version, text: version.file_version_text }))
    }

    fn loaded_as(&self, path: &str) -> Result<Option<LoadedAs>, Unanswered> {
        Ok(program(path)?.map(|program| program.loaded_as()))
    }

    fn others_may_change(&self, program: &str) -> Result<bool, Unanswered> {
        native::others_may_change(program)
    }

    #[cfg(unix)]
    fn is_executable(&self, path: &str) -> Result<bool, Unanswered> {
        native::is_executable(path)
    }

    #[cfg(windows)]
    fn let_user_read(&self, path: &str, user: &crate::SignedInUser) -> Result<(), Unanswered> {
        native::let_user_read(path, user)
    }

    fn list(&self, path: &str) -> Result<Vec<String>, Unanswered> {
        let entries = match fs::read_dir(absolute(path)?) {
            Ok(entries) => entries,
            Err(error) if is_missing(&error) => return Ok(Vec::new()),
            Err(error) => return Err(Unanswered::about(path)(error)),
        };
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut names: Vec<String> = names.collect::<io::Result<_>>().map_err(Unanswered::about(path))?;
        names.sort_unstable();
        Ok(names)
    }
}

/// The headers of the program at `path`; `None` where it is no program.
fn program(path: &str) -> Result<Option<Program>, Unanswered> {
    let path = absolute(path)?;
    let shown = path.display().to_string();
    let unread = Unanswered::about(&shown);
    // Only files are opened, because opening a pipe would block.
    if !fs::metadata(path).map_err(&unread)?.is_file() {
        return Ok(None);
    }
    match Program::read(path) {
        Ok(program) => Ok(Some(program)),
        Err(ProgramError::Read(error)) => Err(unread(error)),
        Err(_) => Ok(None),
    }
}

fn facts(path: &str, found: &fs::Metadata) -> Result<FileFacts, Unanswered> {
    let is_folder = found.is_dir();
    Ok(FileFacts {
        kind: if is_folder { FileKind::Folder } else { FileKind::File },
        size: if is_folder { 0 } else { found.len() },
        modified: found.modified().map_err(Unanswered::about(path))?,
        // If the file system stores no creation time, some systems return 1970 or 1601 instead of an error.
        created: found.created().ok().filter(|created| *created > SystemTime::UNIX_EPOCH),
    })
}

fn absolute(path: &str) -> Result<&Path, Unanswered> {
    // A relative path would be looked up in the working directory of this process.
    let known = Path::new(path);
    if known.is_absolute() {
        Ok(known)
    } else {
        Err(Unanswered::new(format!("{path:?} is not an absolute path")))
    }
}

fn is_missing(error: &io::Error) -> bool {
    use io::ErrorKind::{NotADirectory, NotFound};
    match error.raw_os_error().filter(|_| cfg!(windows)) {
        Some(NO_SERVER) => false,
        Some(code) if NO_NAMES.contains(&code) => true,
        _ => matches!(error.kind(), NotFound | NotADirectory),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use waybill_pe::sample::{Name, Sample, version_resource};

    fn text(path: &Path) -> &str {
        path.to_str().unwrap()
    }

    #[test]
    fn files_and_folders_are_told_apart_and_measured() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("Grüße & more.txt");
        fs::write(&file, b"12345").unwrap();
        let found = ThisMachine.look(text(&file)).unwrap().unwrap();
        assert_eq!((found.kind, found.size), (FileKind::File, 5));
        assert!(found.modified.elapsed().unwrap_or_default() < Duration::from_secs(3600));
        let found = ThisMachine.look(text(folder.path())).unwrap().unwrap();
        assert_eq!((found.kind, found.size), (FileKind::Folder, 0));
        assert_eq!(ThisMachine.list(text(folder.path())).unwrap(), ["Grüße & more.txt"]);
    }

    #[test]
    fn what_is_not_there_is_none_and_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, b"").unwrap();
        for absent in [folder.path().join("absent"), folder.path().join("a").join("b"), file.join("below")] {
            assert_eq!(ThisMachine.look(text(&absent)), Ok(None), "{absent:?}");
        }
        assert_eq!(ThisMachine.list(text(&folder.path().join("absent"))), Ok(Vec::new()));
        assert!(ThisMachine.version(text(&folder.path().join("absent"))).is_err());
    }

    #[cfg(windows)]
    #[test]
    fn a_server_that_does_not_answer_is_no_file_that_is_not_there() {
        // ERROR_FILE_NOT_FOUND, ERROR_PATH_NOT_FOUND, ERROR_BAD_NET_NAME (no such share), and the two for invalid
        // names.
        for code in [2, 3, 67, 123, 161] {
            assert!(is_missing(&io::Error::from_raw_os_error(code)), "{code}");
        }
        for code in [NO_SERVER, 5, 32] {
            assert!(!is_missing(&io::Error::from_raw_os_error(code)), "{code}");
        }
    }

    #[test]
    fn relative_paths_have_no_answer() {
        for path in ["", "file", "./file", "%ProgramFiles%/App"] {
            assert!(ThisMachine.look(path).unwrap_err().why.contains("not an absolute path"), "{path:?}");
            assert!(ThisMachine.version(path).is_err() && ThisMachine.list(path).is_err(), "{path:?}");
        }
    }

    #[test]
    fn a_path_longer_than_windows_likes_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let deep = (0..8).fold(folder.path().to_path_buf(), |path, _| path.join("d".repeat(40)));
        fs::create_dir_all(&deep).unwrap();
        let file = deep.join("file.txt");
        fs::write(&file, b"x").unwrap();
        assert!(text(&file).len() > 300);
        assert_eq!(ThisMachine.look(text(&file)).unwrap().map(|found| found.size), Some(1));
        assert_eq!(ThisMachine.list(text(&deep)).unwrap(), ["file.txt"]);
    }

    #[test]
    fn a_version_is_read_from_the_resource_and_from_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("app.exe");
        let resource = version_resource([10, 2, 0, 65535], &[("FileVersion", "10.2 beta")]);
        let sample = Sample {
            x64: true,
            resources: vec![(Name::Number(16), Name::Number(1), resource)],
            ..Sample::default()
        };
        fs::write(&program, sample.bytes()).unwrap();
        let version_of = |path: &Path| ThisMachine.version(text(path)).unwrap();
        let expected = FileVersion { numbers: Some([10, 2, 0, 65535]), text: Some("10.2 beta".to_owned()) };
        assert_eq!(version_of(&program), Some(expected));
        fs::write(&program, Sample::default().bytes()).unwrap();
        assert_eq!(version_of(&program), None, "no resource");
        fs::write(&program, b"MZ but no program").unwrap();
        assert_eq!(version_of(&program), None, "no program");
        fs::write(&program, b"").unwrap();
        assert_eq!(version_of(&program), None, "empty");
        assert_eq!(ThisMachine.loaded_as(text(&program)), Ok(None));
        let any_cpu = Sample { clr: Some((2, 5, 1)), ..Sample::default() };
        fs::write(&program, any_cpu.bytes()).unwrap();
        assert_eq!(ThisMachine.loaded_as(text(&program)), Ok(Some(LoadedAs::AnyCpu)));
        assert_eq!(version_of(folder.path()), None, "a folder");
    }
}
