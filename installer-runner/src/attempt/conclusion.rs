//! What an attempt came to, and what is noted on the way there: the two become its report.

use crate::state_code::{hresult, state};
use crate::{RunAs, Runner};
use jiff::Timestamp;
use waybill_schemas::codes::{Class, Table, device};
use waybill_schemas::report::install::{
    Advice, Answer, AppIdentity, CommandReport, Decision, DetectionReport, InstallReport, Intent, NextTry,
    Outcome, RUNNER_CONTRACT, RequirementsReport, RestartReport, RuleReport, RunReport, States, StepReport,
};

/// ComplianceState (docs/intune-agent.md, "States").
pub(crate) mod compliance {
    pub(crate) const INSTALLED: i64 = 1;
    pub(crate) const NOT_INSTALLED: i64 = 2;
    pub(crate) const ERROR: i64 = 4;
}

/// EnforcementState (docs/intune-agent.md, "States").
pub(crate) mod enforcement {
    pub(crate) const SUCCESS: i64 = 1000;
    pub(crate) const SUCCESS_UNINSTALL_PENDING_REBOOT: i64 = 1011;
    pub(crate) const IN_PROGRESS: i64 = 2000;
    pub(crate) const IN_PROGRESS_PENDING_REBOOT: i64 = 2008;
    pub(crate) const IN_PROGRESS_UNINSTALL_PENDING_REBOOT: i64 = 2011;
    pub(crate) const WAITING_USER_LOGON: i64 = 2013;
    pub(crate) const REQUIREMENTS_NOT_MET: i64 = 3000;
    pub(crate) const UNKNOWN: i64 = 4000;
    pub(crate) const ERROR: i64 = 5000;
    pub(crate) const ERROR_WITH_IMMEDIATE_RETRY: i64 = 5999;
    pub(crate) const NOT_ATTEMPTED_PENDING_REBOOT: i64 = 6002;
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conclusion {
    pub(crate) outcome: Outcome,
    /// What the exit code stands for; nothing where all is well.
    pub(crate) class: Option<Class>,
    /// Whether anything on the device may have changed.
    pub(crate) changed: bool,
    /// One sentence; the app is named by the report.
    pub(crate) summary: String,
    pub(crate) advice: Vec<Advice>,
    pub(crate) compliance: i64,
    pub(crate) enforcement: Option<i64>,
    /// ErrorCode, an HRESULT.
    pub(crate) error: Option<u32>,
}

impl Conclusion {
    /// Nothing was done, and nothing is to be done.
    pub(crate) fn unchanged(
        outcome: Outcome,
        class: impl Into<Option<Class>>,
        summary: impl Into<String>,
    ) -> Self {
        Self {
            outcome,
            class: class.into(),
            changed: false,
            summary: summary.into(),
            advice: Vec::new(),
            compliance: compliance::NOT_INSTALLED,
            enforcement: None,
            error: None,
        }
    }

    /// The same with advice on what to do next.
    pub(crate) fn advising(mut self, advice: impl IntoIterator<Item = Advice>) -> Self {
        self.advice.extend(advice);
        self
    }

    /// The same with the states that Intune's agent would report.
    pub(crate) fn with(mut self, compliance: i64, enforcement: Option<i64>, error: Option<u32>) -> Self {
        (self.compliance, self.enforcement, self.error) = (compliance, enforcement, error);
        self
    }
}

/// ComplianceState comes from detection alone (docs/intune-agent.md, "Ends of an installer").
pub(crate) fn compliance_of(answer: Answer) -> i64 {
    match answer {
        Answer::Detected => compliance::INSTALLED,
        Answer::NotDetected => compliance::NOT_INSTALLED,
        Answer::CannotTell => compliance::ERROR,
    }
}

/// What is wanted is the case already.
pub(crate) fn nothing_to_do(intent: Intent) -> Conclusion {
    match intent {
        Intent::Install => Conclusion::unchanged(
            Outcome::AlreadyInstalled,
            None,
            "It is installed already; nothing was done.",
        )
        .with(compliance::INSTALLED, Some(enforcement::SUCCESS), None),
        Intent::Uninstall => {
            Conclusion::unchanged(Outcome::AlreadyAbsent, None, "It is not installed; nothing was done.")
                .with(compliance::NOT_INSTALLED, Some(enforcement::SUCCESS), None)
        }
    }
}

/// Detection cannot tell, so nothing is started: exit 3 for an invalid rule, else 1.
pub(crate) fn cannot_tell(detection: &DetectionReport, started: bool) -> Conclusion {
    let rules = || detection.rules.iter().filter(|rule| rule.answer == Answer::CannotTell);
    let invalid = rules().any(|rule| rule.invalid);
    let code = detection
        .code
        .as_ref()
        .map_or(device::DETECTION_RULE_INVALID, |code| (code.number & 0xFFFF_FFFF) as u32);
    let summary = match started {
        true => "The installer ran, but whether the app is there now cannot be told.",
        false => "Whether the app is there cannot be told, so nothing was started.",
    };
    let advice = rules().map(|rule| {
        let RuleReport { pointer, subject, why, .. } = rule.clone();
        match rule.invalid {
            true => Advice::FixRule { pointer, subject, why },
            false => Advice::MakeAnswerable { pointer, subject, why },
        }
    });
    let class = if invalid { Class::Refused } else { Class::Machine };
    let mut conclusion = Conclusion::unchanged(Outcome::CannotTell, class, summary)
        .with(compliance::ERROR, Some(enforcement::ERROR), Some(code))
        .advising(advice);
    if detection.rules.is_empty() {
        conclusion.advice.push(Advice::other(
            "Give the app a detection rule; docs/detection.md has twelve to choose from.",
        ));
    }
    conclusion.changed = started;
    conclusion
}

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
