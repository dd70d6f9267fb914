//! The result of an attempt, and the notes taken on the way there; together they become its report.

use crate::state_code::{error_code, error_of_exit_code, hresult, state};
use crate::{RunAs, Runner};
use jiff::Timestamp;
use waybill_schemas::codes::{Class, Table};
use waybill_schemas::report::install::{
    Advice, Answer, AppIdentity, AttemptOutcome, CommandReport, Decision, DetectionReport, InstallReport,
    Intent, NextTry, RUNNER_CONTRACT, RequirementsReport, RestartReport, RuleReport, RunReport, StateCode,
    States, StepReport,
};

/// Values of ComplianceState (docs/intune-agent.md, "States").
pub(crate) mod compliance {
    pub(crate) const INSTALLED: i64 = 1;
    pub(crate) const NOT_INSTALLED: i64 = 2;
    pub(crate) const ERROR: i64 = 4;
    pub(crate) const UNKNOWN: i64 = 5;
}

/// Values of EnforcementState (docs/intune-agent.md, "States").
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

/// The result of an attempt, before it is written into a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Conclusion {
    pub(crate) outcome: AttemptOutcome,
    /// The class that becomes the exit code of the command; `None` for success.
    pub(crate) class: Option<Class>,
    /// Whether anything on the device may have changed.
    pub(crate) changed: bool,
    /// The result in a sentence or two; the app's name is left to the report.
    pub(crate) summary: String,
    pub(crate) advice: Vec<Advice>,
    pub(crate) compliance: i64,
    pub(crate) enforcement: Option<i64>,
    /// The HRESULT that Intune's agent would report as ErrorCode; `None` where it reports no error.
    pub(crate) error: Option<u32>,
}

impl Conclusion {
    /// A result of an attempt that started nothing.
    pub(crate) fn unchanged(
        outcome: AttemptOutcome,
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

    /// The same result with advice on what to do next.
    pub(crate) fn advising(mut self, advice: impl IntoIterator<Item = Advice>) -> Self {
        self.advice.extend(advice);
        self
    }

    /// The same result with the states that Intune's agent would report.
    pub(crate) fn with(mut self, compliance: i64, enforcement: Option<i64>, error: Option<u32>) -> Self {
        (self.compliance, self.enforcement, self.error) = (compliance, enforcement, error);
        self
    }
}

/// The ComplianceState, which depends on detection alone (docs/intune-agent.md, "Ends of an installer").
pub(crate) fn compliance_of(answer: Answer) -> i64 {
    match answer {
        Answer::Detected => compliance::INSTALLED,
        Answer::NotDetected => compliance::NOT_INSTALLED,
        Answer::CannotTell => compliance::ERROR,
    }
}

/// The result where the app is already as wanted: installed, or absent.
pub(crate) fn nothing_to_do(intent: Intent) -> Conclusion {
    let (outcome, summary, compliance) = match intent {
        Intent::Install => (
            AttemptOutcome::AlreadyInstalled,
            "It is installed already; nothing was done.",
            compliance::INSTALLED,
        ),
        Intent::Uninstall => (
            AttemptOutcome::AlreadyAbsent,
            "It is not installed; nothing was done.",
            compliance::NOT_INSTALLED,
        ),
    };
    Conclusion::unchanged(outcome, None, summary).with(compliance, Some(enforcement::SUCCESS), None)
}

/// The result where detection cannot tell: exit 3 for an invalid rule, else 1.
pub(crate) fn cannot_tell(detection: &DetectionReport, started: bool) -> Conclusion {
    let rules = || detection.rules.iter().filter(|rule| rule.answer == Answer::CannotTell);
    let invalid = rules().any(|rule| rule.invalid);
    // Where a rule needs Windows there is no code: no device reports an error for it.
    let code = detection.code.as_ref().map(|code| (code.number & 0xFFFF_FFFF) as u32);
    let summary = match started {
        true => "The installer ran, but whether the app is there now cannot be told.",
        false => "Whether the app is there cannot be told, so nothing was started.",
    };
    let needs_windows = rules().filter(|rule| rule.needs_windows).map(|rule| rule.pointer.clone());
    let pointers: Vec<String> = needs_windows.collect();
    let ask_windows = (!pointers.is_empty()).then_some(Advice::AskWindows { pointers });
    let advice = rules().filter(|rule| !rule.needs_windows).map(|rule| {
        let RuleReport { pointer, subject, why, .. } = rule.clone();
        match rule.invalid {
            true => Advice::FixRule { pointer, subject, why },
            false => Advice::MakeAnswerable { pointer, subject, why },
        }
    });
    let class = if invalid { Class::Refused } else { Class::Machine };
    let mut conclusion = Conclusion::unchanged(AttemptOutcome::CannotTell, class, summary)
        .with(compliance::ERROR, Some(enforcement::ERROR), code)
        .advising(advice)
        .advising(ask_windows);
    if detection.rules.is_empty() {
        conclusion.advice.push(Advice::other(
            "Give the app a detection rule; docs/detection.md has twelve to choose from.",
        ));
    }
    conclusion.changed = started;
    conclusion
}

/// The steps and findings of an attempt under way, collected for its report.
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
    deviations: Vec<String>,
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
            deviations: Vec::new(),
        }
    }

    /// Notes where this attempt differs from what Intune's agent does, once however often it is noted.
    pub(super) fn deviates(&mut self, how: impl Into<String>) {
        let how = how.into();
        if !self.deviations.contains(&how) {
            self.deviations.push(how);
        }
    }

    /// Notes a decision for the report and passes it to [`Runner::events`].
    pub(super) fn decided(&mut self, decision: Decision) {
        let step = StepReport::new(decision, written(now(self.runner)));
        self.runner.events.decided(&step);
        self.steps.push(step);
    }

    /// Makes the report of an attempt with this result.
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
                error: error.map(|bits| named(bits, self.run.as_ref())),
            },
            context: run_as.report(self.runner.system.device()),
            deviations: self.deviations,
            steps: self.steps,
            detections: self.detections,
            requirements: self.requirements,
            command: self.command,
            run: self.run,
            restart: self.restart,
            next_try: self.next_try,
            started: written(self.started),
            ended: written(now(self.runner)),
        }
    }
}

/// An ErrorCode, named as the exit code that it was made of, if it was.
fn named(bits: u32, run: Option<&RunReport>) -> StateCode {
    let exit = run.and_then(|run| run.exit_code.as_ref());
    match exit.filter(|exit| error_code(exit.unsigned) == bits) {
        Some(exit) => error_of_exit_code(bits, exit),
        None => hresult(bits),
    }
}

/// A moment as reports write it: RFC 3339 in UTC with whole milliseconds.
pub fn written(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// The time of the runner's clock; 1970-01-01 where that is out of a timestamp's range.
pub(crate) fn now(runner: &Runner<'_>) -> Timestamp {
    Timestamp::try_from(runner.context.clock().now()).unwrap_or(Timestamp::UNIX_EPOCH)
}
