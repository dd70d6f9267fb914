//! Runs a phase, times and announces it, and keeps it for the report.

use crate::request::Audience;
use std::time::SystemTime;
use waybill_context::Context;
use waybill_schemas::codes::{Class, Classified};
use waybill_schemas::report::rehearsal::{Phase, PhaseDetails, PhaseStatus, RehearsalPhase};

/// The summary of a phase that was not reached.
const NOT_REACHED: &str = "not reached";

/// The phase that decides: the first phase that failed.
pub(crate) fn deciding(phases: &[RehearsalPhase]) -> Option<&RehearsalPhase> {
    phases.iter().find(|phase| phase.status == PhaseStatus::Failed)
}

/// What came of a phase.
pub(crate) struct PhaseOutcome {
    status: PhaseStatus,
    summary: String,
    exit: u8,
    code: Option<String>,
    details: Option<PhaseDetails>,
}

impl PhaseOutcome {
    pub(crate) fn passed(summary: impl Into<String>) -> Self {
        Self { status: PhaseStatus::Passed, summary: summary.into(), exit: 0, code: None, details: None }
    }

    pub(crate) fn skipped(summary: impl Into<String>) -> Self {
        Self { status: PhaseStatus::Skipped, ..Self::passed(summary) }
    }

    pub(crate) fn failed(class: Class, summary: impl Into<String>) -> Self {
        Self { status: PhaseStatus::Failed, exit: class.exit_code(), ..Self::passed(summary) }
    }

    /// A failure with the exit code that a report of the runner has; with `instead` where the runner calls it a
    /// success.
    pub(crate) fn failed_as(reported: u8, instead: Class, summary: impl Into<String>) -> Self {
        Self::failed(Class::from_exit_code(reported).unwrap_or(instead), summary)
    }

    pub(crate) fn with_code(mut self, id: &str) -> Self {
        self.code = Some(id.to_owned());
        self
    }

    pub(crate) fn with(mut self, details: PhaseDetails) -> Self {
        self.details = Some(details);
        self
    }
}

/// A failure with the error and its causes, each once.
impl<E: Classified> From<E> for PhaseOutcome {
    fn from(error: E) -> Self {
        let mut summary = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(one) = cause {
            let text = one.to_string();
            if !summary.ends_with(&text) {
                summary = format!("{summary}: {text}");
            }
            cause = one.source();
        }
        let code = error.code();
        Self { code: Some(code.id.to_owned()), ..Self::failed(code.class, summary) }
    }
}

/// A phase that passed, with what it yields; or the phase that failed.
pub(crate) type PassedWith<T> = Result<(PhaseOutcome, T), PhaseOutcome>;

/// The phases that are over so far.
pub(crate) struct Stages<'a> {
    context: &'a Context<'a>,
    audience: &'a dyn Audience,
    done: Vec<RehearsalPhase>,
}

impl<'a> Stages<'a> {
    pub(crate) fn new(context: &'a Context<'a>, audience: &'a dyn Audience) -> Self {
        Self { context, audience, done: Vec::new() }
    }

    /// Runs a phase, keeps its outcome, and returns what else it yields.
    pub(crate) fn run<T>(&mut self, phase: Phase, work: impl FnOnce() -> (PhaseOutcome, T)) -> T {
        self.audience.begins(phase);
        let started = self.context.clock().now();
        let (outcome, yielded) = work();
        self.keep(phase, outcome, started);
        yielded
    }

    /// Runs a phase that yields something only if it passes.
    pub(crate) fn attempt<T>(&mut self, phase: Phase, work: impl FnOnce() -> PassedWith<T>) -> Option<T> {
        self.run(phase, || match work() {
            Ok((outcome, yielded)) => (outcome, Some(yielded)),
            Err(outcome) => (outcome, None),
        })
    }

    /// Keeps a phase that has nothing to do.
    pub(crate) fn skip(&mut self, phase: Phase, why: &str) {
        self.keep(phase, PhaseOutcome::skipped(why), self.context.clock().now());
    }

    pub(crate) fn has_failed(&self) -> bool {
        deciding(&self.done).is_some()
    }

    /// All phases in order. Those that were not run are skipped, because of the one that failed.
    pub(crate) fn finish(mut self) -> Vec<RehearsalPhase> {
        let why = match deciding(&self.done) {
            Some(failed) => format!("{NOT_REACHED}: {} failed", failed.phase.name()),
            None => NOT_REACHED.to_owned(),
        };
        for phase in Phase::ALL {
            if !self.done.iter().any(|done| done.phase == phase) {
                self.skip(phase, &why);
            }
        }
        let place = |phase: &RehearsalPhase| Phase::ALL.iter().position(|one| *one == phase.phase);
        self.done.sort_by_key(place);
        self.done
    }

    fn keep(&mut self, phase: Phase, outcome: PhaseOutcome, started: SystemTime) {
        let seconds = self.context.clock().now().duration_since(started).unwrap_or_default().as_secs_f64();
        let PhaseOutcome { status, summary, exit, code, details } = outcome;
        let done = RehearsalPhase { phase, status, summary, exit, seconds, details, code };
        self.audience.ended(&done);
        self.done.push(done);
    }
}

#[cfg(test)]
pub(crate) mod sample {
    use super::*;
    use waybill_schemas::report::install::{AppIdentity, ContextReport, Host};
    use waybill_schemas::report::rehearsal::RehearsalReport;

    /// A report in which the install and the uninstall failed.
    pub(crate) fn report() -> RehearsalReport {
        let context = Context::silent();
        let mut stages = Stages::new(&context, &());
        for phase in [Phase::Lint, Phase::Before, Phase::Pack, Phase::Serve] {
            stages.run(phase, || (PhaseOutcome::passed("as it should"), ()));
        }
        stages.run(Phase::Install, || {
            (
                PhaseOutcome::failed(Class::InstallFailed, "the installer said 5")
                    .with_code("install-failed"),
                (),
            )
        });
        stages.run(Phase::Uninstall, || (PhaseOutcome::failed(Class::InstallFailed, "still there"), ()));
        RehearsalReport {
            contract: 1,
            app: AppIdentity { name: "app".into(), id: "app".into(), version: None },
            document: "app.json".into(),
            exit: 8,
            summary: "install failed".into(),
            next: Vec::new(),
            context: ContextReport {
                wanted: "system".into(),
                used: "system".into(),
                substituted: false,
                view: "32-bit".into(),
                host: Host::X86,
                system: "windows".into(),
                model: None,
            },
            root: "root".into(),
            root_kept: false,
            phases: stages.finish(),
            appeared: Vec::new(),
            proposed_rule: None,
            warnings: Vec::new(),
            deviations: Vec::new(),
            msi_logs: Vec::new(),
            started: "2024-01-01T00:00:00Z".into(),
            ended: "2024-01-01T00:00:01Z".into(),
        }
    }

    #[test]
    fn phases_that_nobody_ran_are_skipped_and_stand_in_order() {
        let phases = report().phases;
        assert!(phases.iter().map(|phase| phase.phase).eq(Phase::ALL));
        let fetch = phases.iter().find(|phase| phase.phase == Phase::Fetch).unwrap();
        assert_eq!(
            (fetch.status, fetch.summary.as_str()),
            (PhaseStatus::Skipped, "not reached: install failed")
        );
        assert_eq!(phases.iter().filter(|phase| phase.status == PhaseStatus::Failed).count(), 2);
    }
}
