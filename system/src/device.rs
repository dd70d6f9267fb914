use crate::{Account, Environment, Perspective, SystemKind, Unanswered};
use serde::{Deserialize, Serialize};

/// Facts of the device, its environment and its boot.
pub trait Device: Send + Sync {
    /// What kind of system it runs.
    fn system_kind(&self) -> SystemKind;

    /// The processor's architecture, whatever this program was built for.
    ///
    /// # Errors
    /// The system does not say.
    fn architecture(&self) -> Result<Architecture, Unanswered>;

    /// The build of Windows, e.g. 22631.
    ///
    /// # Errors
    /// This is no Windows, or it does not tell.
    fn windows_build(&self) -> Result<u32, Unanswered>;

    /// Free space on the drive of the system, in bytes.
    ///
    /// # Errors
    /// The system does not say.
    fn free_disk(&self) -> Result<u64, Unanswered>;

    /// Physical memory, in bytes.
    ///
    /// # Errors
    /// The system does not say.
    fn memory(&self) -> Result<u64, Unanswered>;

    /// Logical processors.
    ///
    /// # Errors
    /// The system does not say.
    fn processors(&self) -> Result<u32, Unanswered>;

    /// The processor's clock rate in MHz.
    ///
    /// # Errors
    /// The system does not say.
    fn processor_mhz(&self) -> Result<u32, Unanswered>;

    /// The variables that a new program of that account gets in that view: from the account's own block, nothing of this
    /// program's (docs/context.md, "What a name becomes"). On Unix a plain set with PATH, HOME, USER, LANG, TMPDIR.
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
    /// The system does not say.
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

impl BootIdentity {
    // What goes before the seconds since 1970 at which the machine started, where it tells no better identity.
    const STARTED_AT: &'static str = "started-at-";
    // How far two such times may differ and still be the same boot: clocks are corrected (docs/intune-agent.md, "Restarts").
    const SLACK_SECONDS: u64 = 120;

    /// A boot known only by when it was.
    pub fn started_at(seconds_since_1970: u64) -> Self {
        Self(format!("{}{seconds_since_1970}", Self::STARTED_AT))
    }

    /// Whether both are the same boot: the same identity, or start times at most two minutes apart. An identity and a start
    /// time are never the same.
    pub fn is_same_boot(&self, other: &Self) -> bool {
        match (self.start(), other.start()) {
            (Some(one), Some(two)) => one.abs_diff(two) <= Self::SLACK_SECONDS,
            _ => self == other,
        }
    }

    fn start(&self) -> Option<u64> {
        self.0.strip_prefix(Self::STARTED_AT)?.parse().ok()
    }
}

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInUser {
    /// The name for people.
    pub name: String,
    /// The security identifier (Windows) or user id (Unix) as text.
    pub id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_boot_known_by_its_time_forgives_a_corrected_clock() {
        let boot = BootIdentity::started_at(1_700_000_000);
        assert!(boot.is_same_boot(&BootIdentity::started_at(1_700_000_120)));
        assert!(boot.is_same_boot(&BootIdentity::started_at(1_699_999_880)));
        assert!(!boot.is_same_boot(&BootIdentity::started_at(1_700_000_121)));
        assert!(!boot.is_same_boot(&BootIdentity("boot-7".into())));
    }

    #[test]
    fn a_boot_with_an_identity_is_itself_alone() {
        let boot = BootIdentity("boot-7".into());
        assert!(boot.is_same_boot(&boot.clone()));
        assert!(!boot.is_same_boot(&BootIdentity("boot-8".into())));
        // No number behind the prefix: text like any other.
        let odd = BootIdentity("started-at-noon".into());
        assert!(odd.is_same_boot(&odd.clone()) && !odd.is_same_boot(&boot));
    }
}
