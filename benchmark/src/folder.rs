//! The temporary folder of a benchmark. It is removed at the end; that of a killed run is removed by the next one.

use crate::options::{BenchError, failed};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use waybill_disk::TemporaryFolder;

/// The name of the folder begins so.
const PREFIX: &str = "waybill-bench-";

/// The temporary folder of a running benchmark.
pub(crate) struct Folder(TemporaryFolder);

impl Folder {
    /// Creates a folder in `within`, and removes those that killed runs left there.
    pub(crate) fn new(within: &Path) -> Result<Self, BenchError> {
        std::fs::create_dir_all(within).map_err(failed("make", within))?;
        TemporaryFolder::create(within, PREFIX).map(Self).map_err(failed("make a folder in", within))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Removes the folder and reports an error; dropping the value ignores errors.
    pub(crate) fn close(self) -> Result<(), BenchError> {
        let path = self.path().to_owned();
        self.0.close().map_err(failed("remove", &path))
    }
}

/// The path of the benchmark's folder, which only holds files of the benchmark.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Ground(PathBuf);

impl Ground {
    pub(crate) fn at(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    /// The files that are packed.
    pub(crate) fn source(&self) -> PathBuf {
        self.0.join("source")
    }

    /// The package whose content is published.
    pub(crate) fn package(&self) -> PathBuf {
        self.0.join("package.intunewin")
    }

    /// The folder with the published objects that the lab server serves.
    pub(crate) fn public(&self) -> PathBuf {
        self.0.join("public")
    }

    /// The document of the published content.
    pub(crate) fn document(&self) -> PathBuf {
        self.0.join("package.content.json")
    }

    /// The package, file or folder that a stage makes; [`clear`](Self::clear) removes it after the stage.
    pub(crate) fn output(&self) -> PathBuf {
        self.0.join("output")
    }

    /// State and partial downloads of a fetch; [`clear`](Self::clear) removes it after the stage.
    pub(crate) fn root(&self) -> PathBuf {
        self.0.join("root")
    }

    /// Removes the output and root of a stage, if they exist.
    pub(crate) fn clear(&self) -> std::io::Result<()> {
        for left in [self.output(), self.root()] {
            let removed = match left.symlink_metadata() {
                Ok(there) if there.is_dir() => std::fs::remove_dir_all(&left),
                Ok(_) => std::fs::remove_file(&left),
                Err(_) => Ok(()),
            };
            removed?;
        }
        Ok(())
    }
}
