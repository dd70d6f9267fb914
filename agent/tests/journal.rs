//! The promises of a journal of attempts. The journal in memory and the one in `state.db` pass the same tests; the
//! latter also passes them when it is closed and opened again between any two calls.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiff::Timestamp;
use std::sync::Mutex;
use tempfile::TempDir;
use waybill_agent::StateDatabase;
use waybill_installer_runner::{
    AttemptEnd, AttemptId, AttemptJournal, AttemptKey, AttemptRecord, AttemptVerdict, CodeKind, JournalError,
    MemoryJournal, NewAttempt, PendingRestart, Trigger,
};
use waybill_schemas::report::install::{AttemptOutcome, Intent, RestartNeed};
use waybill_system::{BootIdentity, ProcessIdentity};

/// A state database that is opened again for each call.
struct Reopened {
    folder: TempDir,
    opened: Mutex<u32>,
}

impl Reopened {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), opened: Mutex::default() }
    }

    fn state(&self) -> StateDatabase<'static> {
        *self.opened.lock().unwrap() += 1;
        StateDatabase::open(&self.folder.path().join("root")).unwrap()
    }
}

impl AttemptJournal for Reopened {
    fn begin(&self, attempt: &NewAttempt) -> Result<AttemptId, JournalError> {
        self.state().begin(attempt)
    }
    fn created(&self, attempt: AttemptId, process: &ProcessIdentity) -> Result<(), JournalError> {
        self.state().created(attempt, process)
    }
    fn ended(&self, attempt: AttemptId, end: &AttemptEnd) -> Result<(), JournalError> {
        self.state().ended(attempt, end)
    }
    fn concluded(&self, attempt: AttemptId, verdict: &AttemptVerdict) -> Result<(), JournalError> {
        self.state().concluded(attempt, verdict)
    }
    fn settled(&self, attempt: AttemptId) -> Result<(), JournalError> {
        self.state().settled(attempt)
    }
    fn unsettled(&self) -> Result<Vec<AttemptRecord>, JournalError> {
        self.state().unsettled()
    }
    fn history(&self, key: &AttemptKey) -> Result<Vec<AttemptRecord>, JournalError> {
        self.state().history(key)
    }
    fn note_restart(&self, restart: &PendingRestart) -> Result<(), JournalError> {
        self.state().note_restart(restart)
    }
    fn restarts(&self) -> Result<Vec<PendingRestart>, JournalError> {
        self.state().restarts()
    }
    fn drop_restarts_of_other_boots(&self, boot: &BootIdentity) -> Result<(), JournalError> {
        self.state().drop_restarts_of_other_boots(boot)
    }
}

/// Runs a test with each kind of journal.
fn each(test: impl Fn(&dyn AttemptJournal)) {
    test(&MemoryJournal::default());
    let folder = tempfile::tempdir().unwrap();
    test(&StateDatabase::open(&folder.path().join("root")).unwrap());
    let reopened = Reopened::new();
    test(&reopened);
    assert!(*reopened.opened.lock().unwrap() > 0);
}

fn new(app: &str) -> NewAttempt {
    NewAttempt {
        key: key(app),
        intent: Intent::Install,
        trigger: Trigger::Schedule,
        at: "2026-03-29T00:59:59.123456789Z".parse().unwrap(),
        boot: Some(boot("b1")),
        limit_minutes: 60,
    }
}

fn key(app: &str) -> AttemptKey {
    AttemptKey::of_app(app, "1.0")
}

fn boot(id: &str) -> BootIdentity {
    BootIdentity(id.to_owned())
}

fn process(pid: u32) -> ProcessIdentity {
    ProcessIdentity {
        pid,
        started: u64::from(u32::MAX) * 1000 + u64::from(pid),
        name: "Setup Ü'\".exe".into(),
    }
}

fn restart(app: &str, boot_id: Option<&str>) -> PendingRestart {
    let need = RestartNeed::Soft;
    PendingRestart { app: app.to_owned(), need, since: Timestamp::UNIX_EPOCH, boot: boot_id.map(boot) }
}

#[test]
fn an_attempt_is_remembered_step_by_step() {
    each(|journal| {
        let begun = new("notes");
        let id = journal.begin(&begun).unwrap();
        let mut expected =
            AttemptRecord { id, new: begun, process: None, end: None, verdict: None, settled: false };
        assert_eq!(journal.history(&key("notes")).unwrap(), [expected.clone()]);

        journal.created(id, &process(7)).unwrap();
        expected.process = Some(process(7));
        assert_eq!(journal.unsettled().unwrap(), [expected.clone()]);

        let end = AttemptEnd::TimedOut(vec![process(8), process(9)]);
        journal.ended(id, &end).unwrap();
        expected.end = Some(end);
        assert_eq!(journal.history(&key("notes")).unwrap(), [expected.clone()]);

        let verdict = AttemptVerdict {
            at: "2026-03-29T02:00:00.5Z".parse().unwrap(),
            outcome: AttemptOutcome::NotBorneOut,
            kind: Some(CodeKind::SoftReboot),
            exit_code: Some(u32::MAX),
        };
        journal.concluded(id, &verdict).unwrap();
        expected.verdict = Some(verdict);
        assert_eq!(journal.unsettled().unwrap(), [expected.clone()], "judged, and its tree may still run");

        journal.settled(id).unwrap();
        expected.settled = true;
        assert_eq!(journal.unsettled().unwrap(), []);
        assert_eq!(journal.history(&key("notes")).unwrap(), [expected]);
    });
}

#[test]
fn every_end_comes_back_as_it_was_written() {
    each(|journal| {
        for end in [
            AttemptEnd::Exited(0),
            AttemptEnd::Exited(u32::MAX),
            AttemptEnd::TimedOut(Vec::new()),
            AttemptEnd::NotStarted(0x8007_0002),
            AttemptEnd::Unseen,
        ] {
            let id = journal.begin(&new("notes")).unwrap();
            journal.ended(id, &end).unwrap();
            assert_eq!(journal.history(&key("notes")).unwrap().pop().unwrap().end, Some(end));
        }
    });
}

#[test]
fn apps_are_kept_apart_and_attempts_in_their_order() {
    each(|journal| {
        let apps = ["a", "A", "a ", "a'; DROP TABLE attempts; --", "", "日本"];
        let begin = |app: &&str| journal.begin(&new(app)).unwrap();
        let first: Vec<_> = apps.iter().map(begin).collect();
        let second: Vec<_> = apps.iter().map(begin).collect();
        for (place, app) in apps.iter().enumerate() {
            let ids: Vec<_> = journal.history(&key(app)).unwrap().iter().map(|record| record.id).collect();
            assert_eq!(ids, [first[place], second[place]], "{app:?}");
        }
        journal.settled(first[2]).unwrap();
        let expected: Vec<_> =
            [first.clone(), second].concat().into_iter().filter(|id| *id != first[2]).collect();
        let unsettled: Vec<_> = journal.unsettled().unwrap().iter().map(|record| record.id).collect();
        assert_eq!(unsettled, expected, "of any app, oldest first");
        assert_eq!(journal.history(&key("another")).unwrap(), []);
    });
}

#[test]
fn users_and_revisions_have_histories_of_their_own() {
    each(|journal| {
        let of_user = |user: Option<&str>, revision: Option<&str>| AttemptKey {
            app: "notes".into(),
            user: user.map(str::to_owned),
            revision: revision.map(str::to_owned),
        };
        let begin = |key: &AttemptKey| journal.begin(&NewAttempt { key: key.clone(), ..new("") }).unwrap();
        let system = begin(&of_user(None, Some("1.0")));
        let one = begin(&of_user(Some("S-1-5-21-1"), Some("1.0")));
        let another = begin(&of_user(Some("S-1-5-21-2"), Some("1.0")));
        let newer = begin(&of_user(Some("S-1-5-21-1"), Some("2.0")));
        let unknown = begin(&of_user(None, None));
        let ids = |user, revision| -> Vec<AttemptId> {
            let history = journal.history(&of_user(user, Some(revision))).unwrap();
            history.iter().map(|record| record.id).collect()
        };
        assert_eq!(ids(None, "1.0"), [system, unknown]);
        assert_eq!(ids(Some("S-1-5-21-1"), "1.0"), [one, unknown]);
        assert_eq!(ids(Some("S-1-5-21-2"), "1.0"), [another, unknown]);
        assert_eq!(ids(Some("S-1-5-21-1"), "2.0"), [newer, unknown]);
        assert_eq!(ids(Some("S-1-5-21-3"), "1.0"), [unknown]);
    });
}

#[test]
fn an_attempt_that_was_never_begun_cannot_be_written_about() {
    each(|journal| {
        let id = AttemptId(journal.begin(&new("notes")).unwrap().0 + 1);
        let error = journal.ended(id, &AttemptEnd::Unseen).unwrap_err();
        assert_eq!(error.to_string(), "the journal of attempts cannot be written");
        assert!(journal.created(id, &process(1)).is_err());
        assert!(journal.settled(id).is_err());
    });
}

#[test]
fn restarts_stay_until_their_boot_is_over() {
    each(|journal| {
        let noted = [restart("a", Some("b1")), restart("b", None), restart("a", Some("b2"))];
        noted.iter().for_each(|restart| journal.note_restart(restart).unwrap());
        assert_eq!(journal.restarts().unwrap(), noted);

        journal.drop_restarts_of_other_boots(&boot("b1")).unwrap();
        journal.drop_restarts_of_other_boots(&boot("b1")).unwrap();
        assert_eq!(journal.restarts().unwrap(), noted[..2], "those of this boot, and of no known one");

        let id = journal.begin(&new("a")).unwrap();
        journal.ended(id, &AttemptEnd::Exited(0)).unwrap();
        journal.settled(id).unwrap();
        assert_eq!(journal.restarts().unwrap(), noted[..2], "a later success clears nothing");

        journal.drop_restarts_of_other_boots(&boot("b3")).unwrap();
        assert_eq!(journal.restarts().unwrap(), noted[1..2]);
    });
}

#[test]
fn a_corrected_clock_ends_no_pending_restart() {
    each(|journal| {
        let started = BootIdentity::started_at;
        let noted = PendingRestart { boot: Some(started(1_700_000_000)), ..restart("a", None) };
        journal.note_restart(&noted).unwrap();
        journal.drop_restarts_of_other_boots(&started(1_700_000_090)).unwrap();
        assert_eq!(journal.restarts().unwrap(), [noted]);
        journal.drop_restarts_of_other_boots(&started(1_700_000_200)).unwrap();
        assert!(journal.restarts().unwrap().is_empty());
    });
}

#[test]
fn the_newest_hundred_attempts_are_there_at_least() {
    let folder = tempfile::tempdir().unwrap();
    let journals: [&dyn AttemptJournal; 2] =
        [&MemoryJournal::default(), &StateDatabase::open(&folder.path().join("root")).unwrap()];
    for journal in journals {
        let ids: Vec<_> = (0..120).map(|_| journal.begin(&new("notes")).unwrap()).collect();
        let history = journal.history(&key("notes")).unwrap();
        assert!(history.len() >= 100);
        assert!(history.iter().rev().map(|record| record.id).eq(ids.into_iter().rev().take(history.len())));
    }
}
