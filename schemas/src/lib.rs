//! The documents that cross a boundary, and the one table of codes. Data only: no I/O, no terminal.

mod bytes;
pub mod codes;
mod encryption_info;

pub use bytes::{BytesError, EncryptionKey, FileDigest, InitializationVector, Mac, MacKey};
pub use encryption_info::{
    DigestAlgorithm, EncryptionInfo, FILE_DIGEST_ALGORITHM, PROFILE_IDENTIFIER, Profile,
};
