//! A file that was found, with what its answer is made of.

use crate::conditions::Validators;
use crate::entity_tag::EntityTag;
use crate::key_material::KeyMaterial;
use crate::refusal::Refusal;
use crate::served_folder::ServedFolder;
use intunewin::EntryName;
use std::fs::{File, Metadata};
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// An open regular file. Everything said of it comes from this handle, so that a file put in its place meanwhile
/// changes nothing.
#[derive(Debug)]
pub(crate) struct ServedFile {
    pub(crate) file: File,
    pub(crate) length: u64,
    pub(crate) validators: Validators,
}

/// HTTP's dates have four digits for the year.
const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);

impl ServedFile {
    /// Opens what `name` leads to, unless it carries keys and `keys` does not allow that. Blocks.
    pub(crate) fn open(folder: &ServedFolder, name: &EntryName, keys: bool) -> Result<Self, Refusal> {
        let file = folder.open_file(name).map_err(|error| Refusal::not_opened(&error))?;
        let metadata = file.metadata().map_err(|error| Refusal::not_opened(&error))?;
        if !metadata.is_file() {
            return Err(Refusal::NotFound);
        }
        let length = metadata.len();
        if !keys {
            let by_name = KeyMaterial::by_name(name.as_str());
            let found =
                by_name.map_or_else(|| KeyMaterial::by_contents(&file, length), |found| Ok(Some(found)));
            if let Some(found) = found.map_err(|error| Refusal::not_opened(&error))? {
                return Err(Refusal::Keys(found));
            }
        }
        let validators =
            Validators { tag: EntityTag::of(&metadata), modified: modified(&metadata).ok().flatten() };
        Ok(Self { file, length, validators })
    }
}

/// In whole seconds; none where HTTP cannot say it. A time to come is said as it is.
fn modified(metadata: &Metadata) -> io::Result<Option<SystemTime>> {
    let since = metadata.modified()?.duration_since(UNIX_EPOCH).ok();
    let since = since.filter(|since| *since < YEAR_10000);
    Ok(since.map(|since| UNIX_EPOCH + Duration::from_secs(since.as_secs())))
}
