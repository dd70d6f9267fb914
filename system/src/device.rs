use crate::{Account, Environment, Perspective, Unanswered};
use serde::{Deserialize, Serialize};

/// Facts of the device, its environment and its boot.
pub trait Device: Send + Sync {
    /// The processor's architecture, whatever this program was built for.
    ///
    /// # Errors
    /// It cannot be told.
    fn architecture(&self) -> Result<Architecture, Unanswered>;

    /// The build of Windows, e.g. 22631.
    ///
    /// # Errors
    /// This is no Windows, or it does not tell.
    fn windows_build(&self) -> Result<u32, Unanswered>;

    /// Free space on the drive of the system, in bytes.
    ///
    /// # Errors
    /// It cannot be told.
    fn free_disk(&self) -> Result<u64, Unanswered>;

    /// Physical memory, in bytes.
    ///
    /// # Errors
    /// It cannot be told.
    fn memory(&self) -> Result<u64, Unanswered>;

    /// Logical processors.
    ///
    /// # Errors
    /// They cannot be told.
    fn processors(&self) -> Result<u32, Unanswered>;

    /// The processor's clock rate in MHz.
    ///
    /// # Errors
    /// It cannot be told.
    fn processor_mhz(&self) -> Result<u32, Unanswered>;

    /// The variables that a new program of that account gets in that view: from the account's own block, nothing of this
    /// program's (running-commands, rule 6). On Unix a plain set with PATH, HOME, USER, LANG, TMPDIR.
    ///
    /// # Errors
    /// The account has no block: nobody is signed in.
    fn environment(&self, perspective: Perspective) -> Result<Environment, Unanswered>;

    /// The folders of the machine's PATH as the registry has it (`Environment` key, not this program's), expanded in
    /// that view; in [`Account::User`] followed by that user's own. On Unix the fixed default path.
    ///
    /// # Errors
    /// It cannot be read.
    fn path(&self, perspective: Perspective) -> Result<Vec<String>, Unanswered>;

    /// Which boot this is; `None` where the system does not tell.
    fn boot(&self) -> Option<BootIdentity>;

    /// The entries of `PendingFileRenameOperations`: files that a restart will replace. Empty on other systems.
    ///
    /// # Errors
    /// It cannot be read.
    fn pending_renames(&self) -> Result<Vec<String>, Unanswered>;

    /// The user of the active session; `None` where nobody is signed in.
    ///
    /// # Errors
    /// It cannot be told.
    fn signed_in_user(&self) -> Result<Option<SignedInUser>, Unanswered>;

    /// Whom this program runs as: [`Account::System`] where it is the system account, else [`Account::Current`].
    fn own_account(&self) -> Account;

    /// Whether this program may start others as the system: an administrator with an elevated token. On Unix: root.
    fn is_elevated(&self) -> bool;
}

/// A processor architecture, by Graph's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Architecture {
    /// 32-bit x86.
    X86,
    /// 64-bit x86.
    X64,
    /// 32-bit ARM.
    Arm,
    /// 64-bit ARM.
    Arm64,
}

impl Architecture {
    /// Its name in app.json.
    pub const fn name(self) -> &'static str {
        match self {
            Self::X86 => "x86",
            Self::X64 => "x64",
            Self::Arm => "arm",
            Self::Arm64 => "arm64",
        }
    }
}

/// Which boot of the machine: the same until the next restart, whatever happens to the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootIdentity(pub String);

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInUser {
    /// The name for people.
    pub name: String,
    /// The security identifier (Windows) or user id (Unix) as text.
    pub id: String,
}
