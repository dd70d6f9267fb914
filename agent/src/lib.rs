//! Applies one app, and keeps the state of its attempts.
//!
//! | need | entry |
//! |---|---|
//! | with whose rights it is run from here | [`stand`], [`as_system`] |
//! | install or uninstall an app, content included | [`apply`] |
//! | attempts, their journal, pending restarts | [`State`] |

mod apply;
pub mod as_system;
mod context;
mod state;

pub use apply::{ApplyError, ApplyRequest, ContentSource, apply};
pub use context::{ElevationNeeded, Stand, Undertaking, stand};
pub use state::{State, StateError};
