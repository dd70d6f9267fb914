//! Downloads the content's bytes, authenticates and digests them as they come, and repairs them where they are wrong.

mod keeper;
mod repair;
mod several;
mod stream;

use crate::error::DownloadError;
use crate::journal::Journal;
use crate::layout::Incoming;
use crate::locate::{AskAgain, Target};
use crate::request::FetchOptions;
use intunewin::{AuthenticatedContent, ContentError, ContentReceiver, ReceiveError};
use keeper::{Keeper, download_error};
use std::time::SystemTime;
use stream::{Stream, StreamState};
use waybill_context::Context;
use waybill_disk::{boot, private_file};
use waybill_schemas::report::delivery::{DownloadReport, ValidateReport};
use waybill_schemas::{EncryptionInfo, Sha256Digest};
use waybill_schemas::{PIECE_SIZE, PiecesDocument};
use waybill_transport::{Attempts, Bucket, Client, Observations};

/// The download of one content.
pub(crate) struct Download<'a> {
    pub(crate) client: &'a Client,
    pub(crate) target: Target,
    pub(crate) locator: AskAgain<'a>,
    pub(crate) info: &'a EncryptionInfo,
    /// SHA-256 of the pieces.json beside the content, where the document gives it.
    pub(crate) pieces_digest: Option<Sha256Digest>,
    /// The partial file and the journal.
    pub(crate) incoming: &'a Incoming,
    pub(crate) options: &'a FetchOptions,
    pub(crate) context: &'a Context<'a>,
    pub(crate) log: &'a Observations,
}

/// A content that was downloaded and authenticated.
pub(crate) struct Downloaded {
    pub(crate) content: AuthenticatedContent,
    pub(crate) download: DownloadReport,
    pub(crate) validate: ValidateReport,
}

impl<'a> Download<'a> {
    /// Downloads the missing bytes, authenticates the whole, and repairs it once where it is wrong.
    pub(crate) fn run(mut self) -> Result<Downloaded, DownloadError> {
        let started = self.context.clock().now();
        let mut report = DownloadReport { size: self.target.size, ..DownloadReport::default() };
        let mut validate = ValidateReport::default();
        let mut attempts = Attempts::new(self.context, self.log);
        let mut pieces = Pieces::default();
        let mut keeper = self.open(&mut report)?;
        let content = loop {
            self.transfer(&mut keeper, &mut pieces, &mut attempts, &mut report)?;
            if self.options.keep_content {
                keeper.sync()?; // a content that is kept must survive a loss of power, too
            }
            report.seconds = seconds_since(started, self.context);
            let validating = self.context.clock().now();
            let outcome = keeper.finish();
            validate.seconds += seconds_since(validating, self.context);
            match outcome {
                Ok(content) => break content,
                // Only a content that is complete and wrong is repaired. After a full disk or an interruption the held
                // bytes may be right.
                Err(DownloadError::Receive(error)) if is_mismatch(&error) => {
                    keeper = self.repair(error, &mut pieces, &mut validate, &mut attempts, &mut report)?;
                }
                Err(error) => return Err(error),
            }
        };
        validate.payload = content.payload_size();
        report.retries = attempts.retries;
        report.waited = attempts.waited.as_secs_f64();
        Ok(Downloaded { content, download: report, validate })
    }

    /// A keeper with `journal`, or with a new one for the current URL.
    fn keep(&self, receiver: ContentReceiver, journal: Option<Journal>) -> Keeper<'a> {
        let journal = journal.unwrap_or_else(|| Journal::new(self.target.url.expose(), self.target.size));
        Keeper::new(receiver, journal, self.incoming, self.context)
    }

    /// Continues the partial file, after cutting it to `keep` bytes.
    fn resume(&self, keep: Option<u64>) -> Result<ContentReceiver, ReceiveError> {
        let (partial, policy) = (self.incoming.partial(), &self.options.policy);
        ContentReceiver::resume(&partial, self.info.clone(), self.target.size, keep, policy, self.context)
    }

    /// Starts an empty partial file; an earlier one is removed.
    fn start_anew(&self) -> Result<Keeper<'a>, DownloadError> {
        self.remove_held()?;
        let (partial, policy) = (self.incoming.partial(), &self.options.policy);
        let receiver = ContentReceiver::create(&partial, self.info.clone(), self.target.size, policy)
            .map_err(|error| download_error(error, 0))?;
        Ok(self.keep(receiver, None))
    }

    fn remove_held(&self) -> Result<(), DownloadError> {
        // The partial file goes before its journal. A death in between leaves a journal alone, which counts as none; in
        // the other order the next run would resume bytes that were just given up.
        private_file::remove(&self.incoming.partial())
            .and_then(|()| Journal::remove(&self.incoming.journal()))
            .map_err(DownloadError::State)
    }

    /// Opens the partial file, or starts an empty one.
    fn open(&self, report: &mut DownloadReport) -> Result<Keeper<'a>, DownloadError> {
        let there = self.incoming.partial().symlink_metadata();
        let Some(there) = there.ok().filter(|_| self.options.resume) else { return self.start_anew() };
        let held = there.len();
        let journal = Journal::load(&self.incoming.journal()).map_err(DownloadError::State)?;
        // A journal with another size does not describe these bytes, so its ETag and its count of synced bytes mean
        // nothing.
        let journal = journal.filter(|journal| journal.size == self.target.size);
        let keep = journal.as_ref().and_then(|journal| journal.keep(held, boot::id().as_deref()));
        match self.resume(self.rounded(held, keep)) {
            Ok(receiver) => {
                report.resumed_from = receiver.received();
                tracing::info!(
                    held = receiver.received(),
                    size = self.target.size,
                    "going on from what is held"
                );
                Ok(self.keep(receiver, journal.map(Journal::in_this_boot)))
            }
            // The file is named by the MAC, and a content begins with its MAC. If this one does not, or if it is longer
            // than the content, no offset in it can be trusted.
            Err(ReceiveError::Content(ContentError::Header { .. }) | ReceiveError::TooLong { .. }) => {
                self.log.note("partial-dropped", "what was held is another content; it is dropped");
                self.start_anew()
            }
            Err(error) => Err(download_error(error, held)),
        }
    }

    /// How many bytes to keep: with several connections, only whole pieces.
    fn rounded(&self, held: u64, keep: Option<u64>) -> Option<u64> {
        let held = keep.unwrap_or(held).min(held);
        // A piece can only be checked as a whole, so a part of one is fetched again. A complete content is not cut,
        // because nothing more of it is fetched.
        let whole = if self.options.connections > 1 && held < self.target.size {
            held / PIECE_SIZE * PIECE_SIZE
        } else {
            held
        };
        (keep.is_some() || whole < held).then_some(whole)
    }

    fn transfer(
        &mut self,
        keeper: &mut Keeper<'_>,
        pieces: &mut Pieces,
        attempts: &mut Attempts<'a>,
        report: &mut DownloadReport,
    ) -> Result<(), DownloadError> {
        // Nothing is missing, so nothing is requested: servers answer a range at the end in different ways, with 416,
        // an empty 206 or everything.
        if keeper.held() == self.target.size {
            return Ok(());
        }
        let mut bucket = Bucket::new(self.options.limit_rate);
        if self.options.connections > 1 {
            let known = pieces.get(self)?;
            let several = several::Several {
                client: self.client,
                target: &self.target,
                pieces: known,
                connections: self.options.connections.min(MOST_CONNECTIONS),
                attempts: &mut *attempts,
                bucket: &mut bucket,
                report: &mut *report,
            };
            // Where several connections do not work, one continues from the held bytes: pieces are handed on in order,
            // so there is no gap to fill.
            if several.run(keeper)? {
                return Ok(());
            }
        }
        let state = StreamState::default();
        let Self { client, target, locator, info, .. } = self;
        let mut stream =
            Stream { client, target, locator, info, attempts, bucket: &mut bucket, report, state };
        stream.run(keeper)
    }
}

/// The pieces.json of the content, read when it is first needed.
#[derive(Default)]
struct Pieces {
    document: Option<Option<PiecesDocument>>,
    /// The pieces that were wrong on this machine, as text for the evidence: "piece 7".
    bad: Option<String>,
}

impl Pieces {
    fn get(&mut self, download: &Download<'_>) -> Result<Option<&PiecesDocument>, DownloadError> {
        if self.document.is_none() {
            self.document = Some(repair::read_pieces(download)?);
        }
        Ok(self.document.as_ref().and_then(Option::as_ref))
    }
}

/// The seconds since `started`; 0 where the clock was set back.
pub(crate) fn seconds_since(started: SystemTime, context: &Context<'_>) -> f64 {
    context.clock().now().duration_since(started).unwrap_or_default().as_secs_f64()
}

/// The most connections, whatever is asked for: each holds up to two pieces in memory.
const MOST_CONNECTIONS: usize = 8;

/// Whether all bytes were received and are not those that were sealed.
fn is_mismatch(error: &ReceiveError) -> bool {
    use intunewin::AuthenticateError::{Digest, Mac, Padding};
    matches!(error, ReceiveError::Authenticate(Mac { .. } | Digest { .. } | Padding))
}
