use crate::{Account, Environment, LoadedAs, Machine, Perspective, SystemKind, Unanswered, View};
use serde::{Deserialize, Serialize};

/// Facts of the device, environments of accounts, and the boot.
pub trait Device: Send + Sync {
    /// The kind of operating system that the device runs.
    fn system_kind(&self) -> SystemKind;

    /// What the machine is a model of, in words; `None` for a machine that rules can be asked about and programs can be
    /// started on.
    fn model(&self) -> Option<&'static str> {
        None
    }

    /// The processor's architecture, whatever this program was built for.
    ///
    /// # Errors
    /// The system does not report it.
    fn architecture(&self) -> Result<Architecture, Unanswered>;

    /// The build number of Windows, e.g. 22631.
    ///
    /// # Errors
    /// The system is no Windows, or does not report its build.
    fn windows_build(&self) -> Result<u32, Unanswered>;

    /// Free space on the drive of the operating system, in bytes.
    ///
    /// # Errors
    /// The system does not report it.
    fn free_disk(&self) -> Result<u64, Unanswered>;

    /// Physical memory, in bytes.
    ///
    /// # Errors
    /// The system does not report it.
    fn memory(&self) -> Result<u64, Unanswered>;

    /// The number of logical processors.
    ///
    /// # Errors
    /// The system does not report it.
    fn processors(&self) -> Result<u32, Unanswered>;

    /// The processor's clock rate in MHz.
    ///
    /// # Errors
    /// The system does not report it.
    fn processor_mhz(&self) -> Result<u32, Unanswered>;

    /// The variables that a new program gets under the account and in the view of `perspective`. They are those of the
    /// account and never of this process (docs/context.md, "What a name becomes"). On Unix a fixed set: PATH, HOME,
    /// USER, LOGNAME, LANG and TMPDIR.
    ///
    /// # Errors
    /// The account's variables cannot be read, e.g. because nobody is signed in.
    fn environment(&self, perspective: Perspective) -> Result<Environment, Unanswered>;

    /// The folders of the machine's PATH from the registry, expanded in the view of `perspective`. For
    /// [`Account::User`] the user's own folders follow. On Unix a fixed list. This process's PATH is never used.
    ///
    /// # Errors
    /// The registry value cannot be read.
    fn path(&self, perspective: Perspective) -> Result<Vec<String>, Unanswered>;

    /// The current boot; `None` if the system does not identify its boots.
    fn boot(&self) -> Option<BootIdentity>;

    /// What waits for the next restart of Windows, in words for reports: files that it replaces or removes
    /// (`PendingFileRenameOperations`), and the servicing of Windows and Windows Update. Empty on other systems.
    ///
    /// # Errors
    /// The registry cannot be read.
    fn pending_restarts(&self) -> Result<Vec<String>, Unanswered>;

    /// Text that a console program wrote and that is no UTF-8: on Windows in the OEM code page of this machine, in which
    /// cmd.exe, Windows PowerShell and most console programs write. Elsewhere what is no UTF-8 is replaced.
    fn console_text(&self, bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    /// The user of the active session; `None` if nobody is signed in.
    ///
    /// # Errors
    /// The system does not report it.
    fn signed_in_user(&self) -> Result<Option<SignedInUser>, Unanswered>;

    /// The account of this process: [`Account::System`] if it is the system account, else [`Account::Current`].
    fn own_account(&self) -> Account;

    /// Whether this process could start programs as the system account: on Windows, whether its token is elevated; on
    /// Unix, whether it runs as root.
    fn is_elevated(&self) -> bool;
}

/// A processor architecture that Graph has a name for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Architecture {
    /// 32-bit x86 processors.
    X86,
    /// 64-bit x86 processors.
    X64,
    /// 32-bit ARM processors.
    Arm,
    /// 64-bit ARM processors.
    Arm64,
}

impl Architecture {
    /// The name of the architecture in app.json.
    pub const fn name(self) -> &'static str {
        match self {
            Self::X86 => "x86",
            Self::X64 => "x64",
            Self::Arm => "arm",
            Self::Arm64 => "arm64",
        }
    }

    /// The view that a process of this architecture has on 64-bit Windows.
    pub const fn view(self) -> View {
        match self {
            Self::X86 | Self::Arm => View::Bits32,
            Self::X64 | Self::Arm64 => View::Bits64,
        }
    }

    /// Whether a Windows on this processor has two views.
    pub const fn has_views(self) -> bool {
        matches!(self.view(), View::Bits64)
    }

    /// The architecture of the process that Windows makes of a program, on a machine whose processor is `native` and
    /// whose Windows has the build `build`; `None` for processors without a name here.
    pub fn of_process(loaded: LoadedAs, native: Self, build: Option<u32>) -> Option<Self> {
        match loaded {
            LoadedAs::Machine(Machine::X86) => Some(Self::X86),
            LoadedAs::Machine(Machine::X64) => Some(Self::X64),
            LoadedAs::Machine(Machine::Arm) => Some(Self::Arm),
            LoadedAs::Machine(Machine::Arm64) => Some(Self::Arm64),
            // On ARM64 .NET Framework runs such a program as an emulated one: x64 where Windows emulates that, unless
            // its manifest names arm64 (docs/context.md, "The width of the program"), x86 before.
            LoadedAs::AnyCpu if native == Self::Arm64 => {
                let emulates_x64 = build.is_none_or(|build| build >= FIRST_WITH_X64_ON_ARM64);
                Some(if emulates_x64 { Self::X64 } else { Self::X86 })
            }
            LoadedAs::AnyCpu => Some(native),
            _ => None,
        }
    }
}

/// Windows 11, the first that runs x64 programs on ARM64 (Microsoft, "How emulation works on Arm").
const FIRST_WITH_X64_ON_ARM64: u32 = 22_000;

/// The identity of a boot. It stays the same until the next restart, even if the clock is set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BootIdentity(pub String);

impl BootIdentity {
    // The prefix of an identity made of the machine's start in seconds since 1970, for systems without a better one.
    const STARTED_AT: &'static str = "started-at-";
    // How much two such times may differ within a boot, because clocks are corrected (docs/intune-agent.md,
    // "Restarts").
    const SLACK_SECONDS: u64 = 120;

    /// A boot that is only known by its start.
    pub fn started_at(seconds_since_1970: u64) -> Self {
        Self(format!("{}{seconds_since_1970}", Self::STARTED_AT))
    }

    /// Whether both are the same boot: the identities are equal, or the start times are at most two minutes apart. An
    /// identity and a start time are never the same boot.
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

/// A user who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedInUser {
    /// The name of the account, for reports.
    pub name: String,
    /// The security identifier (Windows) or the user id (Unix), as text.
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
    fn the_width_of_a_process_is_that_of_its_program_or_of_the_machine() {
        use Architecture::{Arm64, X64, X86};
        for (loaded, native, build, process) in [
            (LoadedAs::AnyCpu, X64, 22_631, Some(X64)),
            (LoadedAs::AnyCpu, X86, 19_045, Some(X86)),
            (LoadedAs::AnyCpu, Arm64, 22_631, Some(X64)),
            (LoadedAs::AnyCpu, Arm64, 19_045, Some(X86)),
            (LoadedAs::Machine(Machine::X86), X64, 22_631, Some(X86)),
            (LoadedAs::Machine(Machine::Arm64), Arm64, 22_631, Some(Arm64)),
            (LoadedAs::Machine(Machine::Other(0x200)), X64, 22_631, None),
        ] {
            assert_eq!(
                Architecture::of_process(loaded, native, Some(build)),
                process,
                "{loaded:?} {native:?}"
            );
        }
    }

    #[test]
    fn a_boot_with_an_identity_is_itself_alone() {
        let boot = BootIdentity("boot-7".into());
        assert!(boot.is_same_boot(&boot.clone()));
        assert!(!boot.is_same_boot(&BootIdentity("boot-8".into())));
        // Without a number after the prefix the identity is text like any other.
        let odd = BootIdentity("started-at-noon".into());
        assert!(odd.is_same_boot(&odd.clone()) && !odd.is_same_boot(&boot));
    }
}
