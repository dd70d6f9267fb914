use super::conclusion::Conclusion;
use crate::state_code::{hresult, state};
use crate::{RunAs, Runner};
use jiff::Timestamp;
use waybill_schemas::codes::{Class, Table};
use waybill_schemas::report::install::{
    Advice, AppIdentity, CommandReport, Decision, DetectionReport, InstallReport, Intent, NextTry,
    RUNNER_CONTRACT, RequirementsReport, RestartReport, RunReport, States, StepReport,
};

/// What is written down of an attempt as it goes; becomes the report.
pub(crate) struct Notes<'a> {
    runner: &'a Runner<'a>,
    started: Timestamp,
    steps: Vec<StepReport>,
    pub(super) detections: Vec<DetectionReport>,
    pub(super) requirements: Option<RequirementsReport>,
    pub(super) command: Option<CommandReport>,
    pub(super) run: Option<RunReport>,
    pub(super) restart: Option<RestartReport>,
    pub(super) next_try: Option<NextTry>,
}

impl<'a> Notes<'a> {
    pub(super) fn begin(runner: &'a Runner<'a>) -> Self {
        Self {
            runner,
            started: now(runner),
            steps: Vec::new(),
            detections: Vec::new(),
            requirements: None,
            command: None,
            run: None,
            restart: None,
            next_try: None,
        }
    }

    /// Writes a decision down and reports it as an event.
    pub(super) fn decided(&mut self, decision: Decision) {
        let step = StepReport::new(decision, now(self.runner).to_string());
        self.runner.events.decided(&step);
        self.steps.push(step);
    }

    /// The report of an attempt that came to this conclusion.
    pub(super) fn conclude(
        self,
        intent: Intent,
        app: AppIdentity,
        run_as: &RunAs,
        conclusion: Conclusion,
    ) -> InstallReport {
        let Conclusion { outcome, class, changed, summary, advice, compliance, enforcement, error } =
            conclusion;
        let desired = if intent == Intent::Install { 2 } else { 1 };
        let applicability =
            self.requirements.as_ref().and_then(|requirements| requirements.applicability.clone());
        InstallReport {
            contract: RUNNER_CONTRACT,
            intent,
            app,
            outcome,
            exit: class.map_or(0, Class::exit_code),
            changed,
            summary,
            next: advice.iter().map(Advice::to_string).collect(),
            advice,
            states: States {
                applicability,
                compliance: state(Table::ComplianceState, compliance),
                desired: state(Table::DesiredState, desired),
                enforcement: enforcement.map(|number| state(Table::EnforcementState, number)),
                error: error.map(hresult),
            },
            context: run_as.report(self.runner.system.device().own_account()),
            steps: self.steps,
            detections: self.detections,
            requirements: self.requirements,
            command: self.command,
            run: self.run,
            restart: self.restart,
            next_try: self.next_try,
            started: self.started.to_string(),
            ended: now(self.runner).to_string(),
        }
    }
}

/// The time by the injected clock; the epoch where that is out of a timestamp's range.
pub(crate) fn now(runner: &Runner<'_>) -> Timestamp {
    Timestamp::try_from(runner.context.clock().now()).unwrap_or(Timestamp::UNIX_EPOCH)
}
