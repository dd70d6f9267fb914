//! What is remembered of attempts: the journal is written before the program it is about may run.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};
use waybill_schemas::report::install::{Intent, Outcome, RestartNeed};
use waybill_system::{BootIdentity, ProcessIdentity};

use crate::{CodeKind, Trigger};

/// Keeps attempts and pending restarts. Every call is durable when it returns.
pub trait AttemptJournal: Send + Sync {
    /// An attempt begins; nothing runs yet.
    ///
    /// # Errors
    /// It cannot be written; then nothing may be started.
    fn begin(&self, attempt: &NewAttempt) -> Result<AttemptId, JournalError>;

    /// Its process is created and has not run an instruction yet.
    ///
    /// # Errors
    /// It cannot be written; then the process may not run.
    fn created(&self, attempt: AttemptId, process: &ProcessIdentity) -> Result<(), JournalError>;

    /// How it ended.
    ///
    /// # Errors
    /// It cannot be written.
    fn ended(&self, attempt: AttemptId, end: &AttemptEnd) -> Result<(), JournalError>;

    /// What was made of it.
    ///
    /// # Errors
    /// It cannot be written.
    fn judged(&self, attempt: AttemptId, verdict: &AttemptVerdict) -> Result<(), JournalError>;

    /// Nothing of it runs any more: it keeps no other app waiting.
    ///
    /// # Errors
    /// It cannot be written.
    fn settled(&self, attempt: AttemptId) -> Result<(), JournalError>;

    /// Attempts of any app that are not settled, oldest first.
    ///
    /// # Errors
    /// They cannot be read.
    fn unsettled(&self) -> Result<Vec<AttemptRecord>, JournalError>;

    /// Attempts of one app, oldest first; at least the newest 100.
    ///
    /// # Errors
    /// They cannot be read.
    fn history(&self, app: &str) -> Result<Vec<AttemptRecord>, JournalError>;

    /// The device needs a restart. Sticky: it goes with the boot alone.
    ///
    /// # Errors
    /// It cannot be written.
    fn note_restart(&self, restart: &PendingRestart) -> Result<(), JournalError>;

    /// Every restart that was noted and not dropped.
    ///
    /// # Errors
    /// They cannot be read.
    fn restarts(&self) -> Result<Vec<PendingRestart>, JournalError>;

    /// Drops restarts of other boots than this one.
    ///
    /// # Errors
    /// It cannot be written.
    fn drop_restarts_of_other_boots(&self, boot: &BootIdentity) -> Result<(), JournalError>;
}

/// By what an attempt is found again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptId(pub i64);

/// An attempt that begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAttempt {
    /// The app's id.
    pub app: String,
    /// Install or uninstall.
    pub intent: Intent,
    /// Whether a person asked for it, or the schedule.
    pub trigger: Trigger,
    /// When it began.
    pub at: Timestamp,
    /// The boot that it belongs to.
    pub boot: Option<BootIdentity>,
    /// Minutes that the installer may take.
    pub limit_minutes: u32,
}

/// An attempt as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// Its id.
    pub id: AttemptId,
    /// How it began.
    pub new: NewAttempt,
    /// Its process, once there was one.
    pub process: Option<ProcessIdentity>,
    /// How it ended, where that was seen.
    pub end: Option<AttemptEnd>,
    /// What was made of it.
    pub verdict: Option<AttemptVerdict>,
    /// Nothing of it runs any more.
    pub settled: bool,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum AttemptEnd {
    /// The program ended with this code.
    Exited(u32),
    /// The time limit came, and these still ran.
    TimedOut(Vec<ProcessIdentity>),
    /// The program was never started; the HRESULT says why.
    NotStarted(u32),
    /// Nobody saw it end: we, or the device, went away in between.
    Unseen,
}

/// What was made of an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptVerdict {
    /// When it was judged.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: Outcome,
    /// What the exit code stands for, where there was one.
    pub kind: Option<CodeKind>,
    /// The exit code, where there was one.
    pub exit_code: Option<u32>,
}

/// A restart that the device waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRestart {
    /// Which app asked, by id.
    pub app: String,
    /// Whether a later restart will do, or nothing may be installed before it.
    pub need: RestartNeed,
    /// When it was asked for.
    pub since: Timestamp,
    /// In which boot; it ends with it.
    pub boot: Option<BootIdentity>,
}

/// Why the journal failed.
#[derive(Debug, thiserror::Error)]
#[error("the journal of attempts cannot be {doing}")]
pub struct JournalError {
    /// `read` or `written`.
    pub doing: &'static str,
    /// What the store said.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// A journal that ends with the process: for tests, and for whoever wants no memory.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    attempts: Mutex<Vec<AttemptRecord>>,
    restarts: Mutex<Vec<PendingRestart>>,
}

impl MemoryJournal {
    fn change(
        &self,
        attempt: AttemptId,
        change: impl FnOnce(&mut AttemptRecord),
    ) -> Result<(), JournalError> {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        match attempts.iter_mut().find(|one| one.id == attempt) {
            Some(record) => {
                change(record);
                Ok(())
            }
            None => Err(JournalError { doing: "written", source: "there is no such attempt".into() }),
        }
    }

    fn those(&self, fits: impl Fn(&AttemptRecord) -> bool) -> Vec<AttemptRecord> {
        let attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.iter().filter(|one| fits(one)).cloned().collect()
    }
}

impl AttemptJournal for MemoryJournal {
    fn begin(&self, attempt: &NewAttempt) -> Result<AttemptId, JournalError> {
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        // Attempts are never removed, so their number is an id that does not come again.
        let id = AttemptId(attempts.len() as i64 + 1);
        let new = attempt.clone();
        attempts.push(AttemptRecord { id, new, process: None, end: None, verdict: None, settled: false });
        Ok(id)
    }

    fn created(&self, attempt: AttemptId, process: &ProcessIdentity) -> Result<(), JournalError> {
        self.change(attempt, |record| record.process = Some(process.clone()))
    }

    fn ended(&self, attempt: AttemptId, end: &AttemptEnd) -> Result<(), JournalError> {
        self.change(attempt, |record| record.end = Some(end.clone()))
    }

    fn judged(&self, attempt: AttemptId, verdict: &AttemptVerdict) -> Result<(), JournalError> {
        self.change(attempt, |record| record.verdict = Some(verdict.clone()))
    }

    fn settled(&self, attempt: AttemptId) -> Result<(), JournalError> {
        self.change(attempt, |record| record.settled = true)
    }

    fn unsettled(&self) -> Result<Vec<AttemptRecord>, JournalError> {
        Ok(self.those(|record| !record.settled))
    }

    fn history(&self, app: &str) -> Result<Vec<AttemptRecord>, JournalError> {
        Ok(self.those(|record| record.new.app == app))
    }

    fn note_restart(&self, restart: &PendingRestart) -> Result<(), JournalError> {
        self.restarts.lock().unwrap_or_else(PoisonError::into_inner).push(restart.clone());
        Ok(())
    }

    fn restarts(&self) -> Result<Vec<PendingRestart>, JournalError> {
        Ok(self.restarts.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn drop_restarts_of_other_boots(&self, boot: &BootIdentity) -> Result<(), JournalError> {
        let mut restarts = self.restarts.lock().unwrap_or_else(PoisonError::into_inner);
        restarts.retain(|restart| restart.boot.as_ref().is_none_or(|noted| noted.is_same_boot(boot)));
        Ok(())
    }
}
