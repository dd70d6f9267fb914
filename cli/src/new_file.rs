//! Files that reports go into.

use crate::error::Failure;
use crate::package_input::shown;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use waybill_schemas::codes::command;

/// A file that is made before the work it is for, so that nothing is done for a report that cannot be written; gone again
/// where it does not come to one.
pub(crate) struct NewFile<'a> {
    path: &'a Path,
    /// Where it is written: beside the one that it replaces at the end, which stays as it is until then.
    beside: PathBuf,
    file: File,
    written: bool,
}

impl<'a> NewFile<'a> {
    /// Makes it; one that is there is refused.
    pub(crate) fn create(path: &'a Path) -> Result<Self, Failure> {
        Self::make(path, path.to_owned())
    }

    /// Makes it; one that is there is replaced when this one is written.
    pub(crate) fn replacing(path: &'a Path) -> Result<Self, Failure> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".new-{}", std::process::id()));
        Self::make(path, path.with_file_name(name))
    }

    fn make(path: &'a Path, beside: PathBuf) -> Result<Self, Failure> {
        let file = File::create_new(&beside).map_err(|error| not_written(path, &error))?;
        Ok(Self { path, beside, file, written: false })
    }

    /// Writes all of it.
    pub(crate) fn write(mut self, bytes: &[u8]) -> Result<(), Failure> {
        let failed = |error: io::Error| not_written(self.path, &error);
        self.file.write_all(bytes).map_err(failed)?;
        if self.beside != self.path {
            std::fs::rename(&self.beside, self.path).map_err(failed)?;
        }
        self.written = true;
        Ok(())
    }
}

impl Drop for NewFile<'_> {
    fn drop(&mut self) {
        if !self.written {
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

/// An error where something is there already.
pub(crate) fn refuse_existing(file: &Path, hint: &str) -> Result<(), Failure> {
    if file.symlink_metadata().is_err() {
        return Ok(());
    }
    let failure = Failure::new(&command::REPORT_EXISTS, "it is there already").about(&shown(file));
    Err(failure.with_hint(hint))
}

fn not_written(path: &Path, error: &io::Error) -> Failure {
    Failure::new(&command::OUTPUT_FAILED, "cannot write the file").caused_by(error).about(&shown(path))
}
