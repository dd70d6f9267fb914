//! Folders that are made on the way to an output, and taken away again where nothing comes into them.

use std::io;
use std::path::{Path, PathBuf};

/// The folders that one call made, the innermost first. Dropped before [`MadeFolders::keep`], those that are still empty are
/// removed, so that a refused command leaves nothing.
#[derive(Debug, Default)]
pub struct MadeFolders(Vec<PathBuf>);

impl MadeFolders {
    /// Makes `folder` and its ancestors, as far as they are missing.
    ///
    /// # Errors
    /// I/O; what was made until then is removed.
    pub fn make(folder: &Path) -> io::Result<Self> {
        let is_missing = |path: &&Path| !path.as_os_str().is_empty() && path.symlink_metadata().is_err();
        let missing: Vec<PathBuf> = folder.ancestors().take_while(is_missing).map(Path::to_owned).collect();
        // Before they are made, so that those that were made are removed where a later one cannot be.
        let made = Self(missing);
        fs_err::create_dir_all(folder)?;
        Ok(made)
    }

    /// Leaves the folders where they are: something is in them now.
    pub fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for MadeFolders {
    fn drop(&mut self) {
        for folder in &self.0 {
            // Refused where another program put something into it meanwhile.
            if std::fs::remove_dir(folder).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_and_stays_empty_goes_again() {
        let folder = tempfile::tempdir().unwrap();
        let (there, deep) = (folder.path().join("there"), folder.path().join("there/a/b"));
        std::fs::create_dir(&there).unwrap();
        drop(MadeFolders::make(&deep).unwrap());
        assert!(there.is_dir() && !there.join("a").exists());

        let made = MadeFolders::make(&deep).unwrap();
        std::fs::write(there.join("a/other"), "").unwrap();
        drop(made);
        assert!(there.join("a").is_dir() && !deep.exists(), "it holds something of another program");

        let mut made = MadeFolders::make(&deep).unwrap();
        made.keep();
        drop(made);
        assert!(deep.is_dir());
        drop(MadeFolders::make(&deep).unwrap());
        assert!(deep.is_dir(), "it was there before");
        assert!(MadeFolders::make(&there.join("a/other/below")).is_err());
        assert!(there.join("a/other").is_file());
    }
}
