//! Downloads over one connection: requests what is missing, uses what comes, and continues from there.

use super::keeper::Keeper;
use crate::error::DownloadError;
use crate::locate::{AskAgain, Target};
use waybill_schemas::EncryptionInfo;
use waybill_schemas::report::delivery::DownloadReport;
use waybill_transport::{
    AnswerFault, AnswerHead, AskedFile, AttemptFault, Attempts, BodyUse, Bucket, Client, Exchange,
    FilePartRequest, Request, TransportError,
};

/// MAC and IV, the first bytes of a content.
const HEADER: u64 = 48;

/// How many changes of a validator are followed. One that changes more often says nothing, and the MAC alone decides.
const MOST_CHANGES: u32 = 2;

/// The download of one content over one connection at a time.
pub(crate) struct Stream<'a, 'b> {
    pub(crate) client: &'a Client,
    pub(crate) target: &'a mut Target,
    pub(crate) locator: &'a mut AskAgain<'b>,
    pub(crate) info: &'a EncryptionInfo,
    pub(crate) attempts: &'a mut Attempts<'b>,
    pub(crate) bucket: &'a mut Bucket,
    pub(crate) report: &'a mut DownloadReport,
    pub(crate) state: StreamState,
}

/// Why an attempt ended before the content did.
enum Ended {
    /// A fault after which another attempt may help.
    Fault(AttemptFault),
    /// An error that another attempt would meet again.
    Stop(DownloadError),
}

impl From<AttemptFault> for Ended {
    fn from(fault: AttemptFault) -> Self {
        Self::Fault(fault)
    }
}

impl<E: Into<DownloadError>> From<E> for Ended {
    fn from(error: E) -> Self {
        Self::Stop(error.into())
    }
}

/// What earlier answers showed about the servers.
#[derive(Debug, Default)]
pub(crate) struct StreamState {
    /// The strong ETag of the answer that the held bytes came with.
    pub(crate) etag: Option<String>,
    /// Whether ranges do not work, so that the whole file is requested.
    pub(crate) without_ranges: bool,
    changes: u32,
    /// How many bytes were held when the document was last read again for a fresh URL.
    renewed_at: Option<u64>,
}

impl Stream<'_, '_> {
    /// Downloads until the whole content is held.
    pub(crate) fn run(&mut self, keeper: &mut Keeper<'_>) -> Result<(), DownloadError> {
        // The first request carries the ETag of the held bytes, so that a file that was replaced between two runs is
        // noticed before its bytes follow them.
        self.state.etag.clone_from(&keeper.journal.etag);
        while keeper.held() < keeper.journal.size {
            let before = keeper.held();
            let outcome = self.attempt(keeper);
            // Written before the outcome is judged: however this attempt ended, the next one continues after the last
            // byte that came.
            keeper.flush()?;
            let came = keeper.held().saturating_sub(before);
            self.attempts.progress(came);
            match outcome {
                // Everything was received, so it does not matter how the connection ended.
                Ok(()) | Err(Ended::Fault(AttemptFault::Connection(_) | AttemptFault::Stalled))
                    if keeper.held() >= keeper.journal.size => {}
                Ok(()) => self.short(came)?,
                Err(Ended::Fault(AttemptFault::Answer(fault))) => self.after(fault, keeper)?,
                Err(Ended::Fault(fault)) => self.attempts.again(fault, &self.target.url.to_string())?,
                Err(Ended::Stop(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// Rule 6: the body was too short. Continues from the offset that was reached.
    fn short(&mut self, came: u64) -> Result<(), DownloadError> {
        let (url, seen) = (self.target.url.to_string(), "the body ended before the content did");
        self.attempts.log.note("short-body", format!("{url}: {seen}"));
        // A server that sent something works, so the next request is sent at once. One that sent nothing could be asked
        // in a tight loop, so there is a wait.
        if came > 0 {
            return Ok(self.attempts.again_at_once(&url, seen)?);
        }
        Ok(self.attempts.wait(None, &url, seen)?)
    }

    fn asked(&self, held: u64) -> AskedFile {
        let first = self.target.offset + held;
        let by_range = !self.state.without_ranges && (first > 0 || self.target.is_part());
        AskedFile {
            first,
            by_range,
            total: self.target.total,
            etag: self.state.etag.clone().filter(|_| by_range),
        }
    }

    fn attempt(&mut self, keeper: &mut Keeper<'_>) -> Result<(), Ended> {
        let asked = self.asked(keeper.held());
        // In a package, other entries and the directory follow the content. The range ends with the content, because
        // the rest would be transferred for nothing.
        let last = self.target.is_part().then(|| self.target.offset + keeper.journal.size - 1);
        let request = Request::get(self.target.url.clone()).if_match(asked.etag.as_deref());
        let request = if asked.by_range { request.range(asked.first, last) } else { request };
        self.report.requests += 1;
        tracing::debug!(url = %self.target.url, first = asked.first, by_range = asked.by_range, "asking for the content");
        let mut body = self.client.exchange(&request, self.attempts.context);
        let head = body.head()?;
        tracing::debug!(status = head.status, length = head.content_length, "answered");
        let plan = asked.body_use(&head).map_err(AttemptFault::Answer)?;
        self.learn(&head, &plan, keeper)?;
        self.pour(&mut body, &asked, &plan, keeper)
    }

    /// Records what was unusual in an answer, and keeps its validators for the next request.
    fn learn(
        &mut self,
        head: &AnswerHead,
        plan: &BodyUse,
        keeper: &mut Keeper<'_>,
    ) -> Result<(), DownloadError> {
        let url = self.target.url.to_string();
        for (rule, seen) in &plan.odd {
            self.attempts.log.note(rule, format!("{url}: {seen}"));
        }
        if head.redirects > 0 {
            self.attempts.log.note("redirected", format!("{url}: {} redirects followed", head.redirects));
        }
        // Several servers with different ETags may answer under one name. After the second change no ETag is sent, or
        // every other request would be answered with 412.
        if self.state.changes < MOST_CHANGES {
            self.state.etag.clone_from(&head.etag);
        }
        // Stored before the body is read, so that a run that dies in the middle leaves the validator that its bytes
        // came with.
        keeper.journal.set_url(self.target.url.expose());
        keeper.journal.etag.clone_from(&self.state.etag);
        keeper.journal.last_modified.clone_from(&head.last_modified);
        keeper.store_journal()
    }

    fn pour(
        &mut self,
        body: &mut Exchange<'_>,
        asked: &AskedFile,
        plan: &BodyUse,
        keeper: &mut Keeper<'_>,
    ) -> Result<(), Ended> {
        // A 200 begins at byte 0, and a 206 may begin before the requested byte. By the offset in the file on the
        // server both are handled alike: bytes that are held already are discarded.
        let mut position = asked.first - plan.skip;
        while let Some(chunk) = body.chunk()? {
            self.report.received += chunk.len() as u64;
            self.slow_down(body, chunk.len() as u64)?;
            let skipped = (asked.first.saturating_sub(position)).min(chunk.len() as u64);
            self.check_skipped(position, &chunk[..skipped as usize], keeper.held())?;
            position += chunk.len() as u64;
            let rest = &chunk[skipped as usize..];
            let taken = keeper.take(rest)?;
            if taken < rest.len() as u64 {
                return self.long_body(keeper, rest.len() as u64 - taken);
            }
            if self.target.is_part() && keeper.held() == keeper.journal.size {
                return Ok(()); // the package's other bytes follow
            }
        }
        Ok(())
    }

    /// Rule 6: the body is longer than expected, which is an error, unless the file is a package with bytes after the
    /// content.
    fn long_body(&self, keeper: &Keeper<'_>, more: u64) -> Result<(), Ended> {
        if self.target.is_part() {
            return Ok(());
        }
        let (url, expected) = (self.target.url.to_string(), keeper.journal.size);
        Err(TransportError::SizeDiffers { url, expected, actual: expected + more, is_html: false }.into())
    }

    fn slow_down(&mut self, body: &mut Exchange<'_>, bytes: u64) -> Result<(), Ended> {
        let wait = self.bucket.take(bytes, self.attempts.context.clock().now());
        if !wait.is_zero() {
            self.attempts.context.sleep(wait)?;
            body.waited(wait);
        }
        Ok(())
    }

    /// Rule 5: discarded bytes are not written, but the first 48 of them must be this content's.
    fn check_skipped(&self, position: u64, bytes: &[u8], held: u64) -> Result<(), DownloadError> {
        let header = self.header();
        let (start, end) = (self.target.offset, self.target.offset + HEADER);
        let (from, to) = (position.max(start), (position + bytes.len() as u64).min(end));
        if from >= to {
            return Ok(());
        }
        let seen = &bytes[(from - position) as usize..(to - position) as usize];
        if seen == &header[(from - start) as usize..(to - start) as usize] {
            return Ok(());
        }
        Err(DownloadError::Replaced { url: self.target.url.to_string(), held })
    }

    fn header(&self) -> Vec<u8> {
        [self.info.mac.as_bytes().as_slice(), self.info.initialization_vector.as_bytes()].concat()
    }

    fn after(&mut self, fault: AnswerFault, keeper: &mut Keeper<'_>) -> Result<(), DownloadError> {
        let url = self.target.url.to_string();
        match fault {
            AnswerFault::RangeUseless(rule, seen) if !self.state.without_ranges => {
                self.attempts.log.note(rule, format!("{url}: {seen}; everything is asked for"));
                self.state.without_ranges = true;
                Ok(self.attempts.again_at_once(&url, &seen)?)
            }
            AnswerFault::ValidatorChanged(seen) => self.validator_changed(&seen, keeper),
            AnswerFault::Refused(status) => self.renew(status, keeper),
            fault => Ok(self.attempts.again(AttemptFault::Answer(fault), &url)?),
        }
    }

    /// Rule 5: the first 48 bytes show whether it is the same content under another validator.
    fn validator_changed(&mut self, seen: &str, keeper: &Keeper<'_>) -> Result<(), DownloadError> {
        let url = self.target.url.to_string();
        let range = Some((self.target.offset, self.target.offset + HEADER - 1));
        let context = self.attempts.context;
        self.report.requests += 1;
        let small = FilePartRequest { url: &self.target.url, range, limit: HEADER, secret: false };
        let first = self.client.read_part(&small, context, self.attempts.log)?;
        if first.is_range && **first.bytes != *self.header() {
            return Err(DownloadError::Replaced { url, held: keeper.held() });
        }
        self.attempts
            .log
            .note("validator-changed", format!("{url}: {seen}; the first 48 bytes are the same"));
        self.state.changes += 1;
        self.state.etag = None;
        if !first.is_range {
            self.state.without_ranges = true; // its first bytes will be compared as they are thrown away
        }
        Ok(self.attempts.again_at_once(&url, seen)?)
    }

    /// Rule 7: reads the document again, which may have a fresh URL.
    fn renew(&mut self, status: u16, keeper: &Keeper<'_>) -> Result<(), DownloadError> {
        let url = self.target.url.to_string();
        let refused = TransportError::UrlRefused { url: url.clone(), status };
        // The document is read once for each offset that is reached, or a fresh URL that is refused before it brings
        // anything would be asked for again and again.
        if self.state.renewed_at == Some(keeper.held()) {
            return Err(refused.into());
        }
        self.state.renewed_at = Some(keeper.held());
        let Some(fresh) = self.locator.fresh_url(self.client, self.attempts.context, self.attempts.log)?
        else {
            return Err(refused.into());
        };
        self.attempts
            .log
            .note("url-renewed", format!("{url}: status {status}; the document was asked again"));
        self.target.url = fresh;
        // A fresh URL may lead to another mirror, which has another ETag for the same bytes.
        self.state.etag = None;
        Ok(self.attempts.again_at_once(&url, "the URL was refused")?)
    }
}
