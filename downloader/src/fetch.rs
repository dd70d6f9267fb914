use crate::{FetchError, FetchRequest};
use waybill_context::Context;
use waybill_schemas::report::fetch::FetchReport;

/// Fetches a content and leaves its files at the destination, or nothing.
///
/// # Errors
/// What stopped it. What is held of the content stays below the root and is taken up by the next call.
pub fn fetch(request: &FetchRequest, context: &Context<'_>) -> Result<FetchReport, FetchError> {
    let _ = (request, context.check()?);
    Err(waybill_context::Cancelled.into())
}
