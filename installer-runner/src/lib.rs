#![doc = include_str!("../README.md")]
//!
//! # Entry points
//!
//! [`Runner`] is the whole; its parts are for a caller that needs one alone:
//!
//! | need | entry |
//! |---|---|
//! | is the app there | [`Runner::detect`], [`detect`] |
//! | may it be installed | [`check_requirements`] |
//! | what does a command line start | [`resolve`] |
//! | what does an exit code stand for | [`ReturnCodes`] |
//! | may it run now, or when | [`next_try`] |
//! | install or uninstall, once | [`Runner::attempt`] |

#![deny(missing_docs)]
#![forbid(unsafe_code)]

mod attempt;
mod command;
mod detection;
mod journal;
mod requirements;
mod retry;
mod rule;
mod run;
mod runner;
mod script;
mod settings;
mod state_code;
mod text;

pub use attempt::{AttemptRequest, Content, ContentError, RunnerError, Trigger, written};
pub use command::{Refused, Resolved, resolve};
pub use detection::detect;
pub use journal::{
    AttemptEnd, AttemptId, AttemptJournal, AttemptKey, AttemptRecord, AttemptVerdict, JournalError,
    MemoryJournal, NewAttempt, PendingRestart,
};
pub use requirements::check_requirements;
pub use retry::{RetryDecision, next_try, next_try_report};
pub use runner::{Events, Runner};
pub use settings::{AccountChoice, MsiLine, OnTimeLimit, RunAs, ScriptHost, Settings};
pub use state_code::{hresult, state};
pub use waybill_intune::{CodeKind, RetryPolicy, ReturnCodes, ScheduleEffect, identify, revision};

// These types are in our signatures, so callers need exactly these versions of them.
pub use jiff::Timestamp;
pub use waybill_context::Context;
pub use waybill_schemas::app::AppDocument;
pub use waybill_schemas::report::install as report;
pub use {waybill_context, waybill_intune, waybill_schemas, waybill_system};
