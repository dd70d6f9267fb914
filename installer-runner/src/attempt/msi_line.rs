//! The msiexec line of an install in the system context: as it is written, or as one page of Microsoft's shows the agent
//! preparing it.

use super::flow::Attempt;
use super::restart;
use crate::MsiLine;
use waybill_intune::{PreparedLine, prepared_msi_line};
use waybill_schemas::app::DeviceRestartBehavior;
use waybill_schemas::report::install::{Intent, PreparedMsiLine};
use waybill_system::{Account, SystemKind};

impl Attempt<'_> {
    /// The line as the page has the agent prepare it; `None` where both are the same: another program, an uninstall, the
    /// user's context, or nothing to add.
    pub(super) fn prepared(&self, written: &str) -> Option<PreparedLine> {
        let is_concerned = self.request.intent == Intent::Install
            && self.run_as.wanted == Account::System
            && self.run_as.kind == SystemKind::Windows;
        let suppresses = restart::behavior(self.request.app) == DeviceRestartBehavior::Suppress;
        is_concerned.then(|| prepared_msi_line(written, suppresses)).flatten()
    }

    /// What the report says of it. Either way the line may run otherwise than under Intune.
    pub(super) fn report_prepared(&mut self, prepared: &PreparedLine) -> PreparedMsiLine {
        let (added, used) = (prepared.added.clone(), self.uses_prepared());
        let taken = if used { "Here it is taken with them." } else { "Here it is taken as it is written." };
        self.notes.deviates(format!(
            "One page of Microsoft's shows Intune's agent adding `{added}` to msiexec's line; measured installs do not have \
             these words. {taken}"
        ));
        PreparedMsiLine { added, used }
    }

    /// Whether the settings ask for the prepared line.
    pub(super) fn uses_prepared(&self) -> bool {
        self.runner.settings.msi_line == MsiLine::Prepared
    }
}
