//! What the agent remembers: `state.db` below the root, an SQLite database.
//!
//! WAL with `synchronous = FULL`: what a call wrote is on the disk when it returns, whatever becomes of the process or of the
//! power. Several processes may have it open at once. A database that is damaged, a newer version's or another program's is
//! refused and left as it is; nothing here ever throws a memory away.

mod error;
mod journal;
mod open;

pub use error::StateError;

use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use waybill_disk::Root;

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
        Ok(Self { connection: Mutex::new(open::open(&root)?), root: root.path().to_owned() })
    }

    /// The root that it lies in.
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
