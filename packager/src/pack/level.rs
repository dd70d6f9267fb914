//! How hard to deflate.

/// How hard files are deflated.
///
/// | level | files up to 8 MiB (libdeflate) | larger ones (zlib-rs) | about |
/// |---|---|---|---|
/// | store | as they are | as they are | no time at all |
/// | fast | 1 | 1 | twice the speed, a tenth larger |
/// | default | 6 | 6 | as small as Microsoft's tool (zlib 6) |
/// | best | 10 | 9 | a tenth of the speed, 3 % smaller |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Level {
    /// Nothing is deflated.
    Store,
    /// Fast.
    Fast,
    /// As small as zlib's level 6, and faster.
    #[default]
    Default,
    /// Small. libdeflate's 12 would take twice the time of its 10 for another 0.2 %.
    Best,
}

impl Level {
    /// libdeflate's level for whole files.
    pub(super) const fn whole(self) -> i32 {
        match self {
            Self::Store | Self::Fast => 1,
            Self::Default => 6,
            Self::Best => 10,
        }
    }

    /// zlib's level for blocks of large files.
    pub(super) const fn block(self) -> u32 {
        match self {
            Self::Store | Self::Fast => 1,
            Self::Default => 6,
            Self::Best => 9,
        }
    }

    /// Bytes that one thread's encoders hold.
    pub(super) const fn encoder_memory(self) -> u64 {
        match self {
            Self::Store => 0,
            Self::Fast | Self::Default => 1 << 20,
            Self::Best => 10 << 20,
        }
    }
}
