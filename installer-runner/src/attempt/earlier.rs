//! What earlier runs left: installers that still run, and ends that nobody saw.

use super::conclusion::{Conclusion, enforcement};
use super::flow::{Attempt, Flow, Stop};
use crate::run::Patience;
use crate::{AttemptEnd, AttemptRecord, JournalError, Verdict};
use std::time::Duration;
use waybill_schemas::report::install::{Outcome, Step};
use waybill_system::ProcessIdentity;

/// Longest that a tree which outlived its time limit keeps other apps waiting (running-commands, "Ends").
const LONGEST: Duration = Duration::from_secs(24 * 3600);

impl Attempt<'_> {
    /// Nothing is started while an earlier installer runs: the same app's is waited for, another's keeps us waiting.
    pub(super) fn earlier(&mut self) -> Flow<()> {
        for record in self.runner.journal.unsettled()? {
            match self.living(&record) {
                None => self.settle(&record)?,
                Some(process) if record.new.app == self.identity.id && !self.request.dry_run => {
                    self.wait_for(&record, &process)?;
                }
                Some(process) => return Err(Stop::Concluded(self.busy(&record, &process))),
            }
        }
        Ok(())
    }

    /// A process of the attempt that runs now.
    fn living(&self, record: &AttemptRecord) -> Option<ProcessIdentity> {
        let boot = self.runner.system.device().boot();
        let is_other_boot =
            boot.zip(record.new.boot.as_ref()).is_some_and(|(now, then)| !now.is_same_boot(then));
        let age = self.now().duration_since(record.new.at).unsigned_abs();
        if is_other_boot || age > LONGEST + Duration::from_secs(u64::from(record.new.limit_minutes) * 60) {
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
        // What cannot be asked counts as alive: nothing is started on a guess.
        let alive = tree.find(|one| processes.is_running(one).unwrap_or(true));
        alive.or_else(|| self.installer_service(record))
    }

    /// After a time limit Windows Installer's service may still work for a client that is gone: its mutex tells.
    fn installer_service(&self, record: &AttemptRecord) -> Option<ProcessIdentity> {
        let is_timed_out = matches!(record.end, Some(AttemptEnd::TimedOut(_)));
        let is_busy = is_timed_out && self.runner.system.products().is_installing() == Ok(true);
        is_busy.then(|| ProcessIdentity {
            pid: 0,
            started: 0,
            name: "the Windows Installer service".to_owned(),
        })
    }

    fn settle(&mut self, record: &AttemptRecord) -> Result<(), JournalError> {
        if record.end.is_none() {
            self.runner.journal.ended(record.id, &AttemptEnd::Unseen)?;
        }
        if record.new.app == self.identity.id && record.verdict.is_none() {
            let why = match record.process {
                Some(_) => "Nobody saw how it ended, so its exit code is not known; detection decides.",
                None => "It was about to start its installer and never did; detection decides.",
            };
            self.notes.step(Step::EarlierAttempt, format!("the attempt of {} is over", record.new.at), why);
            let verdict =
                Verdict { at: self.now(), outcome: Outcome::Interrupted, kind: None, exit_code: None };
            self.runner.journal.judged(record.id, &verdict)?;
        }
        self.runner.journal.settled(record.id)
    }

    /// The same app's installer still runs: it is not run again.
    fn wait_for(&mut self, record: &AttemptRecord, process: &ProcessIdentity) -> Flow<()> {
        let why = format!(
            "{} (process {}) of an earlier attempt still runs; it is not started twice.",
            process.name, process.pid
        );
        self.notes.step(Step::EarlierAttempt, "waiting for it", why);
        let limit = Duration::from_secs(u64::from(record.new.limit_minutes) * 60);
        let patience = Patience::new(&self.runner.context);
        if patience.until(limit, || self.living(record).is_none()) {
            return Ok(self.settle(record)?);
        }
        if self.runner.context.check().is_err() {
            return Err(Stop::Concluded(super::flow::interrupted(true)));
        }
        Err(Stop::Concluded(self.busy(record, process)))
    }

    fn busy(&mut self, record: &AttemptRecord, process: &ProcessIdentity) -> Conclusion {
        let whose = if record.new.app == self.identity.id { "this app's" } else { "another app's" };
        let why = format!(
            "{} (process {}) of {whose} attempt of {} still runs ({}).",
            process.name, process.pid, record.new.at, record.new.app
        );
        self.notes.step(Step::EarlierAttempt, "not started", why);
        Conclusion::quiet(Outcome::Waiting, 9, format!("An earlier installer still runs: {}.", process.name))
            .with(self.compliance(), Some(enforcement::IN_PROGRESS), None)
            .advising([format!(
                "Let {} (process {}) end, or end it if it hangs (a dialog that nobody sees is the usual reason); then run the same command again.",
                process.name, process.pid
            )])
    }
}
