//! Reasons not to start an installer: nobody is signed in, requirements, a pending restart, the schedule.

use super::Trigger;
use super::conclusion::{Conclusion, enforcement, written};
use super::flow::{Attempt, EarlyEnd, Flow};
use super::restart;
use crate::{
    AttemptRecord, JournalError, PendingRestart, RetryDecision, Runner, check_requirements, next_try,
    next_try_report,
};
use waybill_intune::{ScheduleEffect, compare_texts};
use waybill_schemas::codes::Class;
use waybill_schemas::report::install::{
    Advice, Answer, AttemptOutcome, Decision, Intent, NextTry, RequirementsReport, RestartNeed,
};
use waybill_system::{Account, SignedInUser};

impl Attempt<'_> {
    /// An app in the user's context waits until a user is signed in (docs/runner.md, "With whose rights").
    pub(super) fn needs_user(&mut self) -> Flow<()> {
        if self.run_as.wanted != Account::User {
            return Ok(());
        }
        let is_another_account = self.run_as.perspective.account == Account::User;
        let (decision, summary) =
            match (self.runner.system.device().signed_in_user(), &self.runner.settings.user) {
                (Ok(None), _) if is_another_account => {
                    (Decision::NobodySignedIn, "It installs for a user, and nobody is signed in.".to_owned())
                }
                (Ok(Some(user)), Some(wanted)) if !is_named(&user, wanted) => {
                    let summary =
                        format!("It is to be installed for {wanted}, who is not the signed-in user.");
                    let (wanted, signed_in) = (wanted.clone(), user.name);
                    (Decision::AnotherUserSignedIn { wanted, signed_in }, summary)
                }
                _ => return Ok(()),
            };
        self.notes.decided(decision);
        Err(self.waits(&summary, enforcement::WAITING_USER_LOGON, Advice::SignIn))
    }

    pub(super) fn requirements(&mut self) -> Flow<()> {
        if self.request.intent == Intent::Uninstall {
            return Ok(()); // an app that is there may go, whatever the device has become
        }
        let Runner { system, settings, context, .. } = self.runner;
        let report = check_requirements(self.request.app, &self.run_as, *system, settings, context);
        let applicability = report.applicability.clone();
        let next = unmet(&report);
        self.deviation_of_architecture(&report);
        self.notes.requirements = Some(report);
        match applicability {
            Some(code) if code.number == 0 => {
                self.notes.decided(Decision::Applicable);
                Ok(())
            }
            Some(code) => {
                let why = next.first().cloned().unwrap_or_else(|| code.meaning.clone());
                self.notes.decided(Decision::NotApplicable { code: code.text.clone(), why });
                let summary = format!("It is not for this device: {} ({}).", code.name, code.text);
                Err(Conclusion::unchanged(AttemptOutcome::NotApplicable, Class::NotDetected, summary)
                    .with(self.compliance(), Some(enforcement::REQUIREMENTS_NOT_MET), None)
                    .advising(next.into_iter().map(Advice::other))
                    .into())
            }
            None => {
                self.interruption()?; // a script that was stopped tells nothing
                let why = next.first().cloned().unwrap_or_default();
                self.notes.decided(Decision::ApplicabilityUnknown { why });
                let summary = "Whether it is for this device cannot be told, so nothing was started.";
                Err(Conclusion::unchanged(AttemptOutcome::CannotTell, Class::Machine, summary)
                    .with(self.compliance(), Some(enforcement::ERROR), None)
                    .advising(next.into_iter().map(Advice::other))
                    .into())
            }
        }
    }

    /// After a hard reboot code no app is installed until the restart (docs/intune-agent.md, "Return codes").
    pub(super) fn pending_restart(&mut self) -> Flow<()> {
        if let Some(boot) = self.runner.system.device().boot().filter(|_| !self.request.dry_run) {
            self.runner.journal.drop_restarts_of_other_boots(&boot)?;
        }
        let pending = restart::pending(self.runner.journal, self.runner.system)?;
        // Where the system does not identify its boots, no later run could see that the restart has happened. Such a
        // restart is reported, but nothing waits for it.
        let is_gate = |one: &&PendingRestart| one.need == RestartNeed::Hard && one.boot.is_some();
        let Some(hard) = pending.iter().find(is_gate) else { return Ok(()) };
        self.notes.decided(Decision::RestartPending { app: hard.app.clone(), since: written(hard.since) });
        let before = self.runner.system.device().pending_restarts().unwrap_or_default();
        let (asked, left) = (RestartNeed::None, Vec::new());
        self.notes.restart = Some(restart::report(self.request.app, asked, false, &pending, left, &before));
        let summary = "The device has to restart before anything else is installed.";
        let advice = Advice::Restart { judged_after: false };
        Err(self.waits(summary, enforcement::NOT_ATTEMPTED_PENDING_REBOOT, advice))
    }

    /// Ends a scheduled attempt that is too early. An attempt that a person asks for does not wait.
    pub(super) fn schedule(&mut self) -> Flow<()> {
        let history = self.history()?;
        let until = match next_try(&history, self.now(), &self.request.retries) {
            RetryDecision::RunNow => return Ok(()),
            RetryDecision::WaitUntil(until) | RetryDecision::GiveUpUntil(until) => until,
        };
        if self.request.trigger == Trigger::Manual {
            self.deviation_of_request();
            return Ok(());
        }
        self.notes.decided(Decision::ScheduledFor { until: written(until) });
        let summary = format!("An earlier attempt failed; the schedule tries again at {}.", written(until));
        Err(self.waits(&summary, enforcement::ERROR, Advice::AskByHand))
    }

    /// Ends the attempt with [`AttemptOutcome::Waiting`], because something else has to happen first.
    pub(super) fn waits(&self, summary: &str, enforcement: i64, advice: Advice) -> EarlyEnd {
        let conclusion = Conclusion::unchanged(AttemptOutcome::Waiting, Class::RetryLater, summary);
        conclusion.with(self.compliance(), Some(enforcement), None).advising([advice]).into()
    }

    /// When the schedule tries again after this outcome; `None` where no further try is planned.
    pub(super) fn next_try(&self, outcome: AttemptOutcome) -> Result<Option<NextTry>, JournalError> {
        if self.request.dry_run || !ScheduleEffect::of_outcome(outcome).leaves_open() {
            return Ok(None);
        }
        Ok(next_try_report(&self.history()?, self.now(), &self.request.retries))
    }

    /// The attempts that count for the schedule: those at this revision of the app for the
    /// same user with the same intent, oldest first.
    fn history(&self) -> Result<Vec<AttemptRecord>, JournalError> {
        let mut history = self.runner.journal.history(&self.key)?;
        history.retain(|earlier| earlier.new.intent == self.request.intent);
        Ok(history)
    }
}

/// Whether `wanted` is this user's security identifier, full name (`DOMAIN\\user`) or name without the domain.
fn is_named(user: &SignedInUser, wanted: &str) -> bool {
    let short = user.name.rsplit('\\').next().unwrap_or_default();
    [user.id.as_str(), user.name.as_str(), short].iter().any(|name| compare_texts(name, wanted).is_eq())
}

/// The requirements that do not hold, each with the wanted and the actual value.
fn unmet(report: &RequirementsReport) -> Vec<String> {
    let built_in = report.built_in.iter().filter(|one| one.holds != Some(true));
    let built_in =
        built_in.map(|one| format!("{}: wanted {}, found {}.", one.what, one.expected, one.actual));
    let rules = report.rules.iter().filter(|rule| rule.answer != Answer::Detected);
    let rules = rules.map(|rule| {
        format!(
            "{} ({}): wanted {}, found {}. {}",
            rule.pointer, rule.subject, rule.expected, rule.actual, rule.why
        )
    });
    built_in.chain(rules).collect()
}
