//! The files of a benchmark, all below one folder of its own.

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The folder. Everything in it is the benchmark's.
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

    /// The public tree.
    pub(crate) fn public(&self) -> PathBuf {
        self.0.join("public")
    }

    /// The document of the published content.
    pub(crate) fn document(&self) -> PathBuf {
        self.0.join("package.content.json")
    }

    /// The package, file or folder that a stage makes; removed after it.
    pub(crate) fn output(&self) -> PathBuf {
        self.0.join("output")
    }

    /// State and partial downloads of a fetch; removed after it.
    pub(crate) fn root(&self) -> PathBuf {
        self.0.join("root")
    }

    /// Removes what a stage left.
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
