//! Ctrl-C: the first one asks the work to stop, the second one ends the process.

use std::sync::atomic::{AtomicBool, Ordering};
use waybill_schemas::codes::Class;

static STOP: AtomicBool = AtomicBool::new(false);

/// The flag that every long loop looks at.
pub(crate) fn flag() -> &'static AtomicBool {
    &STOP
}

/// Sets the flag on Ctrl-C (elsewhere than on Windows on SIGTERM and SIGHUP too); ends at once on the second.
pub(crate) fn listen() {
    let listening = ctrlc::set_handler(|| {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(Class::Interrupted.exit_code().into());
        }
        crate::output::say("stopping and cleaning up; once more ends at once");
    });
    if let Err(error) = listening {
        tracing::debug!(%error, "no handler for Ctrl-C");
    }
}
