//! Questions to a machine about files, the registry and installed products: the perspective from which they are asked,
//! and the error for a question without an answer.

use crate::{LoadedAs, SignedInUser};
use serde::{Deserialize, Serialize};
use std::io;
use std::time::SystemTime;
use waybill_intune::RegistryKey;
use waybill_intune::view::View;

/// The kind of operating system of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SystemKind {
    /// Windows: paths with `\`, `cmd.exe`, a registry.
    Windows,
    /// Linux, macOS and their like: paths with `/`, POSIX words, no registry.
    Unix,
}

impl SystemKind {
    /// The separator between the components of a path.
    pub const fn separator(self) -> char {
        match self {
            Self::Windows => '\\',
            Self::Unix => '/',
        }
    }

    /// `folder` and `name` joined by one separator; `name` alone if `folder` is empty.
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

/// The account whose rights, registry hive, variables and products a question or a command uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Account {
    /// The system account of Windows.
    System,
    /// The user who is signed in in the active session.
    User,
    /// The account of this process: always on Unix, and on Windows if the caller chooses it.
    Current,
}

/// The account and the view in which a question is asked or a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Perspective {
    /// The 32-bit or the 64-bit view of files, registry and variables.
    pub view: View,
    /// The account whose rights and folders are used.
    pub account: Account,
}

/// The error for a question that the machine cannot answer with yes or no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{why}")]
pub struct Unanswered {
    /// The reason, in words that fit after "cannot tell: ".
    pub why: String,
    /// The HRESULT or Win32 code of the reason, if there is one.
    pub code: Option<u32>,
    /// Whether the reason is that only a Windows can answer. Nothing is wrong with the question then, and a device does
    /// not fail at it.
    pub needs_windows: bool,
}

impl Unanswered {
    /// An error with a reason and without a code.
    pub fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), code: None, needs_windows: false }
    }

    /// An error with a reason and the system's code.
    pub fn with_code(why: impl Into<String>, code: u32) -> Self {
        Self { code: Some(code), ..Self::new(why) }
    }

    /// The error for a question that only Windows can answer.
    pub fn needs_windows(what: &str) -> Self {
        Self { needs_windows: true, ..Self::new(format!("{what} needs Windows")) }
    }

    /// Converts an I/O error about the object `what`, for `map_err`. Win32 codes become HRESULTs (0x8007xxxx).
    pub fn about(what: &str) -> impl Fn(io::Error) -> Self {
        move |error| Self { code: hresult(&error), ..Self::new(format!("{what}: {error}")) }
    }
}

/// The Win32 code of an error as an HRESULT; `None` on other systems.
pub(crate) fn hresult(error: &io::Error) -> Option<u32> {
    let code = error.raw_os_error().filter(|_| cfg!(windows)).and_then(|code| u32::try_from(code).ok());
    code.filter(|code| *code <= 0xFFFF).map(|code| 0x8007_0000 | code)
}

/// The files and folders of a machine. Paths must be absolute paths of the system, with variables expanded and views
/// mapped.
pub trait Files: Send + Sync {
    /// The file or folder at `path`, after following links; `None` if there is none.
    ///
    /// # Errors
    /// Access is denied, or the disk fails.
    fn look(&self, path: &str) -> Result<Option<FileFacts>, Unanswered>;

    /// The version resource of the file at `path`; `None` if it has none. This works on every system.
    ///
    /// # Errors
    /// There is no file at `path`, or it cannot be read.
    fn version(&self, path: &str) -> Result<Option<FileVersion>, Unanswered>;

    /// Which process Windows makes of the program at `path`; `None` if it is no Windows program. This works on every
    /// system.
    ///
    /// # Errors
    /// There is no file at `path`, or it cannot be read.
    fn loaded_as(&self, path: &str) -> Result<Option<LoadedAs>, Unanswered>;

    /// Whether accounts that are no administrators (on Unix: others than root and this process's own account) may change
    /// what the path of this program leads to: the file, its folder, or a folder or link on the way to it. If so, a
    /// process with more rights must not start it, unless somebody named it in full.
    ///
    /// # Errors
    /// The access rights of the file or of a folder cannot be read.
    fn others_may_change(&self, program: &str) -> Result<bool, Unanswered>;

    /// Whether this process may execute the file at `path`. Always `true` on Windows, which has no such right.
    ///
    /// # Errors
    /// There is no file at `path`, or its rights cannot be read.
    fn is_executable(&self, path: &str) -> Result<bool, Unanswered> {
        let _ = path;
        Ok(true)
    }

    /// Allows the user to read and execute the folder `path` and everything below it. Does nothing on systems on which
    /// users can read our files anyway.
    ///
    /// # Errors
    /// The system cannot change the access rights.
    fn let_user_read(&self, path: &str, user: &SignedInUser) -> Result<(), Unanswered> {
        let _ = (path, user);
        Ok(())
    }

    /// The names in the folder `path`, sorted; empty if there is no such folder.
    ///
    /// # Errors
    /// The folder cannot be read.
    fn list(&self, path: &str) -> Result<Vec<String>, Unanswered>;
}

/// Facts about a file or folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileFacts {
    /// Whether it is a file or a folder.
    pub kind: FileKind,
    /// The size in bytes; 0 for a folder.
    pub size: u64,
    /// The time of the last modification.
    pub modified: SystemTime,
    /// The time of the creation; `None` if the file system does not store it.
    pub created: Option<SystemTime>,
}

/// Whether a path is a file or a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A file, a device, a pipe, or anything else that is no folder.
    File,
    /// A folder (directory).
    Folder,
}

/// The version resource of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileVersion {
    /// The four numbers of VS_FIXEDFILEINFO, which rules compare; `None` if the resource is damaged.
    pub numbers: Option<[u16; 4]>,
    /// The text `FileVersion`, which Explorer shows; `None` if the resource has none.
    pub text: Option<String>,
}

/// The registry of a machine. On a system without one every question is [`Unanswered`].
pub trait Registry: Send + Sync {
    /// Whether the key exists.
    ///
    /// # Errors
    /// Access is denied, or there is no registry.
    fn has_key(&self, key: &RegistryKey, perspective: Perspective) -> Result<bool, Unanswered>;

    /// The value `name` of the key, or its default value if `name` is empty; `None` if the key or the value does not
    /// exist.
    ///
    /// # Errors
    /// Access is denied, or there is no registry.
    fn value(
        &self,
        key: &RegistryKey,
        name: &str,
        perspective: Perspective,
    ) -> Result<Option<RegistryValue>, Unanswered>;

    /// The names of the key's subkeys, sorted; empty if the key does not exist.
    ///
    /// # Errors
    /// Access is denied, or there is no registry.
    fn subkeys(&self, key: &RegistryKey, perspective: Perspective) -> Result<Vec<String>, Unanswered>;
}

/// A registry value with its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistryValue {
    /// A text (REG_SZ).
    Text(String),
    /// A text with variables that are not expanded yet (REG_EXPAND_SZ).
    Expandable(String),
    /// A list of texts (REG_MULTI_SZ).
    Texts(Vec<String>),
    /// A number of 32 bits (REG_DWORD).
    Number32(u32),
    /// A number of 64 bits (REG_QWORD).
    Number64(u64),
    /// The bytes of a value of REG_BINARY or any other type.
    Bytes(Vec<u8>),
}

/// The products of Windows Installer. On a system without it every question is [`Unanswered`].
pub trait Products: Send + Sync {
    /// The product with this code (a GUID in braces and capitals); `None` if Windows Installer does not know it. Each
    /// account sees the products of the machine and its own.
    ///
    /// # Errors
    /// Windows Installer does not answer, or the system has none.
    fn product(&self, code: &str, account: Account) -> Result<Option<InstalledProduct>, Unanswered>;

    /// Whether an installation of Windows Installer is running, i.e. whether the mutex `Global\_MSIExecute` is held.
    ///
    /// # Errors
    /// The mutex cannot be queried, or the system has no Windows Installer.
    fn is_installing(&self) -> Result<bool, Unanswered>;
}

/// A product that Windows Installer knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledProduct {
    /// The INSTALLSTATE: 5 is installed, 1 is advertised.
    pub state: i32,
    /// The property `VersionString`.
    pub version: Option<String>,
    /// The property `InstalledProductName`.
    pub name: Option<String>,
}

impl InstalledProduct {
    /// The INSTALLSTATE of an installed product (INSTALLSTATE_DEFAULT).
    pub const INSTALLED: i32 = 5;
}
