//! One attempt to install or uninstall an app, from the attempts that earlier runs left to the verdict.

mod advice;
pub(crate) mod conclusion;
mod deviations;
mod earlier;
pub(crate) mod flow;
mod gates;
mod judgement;
mod msi_line;
mod restart;
mod running;

pub use conclusion::written;

use crate::{JournalError, RetryPolicy};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use waybill_schemas::app::AppDocument;
use waybill_schemas::codes::{Classified, Code, runner};
use waybill_schemas::report::install::Intent;

/// The attempt to make.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AttemptRequest<'a> {
    /// The app to install or uninstall.
    pub app: &'a AppDocument,
    /// Whether to install or to uninstall it.
    pub intent: Intent,
    /// Whether a person asks for it, or the schedule.
    pub trigger: Trigger,
    /// Whether to make all decisions without starting the installer or writing to the journal.
    pub dry_run: bool,
    /// How often the schedule tries again, and after which waits.
    pub retries: RetryPolicy,
}

impl<'a> AttemptRequest<'a> {
    /// An attempt that a person asks for, with the app's own retry policy.
    pub fn new(app: &'a AppDocument, intent: Intent) -> Self {
        Self { app, intent, trigger: Trigger::Manual, dry_run: false, retries: RetryPolicy::from_app(app) }
    }
}

/// What caused an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Trigger {
    /// A person asked for it: it runs without waiting, and the schedule starts anew.
    #[default]
    Manual,
    /// The schedule asked for it: it runs only when its waiting time is over.
    Schedule,
}

/// The source of the content folder. It is asked only when the installer is about to run.
pub trait Content {
    /// The content folder, fetched if it is not on this machine yet.
    ///
    /// # Errors
    /// The content could not be fetched.
    fn folder(&mut self) -> Result<PathBuf, ContentError>;

    /// The content folder if it is already on this machine. A dry run uses this and fetches nothing.
    fn present(&self) -> Option<PathBuf>;
}

/// A content folder that is already on this machine.
impl Content for PathBuf {
    fn folder(&mut self) -> Result<PathBuf, ContentError> {
        Ok(self.clone())
    }

    fn present(&self) -> Option<PathBuf> {
        Some(self.clone())
    }
}

/// A content folder that may be on this machine, for a model of one: there nothing is fetched.
impl Content for Option<PathBuf> {
    fn folder(&mut self) -> Result<PathBuf, ContentError> {
        self.clone().ok_or_else(|| ContentError {
            code: &runner::NO_CONTENT,
            source: "the content folder is not on this machine".into(),
        })
    }

    fn present(&self) -> Option<PathBuf> {
        self.clone()
    }
}

/// Why there is no content folder.
#[derive(Debug, thiserror::Error)]
#[error("the content of the app cannot be had")]
pub struct ContentError {
    /// The entry in the table of codes that explains the error.
    pub code: &'static Code,
    /// The error of the [`Content`].
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Why an attempt ended without a report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunnerError {
    /// The journal failed. Nothing is started that is not recorded in it.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The content folder is missing and could not be fetched.
    #[error(transparent)]
    Content(#[from] ContentError),
}

impl Classified for RunnerError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Journal(error) => error.code(),
            Self::Content(error) => error.code,
        }
    }
}
