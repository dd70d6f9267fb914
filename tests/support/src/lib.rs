//! Code that the tests of all crates share. It depends on `waybill-context` alone, so that every crate's tests can use
//! it.

pub mod clock;
pub mod folder_listing;
pub mod noise;
pub mod vector_file;

use std::path::PathBuf;

/// The folder of the tests across crates, where `fixtures` and `vectors` are.
pub fn tests_folder() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), ".."].iter().collect()
}
