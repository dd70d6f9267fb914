use super::DosTime;
use crate::zip::record::method;

/// How an entry's bytes are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// As they are.
    Stored,
    /// Raw deflate (RFC 1951).
    Deflated,
}

impl Method {
    pub(super) const fn code(self) -> u16 {
        match self {
            Self::Stored => method::STORED,
            Self::Deflated => method::DEFLATED,
        }
    }
}

/// An entry whose CRC and sizes are known before its first byte is written.
#[derive(Debug, Clone, Copy)]
pub struct KnownEntry<'a> {
    /// Relative, with `/` between components.
    pub name: &'a str,
    /// Last change.
    pub modified: DosTime,
    /// How the data given is kept.
    pub method: Method,
    /// CRC-32 of the file.
    pub crc: u32,
    /// Bytes of the file.
    pub size: u64,
    /// Bytes of the data as written; equal to `size` for [`Method::Stored`].
    pub compressed: u64,
}
