//! The one table of codes: every error id with its class (the exit code), meaning, causes and hint.
//!
//! Error enums of the libraries implement [`Classified`]; the command maps a class to its exit code and never
//! matches on text. `waybill explain` takes any entry.

pub mod agent;
pub mod app;
pub mod archive;
pub mod benchmark;
pub mod command;
pub mod device;
pub mod documents;
pub mod enforcement;
pub mod exits;
mod explain;
pub mod fetch;
pub mod installer;
pub mod lint;
mod number;
mod number_text;
pub mod pack;
pub mod package;
pub mod publish;
pub mod rehearsal;
pub mod root;
pub mod rules;
pub mod runner;
pub mod serve;
pub mod source;
pub mod states;
pub mod toolkit;

pub use explain::{Entry, Example, NUMBERS, Table, find};
pub use number::NumberCode;

/// Every error id, room by room.
pub fn errors() -> impl Iterator<Item = &'static Code> {
    [
        package::ALL,
        archive::ALL,
        pack::ALL,
        source::ALL,
        documents::ALL,
        app::ALL,
        command::ALL,
        fetch::ALL,
        root::ALL,
        agent::ALL,
        publish::ALL,
        serve::ALL,
        runner::ALL,
        rehearsal::ALL,
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
