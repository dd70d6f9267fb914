//! The content's stages: encrypted, then authenticated, then read or unpacked. Each consumes the one before.

mod authenticate;
mod authenticated;
mod encrypted;
mod error;
mod payload;

pub(crate) use authenticate::{Expected, conclude};
pub use authenticated::AuthenticatedContent;
pub use encrypted::EncryptedContent;
pub(crate) use encrypted::{check_header, judge, judge_shape};
pub use error::{AuthenticateError, ContentError};
pub(crate) use payload::Payload;
pub use payload::PayloadReader;

/// MAC (32 bytes) and IV (16 bytes) before the ciphertext.
pub(crate) const HEADER: u64 = 48;

#[cfg(test)]
mod tests;
