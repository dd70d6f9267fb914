//! The detection rule that what appeared speaks for: the MSI's product code, else the version of an uninstall entry, else
//! the version of a program, else that a file is there.

mod files;
mod registered;

use waybill_installer_runner::RunAs;
use waybill_schemas::report::rehearsal::{AppearedItem, ProposedRule};
use waybill_system::System;

/// The best rule there is; `name` is the app's, which tells its program from others.
pub(crate) fn propose(
    appeared: &[AppearedItem],
    name: &str,
    system: &dyn System,
    eyes: &RunAs,
) -> Option<ProposedRule> {
    registered::product(appeared, system, eyes)
        .or_else(|| registered::version(appeared, system, eyes))
        .or_else(|| files::propose(appeared, name, system, eyes))
}

#[cfg(test)]
mod tests;
