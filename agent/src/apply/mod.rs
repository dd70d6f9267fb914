//! Bringing one app to the state that is wanted of it: state, content, runner, and the schedule where somebody waits for it.

use crate::apply::content::ContentOf;
use crate::apply::follow::{Follow, Next};
use crate::state::State;
use std::path::PathBuf;
use std::time::Duration;
use waybill_context::Context;
use waybill_disk::{Lock, LockError};
use waybill_downloader::{FetchOptions, Wanted};
use waybill_installer_runner::{
    AttemptRequest, Events, JournalError, RetryPolicy, Runner, RunnerError, Settings, Trigger,
};
use waybill_schemas::app::AppDocument;
use waybill_schemas::codes::{Classified, Code, root};
use waybill_schemas::report::install::{InstallReport, Intent};
use waybill_system::System;

mod content;
mod follow;

/// One app to bring to what is wanted of it.
#[derive(Debug)]
pub struct ApplyRequest<'a> {
    /// What is to be installed or uninstalled.
    pub app: &'a AppDocument,
    /// Install or uninstall.
    pub intent: Intent,
    /// Why the attempt is made now: a person asks, or the schedule says so.
    pub trigger: Trigger,
    /// Decide everything and start nothing.
    pub dry_run: bool,
    /// Where its content comes from.
    pub content: ContentSource,
    /// How it is run.
    pub settings: Settings,
    /// How often it is tried.
    pub retries: RetryPolicy,
    /// Follow the schedule until it is done or given up, instead of one attempt.
    pub wait: bool,
    /// How long to wait where another apply is at work.
    pub wait_lock: Duration,
}

/// Where the content folder comes from.
#[derive(Debug)]
pub enum ContentSource {
    /// A folder that is here: used as it is.
    Folder(PathBuf),
    /// Fetched below the root when the installer is about to run: `Cache/<app>_<revision>`. What lies there and is not
    /// this content is replaced.
    Fetch {
        /// The document, package or content, and where it is.
        what: Box<Wanted>,
        /// The root of state and content.
        root: PathBuf,
        /// How it is fetched; what lies in the cache is replaced in any case.
        options: Box<FetchOptions>,
    },
}

/// Fetches, detects, checks, runs, detects and records: one attempt, or with `wait` as many as the schedule has.
///
/// One apply at a time below one root: an attempt holds `apply.lock` there, and another one is refused meanwhile. While it
/// waits for the next try, others may work.
///
/// # Errors
/// Another apply is at work; the state cannot be read or written; the content cannot be had.
pub fn apply(
    request: &ApplyRequest<'_>,
    state: &State,
    system: &dyn System,
    events: &dyn Events,
    context: &Context<'_>,
) -> Result<InstallReport, ApplyError> {
    let mut runner = Runner::new(system, state, &request.settings, *context);
    runner.events = events;
    let mut follow = Follow::new(request, state, events, context);
    let (mut trigger, mut patience) = (request.trigger, request.wait_lock);
    loop {
        let report = {
            // A dry run changes nothing, so it may look while another works.
            let lock = || Lock::acquire(&state.root().join("apply.lock"), patience, context);
            let _lock = if request.dry_run { None } else { Some(lock()?) };
            attempt(request, trigger, &runner)?
        };
        match follow.after(report)? {
            Next::Report(report) => return Ok(*report),
            Next::Again => (trigger, patience) = (Trigger::Schedule, follow::PATIENCE),
        }
    }
}

fn attempt(
    request: &ApplyRequest<'_>,
    trigger: Trigger,
    runner: &Runner<'_>,
) -> Result<InstallReport, ApplyError> {
    let mut attempt = AttemptRequest::new(request.app, request.intent);
    (attempt.trigger, attempt.dry_run) = (trigger, request.dry_run);
    attempt.retries = request.retries.clone();
    let mut content = ContentOf { request, system: runner.system, context: &runner.context };
    Ok(runner.attempt(&attempt, &mut content)?)
}

/// Why it came to no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// Another apply is at work below this root.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The runner came to none.
    #[error(transparent)]
    Runner(#[from] RunnerError),
    /// What was tried before cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Classified for ApplyError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Lock(error) => error.code(),
            Self::Runner(error) => error.code(),
            Self::Journal(_) => &root::STATE_FAILED,
        }
    }
}
