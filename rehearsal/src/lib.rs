//! Rehearses an app: lint, pack, serve on loopback, fetch, install, detect, install again, uninstall, and detect that
//! it is gone. What works here works on a device, as far as `docs/fidelity.md` says.
//!
//! It installs on the machine that it runs on. It looks for the app first: one that is here already is the user's own
//! copy, and is not touched unless [`RehearsalRequest::force`] says so.
//!
//! | need | entry |
//! |---|---|
//! | rehearse an app | [`rehearse`] |
//! | hear of phases and decisions as they come | [`Audience`] |
//! | write the report as JUnit XML | [`junit`] |
//! | rehearse in Windows Sandbox | [`Sandbox`] |

mod delivery;
mod device;
mod junit;
mod msi_log;
mod proposal;
mod rehearse;
mod remark;
mod request;
mod sandbox;
mod snapshot;
mod stage;
mod verdict;

pub use junit::junit;
pub use rehearse::rehearse;
pub use remark::Remark;
pub use request::{Audience, RehearsalError, RehearsalRequest};
pub use sandbox::Sandbox;
