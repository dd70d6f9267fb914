//! The one table of codes: every error id with its class (the exit code), meaning, causes and hint.
//!
//! Error enums of the libraries implement [`Classified`]; the command maps a class to its exit code and never
//! matches on text. `waybill explain` takes any entry. A new error is one row of its topic's table.

/// A module for each topic, with a constant for each error and all of them as `ALL`. An error is written as its
/// id and class, what it means, its usual causes, and what to do next; the meaning is the constant's documentation.
macro_rules! errors {
    ($(#[$doc:meta])* $topic:ident: $($name:ident = $id:literal, $class:ident,
        $meaning:literal, [$($cause:literal),+ $(,)?], $hint:literal;)+) => {
        $(#[$doc])*
        pub mod $topic {
            use super::{Class, Code};
            $(#[doc = $meaning]
            pub const $name: Code = Code {
                id: $id,
                class: Class::$class,
                meaning: $meaning,
                causes: &[$($cause),+],
                hint: $hint,
            };)+

            pub(in crate::codes) const ALL: &[&Code] = &[$(&$name),+];
        }
    };
}

#[cfg(feature = "full")]
mod apps;
mod archive_rules;
#[cfg(feature = "full")]
mod commands;
#[cfg(feature = "full")]
mod delivery;
#[cfg(feature = "full")]
mod explain;
mod files;
#[cfg(feature = "full")]
mod manifests;
#[cfg(feature = "full")]
mod tables;

#[cfg(feature = "full")]
pub use self::{
    apps::{agent, app, rehearsal, runner},
    commands::{benchmark, command},
    delivery::{fetch, publish, serve},
    explain::{CodeMeaning, Example, find, split_table},
    manifests::winget,
    tables::{FETCH_RULES, FetchRule, NUMBERS, NumberCode, Table, device},
};
pub use archive_rules::archive;
pub use files::{documents, pack, package, root, source};

/// The code for an input that cannot be read, the same for every command: `input-missing` where it is not there,
/// `input-of-another-kind` where it is a folder, a pipe or a device (as [`open_regular`](crate::open_regular) says it);
/// `otherwise` for every other reason.
#[cfg(feature = "full")]
pub fn unreadable(error: &std::io::Error, otherwise: &'static Code) -> &'static Code {
    use std::io::ErrorKind;
    match error.kind() {
        // A file where a folder of the path should be: nothing can be there.
        ErrorKind::NotFound | ErrorKind::NotADirectory => &command::INPUT_MISSING,
        ErrorKind::IsADirectory | ErrorKind::InvalidInput => &command::INPUT_OF_ANOTHER_KIND,
        _ => otherwise,
    }
}

/// Every error id, topic by topic.
pub fn errors() -> impl Iterator<Item = &'static Code> {
    let of_files = [package::ALL, archive::ALL, pack::ALL, source::ALL, documents::ALL, root::ALL];
    #[cfg(feature = "full")]
    let others = [
        app::ALL,
        command::ALL,
        fetch::ALL,
        agent::ALL,
        publish::ALL,
        serve::ALL,
        runner::ALL,
        rehearsal::ALL,
        benchmark::ALL,
        winget::ALL,
    ];
    // The type of an empty array is that of the one above, so the chain below is the same with and without the feature.
    #[cfg(not(feature = "full"))]
    let others = [];
    of_files.into_iter().chain(others).flatten().copied()
}

/// The class of an error; its number is the exit code of `waybill`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum Class {
    /// A failure of waybill or of the machine: I/O, disk full, unreadable source.
    Machine = 1,
    /// The command was used wrongly.
    Usage = 2,
    /// The input is refused: a package, document, policy, rule or unusable source.
    Refused = 3,
    /// The integrity check failed: MAC, digest, piece, or another content than the one that was asked for.
    Integrity = 4,
    /// The network, a server or a proxy failed.
    Network = 5,
    /// Another waybill holds the lock.
    Locked = 6,
    /// The app is not detected, or is not for this device.
    NotDetected = 7,
    /// The installer failed, or detection does not confirm its success.
    InstallFailed = 8,
    /// The attempt has to be made again later.
    RetryLater = 9,
    /// The attempt succeeded; a soft restart is needed.
    SoftRestart = 10,
    /// The attempt succeeded; a hard restart is needed.
    HardRestart = 11,
    /// A benchmark is slower than its baseline allows.
    Regression = 12,
    /// The command was interrupted; running it again continues the work.
    Interrupted = 130,
}

impl Class {
    /// Every class, in the order of the exit codes.
    const ALL: [Self; 13] = [
        Self::Machine,
        Self::Usage,
        Self::Refused,
        Self::Integrity,
        Self::Network,
        Self::Locked,
        Self::NotDetected,
        Self::InstallFailed,
        Self::RetryLater,
        Self::SoftRestart,
        Self::HardRestart,
        Self::Regression,
        Self::Interrupted,
    ];

    /// The class of an exit code; `None` for 0 and for numbers that `waybill` never ends with.
    pub fn from_exit_code(exit: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.exit_code() == exit)
    }

    /// Whether it is a success, after which the device needs a restart.
    pub const fn is_done(self) -> bool {
        matches!(self, Self::SoftRestart | Self::HardRestart)
    }

    /// The number that `waybill` exits with.
    pub const fn exit_code(self) -> u8 {
        self as u8
    }
}

/// One entry of the table of errors.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Stable name in kebab case, e.g. `mac-mismatch`.
    pub id: &'static str,
    /// The class, whose number is the exit code.
    pub class: Class,
    /// What it means, one sentence.
    pub meaning: &'static str,
    /// Usual causes, most likely first.
    pub causes: &'static [&'static str],
    /// What to do next.
    pub hint: &'static str,
}

/// An error that has its place in the table.
pub trait Classified: std::error::Error {
    /// The error's entry in the table.
    fn code(&self) -> &'static Code;
}
