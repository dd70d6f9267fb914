//! Files that survive a crash: private files, renames that wait, locks, the private root and its scratch folders,
//! free space, and the id of the boot.

pub mod boot;
mod dead_files;
mod identity;
mod lock;
mod made_folders;
mod new_file;
pub mod private_file;
mod rename;
mod root;
mod scratch;
pub mod space;
mod staging;
mod target_folder;
mod temporary_folder;

pub use identity::folder_identity;
pub use lock::{Lock, LockError, lock_within};
pub use made_folders::MadeFolders;
pub use new_file::{FileAccess, NewFile, SettledFile};
pub use rename::{flushes_each_file, folder_of, is_tree_settled, rename, sync_folder, while_held};
pub use root::{Root, RootError};
pub use scratch::ScratchFolder;
pub use space::SpaceError;
pub use staging::{StagedFolder, staging_name};
pub use target_folder::{StagingError, TargetFolder, absolute_destination, target_of_sibling};
pub use temporary_folder::TemporaryFolder;

use std::path::Path;

/// The path as messages show it, without the `\\?\` of Windows' canonical paths.
pub fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    match text.strip_prefix(r"\\?\") {
        Some(rest) => {
            rest.strip_prefix(r"UNC\").map_or_else(|| rest.to_owned(), |share| format!(r"\\{share}"))
        }
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbatim_prefixes_are_not_shown() {
        assert_eq!(shown(Path::new(r"\\?\C:\a")), r"C:\a");
        assert_eq!(shown(Path::new(r"\\?\UNC\server\share\a")), r"\\server\share\a");
        assert_eq!(shown(Path::new("a/b")), "a/b");
    }
}
