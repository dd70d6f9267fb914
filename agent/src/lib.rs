//! Applies one app, and keeps the state of its attempts.
//!
//! | need | entry |
//! |---|---|
//! | which process runs it, with whose rights | [`choose_process`], [`as_system`] |
//! | install or uninstall an app, content included | [`apply`] |
//! | attempts, their journal, pending restarts | [`StateDatabase`] |

mod apply;
pub mod as_system;
mod context;
mod state;

pub use apply::{ApplyError, ApplyRequest, ContentSource, apply};
pub use context::{ElevationNeeded, RunPurpose, RunningProcess, choose_process};
pub use state::{StateDatabase, StateError};
