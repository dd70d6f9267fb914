use crate::{Perspective, Unanswered};
use waybill_intune::RegistryKey;

/// The registry. On a host that has none every question is [`Unanswered`].
pub trait Registry: Send + Sync {
    /// Whether the key is there.
    ///
    /// # Errors
    /// Access is denied, or there is no registry.
    fn has_key(&self, key: &RegistryKey, perspective: Perspective) -> Result<bool, Unanswered>;

    /// The value `name` of the key (empty: its default value); `None` where the key or the value is not there.
    ///
    /// # Errors
    /// Access is denied, or there is no registry.
    fn value(
        &self,
        key: &RegistryKey,
        name: &str,
        perspective: Perspective,
    ) -> Result<Option<RegistryValue>, Unanswered>;

    /// The names of its subkeys, sorted; empty where the key is not there.
    ///
    /// # Errors
    /// Access is denied, or there is no registry.
    fn subkeys(&self, key: &RegistryKey, perspective: Perspective) -> Result<Vec<String>, Unanswered>;
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryValue {
    /// REG_SZ.
    Text(String),
    /// REG_EXPAND_SZ, not expanded.
    Expandable(String),
    /// REG_MULTI_SZ.
    Texts(Vec<String>),
    /// REG_DWORD.
    Number32(u32),
    /// REG_QWORD.
    Number64(u64),
    /// REG_BINARY and every other type.
    Bytes(Vec<u8>),
}
