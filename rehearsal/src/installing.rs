//! The app on this machine: looked for, installed, installed again, uninstalled.

use crate::msi_log::{self, Logged};
use crate::stage::Outcome;
use crate::{Audience, RehearsalRequest};
use std::path::{Path, PathBuf};
use waybill_agent::{ApplyError, ApplyRequest, ContentSource, State, apply};
use waybill_context::Context;
use waybill_installer_runner::{
    AccountChoice, MemoryJournal, RetryPolicy, RunAs, Runner, RunnerError, Settings, Trigger,
};
use waybill_schemas::app::{AppDocument, Rule};
use waybill_schemas::codes::rehearsal;
use waybill_schemas::report::install::{
    Answer, DetectReport, InstallReport, Intent, Outcome as End, RestartNeed,
};
use waybill_schemas::report::rehearsal::{MsiLog, Phase, PhaseDetails};
use waybill_system::{Account, System};

/// The machine and the app that is rehearsed on it.
pub(crate) struct Machine<'a> {
    pub(crate) app: AppDocument,
    pub(crate) settings: Settings,
    pub(crate) eyes: RunAs,
    pub(crate) state: &'a State,
    pub(crate) system: &'a dyn System,
    pub(crate) audience: &'a dyn Audience,
    pub(crate) context: &'a Context<'a>,
    pub(crate) retries: u32,
    pub(crate) msi_log: bool,
}

/// What is known of an attempt besides its outcome.
#[derive(Default)]
pub(crate) struct Attempted {
    pub(crate) report: Option<InstallReport>,
    pub(crate) log: Option<MsiLog>,
    /// Whether `/l*v` was added to the command.
    pub(crate) log_added: bool,
    /// How often a code of type retry was answered by another attempt at once.
    pub(crate) retried: u32,
}

impl Attempted {
    pub(crate) fn asks_for(&self, need: RestartNeed) -> bool {
        self.report.as_ref().and_then(|report| report.restart.as_ref()).is_some_and(|one| one.asked == need)
    }
}

impl<'a> Machine<'a> {
    /// As the request asks, with logs and scratch files below `root`.
    pub(crate) fn new(
        request: &RehearsalRequest,
        app: AppDocument,
        root: &Path,
        state: &'a State,
        (system, audience, context): (&'a dyn System, &'a dyn Audience, &'a Context<'a>),
    ) -> Self {
        let settings =
            Settings { logs: root.join("Logs"), scratch: root.join("Scratch"), ..request.settings.clone() };
        let eyes = RunAs::new(&app, &settings, system);
        let (retries, msi_log) = (request.retries, request.msi_log);
        Self { app, settings, eyes, state, system, audience, context, retries, msi_log }
    }

    /// Looks once.
    pub(crate) fn detect(&self) -> DetectReport {
        let journal = MemoryJournal::default();
        let runner = Runner {
            system: self.system,
            journal: &journal,
            settings: &self.settings,
            context: *self.context,
            events: self.audience,
        };
        runner.detect(&self.app)
    }

    /// Looks, and wants this answer.
    pub(crate) fn expect(&self, wanted: Answer) -> Outcome {
        let report = self.detect();
        let outcome = if report.detection.answer == wanted {
            Outcome::passed(report.summary.clone())
        } else {
            let exit = if report.detection.answer == Answer::CannotTell { report.exit.max(1) } else { 8 };
            Outcome::failed(exit, report.summary.clone())
        };
        outcome.with(PhaseDetails::Detect(Box::new(report)))
    }

    /// Installs; a copy that is here goes first.
    pub(crate) fn install(&self, folder: &Path, copy_is_here: bool) -> (Outcome, Attempted) {
        if copy_is_here {
            let (outcome, first) = self.uninstall(folder);
            if !first.report.as_ref().is_some_and(|report| report.outcome == End::Uninstalled) {
                return (outcome, first);
            }
        }
        let mut attempted = self.attempt(&self.app, Phase::Install, folder);
        let wants_retry = |attempted: &(Attempted, Option<Outcome>)| {
            attempted.0.report.as_ref().is_some_and(|report| report.outcome == End::RetryLater)
        };
        let mut retried = 0;
        while wants_retry(&attempted) && retried < self.retries && self.context.check().is_ok() {
            retried += 1;
            attempted = self.attempt(&self.app, Phase::Install, folder);
        }
        attempted.0.retried = retried;
        judged(attempted, |report| match report.outcome {
            End::Installed => Outcome::passed(report.summary.clone()),
            End::AlreadyInstalled => {
                Outcome::failed(3, report.summary.clone()).with_code(rehearsal::APP_IS_HERE.id)
            }
            _ => Outcome::failed(report.exit, report.summary.clone()),
        })
    }

    /// Must do nothing.
    pub(crate) fn install_again(&self, folder: &Path) -> (Outcome, Attempted) {
        judged(self.attempt(&self.app, Phase::InstallAgain, folder), |report| {
            match (report.outcome, report.changed) {
                (End::AlreadyInstalled, false) => Outcome::passed("changed nothing: it is detected"),
                _ => {
                    let exit = if report.exit == 0 { 8 } else { report.exit };
                    Outcome::failed(exit, format!("it changed something: {}", report.summary))
                }
            }
        })
    }

    /// The uninstall command.
    pub(crate) fn uninstall(&self, folder: &Path) -> (Outcome, Attempted) {
        judged(self.attempt(&self.app, Phase::Uninstall, folder), |report| gone(report, &report.summary))
    }

    /// The same, judged by another rule than the app's, which does not hold.
    pub(crate) fn uninstall_by(&self, rule: &Rule, folder: &Path) -> (Outcome, Attempted) {
        let mut app = self.app.clone();
        app.rules = vec![rule.clone()];
        let taken = "taken away again, as the proposed rule tells";
        judged(self.attempt(&app, Phase::Uninstall, folder), |report| gone(report, taken))
    }

    fn attempt(&self, app: &AppDocument, phase: Phase, folder: &Path) -> (Attempted, Option<Outcome>) {
        let intent = if phase == Phase::Uninstall { Intent::Uninstall } else { Intent::Install };
        let logged = self.logged(app, phase);
        let request = ApplyRequest {
            app: logged.as_ref().map_or(app, |logged| &logged.app),
            intent,
            trigger: Trigger::Manual,
            dry_run: false,
            content: ContentSource::Folder(PathBuf::from(folder)),
            settings: self.settings.clone(),
            retries: RetryPolicy::of(app),
            wait: false,
            wait_lock: std::time::Duration::ZERO,
        };
        let applied = apply(&request, self.state, self.system, self.audience, self.context);
        let ran = applied.as_ref().is_ok_and(|report| report.run.is_some());
        let log_added = ran && logged.is_some();
        let log = logged.filter(|_| ran).and_then(|logged| msi_log::read(phase, &logged.file));
        let (report, outcome) = match applied {
            Ok(report) => (Some(report), None),
            Err(error) => (None, Some(stopped(&error))),
        };
        (Attempted { report, log, log_added, retried: 0 }, outcome)
    }

    /// A signed-in user could not write below the root, and msiexec ends with 1622 where it cannot write its log.
    fn logged(&self, app: &AppDocument, phase: Phase) -> Option<Logged> {
        let is_other_user =
            self.eyes.wanted == Account::User && self.settings.account == AccountChoice::AsDocumented;
        if !self.msi_log || is_other_user || phase == Phase::InstallAgain {
            return None;
        }
        Logged::of(app, phase, &self.settings.logs)
    }
}

fn judged(
    (attempted, stopped): (Attempted, Option<Outcome>),
    judge: impl FnOnce(&InstallReport) -> Outcome,
) -> (Outcome, Attempted) {
    let outcome = match (&attempted.report, stopped) {
        (Some(report), _) => judge(report).with(PhaseDetails::Install(Box::new(report.clone()))),
        (None, Some(stopped)) => stopped,
        (None, None) => Outcome::failed(1, "no report"),
    };
    (outcome, attempted)
}

fn gone(report: &InstallReport, summary: &str) -> Outcome {
    if report.outcome == End::Uninstalled {
        return Outcome::passed(summary);
    }
    let exit = if report.exit == 0 { 8 } else { report.exit };
    Outcome::failed(exit, report.summary.clone())
}

fn stopped(error: &ApplyError) -> Outcome {
    match error {
        ApplyError::Runner(RunnerError::Content(content)) => {
            Outcome::failed(content.code.class.exit_code(), format!("{content}: {}", content.source))
                .with_code(content.code.id)
        }
        _ => Outcome::failed(1, error.to_string()),
    }
}
