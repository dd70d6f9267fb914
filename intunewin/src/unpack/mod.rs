//! Unpacking: an authenticated payload becomes a folder, whole and under its name, or nothing at all.

mod error;
mod folder;
mod payload_file;
mod staging;
mod sync;
mod tree;

pub use error::UnpackError;
pub use folder::{ContentFolder, UnpackOptions};

#[cfg(test)]
mod tests;
