//! Unpacking: an authenticated payload becomes a folder, whole and under its name, or nothing at all.

mod error;
mod file_digest;
mod folder;
mod payload_file;
mod record;
mod tree;

pub use error::UnpackError;
pub use folder::{ContentFolder, UnpackOptions};
pub use record::UnpackRecord;

#[cfg(test)]
mod record_tests;
#[cfg(test)]
mod tests;
