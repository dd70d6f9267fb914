//! What is asked of a machine: files, registry and installed products, from whose perspective, and the answer that is
//! neither yes nor no.

use crate::SignedInUser;
use serde::{Deserialize, Serialize};
use std::io;
use std::time::SystemTime;
use waybill_intune::RegistryKey;
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
    /// Whose rights and folders.
    pub account: Account,
}

/// A question that the machine does not answer: neither yes nor no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Unanswered {
    /// Why, in words that fit after "cannot tell: ".
    pub why: String,
    /// The HRESULT or Win32 code behind it, where there is one.
    pub code: Option<u32>,
}

impl Unanswered {
    /// A question without an answer, where no code says why.
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), code: None }
    }

    /// With the code that the system gave.
    pub fn with_code(why: impl Into<String>, code: u32) -> Self {
        Self { why: why.into(), code: Some(code) }
    }

    /// A question that only Windows can answer.
    pub fn needs_windows(what: &str) -> Self {
        Self::new(format!("{what} needs Windows"))
    }

    /// For `map_err`: what an I/O error says, with the object it is about. Codes of Win32 become HRESULTs (0x8007xxxx).
    pub fn about(what: &str) -> impl Fn(io::Error) -> Self {
        move |error| Self { why: format!("{what}: {error}"), code: hresult(&error) }
    }
}

/// The Win32 code of an error as an HRESULT; none on other systems.
pub(crate) fn hresult(error: &io::Error) -> Option<u32> {
    let code = error.raw_os_error().filter(|_| cfg!(windows)).and_then(|code| u32::try_from(code).ok());
    code.filter(|code| *code <= 0xFFFF).map(|code| 0x8007_0000 | code)
}

/// Files and folders. Paths are the system's own, absolute, with variables expanded and views mapped already.
pub trait Files: Send + Sync {
    /// What is at `path`; `None` where nothing is. Links are followed.
    ///
    /// # Errors
    /// Access is denied, or the disk fails.
    fn look(&self, path: &str) -> Result<Option<FileFacts>, Unanswered>;

    /// The version resource of the file at `path`; `None` where it has none. Read on every host.
    ///
    /// # Errors
    /// It is not there or cannot be read.
    fn version(&self, path: &str) -> Result<Option<FileVersion>, Unanswered>;

    /// Whether somebody who is no administrator may write into the folder `path`, so that a SYSTEM process must not start a
    /// bare name from there.
    ///
    /// # Errors
    /// Its rights cannot be read.
    fn others_may_write(&self, path: &str) -> Result<bool, Unanswered>;

    /// Whether the file at `path` may be executed by this program. On Windows every file may, as far as its name goes.
    ///
    /// # Errors
    /// It is not there, or cannot be asked.
    fn is_executable(&self, path: &str) -> Result<bool, Unanswered> {
        let _ = path;
        Ok(true)
    }

    /// Lets the user read the folder `path` and run what is in it, with everything below it. Where files are not closed
    /// to users there is nothing to do.
    ///
    /// # Errors
    /// The system cannot change its access list.
    fn let_user_read(&self, path: &str, user: &SignedInUser) -> Result<(), Unanswered> {
        let _ = (path, user);
        Ok(())
    }

    /// The names in the folder `path`, sorted; empty where there is no such folder.
    ///
    /// # Errors
    /// It cannot be read.
    fn list(&self, path: &str) -> Result<Vec<String>, Unanswered>;
}

/// What a file or folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    /// A file or a folder.
    pub kind: FileKind,
    /// Bytes; 0 for folders.
    pub size: u64,
    /// When it was last written.
    pub modified: SystemTime,
    /// When it was created, where the file system keeps it.
    pub created: Option<SystemTime>,
}

/// A file or a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A file, or anything else that is no folder.
    File,
    /// A folder.
    Folder,
}

/// A file's version resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// The numbers of VS_FIXEDFILEINFO, which rules compare; absent in a damaged resource.
    pub numbers: Option<[u16; 4]>,
    /// `FileVersion` as text, which people see.
    pub text: Option<String>,
}

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

/// A value with its type.
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
