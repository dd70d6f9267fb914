use rusqlite::ErrorCode;
use std::io;
use std::path::PathBuf;
use waybill_disk::RootError;
use waybill_schemas::codes::{Classified, Code, agent, root};

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
