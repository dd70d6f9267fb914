//! Makes the JSON Schemas under `schemas/json` from the types.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use waybill_schemas::json_schema::documents;

/// Writes every schema and removes those of documents that are no more.
pub(crate) fn write() -> Result<String, Box<dyn Error>> {
    let (folder, schemas) = (folder(), generate());
    fs::create_dir_all(&folder)?;
    for (name, text) in &schemas {
        fs::write(folder.join(name), text)?;
    }
    for name in on_disk(&folder)?.into_keys().filter(|name| !schemas.contains_key(name)) {
        fs::remove_file(folder.join(name))?;
    }
    Ok(format!("{} schemas written", schemas.len()))
}

/// Compares every schema with the committed file; none may be missing, differ or be left over.
pub(crate) fn check() -> Result<String, Box<dyn Error>> {
    let (found, schemas) = (on_disk(&folder())?, generate());
    let differing =
        schemas.iter().filter(|(name, text)| found.get(*name) != Some(text)).map(|(name, _)| name);
    let left_over = found.keys().filter(|name| !schemas.contains_key(*name));
    let faults: Vec<&str> = differing.chain(left_over).map(String::as_str).collect();
    if faults.is_empty() {
        return Ok(format!("{} schemas are current", schemas.len()));
    }
    Err(format!("not current: {}; run `cargo xtask schemas`", faults.join(", ")).into())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join("schemas").join("json")
}

fn generate() -> BTreeMap<String, String> {
    documents().iter().map(|document| (document.file_name(), document.to_json())).collect()
}

fn on_disk(folder: &Path) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files.insert(entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path())?);
    }
    Ok(files)
}
