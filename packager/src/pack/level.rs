//! How hard to deflate.

/// How hard files are deflated.
///
/// | level | libdeflate's | about |
/// |---|---|---|
/// | store | none | as they are |
/// | fast | 1 | twice the speed, 8 % larger |
/// | default | 6 | 1 % smaller than Microsoft's tool (zlib 6) |
/// | best | 10 | a tenth of the speed, 3 % smaller |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Level {
    /// Nothing is deflated.
    Store,
    /// Fast.
    Fast,
    /// Smaller than zlib's level 6, and faster.
    #[default]
    Default,
    /// Small. libdeflate's 12 would take twice the time of its 10 for another 0.2 %.
    Best,
}

impl Level {
    /// libdeflate's level.
    pub(super) const fn number(self) -> i32 {
        match self {
            Self::Store | Self::Fast => 1,
            Self::Default => 6,
            Self::Best => 10,
        }
    }

    /// Bytes that one thread's encoder holds.
    pub(super) const fn encoder_memory(self) -> u64 {
        match self {
            Self::Store => 0,
            Self::Fast | Self::Default => 1 << 20,
            Self::Best => 10 << 20,
        }
    }
}
