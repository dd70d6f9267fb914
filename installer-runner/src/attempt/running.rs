//! The installer's run, and how it is judged.

use super::advice;
use super::conclusion::{self, Conclusion, enforcement, written};
use super::flow::{Attempt, EarlyEnd, Flow, interrupted};
use super::judgement::{Ended, conclude_run, reached};
use super::restart;
use crate::run::{FinishedRun, NotRun, Waited};
use crate::state_code::{error_code, exit_code_report};
use crate::{AttemptEnd, AttemptId, AttemptVerdict, CodeKind, NewAttempt, Resolved, ReturnCodes};
use jiff::Timestamp;
use std::time::Duration;
use waybill_context::failpoint;
use waybill_schemas::codes::Class;
use waybill_schemas::report::install::{
    Advice, Answer, AttemptOutcome, Decision, Interruption, Occasion, RunReport, SurvivorReport,
};
use waybill_system::ProcessIdentity;

// ERROR_INSTALL_ALREADY_RUNNING of Windows Installer: another installation is running.
const ALREADY_RUNNING: u32 = 1618;
/// The pause between two detections after a successful run.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

impl Attempt<'_> {
    /// Starts the command, waits for it, and lets detection judge.
    pub(super) fn run(&mut self, resolved: &Resolved) -> Flow<Conclusion> {
        let limit_minutes = self.time_limit();
        // Recorded before anything is started, so that the next run finds this attempt if we are killed from here on.
        let id = self.runner.journal.begin(&NewAttempt {
            key: self.key.clone(),
            intent: self.request.intent,
            trigger: self.request.trigger,
            at: self.now(),
            boot: self.runner.system.device().boot(),
            limit_minutes,
        })?;
        if resolved.is_msiexec && !self.installer_is_free() {
            return self.installer_is_busy(id);
        }
        // Read before the run, so that what the installer adds can be told from what is already pending.
        let pending = self.runner.system.device().pending_restarts().ok();
        let started = written(self.now());
        let limit = Duration::from_secs(u64::from(limit_minutes) * 60);
        let program = resolved.report.program.as_deref().unwrap_or_default();
        self.notes.decided(Decision::Starts { program: program.to_owned(), limit_minutes });
        let (name, account) = (&self.identity.id, self.run_as.perspective.account);
        let mut ran = match self.runner.run_command(id, name, resolved, account, limit) {
            Ok(ran) => ran,
            Err(error) => return self.not_run(id, program, error),
        };
        self.notes.run = Some(self.run_report(&ran, started, limit_minutes));
        self.conclude(id, &mut ran, pending.as_deref())
    }

    /// Waits until no installation of Windows Installer is running, at most `installer_patience` of the settings.
    /// Returns `false` if one still runs, or the caller cancelled the wait; one that goes on counts as
    /// exit code 1618 (docs/intune-agent.md, "Ends of an installer").
    fn installer_is_free(&mut self) -> bool {
        let products = self.runner.system.products();
        let is_free = || products.is_installing() != Ok(true);
        if is_free() {
            return true;
        }
        self.notes.decided(Decision::WaitsForInstaller);
        self.deviation_of_waiting();
        self.runner.context.sleep_until(self.runner.settings.installer_patience, is_free).unwrap_or(false)
    }

    fn installer_is_busy(&mut self, id: AttemptId) -> Flow<Conclusion> {
        let journal = self.runner.journal;
        journal.ended(id, &AttemptEnd::NotStarted(error_code(ALREADY_RUNNING)))?;
        if self.runner.context.check().is_err() {
            self.verdict(id, AttemptOutcome::Interrupted, None, None)?;
            journal.settled(id)?;
            return Ok(interrupted(Interruption::BeforeItsStart));
        }
        // msiexec would have ended with this code, so it means what the app's table says.
        let (kind, _) = ReturnCodes::from_app(self.request.app).stands_for(ALREADY_RUNNING);
        let conclusion = self.another_installation(kind);
        self.verdict(id, conclusion.outcome, Some(kind), Some(ALREADY_RUNNING))?;
        journal.settled(id)?;
        self.notes.decided(Decision::InstallerBusy);
        Ok(conclusion)
    }

    /// The result where msiexec was not started, because another installation goes on. A table that calls 1618 a
    /// success makes no success of it: nothing ran.
    fn another_installation(&self, kind: CodeKind) -> Conclusion {
        let (outcome, class, state, summary) = match kind {
            CodeKind::Retry => (
                AttemptOutcome::RetryLater,
                Class::RetryLater,
                enforcement::ERROR_WITH_IMMEDIATE_RETRY,
                "Another installation is running; this one is to be tried again soon.".to_owned(),
            ),
            _ => (
                AttemptOutcome::Failed,
                Class::InstallFailed,
                enforcement::ERROR,
                format!(
                    "Another installation is running, so it was not started; that counts as 1618, which stands for {}.",
                    kind.name()
                ),
            ),
        };
        Conclusion::unchanged(outcome, class, summary)
            .with(self.compliance(), Some(state), Some(error_code(ALREADY_RUNNING)))
            .advising([Advice::LetOtherInstallationEnd])
    }

    fn not_run(&mut self, id: AttemptId, program: &str, error: NotRun) -> Flow<Conclusion> {
        let (code, why) = match error {
            NotRun::Journal(error) => return Err(EarlyEnd::from(error)),
            NotRun::Start(error) => (error.code, format!("{program} was not started: {}.", error.source)),
            NotRun::Output(error) => {
                let code = error.raw_os_error().and_then(|code| u32::try_from(code).ok()).unwrap_or(29);
                let root = self.runner.settings.root.display();
                (0x8007_0000 | code, format!("no file for its output can be made below {root}: {error}."))
            }
        };
        self.runner.journal.ended(id, &AttemptEnd::NotStarted(code))?;
        self.verdict(id, AttemptOutcome::CommandRefused, None, None)?;
        self.runner.journal.settled(id)?;
        self.notes.decided(Decision::StartFailed { why: why.clone() });
        Ok(self.refused(code, &why, Some(advice::not_started(code))))
    }

    fn run_report(&self, ran: &FinishedRun, started: String, limit_minutes: u32) -> RunReport {
        let codes = ReturnCodes::from_app(self.request.app);
        RunReport {
            pid: ran.process.pid,
            started,
            seconds: ran.seconds,
            limit_minutes,
            timed_out: ran.waited == Waited::TimedOut,
            exit_code: match ran.waited {
                Waited::Ended(code) => Some(exit_code_report(code, &codes)),
                _ => None,
            },
            survivors: survivor_reports(&ran.survivors),
            output: ran.output.clone(),
        }
    }

    fn conclude(
        &mut self,
        id: AttemptId,
        ran: &mut FinishedRun,
        pending: Option<&[String]>,
    ) -> Flow<Conclusion> {
        let ended = match ran.waited {
            Waited::Ended(code) => {
                let codes = ReturnCodes::from_app(self.request.app);
                let (kind, said_by) = codes.stands_for(code);
                self.deviation_of_code(&codes, code);
                let (stands_for, said_by) = (kind.name().to_owned(), said_by.to_owned());
                self.notes.decided(Decision::ReturnCode { code, stands_for, said_by });
                Ended::Exited(code, kind)
            }
            Waited::TimedOut => {
                if ran.killed {
                    self.deviation_of_end();
                }
                Ended::TimedOut { killed: ran.killed }
            }
            Waited::Unknown => Ended::Unseen,
            Waited::Interrupted => return Ok(interrupted(Interruption::WhileItRan)),
        };
        self.note_restart(ended)?;
        failpoint::reach("attempt-detecting");
        let answer = self.look_after(ended);
        self.forget_who_ended(ran);
        if self.is_left_open(ended, answer) {
            return Ok(interrupted(Interruption::AfterItsEnd)); // not judged: the next run does it
        }
        let mut conclusion = conclude_run(self.request.intent, ended, answer);
        let untold = self.notes.detections.last().filter(|detection| detection.answer == Answer::CannotTell);
        if let (AttemptOutcome::CannotTell, Some(detection)) = (conclusion.outcome, untold) {
            conclusion = conclusion::cannot_tell(detection, true);
        }
        if let Ended::Exited(code, CodeKind::Failed | CodeKind::Unmapped) = ended
            && conclusion.outcome == AttemptOutcome::Uninstalled
        {
            self.deviation_of_unknown_product(code);
        }
        let (outcome, summary) = (conclusion.outcome, conclusion.summary.clone());
        self.notes.decided(Decision::Judged { outcome, summary });
        self.restarts(ended, &conclusion, pending)?;
        let (kind, code) = match ended {
            Ended::Exited(code, kind) => (Some(kind), Some(code)),
            Ended::TimedOut { .. } | Ended::Unseen => (None, None),
        };
        self.verdict(id, conclusion.outcome, kind, code)?;
        // Settled last: until then, a later run that finds this attempt completes it.
        if matches!(ended, Ended::Exited(..)) {
            self.runner.journal.settled(id)?;
        }
        conclusion.advice.extend(advice::after_run(self, ran, &conclusion));
        Ok(conclusion)
    }

    /// Leaves out of the survivors those that have ended during detection: the report names who still runs.
    fn forget_who_ended(&mut self, ran: &mut FinishedRun) {
        let processes = self.runner.system.processes();
        // One that cannot be asked about is still listed: nothing says that it has ended.
        ran.survivors.retain(|one| processes.is_running(one) != Ok(false));
        if let Some(report) = &mut self.notes.run {
            report.survivors = survivor_reports(&ran.survivors);
        }
    }

    /// Whether the caller interrupted the run before detection had a final answer.
    fn is_left_open(&self, ended: Ended, answer: Answer) -> bool {
        let is_success = matches!(ended, Ended::Exited(_, kind) if kind.is_success());
        let is_open = match reached(self.request.intent, answer) {
            None => true,
            Some(reached) => is_success && !reached,
        };
        is_open && self.runner.context.check().is_err()
    }

    fn verdict(
        &self,
        id: AttemptId,
        outcome: AttemptOutcome,
        kind: Option<CodeKind>,
        exit_code: Option<u32>,
    ) -> Result<(), crate::JournalError> {
        self.runner.journal.concluded(id, &AttemptVerdict { at: self.now(), outcome, kind, exit_code })
    }

    fn look_after(&mut self, ended: Ended) -> Answer {
        // Detection after the run. After a success it is repeated for a while, because an installer's last writes may
        // come after its exit (docs/intune-agent.md, "An attempt, step by step"), and a virus scanner may keep a new file
        // from being read. The time of detection scripts counts, so that a slow script is not run twenty times.
        let is_success = matches!(ended, Ended::Exited(_, kind) if kind.is_success());
        let patience = if is_success { self.runner.settings.detection_patience } else { Duration::ZERO };
        let (start, mut waited, mut looks) = (self.now(), Duration::ZERO, 1);
        let mut answer = self.look(Occasion::After);
        while reached(self.request.intent, answer) != Some(true)
            && !self.is_rule_invalid()
            && waited.max(self.since(start)) < patience
            && self.runner.context.check().is_ok()
        {
            self.runner.context.clock().sleep(BETWEEN_LOOKS);
            waited += BETWEEN_LOOKS;
            looks += 1;
            self.notes.detections.pop();
            answer = self.look(Occasion::After);
        }
        let after = waited.max(self.since(start)).as_millis();
        if let Some(detection) = self.notes.detections.last_mut() {
            detection.looks = looks;
            detection.after_milliseconds = u64::try_from(after).ok();
        }
        if looks > 1 && reached(self.request.intent, answer) == Some(true) {
            let milliseconds = u64::try_from(after).unwrap_or(u64::MAX);
            self.notes.decided(Decision::FoundLate { looks, milliseconds });
            self.deviation_of_late_detection(milliseconds);
        }
        answer
    }

    /// Whether a rule of the last detection is invalid, which time does not change.
    fn is_rule_invalid(&self) -> bool {
        self.notes.detections.last().is_some_and(|last| last.rules.iter().any(|rule| rule.invalid))
    }

    /// The time since `start` by the clock; 0 where the clock was set back meanwhile.
    fn since(&self, start: Timestamp) -> Duration {
        Duration::try_from(self.now().duration_since(start)).unwrap_or_default()
    }

    fn note_restart(&self, ended: Ended) -> Result<(), crate::JournalError> {
        // Done before anything else: after exit code 1641 the shutdown has already begun (docs/intune-agent.md,
        // "Restarts").
        let Ended::Exited(_, kind) = ended else { return Ok(()) };
        let (journal, system) = (self.runner.journal, self.runner.system);
        restart::note(journal, system, &self.identity.id, restart::need_of(kind), self.now())
    }

    fn restarts(&mut self, ended: Ended, conclusion: &Conclusion, before: Option<&[String]>) -> Flow<()> {
        let Ended::Exited(_, kind) = ended else { return Ok(()) };
        let (journal, system) = (self.runner.journal, self.runner.system);
        let asked = restart::need_of(kind);
        // What could not be read before the run is nobody's: this run is blamed for nothing then.
        let after = system.device().pending_restarts().ok().filter(|_| before.is_some()).unwrap_or_default();
        let before = before.unwrap_or_default();
        let left: Vec<String> = after.into_iter().filter(|one| !before.contains(one)).collect();
        if !left.is_empty() {
            self.notes.decided(Decision::RestartLeft { things: left.len() });
        }
        let pending = restart::pending(journal, system)?;
        let is_done = conclusion.class.is_none_or(Class::is_done);
        self.notes.restart = Some(restart::report(self.request.app, asked, is_done, &pending, left, before));
        Ok(())
    }
}

fn survivor_reports(survivors: &[ProcessIdentity]) -> Vec<SurvivorReport> {
    survivors.iter().map(|one| SurvivorReport { pid: one.pid, name: one.name.clone() }).collect()
}
