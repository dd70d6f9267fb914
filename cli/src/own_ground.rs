//! A destination is replaced as a whole: never the folder that one stands in, nor one that holds what is worked with.

use crate::error::Failure;
use std::path::Path;
use waybill_disk::StagingError;

/// Refuses a `destination` that holds the current folder, or one of `kept`, for the reason that stands beside it.
pub(crate) fn spare(destination: &Path, kept: &[(&Path, &'static str)]) -> Result<(), Failure> {
    let Ok(place) = std::fs::canonicalize(destination) else { return Ok(()) }; // not there: nothing to lose
    if !place.is_dir() {
        return Ok(());
    }
    let holds = |path: &Path| std::fs::canonicalize(path).is_ok_and(|path| path.starts_with(&place));
    let here = (Path::new("."), "the current folder is in it");
    match std::iter::once(&here).chain(kept).find(|(path, _)| holds(path)) {
        Some((_, why)) => Err(StagingError::Unusable { path: destination.to_owned(), why }.into()),
        None => Ok(()),
    }
}
