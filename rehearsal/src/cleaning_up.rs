//! What a failed install left is taken away again, where that can be told.

use crate::installing::{Attempted, Machine};
use crate::learned::Learned;
use crate::stage::Stages;
use std::path::Path;
use waybill_schemas::report::install::{Answer, Outcome as End};
use waybill_schemas::report::rehearsal::Phase;

/// Runs the uninstall command where the app is detected, or else where the rule that was learned says that something is
/// there. An installer that still runs is left alone, and so is a machine on which nothing appeared.
pub(crate) fn clean_up(
    machine: &Machine<'_>,
    folder: &Path,
    attempted: &Attempted,
    learned: &Learned,
    stages: &mut Stages<'_>,
) -> Option<Attempted> {
    if let Some(why) = untouchable(attempted) {
        stages.skip(Phase::Uninstall, why);
        return None;
    }
    if machine.detect().detection.answer == Answer::Detected {
        return Some(stages.run(Phase::Uninstall, || machine.uninstall(folder)));
    }
    let Some(proposed) = &learned.proposed else {
        let why = if learned.appeared.is_empty() {
            "nothing appeared that would have to go"
        } else {
            "what appeared stays: no rule tells whether it is there"
        };
        stages.skip(Phase::Uninstall, why);
        return None;
    };
    Some(stages.run(Phase::Uninstall, || machine.uninstall_by(&proposed.rule, folder)))
}

fn untouchable(attempted: &Attempted) -> Option<&'static str> {
    match attempted.report.as_ref().map(|report| report.outcome) {
        None => Some("the install came to no report"),
        Some(End::TimedOut) => Some("the installer still runs"),
        Some(End::Interrupted) => Some("interrupted"),
        Some(_) if attempted.report.as_ref().is_some_and(|report| report.run.is_none()) => {
            Some("nothing was run that would have to be undone")
        }
        Some(_) => None,
    }
}
