use super::{Contents, FakeSystem};
use crate::{
    Account, InstalledProduct, Perspective, Products, Registry, RegistryKey, RegistryValue, SystemKind,
    Unanswered, View,
};
use std::collections::BTreeSet;
use std::sync::MutexGuard;

impl FakeSystem {
    /// Adds a key, e.g. `HKLM\SOFTWARE\Contoso`, to one view.
    pub fn add_key(&self, view: View, key: &str) {
        let folded = self.key(key);
        self.contents().keys.insert((view, folded));
    }

    /// Adds a value and its key to one view; an empty name is the default value of the key.
    pub fn add_value(&self, view: View, key: &str, name: &str, value: RegistryValue) {
        self.add_key(view, key);
        self.contents().values.insert((view, self.key(key), name.to_lowercase()), value);
    }

    /// Adds a product of Windows Installer; `state` is its INSTALLSTATE.
    pub fn add_product(&self, code: &str, state: i32, version: &str) {
        let product = InstalledProduct { state, version: Some(version.into()), name: Some("product".into()) };
        self.contents().products.insert(code.to_uppercase(), product);
    }

    /// Makes a Windows of this machine that can give no console to programs.
    pub fn without_console(&self) {
        self.contents().has_no_console = true;
    }

    /// Sets whether an installation of Windows Installer is running.
    pub fn set_installing(&self, installing: bool) {
        self.contents().installing = installing;
    }

    fn key(&self, key: &str) -> String {
        RegistryKey::parse(key).map_or_else(|| key.to_lowercase(), |key| key.to_string().to_lowercase())
    }

    /// The contents of the machine for a question about this key; an error if the system has no registry or the key is
    /// denied.
    fn asked_key(&self, key: &RegistryKey) -> Result<MutexGuard<'_, Contents>, Unanswered> {
        self.needs_windows("the registry")?;
        self.asked(&key.to_string())
    }

    fn needs_windows(&self, what: &str) -> Result<(), Unanswered> {
        if self.kind == SystemKind::Windows { Ok(()) } else { Err(Unanswered::needs_windows(what)) }
    }
}

impl Registry for FakeSystem {
    fn has_key(&self, key: &RegistryKey, perspective: Perspective) -> Result<bool, Unanswered> {
        let folded = key.to_string().to_lowercase();
        let below = format!("{folded}\\");
        let is_it = |(view, one): &(View, String)| {
            *view == perspective.view && (*one == folded || one.starts_with(&below))
        };
        Ok(self.asked_key(key)?.keys.iter().any(is_it))
    }

    fn value(
        &self,
        key: &RegistryKey,
        name: &str,
        perspective: Perspective,
    ) -> Result<Option<RegistryValue>, Unanswered> {
        let place = (perspective.view, key.to_string().to_lowercase(), name.to_lowercase());
        Ok(self.asked_key(key)?.values.get(&place).cloned())
    }

    fn subkeys(&self, key: &RegistryKey, perspective: Perspective) -> Result<Vec<String>, Unanswered> {
        let contents = self.asked_key(key)?;
        let below = format!("{}\\", key.to_string().to_lowercase());
        let keys = contents.keys.iter().filter(|(view, _)| *view == perspective.view);
        let rests = keys.filter_map(|(_, one)| one.strip_prefix(&below));
        let names: BTreeSet<&str> = rests.filter_map(|rest| rest.split('\\').next()).collect();
        Ok(names.into_iter().map(str::to_owned).collect())
    }
}

impl Products for FakeSystem {
    fn product(&self, code: &str, _: Account) -> Result<Option<InstalledProduct>, Unanswered> {
        self.needs_windows("Windows Installer")?;
        Ok(self.asked(code)?.products.get(&code.to_uppercase()).cloned())
    }

    fn is_installing(&self) -> Result<bool, Unanswered> {
        self.needs_windows("Windows Installer")?;
        Ok(self.contents().installing)
    }
}
