//! Files that survive a crash: small private files, patient renames, locks, the private root, free space, which boot it is.

pub mod boot;
mod lock;
mod patience;
pub mod private_file;
mod root;
pub mod space;
mod staging;
mod sync;
mod target_folder;

pub use lock::{Lock, LockError};
pub use patience::{rename, while_held};
pub use root::{Root, RootError};
pub use space::SpaceError;
pub use staging::StagedFolder;
pub use sync::{flushes_each_file, folder_of, is_tree_settled, sync_folder};
pub use target_folder::{StagingError, TargetFolder, target_of_sibling};
