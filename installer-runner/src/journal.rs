//! The journal of attempts. It is written before the program of an attempt may run.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};
use waybill_context::Cancelled;
use waybill_intune::{identify, revision};
use waybill_schemas::app::AppDocument;
use waybill_schemas::codes::{Classified, Code, package, root};
use waybill_schemas::report::install::{AttemptOutcome, Intent, RestartNeed};
use waybill_system::{Account, BootIdentity, ProcessIdentity, System};

use crate::{CodeKind, RunAs, Trigger};

/// Keeps attempts and pending restarts. When a call returns, its change survives a crash.
pub trait AttemptJournal: Send + Sync {
    /// Records that an attempt begins. Its program must not exist yet.
    ///
    /// # Errors
    /// The journal cannot be written; the caller must not start anything.
    fn begin(&self, attempt: &NewAttempt) -> Result<AttemptId, JournalError>;

    /// Records the process of an attempt, which has been created and has not run an instruction yet.
    ///
    /// # Errors
    /// The journal cannot be written; the caller must not let the process run.
    fn created(&self, attempt: AttemptId, process: &ProcessIdentity) -> Result<(), JournalError>;

    /// Records how an attempt ended.
    ///
    /// # Errors
    /// The journal cannot be written.
    fn ended(&self, attempt: AttemptId, end: &AttemptEnd) -> Result<(), JournalError>;

    /// Records the verdict on an attempt.
    ///
    /// # Errors
    /// The journal cannot be written.
    fn concluded(&self, attempt: AttemptId, verdict: &AttemptVerdict) -> Result<(), JournalError>;

    /// Records that no process of an attempt runs any more, so that it no longer keeps other apps waiting.
    ///
    /// # Errors
    /// The journal cannot be written.
    fn settled(&self, attempt: AttemptId) -> Result<(), JournalError>;

    /// Attempts of any app that are not settled, oldest first.
    ///
    /// # Errors
    /// The journal cannot be read.
    fn unsettled(&self) -> Result<Vec<AttemptRecord>, JournalError>;

    /// The attempts that count for this key ([`AttemptKey::counts_for`]), oldest first; at least the newest 100.
    ///
    /// # Errors
    /// The journal cannot be read.
    fn history(&self, key: &AttemptKey) -> Result<Vec<AttemptRecord>, JournalError>;

    /// Records that the device needs a restart. The record stays until the device has restarted.
    ///
    /// # Errors
    /// The journal cannot be written.
    fn note_restart(&self, restart: &PendingRestart) -> Result<(), JournalError>;

    /// The recorded restarts that have not been dropped.
    ///
    /// # Errors
    /// The journal cannot be read.
    fn restarts(&self) -> Result<Vec<PendingRestart>, JournalError>;

    /// Removes the restarts that were noted in another boot than this one.
    ///
    /// # Errors
    /// The journal cannot be written.
    fn drop_restarts_of_other_boots(&self, boot: &BootIdentity) -> Result<(), JournalError>;
}

/// The id of an attempt, unique in its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AttemptId(pub i64);

/// Which attempts count together: those at one revision of an app, for one user. Each has a schedule of its own, as with
/// Intune's agent (`<user>\<app>_<revision>`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptKey {
    /// The id of the app ([`waybill_intune::identify`]).
    pub app: String,
    /// The security identifier of the user whose rights the command has; `None` for the system, and where commands run
    /// with the rights of this program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The revision of the app ([`waybill_intune::revision`]); `None` in attempts of earlier versions of this program,
    /// which recorded neither it nor the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
}

impl AttemptKey {
    /// The key of attempts at this app with these rights on this machine.
    pub fn new(app: &AppDocument, run_as: &RunAs, system: &dyn System) -> Self {
        let is_users = run_as.perspective.account == Account::User;
        let user = || system.device().signed_in_user().ok().flatten().map(|user| user.id);
        let user = if is_users { user() } else { None };
        Self { app: identify(app).id, user, revision: Some(revision(app)) }
    }

    /// The same for a test or a caller that knows the id and the revision; the commands run for no other user.
    pub fn of_app(app: &str, revision: &str) -> Self {
        Self { app: app.to_owned(), user: None, revision: Some(revision.to_owned()) }
    }

    /// Whether an attempt with this key counts for the schedule of `other`. One of an earlier version of this program
    /// counts for every user and revision of its app, so that a wait that it began goes on.
    pub fn counts_for(&self, other: &Self) -> bool {
        self.app == other.app
            && (self.revision.is_none() || (self.user == other.user && self.revision == other.revision))
    }

    /// Whether both are of the same app for the same user, whatever the revision.
    pub fn is_same_app(&self, other: &Self) -> bool {
        let unknown = self.revision.is_none() || other.revision.is_none();
        self.app == other.app && (unknown || self.user == other.user)
    }
}

/// An attempt as it is when it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAttempt {
    /// The app, its revision and the user.
    #[serde(flatten)]
    pub key: AttemptKey,
    /// Whether the attempt installs or uninstalls.
    pub intent: Intent,
    /// Whether a person or the schedule asked for it.
    pub trigger: Trigger,
    /// The time at which the attempt began.
    pub at: Timestamp,
    /// The boot in which it began; `None` where the system does not identify its boots.
    pub boot: Option<BootIdentity>,
    /// The time limit of the installer, in minutes.
    pub limit_minutes: u32,
}

/// An attempt as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptRecord {
    /// The id that [`AttemptJournal::begin`] returned.
    pub id: AttemptId,
    /// What was known when the attempt began.
    pub new: NewAttempt,
    /// The installer's process; `None` if none was created.
    pub process: Option<ProcessIdentity>,
    /// How the attempt ended; `None` while that is not recorded.
    pub end: Option<AttemptEnd>,
    /// The verdict; `None` while the attempt is not judged.
    pub verdict: Option<AttemptVerdict>,
    /// Whether no process of the attempt runs any more.
    pub settled: bool,
}

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum AttemptEnd {
    /// The program ended with this exit code.
    Exited(u32),
    /// The time limit was reached; these processes were still running.
    TimedOut(Vec<ProcessIdentity>),
    /// The program was never started; the HRESULT says why.
    NotStarted(u32),
    /// The end was not seen, because this program or the device stopped before it.
    Unseen,
}

/// The verdict on an attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptVerdict {
    /// The time of the verdict.
    pub at: Timestamp,
    /// The outcome of the attempt.
    pub outcome: AttemptOutcome,
    /// The meaning of the exit code; `None` if there was no exit code.
    pub kind: Option<CodeKind>,
    /// The exit code of the installer; `None` if it did not end or its end was not seen.
    pub exit_code: Option<u32>,
}

/// A restart that the device waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRestart {
    /// The id of the app whose installer asked for it.
    pub app: String,
    /// Whether other apps may be installed before the restart (soft) or not (hard).
    pub need: RestartNeed,
    /// The time at which it was asked for.
    pub since: Timestamp,
    /// The boot in which it was asked for; the restart is pending as long as this boot lasts.
    pub boot: Option<BootIdentity>,
}

/// Why the journal failed.
#[derive(Debug, thiserror::Error)]
#[error("the journal of attempts cannot be {doing}")]
pub struct JournalError {
    /// What could not be done: `read` or `written`.
    pub doing: &'static str,
    /// The error of the journal's storage.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

impl Classified for JournalError {
    fn code(&self) -> &'static Code {
        match self.source.is::<Cancelled>() {
            true => &package::INTERRUPTED,
            false => &root::STATE_FAILED,
        }
    }
}

/// A journal in memory, for tests and for callers that want nothing to outlive the process.
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
        // Attempts are never removed, so their count makes an id that is never reused.
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

    fn concluded(&self, attempt: AttemptId, verdict: &AttemptVerdict) -> Result<(), JournalError> {
        self.change(attempt, |record| record.verdict = Some(verdict.clone()))
    }

    fn settled(&self, attempt: AttemptId) -> Result<(), JournalError> {
        self.change(attempt, |record| record.settled = true)
    }

    fn unsettled(&self) -> Result<Vec<AttemptRecord>, JournalError> {
        Ok(self.those(|record| !record.settled))
    }

    fn history(&self, key: &AttemptKey) -> Result<Vec<AttemptRecord>, JournalError> {
        Ok(self.those(|record| record.new.key.counts_for(key)))
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
