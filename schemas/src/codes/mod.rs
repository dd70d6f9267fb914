//! The one table of codes: every error id with its class (the exit code), meaning, causes and hint.
//!
//! Error enums of the libraries implement [`Classified`]; the command maps a class to its exit code and never
//! matches on text. `waybill explain` takes any entry.

#[cfg(feature = "full")]
pub mod agent;
#[cfg(feature = "full")]
pub mod app;
pub mod archive;
#[cfg(feature = "full")]
pub mod benchmark;
#[cfg(feature = "full")]
pub mod command;
#[cfg(feature = "full")]
pub mod device;
pub mod documents;
#[cfg(feature = "full")]
pub mod enforcement;
#[cfg(feature = "full")]
pub mod exits;
#[cfg(feature = "full")]
mod explain;
#[cfg(feature = "full")]
pub mod fetch;
#[cfg(feature = "full")]
pub mod installer;
#[cfg(feature = "full")]
pub mod lint;
#[cfg(feature = "full")]
mod number;
#[cfg(feature = "full")]
mod number_text;
pub mod pack;
pub mod package;
#[cfg(feature = "full")]
pub mod publish;
#[cfg(feature = "full")]
pub mod rehearsal;
pub mod root;
#[cfg(feature = "full")]
pub mod rules;
#[cfg(feature = "full")]
pub mod runner;
#[cfg(feature = "full")]
pub mod serve;
pub mod source;
#[cfg(feature = "full")]
pub mod states;
#[cfg(feature = "full")]
pub mod toolkit;

#[cfg(feature = "full")]
pub use explain::{Entry, Example, NUMBERS, Table, find};
#[cfg(feature = "full")]
pub use number::NumberCode;

/// Every error id, room by room.
pub fn errors() -> impl Iterator<Item = &'static Code> {
    [
        package::ALL,
        archive::ALL,
        pack::ALL,
        source::ALL,
        documents::ALL,
        #[cfg(feature = "full")]
        app::ALL,
        #[cfg(feature = "full")]
        command::ALL,
        #[cfg(feature = "full")]
        fetch::ALL,
        root::ALL,
        #[cfg(feature = "full")]
        agent::ALL,
        #[cfg(feature = "full")]
        publish::ALL,
        #[cfg(feature = "full")]
        serve::ALL,
        #[cfg(feature = "full")]
        runner::ALL,
        #[cfg(feature = "full")]
        rehearsal::ALL,
        #[cfg(feature = "full")]
        benchmark::ALL,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// The class of an error; its number is the exit code of `waybill`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[non_exhaustive]
pub enum Class {
    /// Our fault or the machine's: I/O, disk full, unreadable source.
    Machine = 1,
    /// Wrong usage of the command.
    Usage = 2,
    /// Input refused: package, document, policy, rule, unusable source.
    Refused = 3,
    /// Integrity refused: MAC, digest, piece, wrong content.
    Integrity = 4,
    /// Network.
    Network = 5,
    /// Another waybill works here.
    Locked = 6,
    /// Not detected, or not applicable.
    NotDetected = 7,
    /// Installer failed, or success not borne out by detection.
    InstallFailed = 8,
    /// Retry later.
    RetryLater = 9,
    /// Success; a soft restart is needed.
    SoftRestart = 10,
    /// Success; a hard restart is needed.
    HardRestart = 11,
    /// A benchmark regressed.
    Regression = 12,
    /// Interrupted; resumable.
    Interrupted = 130,
}

impl Class {
    /// The exit code of `waybill`.
    pub const fn exit_code(self) -> u8 {
        self as u8
    }
}

/// One entry of the table of errors.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// Stable name in kebab case, e.g. `mac-mismatch`.
    pub id: &'static str,
    /// What exit code it leads to.
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
    /// Its entry.
    fn code(&self) -> &'static Code;
}
