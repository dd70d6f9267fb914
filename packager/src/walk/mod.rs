//! Walks a source folder into a [`SourceList`].
//!
//! The order is the same on every system. Links inside the folder are followed, and those that lead out are refused.
//! Everything that cannot be packed is collected and reported together. Whether unpacking would accept the names is
//! checked later, by the archive policy.

mod finding;
mod folder;
mod list;
mod listing;

use crate::exclude::Exclusions;
use folder::Walker;
use intunewin::ArchivePolicy;
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_schemas::app::{APP_DOCUMENT, APP_DOCUMENT_FOR_UNIX};

pub(crate) use finding::one_a_line;
pub use finding::{SourceFinding, SourceFindings, SourceProblem, WalkError};
pub(crate) use list::as_listed;
pub use list::{SourceEntry, SourceList};

/// The names of the app's documents, which are left out where they are directly in the source folder.
pub const APP_DOCUMENTS: [&str; 2] = [APP_DOCUMENT, APP_DOCUMENT_FOR_UNIX];

/// How the name of a document begins while it is written; what an interrupted run left is left out, too.
pub(crate) const APP_DOCUMENT_STAGING: &str = ".app.json.waybill-";

/// The name of the folder of catalogue files in every package (`docs/package-format.md`).
pub const CATALOG_FOLDER: &str = "Cat_C029B285-222F-460B-8ECA-2CD7A8A424B7";

/// Options of a walk; [`Default`] takes every file.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct WalkOptions {
    /// The exclusions of `--exclude`.
    pub exclusions: Exclusions,
    /// The path of the package, which is never packed, nor is an earlier one there.
    pub output: Option<PathBuf>,
    /// A folder of catalogue files (`--catalog`), which are packed under [`CATALOG_FOLDER`].
    pub catalog: Option<PathBuf>,
    /// The policy that limits the entries and bytes of a package.
    pub policy: ArchivePolicy,
}

impl WalkOptions {
    /// Options that leave out only what `exclusions` match.
    pub fn excluding(exclusions: Exclusions) -> Self {
        Self { exclusions, ..Self::default() }
    }
}

/// Lists the files of `folder` that will be packed, then those of the catalogue folder.
///
/// Sizes and times are those of this moment. A caller that reads the files later must check whether they have changed.
///
/// # Errors
/// Not a folder; interruption; [`WalkError::Refused`] with every finding.
pub fn walk(folder: &Path, options: &WalkOptions, context: &Context<'_>) -> Result<SourceList, WalkError> {
    let root = canonical_folder(folder)?;
    let mut walker = Walker::new(root.clone(), options, context);
    walker.walk_source()?;
    if let Some(catalog) = &options.catalog {
        walk_catalog(catalog, &mut walker)?;
    }
    let Walker { mut list, mut findings, .. } = walker;
    check_limits(&list, &options.policy, &mut findings);
    if !findings.is_empty() {
        return Err(WalkError::Refused { root, findings });
    }
    // It lives as long as the packing, next to buffers that are counted.
    list.shrink();
    tracing::debug!(
        entries = list.len(),
        bytes = list.total_bytes(),
        left_out = list.left_out().files(),
        "listed"
    );
    Ok(list)
}

/// The canonical path: links resolved, on Windows with `\\?\`, so that paths over 260 characters work below it.
fn canonical_folder(folder: &Path) -> Result<PathBuf, WalkError> {
    let refused = |source| WalkError::NotAFolder { path: folder.to_path_buf(), source };
    let root = std::fs::canonicalize(folder).map_err(|error| refused(Some(error)))?;
    if root.is_dir() { Ok(root) } else { Err(refused(None)) }
}

/// Adds the files of `catalog` to the list, after the source's. Excludes and ignore files do not apply to them.
///
/// The folder gets an entry of its own, as in the packages of Microsoft's tool.
fn walk_catalog(catalog: &Path, walker: &mut Walker<'_>) -> Result<(), WalkError> {
    let refused = |what| WalkError::Catalog { path: catalog.to_path_buf(), what };
    let root = std::fs::canonicalize(catalog).map_err(|_| refused("is not there"))?;
    let metadata = std::fs::metadata(&root).map_err(|_| refused("cannot be read"))?;
    if !metadata.is_dir() {
        return Err(refused("is not a folder"));
    }
    // The package would merge the two folders, and nobody could tell the catalogue's files from the app's.
    if walker.list.holds_at_top(CATALOG_FOLDER) {
        walker.findings.add(CATALOG_FOLDER.to_owned(), SourceProblem::CatalogNameTaken);
        return Ok(());
    }
    let folder = walker.list.add_catalog(CATALOG_FOLDER, root.clone());
    // Microsoft's tool gives it an entry, so readers may look for one.
    walker.list.add_folder_entry(folder, metadata.modified().unwrap_or(std::time::UNIX_EPOCH));
    let before = (walker.list.len(), walker.findings.count());
    walker.walk_whole(root, folder, format!("{CATALOG_FOLDER}/"))?;
    if (walker.list.len(), walker.findings.count()) == before {
        return Err(refused("holds no file"));
    }
    Ok(())
}

fn check_limits(list: &SourceList, policy: &ArchivePolicy, findings: &mut SourceFindings) {
    let (total, limit) = (list.total_bytes(), policy.max_package);
    if total > limit {
        findings.add(String::new(), SourceProblem::TooLarge { total, limit });
    }
    // A folder of which nothing could be read is not called empty.
    if list.is_empty() && findings.is_empty() {
        let left_out = list.left_out().clone();
        findings.add(String::new(), SourceProblem::Empty { left_out });
    }
}

#[cfg(test)]
mod tests;
