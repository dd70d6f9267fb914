//! Is the app for this device: built-in requirements, then requirement rules.

use crate::{Eyes, Settings};
use waybill_context::Context;
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::RequirementsReport;
use waybill_system::System;

/// Checks every requirement, whatever the first one says.
pub fn check_requirements(
    _app: &AppDocument,
    _eyes: &Eyes,
    _system: &dyn System,
    _settings: &Settings,
    _context: &Context<'_>,
) -> RequirementsReport {
    todo!()
}
