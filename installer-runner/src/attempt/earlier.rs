//! Attempts that earlier runs left unsettled: installers that still run, and those that ended unseen.

use super::conclusion::{enforcement, written};
use super::flow::{Attempt, EarlyEnd, Flow, interrupted};
use super::restart;
use crate::run::OutputFile;
use crate::{AttemptEnd, AttemptRecord, AttemptVerdict, CodeKind, JournalError, ReturnCodes};
use std::time::Duration;
use waybill_context::failpoint;
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{Advice, AttemptOutcome, Decision, EarlierEnd, Interruption};
use waybill_system::ProcessIdentity;

/// How long after its time limit an installer's work is sought in Windows Installer's service, whose mutex may by then
/// be held by anybody (docs/intune-agent.md, "Ends of an installer").
const LONGEST: Duration = Duration::from_secs(24 * 3600);

impl Attempt<'_> {
    /// Makes sure that no earlier installer runs. One of the same app is waited for; where one of another app runs
    /// within its time limit, this attempt ends with [`AttemptOutcome::Waiting`]. One that has outlived its limit hangs
    /// and holds up nobody else; msiexec still waits for Windows Installer before it is started.
    pub(super) fn earlier(&mut self) -> Flow<()> {
        for record in self.runner.journal.unsettled()? {
            match self.living(&record) {
                None if self.request.dry_run => {} // a dry run writes nothing down
                None => self.settle(&record)?,
                Some(process) if record.new.key.is_same_app(&self.key) && !self.request.dry_run => {
                    self.wait_for(&record, &process)?;
                }
                Some(_) if !record.new.key.is_same_app(&self.key) && self.is_over_its_limit(&record) => {}
                Some(process) => return Err(self.busy(&record, &process)),
            }
        }
        Ok(())
    }

    /// A process of the recorded attempt that is still running; `None` where there is none.
    fn living(&self, record: &AttemptRecord) -> Option<ProcessIdentity> {
        if self.is_of_another_boot(record) {
            return None;
        }
        let processes = self.runner.system.processes();
        let known = match &record.end {
            Some(AttemptEnd::TimedOut(tree)) => tree.clone(),
            _ => Vec::new(),
        };
        let first = record.process.iter().cloned();
        let descendants =
            record.process.iter().flat_map(|one| processes.descendants(one).unwrap_or_default());
        let mut tree = first.chain(known).chain(descendants);
        // A process that cannot be queried counts as running: nothing is started on a guess.
        let alive = tree.find(|one| processes.is_running(one).unwrap_or(true));
        alive.or_else(|| self.installer_service(record))
    }

    /// Whether the installer has outlived its time limit. Its own app still waits for a process that is known to run: a
    /// clock that was set forward must not start its installer twice.
    fn is_over_its_limit(&self, record: &AttemptRecord) -> bool {
        matches!(record.end, Some(AttemptEnd::TimedOut(_)))
            || self.is_past_its_limit_by(Duration::ZERO, record)
    }

    fn is_past_its_limit_by(&self, more: Duration, record: &AttemptRecord) -> bool {
        let limit = more + Duration::from_secs(u64::from(record.new.limit_minutes) * 60);
        let age = Duration::try_from(self.now().duration_since(record.new.at));
        age.is_ok_and(|age| age > limit) // one from the future: the clock was set back, and nobody knows how old it is
    }

    fn installer_service(&self, record: &AttemptRecord) -> Option<ProcessIdentity> {
        // After a time limit the service of Windows Installer may still be working for a client that has ended. It
        // holds its mutex meanwhile.
        let is_timed_out = matches!(record.end, Some(AttemptEnd::TimedOut(_)));
        let is_busy = is_timed_out
            && !self.is_past_its_limit_by(LONGEST, record)
            && self.runner.system.products().is_installing() == Ok(true);
        is_busy.then(|| ProcessIdentity {
            pid: 0,
            started: 0,
            name: "the Windows Installer service".to_owned(),
        })
    }

    fn is_of_another_boot(&self, record: &AttemptRecord) -> bool {
        let boots = (self.runner.system.device().boot(), &record.new.boot);
        matches!(boots, (Some(now), Some(then)) if !now.is_same_boot(then))
    }

    fn settle(&mut self, record: &AttemptRecord) -> Result<(), JournalError> {
        failpoint::reach("earlier-settling");
        let end = record.end.clone().unwrap_or(AttemptEnd::Unseen);
        if record.end.is_none() {
            self.runner.journal.ended(record.id, &end)?;
        }
        if record.verdict.is_none() {
            self.make_up_for(record, &end)?;
        }
        match self.runner.settings.open_root() {
            Ok(root) => OutputFile::new(&root, &record.new.key.app, record.id)
                .keep_what_is_left(self.runner.system.device()),
            Err(error) => tracing::debug!(%error, "what an earlier installer printed is not kept"),
        }
        self.runner.journal.settled(record.id)
    }

    fn make_up_for(&mut self, record: &AttemptRecord, end: &AttemptEnd) -> Result<(), JournalError> {
        // Does what the run that died could no longer do: note restarts, judge the end. For another app's attempt only
        // the default return codes are known here.
        let (journal, is_own) = (self.runner.journal, record.new.key.is_same_app(&self.key));
        let others = AppDocument::default();
        let codes = ReturnCodes::from_app(if is_own { self.request.app } else { &others });
        let exit_code = if let AttemptEnd::Exited(code) = end { Some(*code) } else { None };
        let kind = exit_code.map(|code| codes.stands_for(code).0);
        if let Some(kind) = kind.filter(|_| !self.is_of_another_boot(record)) {
            let need = restart::need_of(kind);
            restart::note(journal, self.runner.system, &record.new.key.app, need, record.new.at)?;
        }
        if is_own {
            let end = what_is_known(record, end);
            self.notes.decided(Decision::EarlierIsOver { began: written(record.new.at), end });
        }
        let outcome = outcome_of(end, kind.filter(|_| is_own));
        let verdict = AttemptVerdict { at: self.now(), outcome, kind: kind.filter(|_| is_own), exit_code };
        journal.concluded(record.id, &verdict)
    }

    fn wait_for(&mut self, record: &AttemptRecord, process: &ProcessIdentity) -> Flow<()> {
        // The installer of this app still runs, so it is waited for and not started again.
        self.notes.decided(Decision::WaitsForEarlier { process: process.name.clone(), pid: process.pid });
        let age = Duration::try_from(self.now().duration_since(record.new.at)).unwrap_or_default();
        let limit = Duration::from_secs(u64::from(record.new.limit_minutes) * 60).saturating_sub(age);
        match self.runner.context.sleep_until(limit, || self.living(record).is_none()) {
            Ok(true) => Ok(self.settle(record)?),
            Ok(false) if self.runner.context.check().is_ok() => Err(self.busy(record, process)),
            _ => Err(interrupted(Interruption::WhileItRan).into()),
        }
    }

    fn busy(&mut self, record: &AttemptRecord, process: &ProcessIdentity) -> EarlyEnd {
        self.notes.decided(Decision::EarlierStillRuns {
            process: process.name.clone(),
            pid: process.pid,
            app: record.new.key.app.clone(),
            is_own: record.new.key.is_same_app(&self.key),
            began: written(record.new.at),
        });
        let summary = format!("An earlier installer still runs: {}.", process.name);
        let advice = Advice::LetEarlierEnd { process: process.name.clone(), pid: process.pid };
        self.waits(&summary, enforcement::IN_PROGRESS, advice)
    }
}

/// The outcome of an attempt that was not judged. A success still has to be confirmed by detection, which comes next;
/// failures and retries are final.
fn outcome_of(end: &AttemptEnd, kind: Option<CodeKind>) -> AttemptOutcome {
    match (end, kind) {
        (_, Some(CodeKind::Retry)) => AttemptOutcome::RetryLater,
        (_, Some(CodeKind::Failed | CodeKind::Unmapped)) => AttemptOutcome::Failed,
        (_, Some(CodeKind::Unknown)) => AttemptOutcome::CannotTell,
        (AttemptEnd::TimedOut(_), _) => AttemptOutcome::TimedOut,
        _ => AttemptOutcome::Interrupted,
    }
}

fn what_is_known(record: &AttemptRecord, end: &AttemptEnd) -> EarlierEnd {
    match (end, &record.process) {
        (AttemptEnd::Exited(code), _) => EarlierEnd::Exited(*code),
        (AttemptEnd::TimedOut(_), _) => EarlierEnd::TimedOut,
        (AttemptEnd::NotStarted(_), _) | (_, None) => EarlierEnd::NeverStarted,
        (AttemptEnd::Unseen, Some(_)) => EarlierEnd::Unseen,
    }
}
