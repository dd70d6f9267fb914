//! Unpacking: an authenticated payload becomes a folder, whole and under its name, or nothing at all.

mod error;
mod file_digest;
mod folder;
mod payload_file;
mod place;
mod record;
mod staging;
mod sweep;
mod sync;
mod tree;

pub use error::UnpackError;
pub use folder::{ContentFolder, UnpackOptions};
pub use record::UnpackRecord;
pub use sweep::{sweep_staging, take_up_staging};

#[cfg(test)]
mod record_tests;
#[cfg(test)]
mod sweep_tests;
#[cfg(test)]
mod tests;
