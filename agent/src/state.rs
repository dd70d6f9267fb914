use std::path::Path;

/// What the agent remembers: attempts, their journal, pending restarts. SQLite (WAL, synchronous FULL), `state.db` below
/// the root.
#[derive(Debug)]
pub struct State {}

/// Why the state cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {}

impl State {
    /// Opens or makes `state.db` in `root`.
    ///
    /// # Errors
    /// It cannot be opened, is damaged, or is a newer version's.
    pub fn open(_root: &Path) -> Result<Self, StateError> {
        todo!()
    }
}
