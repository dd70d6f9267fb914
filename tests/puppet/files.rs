//! Commands that create, change or delete files.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

/// ERROR_UNKNOWN_PRODUCT of Windows Installer: the product is not installed.
const UNKNOWN_PRODUCT: i32 = 1605;
/// ERROR_INSTALL_ALREADY_RUNNING of Windows Installer: another installation is running.
const INSTALL_ALREADY_RUNNING: i32 = 1618;
/// ERROR_PRODUCT_VERSION of Windows Installer: another version is installed.
const PRODUCT_VERSION: i32 = 1638;

pub(crate) fn append(file: &str, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(file)?;
    file.write_all(format!("{text}\n").as_bytes())
}

/// Writes the process id to a file, which gets its name only when it is complete.
pub(crate) fn write_id(file: &str) -> io::Result<()> {
    let id = std::process::id();
    let unfinished = format!("{file}.{id}");
    fs::write(&unfinished, id.to_string())?;
    fs::rename(unfinished, file)
}

pub(crate) fn wait_for(file: &str) -> io::Result<()> {
    crate::wait_until(file, || Path::new(file).exists())
}

pub(crate) fn install(file: &str) -> io::Result<Option<i32>> {
    match OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(mut file) => file.write_all(b"installed\n").map(|()| None),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Some(PRODUCT_VERSION)),
        Err(error) => Err(error),
    }
}

pub(crate) fn uninstall(file: &str) -> io::Result<Option<i32>> {
    match fs::remove_file(file) {
        Ok(()) => Ok(None),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Some(UNKNOWN_PRODUCT)),
        Err(error) => Err(error),
    }
}

pub(crate) fn retry_until(file: &str, count: &str) -> io::Result<Option<i32>> {
    append(file, "run")?;
    let wanted: usize = count.parse().map_err(io::Error::other)?;
    let runs = fs::read_to_string(file)?.lines().count();
    Ok((runs < wanted).then_some(INSTALL_ALREADY_RUNNING))
}

/// Deletes everything in the working directory, then the directory itself. On Windows the running program and its
/// folder cannot be deleted and stay.
pub(crate) fn delete_own_folder() -> io::Result<()> {
    let own = std::env::current_dir()?;
    for entry in fs::read_dir(&own)? {
        let path = entry?.path();
        let _ = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
    }
    let _ = fs::remove_dir(own);
    Ok(())
}
