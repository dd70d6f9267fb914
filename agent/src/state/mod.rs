//! The state of the agent: `state.db` below the root, an SQLite database.
//!
//! WAL with `synchronous = FULL`: when a call returns, what it wrote survives the end of the process and a loss of
//! power. Several processes may have the database open at once. One that is damaged, that a newer version wrote or that
//! belongs to another program is refused and left as it is: nothing here ever deletes a state.

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use waybill_context::{Cancelled, Context, failpoint};
use waybill_disk::{LockError, Root, RootError, lock_within, private_file, sync_folder};
use waybill_schemas::codes::{Classified, Code, agent, package, root};

mod journal;

/// Why a call of the journal failed.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The open state database: the journal of attempts and the pending restarts.
pub struct StateDatabase<'a> {
    connection: Mutex<Connection>,
    root: PathBuf,
    /// By it a wait for another process ends.
    context: Context<'a>,
}

impl std::fmt::Debug for StateDatabase<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "StateDatabase({})", self.root.display())
    }
}

impl<'a> StateDatabase<'a> {
    /// Opens `state.db` in `root`. Both are created if necessary, and only their owner can access them.
    ///
    /// # Errors
    /// The root cannot be used, or `state.db` cannot be opened, is damaged, of a newer version or another program's.
    pub fn open(root: &Path) -> Result<StateDatabase<'static>, StateError> {
        StateDatabase::open_when_free(root, &Context::silent())
    }

    /// As [`StateDatabase::open`]: another process that is opening or writing the database is waited for, now and in every
    /// later call, and the wait can be interrupted. An interrupted call tries once more before it fails, so that what has
    /// happened is written down wherever it can be.
    ///
    /// # Errors
    /// Those of [`StateDatabase::open`]; another process that does not let it go; interruption.
    pub fn open_when_free(root: &Path, context: &Context<'a>) -> Result<Self, StateError> {
        let root = Root::open(root)?;
        let connection = Mutex::new(open_database(&root, context)?);
        Ok(Self { connection, root: root.path().to_owned(), context: *context })
    }

    /// The root that holds the database.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Calls the database again and again while another process writes it. Between two calls this one hears Ctrl-C, which
    /// SQLite's own waiting does not.
    fn when_idle<T>(&self, call: impl Fn(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut left = PATIENCE;
        loop {
            // A statement of its own, because a guard within `match` would be held while this sleeps.
            let outcome = call(&self.connection());
            match outcome {
                Err(error) if error.downcast_ref().is_some_and(is_busy) && !left.is_zero() => {
                    if let Err(cancelled) = self.context.sleep(SHORT) {
                        return call(&self.connection()).map_err(|error| of_last_try(error, cancelled));
                    }
                    left = left.saturating_sub(SHORT * 2); // SQLite has waited as long
                }
                outcome => return outcome,
            }
        }
    }
}

/// Why the state database cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The root cannot be used.
    #[error(transparent)]
    Root(#[from] RootError),
    /// Another process is opening the database, or the lock file for that cannot be locked.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The caller's cancel flag was set.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The database or its lock file cannot be created or locked.
    #[error("cannot open {}", path.display())]
    Io {
        /// The state database.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// SQLite cannot open the database: the disk fails, access is denied, or another process holds it.
    #[error("cannot open {}", path.display())]
    Database {
        /// The state database.
        path: PathBuf,
        /// The error of SQLite.
        #[source]
        source: rusqlite::Error,
    },
    /// The database is damaged.
    #[error("{} is damaged: {found}", path.display())]
    Damaged {
        /// The state database.
        path: PathBuf,
        /// What the check of SQLite reported.
        found: String,
    },
    /// A newer version of this program wrote the database.
    #[error("{} is of version {found}, and this program knows versions up to {known}", path.display())]
    Newer {
        /// The state database.
        path: PathBuf,
        /// The version of the database.
        found: i64,
        /// The newest version that this program can read.
        known: i64,
    },
    /// The database belongs to another program.
    #[error("{} is a database of another program", path.display())]
    Foreign {
        /// The file that was opened.
        path: PathBuf,
    },
}

impl StateError {
    fn damaged(path: &Path, found: &str) -> Self {
        Self::Damaged { path: path.to_owned(), found: found.to_owned() }
    }

    /// The error for one of SQLite: [`Damaged`](Self::Damaged) if SQLite says that the file is damaged.
    fn from_sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged { path, found: source.to_string() }
            }
            _ => Self::Database { path, source },
        }
    }
}

impl Classified for StateError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Root(error) => error.code(),
            Self::Lock(error) => error.code(),
            Self::Cancelled(_) => &package::INTERRUPTED,
            Self::Io { .. } | Self::Database { .. } => &root::STATE_FAILED,
            Self::Damaged { .. } => &agent::STATE_DAMAGED,
            Self::Newer { .. } | Self::Foreign { .. } => &agent::STATE_UNKNOWN,
        }
    }
}

/// The application id in the header of our databases, "WAYB" in ASCII.
const APPLICATION: i64 = 0x5741_5942;

/// The statements that bring a database from version n to n + 1; version 0 is an empty database. Released steps never
/// change.
const STEPS: &[&str] = &[
    "
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
    CREATE TABLE restarts (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        boot TEXT,
        restart TEXT NOT NULL
    ) STRICT;
",
    "
    ALTER TABLE attempts ADD COLUMN user TEXT;
    ALTER TABLE attempts ADD COLUMN revision TEXT;
",
];

/// How long a call waits for another process to finish writing.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long opening waits for other processes that are opening the database, one after the other.
const TURN: Duration = Duration::from_secs(600);

/// How long SQLite itself waits. It does not hear Ctrl-C, so the rest of the patience is ours.
const SHORT: Duration = Duration::from_millis(250);

/// Opens `state.db`. Only one process at a time may do so.
fn open_database(root: &Root, context: &Context<'_>) -> Result<Connection, StateError> {
    let path = root.path().join("state.db");
    let failed = |source| StateError::Io { path: path.clone(), source };
    let turn = root.file("state.lock").map_err(failed)?;
    // Without this lock, one of two processes that create the database at once would find it incomplete.
    lock_within(&turn, &root.path().join("state.lock"), TURN, context)?;
    let real = real_path(&path).map_err(failed)?;
    match real.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make_database(root, &path)?,
        Err(error) => return Err(failed(error)),
        Ok(there) if there.is_file() && there.len() == 0 => {
            return Err(StateError::damaged(&path, "it is empty"));
        }
        // Closed to others before SQLite opens it; SQLite gives its other files the same mode.
        Ok(_) => drop(root.file("state.db").map_err(failed)?),
    }
    let connection = open_when_idle(&real, &path, context)?;
    // So that the directory entries of new files survive a loss of power, too.
    sync_folder(root.path());
    Ok(connection)
}

/// Makes an empty database. It gets its name when its tables are durable, so that one without them is always damaged:
/// a run that is killed meanwhile leaves a file of another name, which the next one removes.
fn make_database(root: &Root, path: &Path) -> Result<(), StateError> {
    let failed = |source| StateError::Io { path: path.to_owned(), source };
    for left in ["-wal", "-journal"] {
        let beside = with_ending(path, left);
        if beside.metadata().is_ok_and(|file| file.len() > 0) {
            let what = format!("it is gone, and {} is still there", beside.display());
            return Err(StateError::damaged(path, &what));
        }
    }
    let name = "state.db.new";
    let new = root.path().join(name);
    private_file::remove(&with_ending(&new, "-journal")).map_err(failed)?;
    private_file::remove(&new).map_err(failed)?;
    root.file(name).map_err(failed)?;
    let real = real_path(&new).map_err(failed)?;
    let made = (|| {
        let mut connection = Connection::open_with_flags(&real, FLAGS)?;
        connection.pragma_update(None, "synchronous", "extra")?;
        connection.pragma_update(None, "fullfsync", true)?;
        bring_up_to_date(&mut connection, 0)
    })();
    made.map_err(|source| StateError::from_sqlite(path, source))?;
    failpoint::reach("database-made");
    private_file::rename(&new, path, &Context::silent()).map_err(failed)?;
    sync_folder(root.path());
    Ok(())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Opens and checks the database, again and again while another process is writing it.
fn open_when_idle(real: &Path, path: &Path, context: &Context<'_>) -> Result<Connection, StateError> {
    let open = || {
        let mut connection = connect(real).map_err(|source| StateError::from_sqlite(path, source))?;
        let found = version(&connection, path)?;
        bring_up_to_date(&mut connection, found).map_err(|source| StateError::from_sqlite(path, source))?;
        check_pages(&connection, path)?;
        Ok(connection)
    };
    let mut left = PATIENCE;
    loop {
        match open() {
            Err(StateError::Database { source, .. }) if is_busy(&source) && !left.is_zero() => {
                context.sleep(SHORT)?;
                left = left.saturating_sub(SHORT * 2); // SQLite has waited as long
            }
            outcome => return outcome,
        }
    }
}

/// Why the last try of an interrupted call failed: the interruption, where it would have to wait on; else what went wrong,
/// such as a full disk.
fn of_last_try(error: Failure, cancelled: Cancelled) -> Failure {
    if error.downcast_ref().is_some_and(is_busy) { cancelled.into() } else { error }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Folders above the root may be reached through links (`/var` on macOS); the database itself may not be a link.
fn real_path(path: &Path) -> std::io::Result<PathBuf> {
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if cfg!(unix) => Ok(std::fs::canonicalize(folder)?.join(name)),
        _ => Ok(path.to_owned()),
    }
}

const FLAGS: OpenFlags = OpenFlags::SQLITE_OPEN_READ_WRITE
    .union(OpenFlags::SQLITE_OPEN_NO_MUTEX)
    .union(OpenFlags::SQLITE_OPEN_NOFOLLOW);

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, FLAGS)?;
    connection.busy_timeout(SHORT)?;
    // The schema of a database that somebody prepared must not be able to call functions.
    connection.pragma_update(None, "trusted_schema", false)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    // Without shared memory (on a network share) there is no WAL. EXTRA then makes commits as durable as FULL with WAL.
    let synchronous = if mode.eq_ignore_ascii_case("wal") { "full" } else { "extra" };
    connection.pragma_update(None, "synchronous", synchronous)?;
    // Has an effect on macOS only, where a plain fsync leaves data in the drive's cache.
    connection.pragma_update(None, "fullfsync", true)?;
    Ok(connection)
}

/// The version of a database, which must be one of ours.
fn version(connection: &Connection, path: &Path) -> Result<usize, StateError> {
    let number = |name| {
        let asked = connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        asked.map_err(|source| StateError::from_sqlite(path, source))
    };
    let (application, found) = (number("application_id")?, number("user_version")?);
    let known = STEPS.len();
    match usize::try_from(found) {
        // What another program writes has tables; ours has its id from the moment it has its name.
        _ if application == 0 && number("schema_version")? == 0 => {
            Err(StateError::damaged(path, "it holds no tables"))
        }
        _ if application != APPLICATION => Err(StateError::Foreign { path: path.to_owned() }),
        Ok(found) if (1..=known).contains(&found) => Ok(found),
        Ok(0) | Err(_) => Err(StateError::damaged(path, &format!("its version is {found}"))),
        Ok(_) => Err(StateError::Newer { path: path.to_owned(), found, known: known as i64 }),
    }
}

/// Brings a database of version `found` to the newest one, in one transaction.
fn bring_up_to_date(connection: &mut Connection, found: usize) -> rusqlite::Result<()> {
    let steps = STEPS.get(found..).unwrap_or_default();
    if steps.is_empty() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    steps.iter().try_for_each(|step| transaction.execute_batch(step))?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", STEPS.len() as i64)?;
    transaction.commit()
}

/// Lets SQLite check every page. The database is small, some hundred bytes for each attempt.
fn check_pages(connection: &Connection, path: &Path) -> Result<(), StateError> {
    let found: rusqlite::Result<String> = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    match found {
        Ok(found) if found == "ok" => Ok(()),
        Ok(found) => Err(StateError::Damaged { path: path.to_owned(), found }),
        Err(source) => Err(StateError::from_sqlite(path, source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_on_the_disk_when_a_call_returns() {
        let folder = tempfile::tempdir().unwrap();
        let connection =
            open_database(&Root::open(&folder.path().join("root")).unwrap(), &Context::silent()).unwrap();
        let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        let synchronous: i64 = connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2), "SQLite: FULL is 2");
    }

    #[test]
    fn an_interrupted_call_tells_of_the_interruption_only_where_it_would_wait_on() {
        for (code, is_interruption) in [
            (rusqlite::ffi::SQLITE_BUSY, true),
            (rusqlite::ffi::SQLITE_LOCKED, true),
            (rusqlite::ffi::SQLITE_FULL, false),
            (rusqlite::ffi::SQLITE_CORRUPT, false),
        ] {
            let error = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
            let told = of_last_try(error.into(), Cancelled);
            assert_eq!(told.is::<Cancelled>(), is_interruption, "{code}: {told}");
        }
    }
}
