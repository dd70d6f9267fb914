use crate::attempt::conclusion::cannot_tell;
use crate::attempt::flow::Attempt;
use crate::{AttemptJournal, AttemptRequest, Content, RunAs, RunnerError, Settings, detect, identify};
use waybill_context::Context;
use waybill_schemas::app::AppDocument;
use waybill_schemas::codes::Class;
use waybill_schemas::report::install::{
    Advice, Answer, DetectReport, InstallReport, Occasion, RUNNER_CONTRACT, StepReport,
};
use waybill_system::System;

/// Installs, uninstalls and detects apps on one machine.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Runner<'a> {
    /// The machine that apps are installed on.
    pub system: &'a dyn System,
    /// The journal of attempts and pending restarts.
    pub journal: &'a dyn AttemptJournal,
    /// How apps are detected and run.
    pub settings: &'a Settings,
    /// The caller's cancel flag and the clock.
    pub context: Context<'a>,
    /// Receives each decision when it is made.
    pub events: &'a dyn Events,
}

impl<'a> Runner<'a> {
    /// A runner without events: decisions are only in its reports. Set `events` to receive them when they are made.
    pub fn new(
        system: &'a dyn System,
        journal: &'a dyn AttemptJournal,
        settings: &'a Settings,
        context: Context<'a>,
    ) -> Self {
        Self { system, journal, settings, context, events: &() }
    }

    /// Detects the app once. Starts nothing but its detection scripts.
    pub fn detect(&self, app: &AppDocument) -> DetectReport {
        let run_as = RunAs::new(app, self.settings, self.system);
        let detection = detect(app, &run_as, Occasion::Asked, self.system, self.settings, &self.context);
        let (class, summary, advice) = match detection.answer {
            Answer::Detected => (None, "It is detected: every rule holds.", Vec::new()),
            Answer::NotDetected => (Some(Class::NotDetected), "It is not detected.", Vec::new()),
            Answer::CannotTell => {
                let conclusion = cannot_tell(&detection, false);
                (conclusion.class, "Whether it is there cannot be told.", conclusion.advice)
            }
        };
        DetectReport {
            contract: RUNNER_CONTRACT,
            app: identify(app),
            exit: class.map_or(0, Class::exit_code),
            summary: summary.to_owned(),
            next: advice.iter().map(Advice::to_string).collect(),
            advice,
            context: run_as.report(self.system.device()),
            detection,
        }
    }

    /// Makes one attempt to install or uninstall the app. Whatever ends it is in the report; only the two errors below
    /// leave no report.
    ///
    /// # Errors
    /// The journal failed, or the content could not be fetched.
    pub fn attempt(
        &self,
        request: &AttemptRequest<'_>,
        content: &mut dyn Content,
    ) -> Result<InstallReport, RunnerError> {
        Attempt::new(self, request).carry_out(content)
    }
}

/// Receives the decisions of an attempt.
pub trait Events: Send + Sync {
    /// Called for each decision when it is made.
    fn decided(&self, step: &StepReport);
}

/// Ignores all decisions.
impl Events for () {
    fn decided(&self, _: &StepReport) {}
}
