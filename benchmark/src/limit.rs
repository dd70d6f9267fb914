//! What a machine can do at best: one thread, one thing, nothing around it.

use serde::{Deserialize, Serialize};

/// One thing that is measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Limit {
    MemoryCopy,
    Sha256,
    AesEncrypt,
    AesDecrypt,
    Deflate,
    Inflate,
    FileWrite,
    FileSync,
    FileRead,
    Http,
}

impl Limit {
    /// Those of a payload that is made here.
    pub(crate) const ALL: [Self; 10] = [
        Self::MemoryCopy,
        Self::Sha256,
        Self::AesEncrypt,
        Self::AesDecrypt,
        Self::Deflate,
        Self::Inflate,
        Self::FileWrite,
        Self::FileSync,
        Self::FileRead,
        Self::Http,
    ];

    /// Its name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::MemoryCopy => "memory-copy",
            Self::Sha256 => "sha-256",
            Self::AesEncrypt => "aes-encrypt",
            Self::AesDecrypt => "aes-decrypt",
            Self::Deflate => "deflate",
            Self::Inflate => "inflate",
            Self::FileWrite => "file-write",
            Self::FileSync => "file-sync",
            Self::FileRead => "file-read",
            Self::Http => "http",
        }
    }

    /// What is done, one line.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::MemoryCopy => "copies between two buffers of 32 MiB",
            Self::Sha256 => "SHA-256 of a buffer of 64 KiB, over and over",
            Self::AesEncrypt => "AES-256-CBC encryption of a buffer of 64 KiB, over and over",
            Self::AesDecrypt => "AES-256-CBC decryption of a buffer of 64 KiB, over and over",
            Self::Deflate => "libdeflate, level 6, of 1 MiB at a time of this payload's files that deflate",
            Self::Inflate => "libdeflate's inflate of the same blocks, bytes that come out",
            Self::FileWrite => "a new file in the folder, 512 KiB at a time, not synced",
            Self::FileSync => "the same, and synced once at the end, as packages and folders are",
            Self::FileRead => "a file of the folder, 64 KiB at a time, as the system holds it",
            Self::Http => "GET to a file by the same HTTP library, nothing checked",
        }
    }
}
