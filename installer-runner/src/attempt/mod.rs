//! One attempt to install or uninstall, from what an earlier run left to the verdict.

mod advice;
pub(crate) mod conclusion;
mod earlier;
pub(crate) mod flow;
mod gates;
mod judgement;
mod restart;
mod running;

use crate::{JournalError, RetryPolicy};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use waybill_schemas::app::AppDocument;
use waybill_schemas::codes::{Classified, Code, root};
use waybill_schemas::report::install::Intent;

/// What is to be attempted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AttemptRequest<'a> {
    /// The app.
    pub app: &'a AppDocument,
    /// Install or uninstall.
    pub intent: Intent,
    /// Whether a person asks for it, or the schedule.
    pub trigger: Trigger,
    /// Decide everything and start nothing.
    pub dry_run: bool,
    /// How often it is tried, and how far apart.
    pub retries: RetryPolicy,
}

impl<'a> AttemptRequest<'a> {
    /// An attempt that a person asks for, tried again as the app says.
    pub fn new(app: &'a AppDocument, intent: Intent) -> Self {
        Self { app, intent, trigger: Trigger::Manual, dry_run: false, retries: RetryPolicy::from_app(app) }
    }
}

/// Who asks for an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Trigger {
    /// A person: bypasses the waiting times and resets them.
    #[default]
    Manual,
    /// The schedule: waiting times hold.
    Schedule,
}

/// Where the content folder comes from. Asked only when the installer is about to run.
pub trait Content {
    /// The content folder, fetched where it is not here yet.
    ///
    /// # Errors
    /// It cannot be had.
    fn folder(&mut self) -> Result<PathBuf, ContentError>;

    /// The content folder where it is here already: for a dry run.
    fn present(&self) -> Option<PathBuf>;
}

/// A folder that is here.
impl Content for PathBuf {
    fn folder(&mut self) -> Result<PathBuf, ContentError> {
        Ok(self.clone())
    }

    fn present(&self) -> Option<PathBuf> {
        Some(self.clone())
    }
}

/// Why there is no content folder.
#[derive(Debug, thiserror::Error)]
#[error("the content of the app cannot be had")]
pub struct ContentError {
    /// The entry of the table of codes.
    pub code: &'static Code,
    /// The error of what fetches it.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Why an attempt came to no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunnerError {
    /// The journal failed: nothing is started that is not written down.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// There is no content folder.
    #[error(transparent)]
    Content(#[from] ContentError),
}

impl Classified for RunnerError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Journal(_) => &root::STATE_FAILED,
            Self::Content(error) => error.code,
        }
    }
}
