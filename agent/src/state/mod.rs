//! What the agent remembers: `state.db` below the root, an SQLite database.
//!
//! WAL with `synchronous = FULL`: what a call wrote is on the disk when it returns, whatever becomes of the process or of the
//! power. Several processes may have it open at once. A database that is damaged, that a newer version wrote or that belongs to
//! another program is refused and left as it is; nothing here ever throws a memory away.

use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use waybill_disk::{Root, RootError, sync_folder};
use waybill_schemas::codes::{Classified, Code, agent, root};

mod journal;

/// What the agent remembers: attempts, their journal, pending restarts. SQLite (WAL, synchronous FULL), `state.db` below
/// the root.
#[derive(Debug)]
pub struct State {
    connection: Mutex<Connection>,
    root: PathBuf,
}

impl State {
    /// Opens or makes `state.db` in `root`, which is made where it is missing, for its owner alone.
    ///
    /// # Errors
    /// The root cannot be used; `state.db` cannot be opened, is damaged, or is a newer version's.
    pub fn open(root: &Path) -> Result<Self, StateError> {
        let root = Root::open(root)?;
        Ok(Self { connection: Mutex::new(open_database(&root)?), root: root.path().to_owned() })
    }

    /// The root that it lies in.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The root cannot be used.
    #[error(transparent)]
    Root(#[from] RootError),
    /// The file cannot be made or locked.
    #[error("cannot open {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The database cannot be opened: the disk, permissions, or another process that holds it.
    #[error("cannot open {}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// It is not whole.
    #[error("{} is damaged: {found}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        found: String,
    },
    /// A newer version wrote it.
    #[error("{} is of version {found}, and this program knows versions up to {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that is known here.
        known: i64,
    },
    /// Another program's database.
    #[error("{} is a database of another program", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
}

impl StateError {
    /// What SQLite's error comes to.
    pub(super) fn of(path: PathBuf, source: rusqlite::Error) -> Self {
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
            Self::Io { .. } | Self::Database { .. } => &root::STATE_FAILED,
            Self::Damaged { .. } => &agent::STATE_DAMAGED,
            Self::Newer { .. } | Self::Foreign { .. } => &agent::STATE_UNKNOWN,
        }
    }
}

/// In the database's header: "WAYB".
const APPLICATION: i64 = 0x5741_5942;

/// How a database is brought from version n to n + 1, from 0, an empty one, on. Published steps never change.
const STEPS: &[&str] = &["
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
"];

/// How long a call waits for another process that writes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Opens `state.db`; one process at a time, because two that make it at once would be in each other's way.
fn open_database(root: &Root) -> Result<Connection, StateError> {
    let path = root.path().join("state.db");
    let failed = |source| StateError::Io { path: path.clone(), source };
    let turn = root.file("state.lock").map_err(failed)?;
    // Two processes that make the database at once would find it half made.
    turn.lock().map_err(failed)?;
    // Made for its owner alone before SQLite opens it, which gives its other files the same mode.
    root.file("state.db").map_err(failed)?;
    let real = real_path(&path).map_err(failed)?;
    let opened = connect(&real).map_err(|source| StateError::of(path.clone(), source));
    let mut connection = opened?;
    bring_up_to_date(&mut connection, &path)?;
    check_pages(&connection, &path)?;
    // The names of new files, too, outlive a loss of power.
    sync_folder(root.path());
    Ok(connection)
}

/// Folders above the root may be reached through links (`/var` on macOS); the database itself may not be a link.
fn real_path(path: &Path) -> std::io::Result<PathBuf> {
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if cfg!(unix) => Ok(std::fs::canonicalize(folder)?.join(name)),
        _ => Ok(path.to_owned()),
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(PATIENCE)?;
    // A database that somebody prepared must not run functions of its own schema.
    connection.pragma_update(None, "trusted_schema", false)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    // Without shared memory (a network share) there is no WAL; EXTRA then makes a commit as lasting as FULL makes it here.
    let synchronous = if mode.eq_ignore_ascii_case("wal") { "full" } else { "extra" };
    connection.pragma_update(None, "synchronous", synchronous)?;
    // On macOS alone: through the drive's cache.
    connection.pragma_update(None, "fullfsync", true)?;
    Ok(connection)
}

fn bring_up_to_date(connection: &mut Connection, path: &Path) -> Result<(), StateError> {
    let of = |source| StateError::of(path.to_owned(), source);
    let known = STEPS.len() as i64;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(of)?;
    let number = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(of);
    let (application, found) = (number("application_id")?, number("user_version")?);
    // A file of no bytes is an empty database of nobody: that is how ours begins, too.
    let is_empty = number("schema_version")? == 0;
    if application != APPLICATION && !is_empty {
        return Err(StateError::Foreign { path: path.to_owned() });
    }
    if found > known {
        return Err(StateError::Newer { path: path.to_owned(), found, known });
    }
    let steps = STEPS.get(usize::try_from(found).unwrap_or(0)..).unwrap_or_default();
    if !steps.is_empty() {
        steps.iter().try_for_each(|step| transaction.execute_batch(step)).map_err(of)?;
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(of)?;
        transaction.pragma_update(None, "user_version", known).map_err(of)?;
    }
    transaction.commit().map_err(of)
}

/// Reads every page. The database is small: some hundred bytes an attempt.
fn check_pages(connection: &Connection, path: &Path) -> Result<(), StateError> {
    let found: rusqlite::Result<String> = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
    match found {
        Ok(found) if found == "ok" => Ok(()),
        Ok(found) => Err(StateError::Damaged { path: path.to_owned(), found }),
        Err(source) => Err(StateError::of(path.to_owned(), source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_on_the_disk_when_a_call_returns() {
        let folder = tempfile::tempdir().unwrap();
        let connection = open_database(&Root::open(&folder.path().join("root")).unwrap()).unwrap();
        let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        let synchronous: i64 = connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2), "SQLite: FULL is 2");
    }
}
