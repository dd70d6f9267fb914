use super::FakeSystem;
use crate::{
    Account, InstalledProduct, Perspective, Products, Registry, RegistryKey, RegistryValue, SystemKind,
    Unanswered, View,
};

impl FakeSystem {
    /// Puts a key, e.g. `HKLM\SOFTWARE\Contoso`, into one view.
    pub fn add_key(&self, view: View, key: &str) {
        let folded = self.key(key);
        self.state().keys.insert((view == View::Bits32, folded));
    }

    /// Puts a value and its key into one view; an empty name is the key's default value.
    pub fn add_value(&self, view: View, key: &str, name: &str, value: RegistryValue) {
        let (is_32, folded) = (view == View::Bits32, self.key(key));
        let mut state = self.state();
        state.keys.insert((is_32, folded.clone()));
        state.values.insert((is_32, folded, name.to_lowercase()), value);
    }

    /// Takes a key with its values out of one view.
    pub fn remove_key(&self, view: View, key: &str) {
        let (is_32, folded) = (view == View::Bits32, self.key(key));
        let mut state = self.state();
        state.keys.remove(&(is_32, folded.clone()));
        state.values.retain(|(bits, one, _), _| (*bits, one) != (is_32, &folded));
    }

    /// Windows Installer knows this product from now on.
    pub fn add_product(&self, code: &str, state: i32, version: &str) {
        let product = InstalledProduct { state, version: Some(version.into()), name: Some("product".into()) };
        self.state().products.insert(code.to_uppercase(), product);
    }

    /// Windows Installer knows it no more.
    pub fn remove_product(&self, code: &str) {
        self.state().products.remove(&code.to_uppercase());
    }

    /// Whether an installation by Windows Installer is under way.
    pub fn set_installing(&self, installing: bool) {
        self.state().installing = installing;
    }

    fn key(&self, key: &str) -> String {
        RegistryKey::parse(key).map_or_else(|| key.to_lowercase(), |key| key.to_string().to_lowercase())
    }

    fn has_registry(&self, what: &str) -> Result<(), Unanswered> {
        if self.kind == SystemKind::Windows { Ok(()) } else { Err(Unanswered::needs_windows(what)) }
    }
}

impl Registry for FakeSystem {
    fn has_key(&self, key: &RegistryKey, perspective: Perspective) -> Result<bool, Unanswered> {
        self.has_registry("the registry")?;
        let state = self.state();
        self.denied(&state, &key.to_string())?;
        let folded = key.to_string().to_lowercase();
        let below = format!("{folded}\\");
        let is_32 = perspective.view == View::Bits32;
        Ok(state.keys.iter().any(|(bits, one)| *bits == is_32 && (*one == folded || one.starts_with(&below))))
    }

    fn value(
        &self,
        key: &RegistryKey,
        name: &str,
        perspective: Perspective,
    ) -> Result<Option<RegistryValue>, Unanswered> {
        self.has_registry("the registry")?;
        let state = self.state();
        self.denied(&state, &key.to_string())?;
        let is_32 = perspective.view == View::Bits32;
        Ok(state.values.get(&(is_32, key.to_string().to_lowercase(), name.to_lowercase())).cloned())
    }

    fn subkeys(&self, key: &RegistryKey, perspective: Perspective) -> Result<Vec<String>, Unanswered> {
        self.has_registry("the registry")?;
        let state = self.state();
        self.denied(&state, &key.to_string())?;
        let below = format!("{}\\", key.to_string().to_lowercase());
        let is_32 = perspective.view == View::Bits32;
        let keys = state
            .keys
            .iter()
            .filter(|(bits, _)| *bits == is_32)
            .filter_map(|(_, one)| one.strip_prefix(&below));
        let mut names: Vec<String> =
            keys.map(|rest| rest.split('\\').next().unwrap_or_default().to_owned()).collect();
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }
}

impl Products for FakeSystem {
    fn product(&self, code: &str, _: Account) -> Result<Option<InstalledProduct>, Unanswered> {
        self.has_registry("Windows Installer")?;
        let state = self.state();
        self.denied(&state, code)?;
        Ok(state.products.get(&code.to_uppercase()).cloned())
    }

    fn is_installing(&self) -> Result<bool, Unanswered> {
        self.has_registry("Windows Installer")?;
        Ok(self.state().installing)
    }
}
