//! Following the schedule: `--wait`.

use crate::apply::{ApplyError, ApplyRequest};
use crate::state::State;
use jiff::{Timestamp, Unit};
use std::time::Duration;
use waybill_context::{Cancelled, Context};
use waybill_installer_runner::{
    AttemptJournal as _, Events, RetryDecision, ScheduleEffect, identify, next_try,
};
use waybill_schemas::report::install::{Decision, InstallReport, Outcome, StepReport};

/// How long the next try waits for another apply that began meanwhile.
pub(super) const PATIENCE: Duration = Duration::from_secs(24 * 3600);

/// After an attempt.
pub(super) enum Next {
    /// It is done, or given up: the report.
    Told(Box<InstallReport>),
    /// The next try is due.
    Again,
}

/// Waits between tries, and keeps what it told of that.
pub(super) struct Follow<'a> {
    request: &'a ApplyRequest<'a>,
    state: &'a State,
    events: &'a dyn Events,
    context: &'a Context<'a>,
    waits: Vec<StepReport>,
}

impl<'a> Follow<'a> {
    pub(super) fn new(
        request: &'a ApplyRequest<'a>,
        state: &'a State,
        events: &'a dyn Events,
        context: &'a Context<'a>,
    ) -> Self {
        Self { request, state, events, context, waits: Vec::new() }
    }

    /// Waits for the next try, where there is one to wait for.
    pub(super) fn after(&mut self, report: InstallReport) -> Result<Next, ApplyError> {
        match self.until(&report)? {
            None => Ok(Next::Told(Box::new(self.with_waits(report)))),
            Some(until) => Ok(match self.wait(until, &report) {
                Ok(()) => Next::Again,
                Err(Cancelled) => Next::Told(Box::new(self.with_waits(interrupted(report, until)))),
            }),
        }
    }

    /// When the schedule tries again; nothing where it is done, given up, or kept waiting by something else.
    fn until(&self, report: &InstallReport) -> Result<Option<Timestamp>, ApplyError> {
        let is_open = report.outcome != Outcome::Interrupted
            && ScheduleEffect::of_outcome(report.outcome).leaves_open();
        if !self.request.wait || self.request.dry_run || !is_open {
            return Ok(None);
        }
        let mut history = self.state.history(&identify(self.request.app).id)?;
        history.retain(|attempt| attempt.new.intent == self.request.intent);
        let now = self.now();
        Ok(match next_try(&history, now, &self.request.retries) {
            RetryDecision::WaitUntil(until) => Some(until),
            RetryDecision::RunNow if report.outcome == Outcome::RetryLater => Some(now), // the clock was set
            RetryDecision::RunNow | RetryDecision::GiveUpUntil(_) => None,
        })
    }

    /// Sleeps until then, or as long as that is from now, whatever happens to the clock meanwhile.
    fn wait(&mut self, until: Timestamp, report: &InstallReport) -> Result<(), Cancelled> {
        let left = until.duration_since(self.now()).unsigned_abs();
        let at = self.now().to_string();
        let decision =
            Decision::WaitsForNextTry { until: rounded(until).to_string(), why: report.summary.clone() };
        self.tell(StepReport::new(decision, at));
        self.context.sleep_until(left, || self.now() >= until)?;
        self.context.check()
    }

    fn tell(&mut self, step: StepReport) {
        self.events.decided(&step);
        self.waits.push(step);
    }

    /// The report of the last attempt, which says of the ones before how long they were waited for.
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

/// Nothing runs while it waits: what the last attempt came to stays as it is.
fn interrupted(report: InstallReport, until: Timestamp) -> InstallReport {
    InstallReport {
        outcome: Outcome::Interrupted,
        exit: 130,
        summary: format!(
            "Interrupted while waiting for the next try, which was due at {}. Before: {}",
            rounded(until),
            report.summary
        ),
        next: vec!["Run the same command again: it does not wait, and begins the schedule anew.".to_owned()],
        ..report
    }
}
