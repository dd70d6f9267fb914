//! What only Windows has: every question is unanswered, never "no".

use crate::{
    Account, InstalledProduct, Perspective, Products, Registry, RegistryKey, RegistryValue, Unanswered,
};

/// A registry and a Windows Installer that are not there.
pub(super) struct WithoutWindows;

fn registry<T>() -> Result<T, Unanswered> {
    Err(Unanswered::needs_windows("the registry"))
}

fn installer<T>() -> Result<T, Unanswered> {
    Err(Unanswered::needs_windows("Windows Installer"))
}

impl Registry for WithoutWindows {
    fn has_key(&self, _: &RegistryKey, _: Perspective) -> Result<bool, Unanswered> {
        registry()
    }
    fn value(&self, _: &RegistryKey, _: &str, _: Perspective) -> Result<Option<RegistryValue>, Unanswered> {
        registry()
    }
    fn subkeys(&self, _: &RegistryKey, _: Perspective) -> Result<Vec<String>, Unanswered> {
        registry()
    }
}

impl Products for WithoutWindows {
    fn product(&self, _: &str, _: Account) -> Result<Option<InstalledProduct>, Unanswered> {
        installer()
    }
    fn is_installing(&self) -> Result<bool, Unanswered> {
        installer()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::View;

    #[test]
    fn no_registry_is_no_answer_and_not_no() {
        let perspective = Perspective { view: View::Bits32, account: Account::Current };
        let key = RegistryKey::local_machine("SOFTWARE");
        let unanswered = Unanswered::needs_windows("the registry");
        assert_eq!(WithoutWindows.has_key(&key, perspective), Err(unanswered.clone()));
        assert_eq!(WithoutWindows.value(&key, "", perspective), Err(unanswered.clone()));
        assert_eq!(WithoutWindows.subkeys(&key, perspective), Err(unanswered));
        let product = WithoutWindows.product("{6F0C3A52-2C5B-4B6E-9D2E-0B5C5E8A7D11}", Account::Current);
        assert_eq!(product.unwrap_err().why, "Windows Installer needs Windows");
        assert!(WithoutWindows.is_installing().is_err());
    }
}
