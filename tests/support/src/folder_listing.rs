//! Listings of folders with their bytes, for comparisons.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Every path below a folder, with `/` on every system, and the bytes of each file; `None` for a folder.
pub type Listing = BTreeMap<String, Option<Vec<u8>>>;

/// Lists everything below `folder`.
///
/// # Errors
/// A folder or file cannot be read, or an entry is neither, such as a link.
pub fn list(folder: &Path) -> io::Result<Listing> {
    let mut listing = Listing::new();
    add(folder, "", &mut listing)?;
    Ok(listing)
}

fn add(folder: &Path, prefix: &str, listing: &mut Listing) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            add(&entry.path(), &format!("{path}/"), listing)?;
            listing.insert(path, None);
        } else if kind.is_file() {
            listing.insert(path, Some(fs::read(entry.path())?));
        } else {
            return Err(io::Error::other(format!("{path} is neither file nor folder")));
        }
    }
    Ok(())
}
