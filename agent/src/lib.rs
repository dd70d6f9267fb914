//! What to do when. Its first modules: apply one app, and remember it.
//!
//! | need | entry |
//! |---|---|
//! | install or uninstall an app, content included | [`apply`] |
//! | attempts, their journal, pending restarts | [`State`] |

mod apply;
mod state;

pub use apply::{ApplyError, ApplyRequest, ContentSource, apply};
pub use state::{State, StateError};
