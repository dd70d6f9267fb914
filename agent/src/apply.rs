use crate::State;
use std::path::PathBuf;
use waybill_context::Context;
use waybill_downloader::{FetchOptions, Wanted};
use waybill_installer_runner::{Events, RetryPolicy, RunnerError, Settings, Trigger};
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{InstallReport, Intent};
use waybill_system::System;

/// One app to bring to what is wanted of it.
#[derive(Debug)]
pub struct ApplyRequest<'a> {
    /// The app.
    pub app: &'a AppDocument,
    /// Install or uninstall.
    pub intent: Intent,
    /// Who asks.
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
}

/// Where the content folder comes from.
#[derive(Debug)]
pub enum ContentSource {
    /// A folder that is here: used as it is.
    Folder(PathBuf),
    /// Fetched below the root when the installer is about to run: `Cache/<app>_<revision>`.
    Fetch {
        /// What.
        what: Box<Wanted>,
        /// The root of state and content.
        root: PathBuf,
        /// How.
        options: Box<FetchOptions>,
    },
}

/// Why it came to no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The runner came to none.
    #[error(transparent)]
    Runner(#[from] RunnerError),
}

/// Fetches, detects, checks, runs, detects and records: one attempt, or with `wait` as many as the schedule has.
///
/// # Errors
/// The state cannot be written, or the content cannot be had.
pub fn apply(
    _request: &ApplyRequest<'_>,
    _state: &State,
    _system: &dyn System,
    _events: &dyn Events,
    _context: &Context<'_>,
) -> Result<InstallReport, ApplyError> {
    todo!()
}
