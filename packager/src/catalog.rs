//! Catalogue files (`--catalog`, the reference tool's `-a`): packed under a folder of a fixed name.

use crate::walk::{Findings, Problem, SourceList, WalkError};
use crate::walk::{Surroundings, walk_whole};
use std::path::Path;

/// The folder that catalogue files get in every package (`docs/package-format.md`).
pub const CATALOG_FOLDER: &str = "Cat_C029B285-222F-460B-8ECA-2CD7A8A424B7";

/// Adds the files of `catalog` to the list, after the source's. Excludes and ignore files do not apply to them.
///
/// The folder gets an entry of its own, as in the packages of Microsoft's tool.
pub(crate) fn walk_catalog(
    catalog: &Path,
    surroundings: &Surroundings<'_>,
    list: &mut SourceList,
    findings: &mut Findings,
) -> Result<(), WalkError> {
    let refused = |what| WalkError::Catalog { path: catalog.to_path_buf(), what };
    let root = std::fs::canonicalize(catalog).map_err(|_| refused("is not there"))?;
    let metadata = std::fs::metadata(&root).map_err(|_| refused("cannot be read"))?;
    if !metadata.is_dir() {
        return Err(refused("is not a folder"));
    }
    if list.holds_at_top(CATALOG_FOLDER) {
        findings.add(CATALOG_FOLDER.to_owned(), Problem::CatalogNameTaken);
        return Ok(());
    }
    let folder = list.add_catalog(CATALOG_FOLDER, root.clone());
    list.add_folder_entry(folder, metadata.modified().unwrap_or(std::time::UNIX_EPOCH));
    let before = (list.len(), findings.count());
    walk_whole(surroundings, root, (folder, format!("{CATALOG_FOLDER}/")), list, findings)?;
    if (list.len(), findings.count()) == before {
        return Err(refused("holds no file"));
    }
    Ok(())
}
