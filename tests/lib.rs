//! What the tests across crates share; the tests themselves are the modules of `main.rs`.

mod counted;
pub mod fast_clock;
pub mod fault_server;
pub mod folder_listing;
pub mod packed_folder;
pub mod pseudo_random;
pub mod published_content;
pub mod read_package;
pub mod sealed_package;
pub mod vector_file;
pub mod witness;

pub use counted::counted;

use std::path::PathBuf;

/// The folder of the tests, where `fixtures` and `vectors` are.
pub fn tests_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
