//! Files that are committed and made by a program: written anew, or compared with what is there.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// The files that one chore makes.
pub(crate) struct Generated {
    /// The chore's name, which messages also use for its files.
    pub(crate) chore: &'static str,
    /// The folder of the files, from the workspace's root.
    pub(crate) folder: &'static str,
    /// Whether a file below the folder is one of this chore's, and so left over where it is not made any more.
    pub(crate) owns: fn(&Path) -> bool,
    /// Each file's path in the folder, and its bytes.
    pub(crate) files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Generated {
    /// Writes every file and removes those that are not made any more.
    pub(crate) fn write(&self) -> Result<String, Box<dyn Error>> {
        for (name, bytes) in &self.files {
            let path = self.root().join(name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            // An equal file keeps its time, so that nothing that was built from it is built again.
            if fs::read(&path).ok().as_ref() != Some(bytes) {
                fs::write(&path, bytes)?;
            }
        }
        for name in self.left_over()? {
            fs::remove_file(self.root().join(name))?;
        }
        Ok(format!("{}: {} files in {}", self.chore, self.files.len(), self.folder))
    }

    /// Compares every file with the committed one; none may be missing, differ or be left over.
    pub(crate) fn check(&self) -> Result<String, Box<dyn Error>> {
        let mut faults = Vec::new();
        for (name, bytes) in &self.files {
            match fs::read(self.root().join(name)) {
                Ok(found) if found == *bytes => {}
                Ok(_) => faults.push(format!("differs: {}", name.display())),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    faults.push(format!("missing: {}", name.display()));
                }
                Err(error) => return Err(error.into()),
            }
        }
        faults.extend(self.left_over()?.iter().map(|name| format!("left over: {}", name.display())));
        let Self { chore, files, .. } = self;
        if faults.is_empty() {
            return Ok(format!("{chore}: {} files are current", files.len()));
        }
        Err(format!("{chore}: not current; run `cargo xtask {chore}`\n{}", faults.join("\n")).into())
    }

    fn root(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(self.folder)
    }

    fn left_over(&self) -> io::Result<Vec<PathBuf>> {
        let root = self.root();
        let names = files_below(&root)?
            .into_iter()
            .filter_map(|path| Some(path.strip_prefix(&root).ok()?.to_owned()));
        Ok(names.filter(|name| (self.owns)(name) && !self.files.contains_key(name)).collect())
    }
}

fn files_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files_below(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}
