//! Installing or uninstalling one app: the state database, the content, the runner and, if the caller waits for it, the
//! schedule.

use crate::apply::content::AppContent;
use crate::apply::follow::{AfterAttempt, Follow};
use crate::state::StateDatabase;
use std::path::PathBuf;
use std::time::Duration;
use waybill_context::Context;
use waybill_disk::{Lock, LockError};
use waybill_downloader::{FetchOptions, Wanted};
use waybill_installer_runner::{
    AttemptKey, AttemptRequest, Events, JournalError, RetryPolicy, RunAs, Runner, RunnerError, Settings,
    Trigger,
};
use waybill_schemas::app::AppDocument;
use waybill_schemas::codes::{Classified, Code};
use waybill_schemas::report::install::{InstallReport, Intent};
use waybill_system::System;

mod content;
mod follow;

/// One app to install or uninstall, and how.
#[derive(Debug)]
#[non_exhaustive]
pub struct ApplyRequest<'a> {
    /// The app to install or uninstall.
    pub app: &'a AppDocument,
    /// Whether to install or to uninstall it.
    pub intent: Intent,
    /// Whether a person or the schedule asked for the attempt.
    pub trigger: Trigger,
    /// Whether to make all decisions without starting the installer.
    pub dry_run: bool,
    /// Where its content comes from.
    pub content: ContentSource,
    /// How the app is run on this machine.
    pub settings: Settings,
    /// How often the schedule tries again, and after which waits.
    pub retries: RetryPolicy,
    /// Whether to follow the schedule until it succeeds or gives up, instead of making one attempt.
    pub wait: bool,
    /// How long to wait for another apply below the same root to end.
    pub wait_lock: Duration,
}

impl<'a> ApplyRequest<'a> {
    /// A request for one attempt that a person asks for, with the app's own retry policy. It is refused if another
    /// apply is working.
    pub fn new(app: &'a AppDocument, intent: Intent, content: ContentSource, settings: Settings) -> Self {
        Self {
            app,
            intent,
            trigger: Trigger::Manual,
            dry_run: false,
            content,
            settings,
            retries: RetryPolicy::from_app(app),
            wait: false,
            wait_lock: Duration::ZERO,
        }
    }
}

/// Where the content folder comes from.
#[derive(Debug)]
#[non_exhaustive]
pub enum ContentSource {
    /// A folder on this machine, used as it is.
    Folder(PathBuf),
    /// Fetched to a content folder `<app>_<revision>` of the root ([`waybill_disk::Root::cache`]) when the installer is about to run. Another content in that
    /// place is replaced.
    Fetch {
        /// The document, package or content, and where it is.
        what: Box<Wanted>,
        /// The root of state and content.
        root: PathBuf,
        /// How it is fetched. `force` is always set.
        options: Box<FetchOptions>,
    },
}

/// Fetches, detects, checks, runs, detects and records: one attempt, or with `wait` as many as the schedule has.
///
/// Only one apply at a time works below a root: an attempt holds `apply.lock` there, and another apply is refused
/// meanwhile. The lock is released while it waits for the next try.
///
/// # Errors
/// Another apply is working below this root, the state cannot be read or written, or the content cannot be fetched.
pub fn apply(
    request: &ApplyRequest<'_>,
    state: &StateDatabase<'_>,
    system: &dyn System,
    events: &dyn Events,
    context: &Context<'_>,
) -> Result<InstallReport, ApplyError> {
    let mut runner = Runner::new(system, state, &request.settings, *context);
    runner.events = events;
    let run_as = RunAs::new(request.app, &request.settings, system);
    let key = AttemptKey::new(request.app, &run_as, system);
    let mut follow = Follow { request, state, key, events, context, waits: Vec::new() };
    let (mut trigger, mut patience) = (request.trigger, request.wait_lock);
    loop {
        let report = {
            // A dry run changes nothing, so it needs no lock.
            let lock = || Lock::acquire(&state.root().join("apply.lock"), patience, context);
            let _lock = if request.dry_run { None } else { Some(lock()?) };
            attempt(request, trigger, &runner)?
        };
        match follow.after(report)? {
            AfterAttempt::Report(report) => return Ok(*report),
            AfterAttempt::Again => (trigger, patience) = (Trigger::Schedule, follow::PATIENCE),
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
    let mut content = AppContent { request, system: runner.system, context: &runner.context };
    Ok(runner.attempt(&attempt, &mut content)?)
}

/// Why an apply ended without a report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// Another apply is working below this root, or its lock file cannot be used.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The runner made no report.
    #[error(transparent)]
    Runner(#[from] RunnerError),
    /// The journal of earlier attempts cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl Classified for ApplyError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Lock(error) => error.code(),
            Self::Runner(error) => error.code(),
            Self::Journal(error) => error.code(),
        }
    }
}
