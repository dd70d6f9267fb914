//! Opening the database: whose it is, of which version, and whether it is whole.

use super::StateError;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_disk::{Root, sync_folder};

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
pub(super) fn open(root: &Root) -> Result<Connection, StateError> {
    let path = root.path().join("state.db");
    let failed = |source| StateError::Io { path: path.clone(), source };
    let turn = root.file("state.lock").map_err(failed)?;
    turn.lock().map_err(failed)?;
    root.file("state.db").map_err(failed)?; // for its owner alone; SQLite gives its other files the same mode
    let real = real_path(&path).map_err(failed)?;
    let opened = connect(&real).map_err(|source| StateError::of(path.clone(), source));
    let mut connection = opened?;
    bring_up_to_date(&mut connection, &path)?;
    check(&connection, &path)?;
    sync_folder(root.path()); // the names of new files, too, outlive a loss of power
    Ok(connection)
}

/// Folders above the root may be reached through links (`/var` on macOS); the database itself is none.
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
    connection.pragma_update(None, "trusted_schema", false)?;
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    // Without shared memory (a network share) there is no WAL; EXTRA then makes a commit as lasting as FULL makes it here.
    let synchronous = if mode.eq_ignore_ascii_case("wal") { "full" } else { "extra" };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "fullfsync", true)?; // macOS: through the drive's cache
    Ok(connection)
}

fn bring_up_to_date(connection: &mut Connection, path: &Path) -> Result<(), StateError> {
    let of = |source| StateError::of(path.to_owned(), source);
    let known = STEPS.len() as i64;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(of)?;
    let number = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(of);
    let (application, found) = (number("application_id")?, number("user_version")?);
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
fn check(connection: &Connection, path: &Path) -> Result<(), StateError> {
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
        let connection = open(&Root::open(&folder.path().join("root")).unwrap()).unwrap();
        let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
        let synchronous: i64 = connection.query_row("PRAGMA synchronous", [], |row| row.get(0)).unwrap();
        assert_eq!((mode.as_str(), synchronous), ("wal", 2), "SQLite: FULL is 2");
    }
}
