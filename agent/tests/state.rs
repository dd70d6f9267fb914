//! Opening `state.db`: by many processes at once, and where it is damaged, of a newer version or another program's.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use jiff::Timestamp;
use rusqlite::Connection;
use std::fs;
use std::path::PathBuf;
use std::thread;
use tempfile::TempDir;
use waybill_agent::{StateDatabase, StateError};
use waybill_installer_runner::{AttemptEnd, AttemptJournal as _, AttemptKey, NewAttempt, Trigger};
use waybill_schemas::codes::Classified as _;
use waybill_schemas::report::install::Intent;

struct Ground(TempDir);

impl Ground {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn root(&self) -> PathBuf {
        self.0.path().join("root")
    }

    fn database(&self) -> PathBuf {
        self.root().join("state.db")
    }

    fn open(&self) -> Result<StateDatabase<'static>, StateError> {
        StateDatabase::open(&self.root())
    }

    /// A root whose database holds `count` attempts and is closed.
    fn with_attempts(count: usize) -> Self {
        let ground = Self::new();
        let state = ground.open().unwrap();
        for _ in 0..count {
            let id = state.begin(&attempt("notes")).unwrap();
            state.ended(id, &AttemptEnd::Exited(3010)).unwrap();
        }
        ground
    }

    /// Runs a statement on the database without [`StateDatabase`].
    fn change(&self, statement: &str) {
        Connection::open(self.database()).unwrap().execute_batch(statement).unwrap();
    }
}

fn key(app: &str) -> AttemptKey {
    AttemptKey::of_app(app, "1.0")
}

fn attempt(app: &str) -> NewAttempt {
    NewAttempt {
        key: key(app),
        intent: Intent::Install,
        trigger: Trigger::Manual,
        at: Timestamp::UNIX_EPOCH,
        boot: None,
        limit_minutes: 60,
    }
}

#[test]
fn it_is_made_within_the_root_and_found_again() {
    let ground = Ground::with_attempts(2);
    assert_eq!(ground.open().unwrap().history(&key("notes")).unwrap().len(), 2);
    assert_eq!(ground.open().unwrap().root(), ground.root());
    let mut names: Vec<_> =
        fs::read_dir(ground.root()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["Cache", "Content", "Logs", "state.db", "state.lock"], "closed, it is one file");
}

#[cfg(unix)]
#[test]
fn its_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let ground = Ground::with_attempts(1);
    let loose = fs::Permissions::from_mode(0o644);
    fs::set_permissions(ground.database(), loose).unwrap();
    let state = ground.open().unwrap();
    state.begin(&attempt("notes")).unwrap();
    for name in ["state.db", "state.db-wal", "state.db-shm", "state.lock"] {
        let mode = fs::metadata(ground.root().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_its_place_is_refused() {
    let (ground, elsewhere) = (Ground::new(), Ground::with_attempts(1));
    drop(waybill_disk::Root::open(&ground.root()).unwrap());
    std::os::unix::fs::symlink(elsewhere.database(), ground.database()).unwrap();
    let error = ground.open().unwrap_err();
    assert_eq!(error.code().id, "state-failed");
    assert!(error.to_string().contains("state.db"), "{error}");
}

#[test]
fn many_may_open_and_write_at_once() {
    const THREADS: usize = 8;
    const EACH: usize = 12;
    let ground = Ground::new();
    thread::scope(|scope| {
        for number in 0..THREADS {
            let ground = &ground;
            scope.spawn(move || {
                for _ in 0..EACH {
                    let state = ground.open().unwrap();
                    let id = state.begin(&attempt(&format!("app {number}"))).unwrap();
                    state.settled(id).unwrap();
                }
            });
        }
    });
    let state = ground.open().unwrap();
    for number in 0..THREADS {
        assert_eq!(state.history(&key(&format!("app {number}"))).unwrap().len(), EACH);
    }
    assert_eq!(state.unsettled().unwrap(), []);
}

#[test]
fn what_one_wrote_another_sees_at_once() {
    let ground = Ground::new();
    let (one, other) = (ground.open().unwrap(), ground.open().unwrap());
    let id = one.begin(&attempt("notes")).unwrap();
    assert_eq!(other.unsettled().unwrap()[0].id, id);
    other.settled(id).unwrap();
    assert_eq!(one.unsettled().unwrap(), []);
}

#[test]
fn a_newer_versions_is_refused_and_left_as_it_is() {
    let ground = Ground::with_attempts(1);
    ground.change("PRAGMA user_version = 99");
    let before = fs::read(ground.database()).unwrap();
    let error = ground.open().unwrap_err();
    assert!(matches!(error, StateError::Newer { found: 99, known: 2, .. }), "{error}");
    assert_eq!((error.code().id, error.code().class.exit_code()), ("state-unknown", 1));
    assert!(
        error.to_string().ends_with("is of version 99, and this program knows versions up to 2"),
        "{error}"
    );
    assert_eq!(fs::read(ground.database()).unwrap(), before);
}

#[test]
fn another_programs_database_is_refused() {
    let ground = Ground::new();
    drop(waybill_disk::Root::open(&ground.root()).unwrap());
    ground.change("CREATE TABLE cookies (host TEXT)");
    let error = ground.open().unwrap_err();
    assert!(matches!(error, StateError::Foreign { .. }), "{error}");
    assert_eq!(error.code().id, "state-unknown");
}

/// What the version before this one wrote is kept, and counts for every user and revision of its app.
#[test]
fn an_earlier_versions_database_is_taken_over() {
    let ground = Ground::new();
    drop(waybill_disk::Root::open(&ground.root()).unwrap());
    ground.change(
        r#"
        CREATE TABLE attempts (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            app TEXT NOT NULL,
            begun TEXT NOT NULL,
            process TEXT,
            ended TEXT,
            verdict TEXT,
            settled INTEGER NOT NULL DEFAULT 0 CHECK (settled IN (0, 1))
        ) STRICT;
        CREATE INDEX attempts_of_an_app ON attempts (app, id);
        CREATE INDEX attempts_unsettled ON attempts (id) WHERE settled = 0;
        CREATE TABLE restarts (id INTEGER PRIMARY KEY AUTOINCREMENT, boot TEXT, restart TEXT NOT NULL) STRICT;
        INSERT INTO attempts (app, begun) VALUES ('notes',
            '{"app":"notes","intent":"install","trigger":"schedule","at":"2026-01-01T00:00:00Z","boot":null,"limit_minutes":60}');
        PRAGMA application_id = 1463900482;
        PRAGMA user_version = 1;
        "#,
    );
    let state = ground.open().unwrap();
    let new = state.begin(&attempt("notes")).unwrap();
    let ids = |key: &AttemptKey| -> Vec<i64> {
        state.history(key).unwrap().iter().map(|attempt| attempt.id.0).collect()
    };
    assert_eq!(ids(&key("notes")), [1, new.0]);
    assert_eq!(ids(&AttemptKey::of_app("notes", "2.0")), [1]);
    assert_eq!(ids(&AttemptKey { user: Some("S-1-5-21-1".into()), ..key("notes") }), [1]);
    assert_eq!(state.unsettled().unwrap().len(), 2);
    assert_eq!(state.unsettled().unwrap()[0].new.key.revision, None);
}

/// A database that lost its beginning, or all of its bytes, is not a new one: its installers would run twice.
#[test]
fn what_is_empty_or_gone_in_part_is_damaged_and_not_new() {
    let left = |ground: &Ground| {
        let error = ground.open().unwrap_err();
        assert!(matches!(error, StateError::Damaged { .. }), "{error}");
        assert_eq!((error.code().id, error.code().class.exit_code()), ("state-damaged", 1));
        error.to_string()
    };
    let ground = Ground::with_attempts(1);
    fs::write(ground.database(), "").unwrap();
    assert!(left(&ground).ends_with("is damaged: it is empty"));
    assert_eq!(fs::read(ground.database()).unwrap(), b"", "it is left as it is");

    let ground = Ground::new();
    drop(waybill_disk::Root::open(&ground.root()).unwrap());
    ground.change("PRAGMA journal_mode = wal");
    assert!(left(&ground).ends_with("is damaged: it holds no tables"));

    // A killed run leaves the newest attempts in the -wal file, and somebody removes state.db alone.
    let ground = Ground::with_attempts(1);
    fs::remove_file(ground.database()).unwrap();
    fs::write(ground.root().join("state.db-wal"), "frames").unwrap();
    assert!(left(&ground).contains("it is gone, and"));
    assert!(!ground.database().exists());

    for version in [0, -1] {
        let ground = Ground::with_attempts(1);
        ground.change(&format!("PRAGMA user_version = {version}"));
        left(&ground);
    }
}

#[test]
fn a_run_that_died_while_it_made_the_database_leaves_nothing_that_counts() {
    let ground = Ground::new();
    drop(waybill_disk::Root::open(&ground.root()).unwrap());
    let new = ground.root().join("state.db.new");
    for half in [&b""[..], b"SQLite format 3\0 and then it died"] {
        fs::write(&new, half).unwrap();
        fs::write(ground.root().join("state.db.new-journal"), "half").unwrap();
        ground.open().unwrap().begin(&attempt("notes")).unwrap();
        assert!(!new.exists() && !ground.root().join("state.db.new-journal").exists());
        fs::remove_file(ground.database()).unwrap();
    }
}

/// A damaged database is reported when it is opened or read, and never read as if it were whole.
#[test]
fn damage_is_told() {
    let whole = fs::read(Ground::with_attempts(200).database()).unwrap();
    let no_database = [vec![b'x'; whole.len()], whole[..whole.len() / 2].to_vec(), b"short".to_vec()];
    let zeroed = (1..whole.len() / 4096).map(|page| {
        let mut bytes = whole.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(0);
        bytes
    });
    for (number, bytes) in no_database.into_iter().chain(zeroed).enumerate() {
        let ground = Ground::new();
        drop(waybill_disk::Root::open(&ground.root()).unwrap());
        fs::write(ground.database(), &bytes).unwrap();
        let error = ground.open().expect_err(&format!("case {number}"));
        assert!(matches!(error, StateError::Damaged { .. }), "case {number}: {error}");
        assert_eq!((error.code().id, error.code().class.exit_code()), ("state-damaged", 1));
        assert_eq!(fs::read(ground.database()).unwrap(), bytes, "case {number}: it is left as it is");
    }
}

#[test]
fn a_row_that_is_none_of_ours_is_an_error_and_no_attempt() {
    let ground = Ground::with_attempts(1);
    ground.change("UPDATE attempts SET ended = '{\"vanished\": 1}'");
    let error = ground.open().unwrap().history(&key("notes")).unwrap_err();
    assert_eq!(error.to_string(), "the journal of attempts cannot be read");
}

/// The user's Ctrl-C, from the first wait on.
struct StopsWhileWaiting(std::sync::atomic::AtomicBool);

impl waybill_context::Clock for StopsWhileWaiting {
    fn now(&self) -> std::time::SystemTime {
        std::time::SystemTime::UNIX_EPOCH
    }
    fn sleep(&self, _: std::time::Duration) {
        self.0.store(true, std::sync::atomic::Ordering::Relaxed);
    }
}

/// Opens the state while somebody holds it, and is interrupted.
fn interrupted_while_waiting(ground: &Ground) {
    let clock = StopsWhileWaiting(false.into());
    let context = waybill_context::Context::new(&(), &clock.0, &clock);
    let error = StateDatabase::open_when_free(&ground.root(), &context).unwrap_err();
    assert_eq!(error.code().id, "interrupted", "{error}");
    assert!(clock.0.into_inner(), "it did not wait");
}

#[test]
fn waiting_for_another_process_that_opens_it_can_be_interrupted() {
    let ground = Ground::with_attempts(1);
    let turn = std::fs::File::options().write(true).open(ground.root().join("state.lock")).unwrap();
    turn.lock().unwrap();
    interrupted_while_waiting(&ground);
    drop(turn);
    ground.open().unwrap();
}

#[test]
fn waiting_for_another_program_that_keeps_it_to_itself_can_be_interrupted() {
    let ground = Ground::with_attempts(1);
    let writer = Connection::open(ground.database()).unwrap();
    writer.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; CREATE TABLE kept (x)").unwrap();
    interrupted_while_waiting(&ground);
    drop(writer);
    ground.open().unwrap();
}

#[test]
fn a_write_that_waits_for_another_programs_can_be_interrupted() {
    let ground = Ground::with_attempts(1);
    let clock = StopsWhileWaiting(false.into());
    let context = waybill_context::Context::new(&(), &clock.0, &clock);
    let state = StateDatabase::open_when_free(&ground.root(), &context).unwrap();
    let writer = Connection::open(ground.database()).unwrap();
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = state.settled(state.unsettled().unwrap()[0].id).unwrap_err();
    assert_eq!(error.code().id, "interrupted", "{error:?}");
    writer.execute_batch("ROLLBACK").unwrap();
    state.settled(state.unsettled().unwrap()[0].id).unwrap();
    assert_eq!(state.unsettled().unwrap(), []);
}
