//! Files that survive a crash: small private files, patient renames, locks, the private root, free space, which boot it is.

pub mod boot;
mod lock;
mod patience;
pub mod private_file;
mod root;
pub mod space;
mod sync;

pub use lock::{Lock, LockError};
pub use patience::{rename, while_held};
pub use root::{Root, RootError};
pub use space::SpaceError;
pub use sync::{folder_of, sync_folder};
