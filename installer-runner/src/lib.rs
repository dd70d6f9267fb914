//! A content folder and an app -> an outcome: requirements, detection, the command, its return code, detection again.
//!
//! What works under Intune must work here, and what fails there must fail here, with a reason. [`Runner`] is the whole;
//! its parts are for whoever needs one alone:
//!
//! | need | entry |
//! |---|---|
//! | is the app there | [`Runner::detect`], [`detect`] |
//! | may it be installed | [`check_requirements`] |
//! | what does a command line start | [`resolve`] |
//! | what does an exit code stand for | [`ReturnCodes`] |
//! | may it run now, or when | [`next_try`] |
//! | install or uninstall, once | [`Runner::attempt`] |
//!
//! The machine is a [`System`](waybill_system::System), attempts are kept by an [`AttemptJournal`]: both are given, so that
//! all of it runs against a machine in memory.

mod attempt;
mod command;
mod detection;
mod journal;
mod requirements;
mod retry;
mod rule;
mod run;
mod run_as;
mod runner;
mod script;
mod settings;
mod state_code;

pub use attempt::{AttemptRequest, Content, ContentError, RunnerError, Trigger};
pub use command::{Refused, Resolved, resolve};
pub use detection::detect;
pub use journal::{
    AttemptEnd, AttemptId, AttemptJournal, AttemptRecord, JournalError, MemoryJournal, NewAttempt,
    PendingRestart, Verdict,
};
pub use requirements::check_requirements;
pub use retry::{RetryDecision, next_try, next_try_report};
pub use run_as::RunAs;
pub use runner::{Events, Runner};
pub use settings::{AccountChoice, OnTimeLimit, ScriptHost, Settings};
pub use state_code::{hresult, state};
pub use waybill_intune::{CodeKind, RetryPolicy, ReturnCodes, ScheduleEffect, identify};
