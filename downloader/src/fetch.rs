//! The fetch of a content from its first step to its last, and the download alone.

use crate::download::{Download, Downloaded, seconds_since};
use crate::layout::Incoming;
use crate::locate::{AskAgain, Bytes, Located, Locator};
use crate::place::{self, DestinationFolder};
use crate::{DownloadError, FetchError, FetchRequest};
use intunewin::{AuthenticatedContent, EncryptedContent};
use std::path::Path;
use std::sync::Arc;
use waybill_context::{Cancel, Cancelled, Clock, Context, Progress};
use waybill_disk::{Lock, Root, space};
use waybill_schemas::report::delivery::{FetchReport, PhaseReport, ValidateReport};
use waybill_transport::{Client, ClientOptions, Observations};

/// Fetches a content and unpacks its files to the destination. After an error, no part of them is there.
///
/// The bytes that are held lie below the root, by the content's MAC; the next call continues from them however this one
/// ended. A content folder that exists and is whole by its manifest is left as it is (`changed: false`).
///
/// # Errors
/// The step that failed. The destination is as it was before.
pub fn fetch(request: &FetchRequest, context: &Context<'_>) -> Result<FetchReport, FetchError> {
    with_located(request, context, |run, located| run.fetch(located))
}

/// Only locates and downloads, as [`fetch`] does: the whole content is held below the root and authenticated, and a
/// later fetch finds it there. Of the destination only its free space is looked at.
///
/// # Errors
/// Those of [`fetch`], except for files that are not in place.
pub fn download(request: &FetchRequest, context: &Context<'_>) -> Result<FetchReport, FetchError> {
    with_located(request, context, |run, located| run.download(located))
}

fn with_located(
    request: &FetchRequest,
    context: &Context<'_>,
    work: impl FnOnce(&Run<'_>, Located) -> Result<FetchReport, FetchError>,
) -> Result<FetchReport, FetchError> {
    let root = Root::open(&request.root)?;
    let log = Observations::default();
    let options = &request.options;
    let mut client = ClientOptions::default();
    (client.extra_roots, client.proxy) = (options.extra_roots.clone(), options.proxy.clone());
    let client = Client::start(&client).map_err(DownloadError::from)?;
    let incoming = root.incoming_folder();
    let locator =
        Locator { client: &client, options: &request.options, incoming: &incoming, context, log: &log };
    // The destination is checked before the first request, so that a file or a link there ends the fetch without any
    // traffic.
    let destination = DestinationFolder::new(&root, &request.destination)?;
    let located = locator.locate(&request.what)?;
    let run = Run { root: &root, request, client: &client, destination, context, log: &log };
    let mut report = work(&run, located)?;
    report.observations = log.take();
    Ok(report)
}

/// One fetch whose content was located.
struct Run<'a> {
    root: &'a Root,
    request: &'a FetchRequest,
    client: &'a Client,
    destination: DestinationFolder,
    context: &'a Context<'a>,
    log: &'a Observations,
}

impl Run<'_> {
    fn fetch(&self, located: Located) -> Result<FetchReport, FetchError> {
        let incoming = Incoming::new(self.root, &located.info.mac);
        let wait = self.request.options.wait_lock;
        // Every fetch takes the two locks in this order, or two fetches could each hold the lock that the other waits
        // for.
        let _content = Lock::acquire(&incoming.lock(), wait, self.context)?;
        let _destination = Lock::acquire(&self.destination.lock(), wait, self.context)?;
        holding(&incoming, located, |located| self.fetch_alone(located, &incoming))
    }

    fn download(&self, located: Located) -> Result<FetchReport, FetchError> {
        let incoming = Incoming::new(self.root, &located.info.mac);
        let _content = Lock::acquire(&incoming.lock(), self.request.options.wait_lock, self.context)?;
        let mut report = blank(&located, self.destination.path());
        holding(&incoming, located, |located| self.content(located, &incoming, &mut report))?;
        Ok(report)
    }

    /// The fetch itself; the caller holds the content's and the destination's lock.
    fn fetch_alone(&self, located: Located, incoming: &Incoming) -> Result<FetchReport, FetchError> {
        let mut report = blank(&located, self.destination.path());
        let options = &self.request.options;
        self.destination.take_over(self.context);
        if let Some(present) = self.destination.already_there(&located.info.mac, options, self.context)? {
            (report.files, report.bytes, report.changed) = (present.files, present.bytes, present.taken_up);
            report.setup_file = report.setup_file.or(present.setup_file);
            // Fewer bytes than the content has belong to a download that was interrupted, perhaps one to another
            // folder. They stay for that one to continue with.
            let held = incoming.partial().symlink_metadata().map_or(0, |held| held.len());
            if held == 0 || held == located.size {
                self.remove_content(incoming)?; // a run that died after its rename left it, or its journal
            }
            return Ok(report);
        }
        place::sweep(self.root, self.context);
        let setup_file = located.setup_file.clone();
        let content = self.content(located, incoming, &mut report)?;
        self.unpack(content, setup_file.as_deref(), &mut report)?;
        self.remove_content(incoming)?;
        Ok(report)
    }

    fn remove_content(&self, incoming: &Incoming) -> Result<(), FetchError> {
        if self.request.options.keep_content {
            return Ok(());
        }
        place::remove_content(incoming).map_err(FetchError::State)
    }

    /// The authenticated content: the one on this machine, or one that is downloaded and repaired.
    fn content(
        &self,
        located: Located,
        incoming: &Incoming,
        report: &mut FetchReport,
    ) -> Result<AuthenticatedContent, FetchError> {
        let Located { info, size, unpacked, pieces_digest, bytes, .. } = located;
        let (target, document) = match bytes {
            Bytes::Here(content) => return self.authenticate(*content, unpacked, report),
            Bytes::Server(target, document) => (target, document),
        };
        self.check_space(&incoming.partial(), size, unpacked)?;
        let locator = AskAgain { document, former: target.url.clone(), info: &info };
        let download = Download {
            client: self.client,
            target,
            locator,
            info: &info,
            pieces_digest,
            incoming,
            options: &self.request.options,
            context: self.context,
            log: self.log,
        };
        let Downloaded { content, download, validate } = download.run()?;
        (report.download, report.validate) = (Some(download), Some(validate));
        Ok(content)
    }

    /// Checks that the rest of the encrypted content and the unpacked files fit, before the first byte.
    fn check_space(&self, partial: &Path, size: u64, unpacked: Option<u64>) -> Result<(), FetchError> {
        // Bytes that are held have their space on the disk already. Without resuming they are discarded, and space for
        // the whole content is needed.
        let held = if self.request.options.resume {
            partial.symlink_metadata().map_or(0, |partial| partial.len())
        } else {
            0
        };
        let missing = size.saturating_sub(held);
        Ok(space::check_both((partial, missing), (self.destination.path(), unpacked.unwrap_or(size)))?)
    }

    fn authenticate(
        &self,
        content: EncryptedContent,
        unpacked: Option<u64>,
        report: &mut FetchReport,
    ) -> Result<AuthenticatedContent, FetchError> {
        // A content on this machine is read where it is, so only its unpacked files need space.
        space::check(self.destination.path(), unpacked.unwrap_or_default())?;
        let started = self.context.clock().now();
        let content = content.authenticate(self.context)?;
        let seconds = seconds_since(started, self.context);
        report.validate =
            Some(ValidateReport { payload: content.payload_size(), seconds, ..ValidateReport::default() });
        Ok(content)
    }

    /// Unpacks the files into place, and records them in the report.
    fn unpack(
        &self,
        content: AuthenticatedContent,
        setup_file: Option<&str>,
        report: &mut FetchReport,
    ) -> Result<(), FetchError> {
        let started = self.context.clock().now();
        let options = &self.request.options;
        let placed = self.destination.unpack(content, setup_file, options, self.context)?;
        (report.files, report.bytes, report.changed) = (placed.files, placed.bytes, true);
        report.unpack =
            Some(PhaseReport { bytes: placed.bytes, seconds: seconds_since(started, self.context) });
        Ok(())
    }
}

/// Adds the held bytes to an error, where the content is downloaded.
fn holding<T>(
    incoming: &Incoming,
    located: Located,
    work: impl FnOnce(Located) -> Result<T, FetchError>,
) -> Result<T, FetchError> {
    let (size, is_here) = (located.size, matches!(located.bytes, Bytes::Here(_)));
    work(located).map_err(|error| if is_here { error } else { error.holding(&incoming.partial(), size) })
}

fn blank(located: &Located, destination: &Path) -> FetchReport {
    FetchReport {
        name: located.name.clone(),
        mac: located.info.mac.to_string(),
        folder: destination.display().to_string(),
        changed: false,
        setup_file: located.setup_file.clone(),
        files: 0,
        bytes: 0,
        download: None,
        validate: None,
        unpack: None,
        observations: Vec::new(),
    }
}

/// As [`fetch`], for a caller on a tokio runtime: the work runs on a thread that may block.
///
/// Dropping the future does not stop the work; setting `cancel` does.
///
/// # Errors
/// Those of [`fetch`].
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
mod fetch_async_tests {
    use super::*;
    use crate::{Destination, FetchOptions, Location, Wanted};
    use std::sync::atomic::AtomicBool;
    use waybill_context::SystemClock;

    /// The blocking work is on another thread, so the only thread of the runtime continues.
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
