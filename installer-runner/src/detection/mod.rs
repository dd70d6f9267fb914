//! Is the app there: every detection rule, evaluated and explained.

use crate::{Eyes, Settings};
use waybill_context::Context;
use waybill_schemas::app::AppDocument;
use waybill_schemas::report::install::{DetectionReport, Occasion};
use waybill_system::System;

/// Looks for the app once. All rules are evaluated, whatever the first one says; all must hold.
pub fn detect(
    _app: &AppDocument,
    _eyes: &Eyes,
    _occasion: Occasion,
    _system: &dyn System,
    _settings: &Settings,
    _context: &Context<'_>,
) -> DetectionReport {
    todo!()
}
