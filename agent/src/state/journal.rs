//! The journal of attempts in the database. Every call that writes is one statement, and so one transaction.

use super::{Failure, StateDatabase};
use rusqlite::{Row, ToSql, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use waybill_context::failpoint;
use waybill_installer_runner::{
    AttemptEnd, AttemptId, AttemptJournal, AttemptKey, AttemptRecord, AttemptVerdict, JournalError,
    NewAttempt, PendingRestart,
};
use waybill_system::{BootIdentity, ProcessIdentity};

/// How many of the newest attempts with one key are read; the schedule needs a handful.
const HISTORY: u32 = 1000;

fn written<T>(outcome: Result<T, Failure>) -> Result<T, JournalError> {
    outcome.map_err(|source| JournalError { doing: "written", source })
}

fn read<T>(outcome: Result<T, Failure>) -> Result<T, JournalError> {
    outcome.map_err(|source| JournalError { doing: "read", source })
}

fn json(value: &impl Serialize) -> Result<String, Failure> {
    Ok(serde_json::to_string(value)?)
}

impl StateDatabase<'_> {
    /// Runs one statement that writes; returns how many rows it changed.
    fn write(&self, statement: &str, parameters: &[&dyn ToSql]) -> Result<usize, Failure> {
        failpoint::reach("state-writing");
        let changed =
            self.when_idle(|connection| Ok(connection.prepare_cached(statement)?.execute(parameters)?))?;
        failpoint::reach("state-written");
        Ok(changed)
    }

    /// Runs a statement that changes one attempt; its parameters are the id and a value.
    fn change(
        &self,
        statement: &str,
        attempt: AttemptId,
        value: Result<impl ToSql, Failure>,
    ) -> Result<(), JournalError> {
        match written(value.and_then(|value| self.write(statement, &[&attempt.0, &value])))? {
            // If the row is missing, another program has changed the database: stop rather than run without a record.
            0 => written(Err("there is no such attempt".into())),
            _ => Ok(()),
        }
    }

    /// Runs a query and reads each of its rows with `row`.
    fn rows<T>(
        &self,
        query: &str,
        parameters: &[&dyn ToSql],
        row: impl Fn(&Row<'_>) -> Result<T, Failure>,
    ) -> Result<Vec<T>, JournalError> {
        let all = |connection: &rusqlite::Connection| {
            let mut statement = connection.prepare_cached(query)?;
            let mut rows = statement.query(parameters)?;
            let mut found = Vec::new();
            while let Some(next) = rows.next()? {
                found.push(row(next)?);
            }
            Ok(found)
        };
        read(self.when_idle(all))
    }
}

/// Reads a column of JSON.
fn value<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<T, Failure> {
    Ok(serde_json::from_str(row.get_ref(column)?.as_str()?)?)
}

/// Reads a column of JSON that may be null.
fn optional<T: DeserializeOwned>(row: &Row<'_>, column: &str) -> Result<Option<T>, Failure> {
    Ok(row.get_ref(column)?.as_str_or_null()?.map(serde_json::from_str).transpose()?)
}

fn attempt(row: &Row<'_>) -> Result<AttemptRecord, Failure> {
    Ok(AttemptRecord {
        id: AttemptId(row.get("id")?),
        new: value(row, "begun")?,
        process: optional(row, "process")?,
        end: optional(row, "ended")?,
        verdict: optional(row, "verdict")?,
        settled: row.get("settled")?,
    })
}

impl AttemptJournal for StateDatabase<'_> {
    fn begin(&self, attempt: &NewAttempt) -> Result<AttemptId, JournalError> {
        const INSERT: &str =
            "INSERT INTO attempts (app, user, revision, begun) VALUES (?1, ?2, ?3, ?4) RETURNING id";
        let insert = || -> Result<AttemptId, Failure> {
            failpoint::reach("state-writing");
            let AttemptKey { app, user, revision } = &attempt.key;
            let begun = json(attempt)?;
            let id = self.when_idle(|connection| {
                let mut statement = connection.prepare_cached(INSERT)?;
                Ok(statement.query_row(params![app, user, revision, begun], |row| row.get(0))?)
            })?;
            failpoint::reach("state-written");
            Ok(AttemptId(id))
        };
        written(insert())
    }

    fn created(&self, attempt: AttemptId, process: &ProcessIdentity) -> Result<(), JournalError> {
        self.change("UPDATE attempts SET process = ?2 WHERE id = ?1", attempt, json(process))
    }

    fn ended(&self, attempt: AttemptId, end: &AttemptEnd) -> Result<(), JournalError> {
        self.change("UPDATE attempts SET ended = ?2 WHERE id = ?1", attempt, json(end))
    }

    fn concluded(&self, attempt: AttemptId, verdict: &AttemptVerdict) -> Result<(), JournalError> {
        self.change("UPDATE attempts SET verdict = ?2 WHERE id = ?1", attempt, json(verdict))
    }

    fn settled(&self, attempt: AttemptId) -> Result<(), JournalError> {
        self.change("UPDATE attempts SET settled = ?2 WHERE id = ?1", attempt, Ok(true))
    }

    fn unsettled(&self) -> Result<Vec<AttemptRecord>, JournalError> {
        self.rows("SELECT * FROM attempts WHERE settled = 0 ORDER BY id", &[], attempt)
    }

    fn history(&self, key: &AttemptKey) -> Result<Vec<AttemptRecord>, JournalError> {
        // As `AttemptKey::counts_for`.
        const NEWEST: &str = "SELECT * FROM attempts
            WHERE app = ?1 AND (revision IS NULL OR (user IS ?2 AND revision IS ?3))
            ORDER BY id DESC LIMIT ?4";
        let parameters: [&dyn ToSql; 4] = [&key.app, &key.user, &key.revision, &HISTORY];
        let mut newest_first = self.rows(NEWEST, &parameters, attempt)?;
        // The journal promises the oldest first.
        newest_first.reverse();
        Ok(newest_first)
    }

    fn note_restart(&self, restart: &PendingRestart) -> Result<(), JournalError> {
        const INSERT: &str = "INSERT INTO restarts (boot, restart) VALUES (?1, ?2)";
        let boot = restart.boot.as_ref().map(|boot| &boot.0);
        let restart = written(json(restart))?;
        written(self.write(INSERT, &[&boot, &restart])).map(drop)
    }

    fn restarts(&self) -> Result<Vec<PendingRestart>, JournalError> {
        self.rows("SELECT restart FROM restarts ORDER BY id", &[], |row| value(row, "restart"))
    }

    /// Writes only if there is a restart to drop. Every attempt begins with this call, and mostly there is none.
    fn drop_restarts_of_other_boots(&self, boot: &BootIdentity) -> Result<(), JournalError> {
        const KNOWN: &str = "SELECT DISTINCT boot FROM restarts WHERE boot IS NOT NULL";
        let known = self.rows(KNOWN, &[], |row| Ok(BootIdentity(row.get("boot")?)))?;
        for other in known.iter().filter(|known| !known.is_same_boot(boot)) {
            written(self.write("DELETE FROM restarts WHERE boot = ?1", &[&other.0]))?;
        }
        Ok(())
    }
}
