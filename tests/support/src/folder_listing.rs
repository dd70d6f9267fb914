//! What lies in a folder, for comparisons.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Every path below a folder, with `/` on every host; a file's bytes, `None` for a folder.
pub type Listing = BTreeMap<String, Option<Vec<u8>>>;

/// Lists `folder` with everything below it; links are an error.
///
/// # Errors
/// I/O; something that is neither file nor folder.
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
