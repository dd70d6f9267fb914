//! The test vectors: files with one fault each, made without the crates they test.
//!
//! `tests/vectors/<group>/<name>` holds header lines, a blank line and the bytes. Every field of every record is
//! written here by hand, so the vectors are a witness of the format and no mirror of our own writer.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

mod archive;
mod deflate;
mod document;
mod package;
mod records;
mod sealed;
mod vector;
mod xml;
mod zip_image;

/// Relative path and bytes of every vector file.
type Files = BTreeMap<PathBuf, Vec<u8>>;

/// The largest file that may be committed.
const LARGEST: usize = 8 * 1024;

/// Writes every vector and removes files that are no vector any more.
pub(crate) fn write() -> Result<String, Box<dyn Error>> {
    let (root, files) = (root(), generate());
    for (path, bytes) in &files {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        // An equal file keeps its time, so that nothing that was built from it is built again.
        if fs::read(&path).ok().as_ref() != Some(bytes) {
            fs::write(&path, bytes)?;
        }
    }
    for path in on_disk(&root)?.difference(&files.keys().cloned().collect()) {
        fs::remove_file(root.join(path))?;
    }
    Ok(format!("{} vectors in {}", files.len(), root.display()))
}

/// Compares every vector with the committed file; none may be missing, differ or be left over.
pub(crate) fn check() -> Result<String, Box<dyn Error>> {
    let (root, files) = (root(), generate());
    let mut faults = Vec::new();
    for (path, bytes) in &files {
        match fs::read(root.join(path)) {
            Ok(found) if found == *bytes => {}
            Ok(_) => faults.push(format!("differs: {}", path.display())),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                faults.push(format!("missing: {}", path.display()));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let expected = files.keys().cloned().collect();
    faults.extend(on_disk(&root)?.difference(&expected).map(|path| format!("left over: {}", path.display())));
    if faults.is_empty() {
        return Ok(format!("{} vectors are current", files.len()));
    }
    Err(format!("the vectors are not current; run `cargo xtask vectors`\n{}", faults.join("\n")).into())
}

fn generate() -> Files {
    let groups = [("archive", archive::all()), ("package", package::all()), ("xml", xml::all())];
    let mut files = Files::new();
    let mut names = BTreeSet::new();
    for (group, vectors) in groups {
        for vector in vectors {
            let (name, bytes) = (vector.name.clone(), vector.bytes());
            let plain = |character: char| {
                character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-'
            };
            assert!(name.chars().all(plain), "{name}: lower case, digits and dashes only");
            assert!(bytes.len() <= LARGEST, "{name}: {} bytes", bytes.len());
            assert!(names.insert((group, name.clone())), "{name}: twice");
            files.insert(Path::new(group).join(name), bytes);
        }
    }
    files
}

fn root() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    workspace.join("tests").join("vectors")
}

/// Relative paths of the files below `root`, README.md left out.
fn on_disk(root: &Path) -> std::io::Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    for group in subfolders(root)? {
        for entry in fs::read_dir(root.join(&group))? {
            found.insert(group.join(entry?.file_name()));
        }
    }
    Ok(found)
}

fn subfolders(root: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut folders = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(PathBuf::from(entry.file_name()));
        }
    }
    Ok(folders)
}
