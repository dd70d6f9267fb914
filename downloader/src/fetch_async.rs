use crate::{FetchError, FetchRequest, fetch};
use std::sync::Arc;
use waybill_context::{Cancel, Cancelled, Clock, Context, Progress};
use waybill_schemas::report::delivery::FetchReport;

/// [`fetch`] for a caller on a tokio runtime: the work goes to a thread where it may block.
///
/// Dropping the future does not stop the work; `cancel` does.
///
/// # Errors
/// As [`fetch`].
pub async fn fetch_async(
    request: FetchRequest,
    progress: Arc<dyn Progress>,
    cancel: Arc<dyn Cancel>,
    clock: Arc<dyn Clock>,
) -> Result<FetchReport, FetchError> {
    let work = move || fetch(&request, &Context::new(&*progress, &*cancel, &*clock));
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(ended) if ended.is_panic() => std::panic::resume_unwind(ended.into_panic()),
        Err(_) => Err(FetchError::Download(Cancelled.into())), // the runtime shuts down
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Destination, FetchOptions, Location, Wanted};
    use std::sync::atomic::AtomicBool;
    use waybill_context::SystemClock;

    /// What blocks is on another thread: the runtime's only one goes on meanwhile.
    #[test]
    fn the_runtime_is_not_blocked_and_errors_come_through() {
        let folder = tempfile::tempdir().unwrap();
        let request = FetchRequest {
            what: Wanted::Described(Location::File(folder.path().join("missing.content.json"))),
            destination: Destination::Folder(folder.path().join("out")),
            root: folder.path().join("root"),
            options: FetchOptions::default(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let outcome = runtime.block_on(async {
            let work =
                fetch_async(request, Arc::new(()), Arc::new(AtomicBool::new(false)), Arc::new(SystemClock));
            let (outcome, turns) = tokio::join!(work, async { 1 });
            assert_eq!(turns, 1);
            outcome
        });
        assert!(matches!(outcome, Err(FetchError::Locate(_))), "{outcome:?}");
    }
}
