//! What Windows Installer has installed.

use crate::{Account, InstalledProduct, Products, Unanswered};

/// Windows Installer of this machine.
pub(super) struct WindowsProducts;

#[allow(clippy::todo)]
impl Products for WindowsProducts {
    fn product(&self, _: &str, _: Account) -> Result<Option<InstalledProduct>, Unanswered> {
        todo!()
    }
    fn is_installing(&self) -> Result<bool, Unanswered> {
        todo!()
    }
}
