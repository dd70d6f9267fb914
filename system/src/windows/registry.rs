//! Both views of the registry.

use crate::{Perspective, Registry, RegistryKey, RegistryValue, Unanswered};

/// The registry of this machine.
pub(super) struct WindowsRegistry;

#[allow(clippy::todo)]
impl Registry for WindowsRegistry {
    fn has_key(&self, _: &RegistryKey, _: Perspective) -> Result<bool, Unanswered> {
        todo!()
    }
    fn value(&self, _: &RegistryKey, _: &str, _: Perspective) -> Result<Option<RegistryValue>, Unanswered> {
        todo!()
    }
    fn subkeys(&self, _: &RegistryKey, _: Perspective) -> Result<Vec<String>, Unanswered> {
        todo!()
    }
}
