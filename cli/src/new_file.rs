//! Files that reports go into.

use crate::error::Failure;
use crate::package_input::shown;
use std::io::{self, Write as _};
use std::path::Path;
use waybill_context::Context;
use waybill_disk::FileAccess;
use waybill_schemas::codes::command;

/// A file that is begun before the work it is for, so that nothing is done for a report that cannot be written; gone again
/// where it does not come to one.
pub(crate) struct NewFile<'a> {
    path: &'a Path,
    file: waybill_disk::NewFile,
    replace: bool,
}

impl<'a> NewFile<'a> {
    /// Begins it; what is there when it is written is not replaced.
    pub(crate) fn create(path: &'a Path) -> Result<Self, Failure> {
        Self::begin(path, false)
    }

    /// Begins it; one that is there is replaced when this one is written.
    pub(crate) fn replacing(path: &'a Path) -> Result<Self, Failure> {
        Self::begin(path, true)
    }

    fn begin(path: &'a Path, replace: bool) -> Result<Self, Failure> {
        let file = waybill_disk::NewFile::create(path, FileAccess::AsReplaced)
            .map_err(|error| not_written(path, &error))?;
        Ok(Self { path, file, replace })
    }

    /// Writes all of it.
    pub(crate) fn write(mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = self.file.write_all(bytes);
        written
            .and_then(|()| self.file.put(self.replace, &Context::silent()))
            .map_err(|error| not_written(self.path, &error))
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
