use crate::{AttemptJournal, AttemptRequest, Content, Events, RunnerError, Settings};
use waybill_context::Context;
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{DetectReport, InstallReport};
use waybill_system::System;

/// Installs, uninstalls and detects apps on one machine.
#[derive(Clone, Copy)]
pub struct Runner<'a> {
    /// The machine.
    pub system: &'a dyn System,
    /// What is remembered of attempts.
    pub journal: &'a dyn AttemptJournal,
    /// How apps are run.
    pub settings: &'a Settings,
    /// Who may stop it, and the clock.
    pub context: Context<'a>,
    /// Who is told each decision.
    pub events: &'a dyn Events,
}

impl Runner<'_> {
    /// Looks for the app once, and starts nothing but its detection scripts.
    pub fn detect(&self, _app: &AppDocument) -> DetectReport {
        todo!()
    }

    /// One attempt. What stops it is in the report, but for what is no outcome of the app.
    ///
    /// # Errors
    /// The journal failed, or there is no content.
    pub fn attempt(
        &self,
        _request: &AttemptRequest<'_>,
        _content: &mut dyn Content,
    ) -> Result<InstallReport, RunnerError> {
        todo!()
    }
}
