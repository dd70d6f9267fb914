//! What is done when all bytes are here and the MAC or the digest does not hold (`docs/delivery.md`, rule 10).

use super::keeper::{Keeper, download_error};
use super::several;
use super::stream::Tally;
use super::{Download, Pieces};
use crate::error::DownloadError;
use crate::journal::Journal;
use intunewin::{PartialContent, ReceiveError};
use sha2::{Digest as _, Sha256};
use waybill_schemas::PiecesDocument;
use waybill_schemas::report::delivery::ValidateReport;
use waybill_transport::{Attempts, FilePartRequest, SecretUrl, TransportError};

/// A pieces.json of the largest content is some 12 MB.
const LIMIT: u64 = 16 << 20;

/// The pieces.json beside the content, where the document names its digest; one that cannot be had or is not the one
/// that is named is noted and done without: the MAC decides anyway.
pub(super) fn read_pieces(download: &Download<'_>) -> Result<Option<PiecesDocument>, DownloadError> {
    let Some(expected) = download.pieces_digest else { return Ok(None) };
    let Some(url) = sibling(&download.target.url) else { return Ok(None) };
    let small = FilePartRequest { url: &url, range: None, limit: LIMIT, secret: false };
    let body = match download.client.read_part(&small, download.context, download.log) {
        Ok(body) => body,
        Err(TransportError::Cancelled(cancelled)) => return Err(cancelled.into()),
        Err(error) => {
            download.log.note("pieces-missing", error.to_string());
            return Ok(None);
        }
    };
    // The public tree may be writable for others than those who hold the document. So pieces.json counts only
    // if the document, which is secret, names its digest.
    if Sha256::digest(&*body.bytes)[..] != expected.as_bytes()[..] {
        download.log.note("pieces-wrong", format!("{url} is not the one that the document names"));
        return Ok(None);
    }
    match PiecesDocument::read(&body.bytes) {
        Ok(pieces) if pieces.size_encrypted == download.target.size => Ok(Some(pieces)),
        Ok(_) => {
            download.log.note("pieces-wrong", format!("{url} is of a content of another size"));
            Ok(None)
        }
        Err(error) => {
            download.log.note("pieces-wrong", format!("{url}: {error}"));
            Ok(None)
        }
    }
}

/// `pieces.json` beside the content, with the content's query: a token for the folder serves both.
fn sibling(url: &SecretUrl) -> Option<SecretUrl> {
    let mut sibling = url.expose().clone();
    sibling.path_segments_mut().ok()?.pop().push("pieces.json");
    SecretUrl::new(sibling).ok()
}

impl<'a> Download<'a> {
    /// Fetches the bad pieces, or everything once more; then what is held is taken up anew.
    pub(super) fn repair(
        &self,
        error: ReceiveError,
        known: &mut Pieces,
        validate: &mut ValidateReport,
        attempts: &mut Attempts<'_>,
        tally: &mut Tally,
    ) -> Result<Keeper<'a>, DownloadError> {
        // There is one restart. A server that has the wrong bytes sends them again each time, and every round
        // costs the traffic of a whole content.
        if validate.restarts > 0 {
            let pieces = known.bad.as_ref().map_or_else(String::new, |bad| {
                format!(": {bad} on the server is not what was published, and has to be published again")
            });
            return self.refuse(error, &format!("fetching everything once more did not help{pieces}"));
        }
        // Pieces are repaired once. If the content is wrong after that, pieces.json itself may be at fault,
        // and comparing with it again would find nothing new.
        if let Some(pieces) = known.get(self)?.filter(|_| validate.pieces_mended == 0) {
            let pieces = pieces.clone();
            match self.repair_pieces(&pieces, known, attempts, tally)? {
                // Every piece is the published one, so a restart would bring the same bytes again.
                Some(0) => {
                    let evidence = "every piece is the one published, so the keys of the document are of another \
                                    content, or it was damaged before it was published";
                    return self.refuse(error, evidence);
                }
                Some(repaired) => {
                    validate.pieces_mended = repaired;
                    return self.take_up();
                }
                None => {}
            }
        }
        validate.restarts += 1;
        self.log.note("restarted", format!("{error}; everything is fetched once more"));
        attempts.again_at_once(&self.target.url.to_string(), "the content was not what was sealed")?;
        let journal = Journal::new(self.target.url.expose(), self.target.size);
        Ok(Keeper::new(self.opening().create()?, journal, self.files, self.context))
    }

    /// How many pieces were wrong, and are right now; `None` where the server gives no pieces.
    fn repair_pieces(
        &self,
        pieces: &PiecesDocument,
        known: &mut Pieces,
        attempts: &mut Attempts<'_>,
        tally: &mut Tally,
    ) -> Result<Option<u64>, DownloadError> {
        let held = self.target.size;
        let partial =
            PartialContent::open(&self.files.partial, held).map_err(|error| download_error(error, held))?;
        let bad = partial.bad_pieces(pieces, self.context).map_err(|error| download_error(error, held))?;
        known.bad = (!bad.is_empty()).then(|| numbers(&bad));
        for index in &bad {
            let Some(bytes) = several::fetch_one(self, pieces, *index, attempts, tally)? else {
                return Ok(None);
            };
            partial.write_piece(*index, &bytes).map_err(|error| download_error(error, held))?;
        }
        if !bad.is_empty() {
            // Synced here, because the journal that is made next counts the whole content as synced.
            partial.sync().map_err(|error| download_error(error, held))?;
            let url = &self.target.url;
            self.log.note("pieces-mended", format!("{url}: fetched once more: {}", numbers(&bad)));
        }
        Ok(Some(bad.len() as u64))
    }

    fn take_up(&self) -> Result<Keeper<'a>, DownloadError> {
        // A piece in the middle changes the MAC from there on, so all of the file is authenticated again from
        // its first byte.
        let receiver = self
            .opening()
            .resume(None, self.context)
            .map_err(|error| download_error(error, self.target.size))?;
        let mut journal = Journal::new(self.target.url.expose(), self.target.size);
        journal.synced = receiver.received();
        Ok(Keeper::new(receiver, journal, self.files, self.context))
    }

    /// For good: what is held is proved wrong and goes.
    fn refuse(&self, error: ReceiveError, evidence: &str) -> Result<Keeper<'a>, DownloadError> {
        drop(self.opening().create()?); // removes both files; the empty one goes with the next line
        let _ = fs_err::remove_file(&self.files.partial);
        let (url, evidence) = (self.target.url.to_string(), evidence.to_owned());
        Err(DownloadError::Integrity { url, evidence, source: error })
    }
}

/// "pieces 1, 5, 9 and 3 more".
fn numbers(pieces: &[u64]) -> String {
    const MOST: usize = 10;
    let listed: Vec<_> = pieces.iter().take(MOST).map(u64::to_string).collect();
    let more = pieces.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let noun = if pieces.len() == 1 { "piece" } else { "pieces" };
    format!("{noun} {}{more}", listed.join(", "))
}
