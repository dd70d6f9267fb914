//! What a rehearsal finds out about the app: what its install put on the machine, and the rule that speaks for.

use crate::proposal;
use crate::snapshot::Snapshot;
use waybill_installer_runner::RunAs;
use waybill_schemas::report::rehearsal::{AppearedItem, ProposedRule};
use waybill_system::System;

/// What was learned.
#[derive(Debug, Default)]
pub(crate) struct Learned {
    pub(crate) appeared: Vec<AppearedItem>,
    pub(crate) proposed: Option<ProposedRule>,
}

impl Learned {
    /// From the machine before the install and the machine now.
    pub(crate) fn of(
        before: &Snapshot,
        after: &Snapshot,
        name: &str,
        system: &dyn System,
        eyes: &RunAs,
    ) -> Self {
        let appeared = after.since(before);
        let proposed = proposal::propose(&appeared, name, system, eyes);
        Self { appeared, proposed }
    }

    /// Marks what is still there after the uninstall.
    pub(crate) fn mark_left_behind(&mut self, finally: &Snapshot) {
        for item in &mut self.appeared {
            item.left_behind = finally.has(item);
        }
    }

    /// How much of it is.
    pub(crate) fn left_behind(&self) -> usize {
        self.appeared.iter().filter(|item| item.left_behind).count()
    }
}
