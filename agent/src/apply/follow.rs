//! Following the schedule until it succeeds or gives up (`--wait`).

use crate::apply::{ApplyError, ApplyRequest};
use crate::state::StateDatabase;
use jiff::{Timestamp, Unit};
use std::time::Duration;
use waybill_context::{Cancelled, Context};
use waybill_installer_runner::{
    AttemptJournal as _, AttemptKey, Events, RetryDecision, ScheduleEffect, next_try, written,
};
use waybill_schemas::codes::Class;
use waybill_schemas::report::install::{Advice, AttemptOutcome, Decision, InstallReport, StepReport};

/// How long the next try waits for another apply that started meanwhile.
pub(super) const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// What happens after an attempt.
pub(super) enum AfterAttempt {
    /// No further try follows; this is the report of the last attempt.
    Report(Box<InstallReport>),
    /// The wait is over, and the next try is due.
    Again,
}

/// Waits between tries, and keeps the steps about these waits for the last report.
pub(super) struct Follow<'a> {
    pub(super) request: &'a ApplyRequest<'a>,
    pub(super) state: &'a StateDatabase<'a>,
    pub(super) key: AttemptKey,
    pub(super) events: &'a dyn Events,
    pub(super) context: &'a Context<'a>,
    pub(super) waits: Vec<StepReport>,
}

impl Follow<'_> {
    /// Waits for the next try, if one is planned that can be waited for.
    pub(super) fn after(&mut self, report: InstallReport) -> Result<AfterAttempt, ApplyError> {
        let report = match self.until(&report)? {
            None => report,
            Some(until) => match self.wait(until, &report) {
                Ok(()) => return Ok(AfterAttempt::Again),
                Err(Cancelled) => interrupted(report, until),
            },
        };
        Ok(AfterAttempt::Report(Box::new(self.with_waits(report))))
    }

    /// When the schedule tries again; `None` if it succeeded, gave up, or waits for something else than time.
    fn until(&self, report: &InstallReport) -> Result<Option<Timestamp>, ApplyError> {
        // The schedule stays open after these, too, but a person has to look first: a rule or a command that is wrong
        // stays wrong, and an installer that reached its time limit may still be running.
        let needs_a_person = matches!(
            report.outcome,
            AttemptOutcome::CannotTell | AttemptOutcome::CommandRefused | AttemptOutcome::TimedOut
        );
        let is_open = report.outcome != AttemptOutcome::Interrupted
            && !needs_a_person
            && ScheduleEffect::of_outcome(report.outcome).leaves_open();
        if !self.request.wait || self.request.dry_run || !is_open {
            return Ok(None);
        }
        let mut history = self.state.history(&self.key)?;
        // Each intent has a schedule of its own: a failed uninstall does not keep an install waiting.
        history.retain(|attempt| attempt.new.intent == self.request.intent);
        let now = self.now();
        Ok(match next_try(&history, now, &self.request.retries) {
            RetryDecision::WaitUntil(until) => Some(until),
            // The clock was set forward meanwhile, so the wait is already over.
            RetryDecision::RunNow if report.outcome == AttemptOutcome::RetryLater => Some(now),
            _ => None,
        })
    }

    /// Sleeps until `until`, but no longer than that is from now, even if the clock is set meanwhile.
    fn wait(&mut self, until: Timestamp, report: &InstallReport) -> Result<(), Cancelled> {
        let left = until.duration_since(self.now()).unsigned_abs();
        let at = written(self.now());
        let decision =
            Decision::WaitsForNextTry { until: rounded(until).to_string(), why: report.summary.clone() };
        let step = StepReport::new(decision, at);
        self.events.decided(&step);
        self.waits.push(step);
        self.context.sleep_until(left, || self.now() >= until)?;
        self.context.check()
    }

    /// The report of the last attempt, with the steps about the waits before it.
    fn with_waits(&mut self, mut report: InstallReport) -> InstallReport {
        report.steps.splice(0..0, self.waits.drain(..));
        report
    }

    fn now(&self) -> Timestamp {
        Timestamp::try_from(self.context.clock().now()).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

fn rounded(until: Timestamp) -> Timestamp {
    until.round(Unit::Second).unwrap_or(until)
}

const AGAIN: &str = "Run the same command again: it does not wait, and begins the schedule anew.";

/// The report of an interrupted wait. Nothing runs while waiting, so the rest is that of the last attempt.
fn interrupted(report: InstallReport, until: Timestamp) -> InstallReport {
    InstallReport {
        outcome: AttemptOutcome::Interrupted,
        exit: Class::Interrupted.exit_code(),
        summary: format!(
            "Interrupted while waiting for the next try, which was due at {}. Before: {}",
            rounded(until),
            report.summary
        ),
        advice: vec![Advice::other(AGAIN)],
        next: vec![AGAIN.to_owned()],
        ..report
    }
}
