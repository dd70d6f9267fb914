use serde::{Deserialize, Serialize};
use waybill_intune::view::View;

/// What kind of system a machine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SystemKind {
    /// Windows: paths with `\`, `cmd.exe`, a registry.
    Windows,
    /// Linux, macOS and their like: paths with `/`, POSIX words, no registry.
    Unix,
}

impl SystemKind {
    /// What stands between the components of a path.
    pub const fn separator(self) -> char {
        match self {
            Self::Windows => '\\',
            Self::Unix => '/',
        }
    }

    /// `folder` and `name` with one separator between them; `name` alone where `folder` is empty.
    pub fn join(self, folder: &str, name: &str) -> String {
        let ends: &[char] = match self {
            Self::Windows => &['\\', '/'],
            Self::Unix => &['/'],
        };
        if folder.is_empty() {
            return name.to_owned();
        }
        if folder.ends_with(ends) {
            format!("{folder}{name}")
        } else {
            format!("{folder}{}{name}", self.separator())
        }
    }
}

/// With whose rights and whose hive, variables and products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Account {
    /// The system account.
    System,
    /// The user of the active session.
    User,
    /// Whoever runs this program: on Unix always, on Windows where it was asked for.
    Current,
}

/// Who looks, and through which view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Perspective {
    /// 32- or 64-bit.
    pub view: View,
    /// Whose.
    pub account: Account,
}
