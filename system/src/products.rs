use crate::{Account, Unanswered};

/// What Windows Installer has installed. On a host that has none every question is [`Unanswered`].
pub trait Products: Send + Sync {
    /// The product of this code (a GUID in braces, upper case); `None` where Windows Installer does not know it.
    /// The system sees the machine's products and its own, a user the machine's and that user's.
    ///
    /// # Errors
    /// Windows Installer does not answer, or there is none.
    fn product(&self, code: &str, account: Account) -> Result<Option<InstalledProduct>, Unanswered>;

    /// Whether an installation by Windows Installer is under way: `Global\_MSIExecute` is held.
    ///
    /// # Errors
    /// It cannot be asked, or there is no Windows Installer.
    fn is_installing(&self) -> Result<bool, Unanswered>;
}

/// A product that Windows Installer knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledProduct {
    /// INSTALLSTATE: 5 is installed, 1 advertised.
    pub state: i32,
    /// `VersionString`.
    pub version: Option<String>,
    /// `InstalledProductName`.
    pub name: Option<String>,
}

impl InstalledProduct {
    /// INSTALLSTATE_DEFAULT: installed, not only advertised.
    pub const INSTALLED: i32 = 5;
}
