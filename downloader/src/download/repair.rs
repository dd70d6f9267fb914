//! Repairs a content of which all bytes were received and the MAC or the digest is wrong (`docs/delivery.md`, rule 10).

use super::keeper::{Keeper, download_error};
use super::several;
use super::{Download, Pieces};
use crate::error::DownloadError;
use intunewin::{PartialContent, ReceiveError};
use sha2::{Digest as _, Sha256};
use waybill_schemas::PiecesDocument;
use waybill_schemas::report::delivery::{DownloadReport, ValidateReport};
use waybill_transport::{Attempts, FilePartRequest, SecretUrl, TransportError};

/// The most bytes of a pieces.json; that of the largest content has some 12 MB.
const LIMIT: u64 = 16 << 20;

/// Reads the pieces.json beside the content, where the document gives its digest. `None` where it cannot be fetched or
/// has another digest, which is recorded; the MAC decides anyway.
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
    // Others than the holders of the document may be able to write to the public folder, so pieces.json counts only if
    // its digest is the one in the document, which is secret.
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

/// The URL of `pieces.json` beside the content, with the content's query: a token for the folder is valid for both.
fn sibling(url: &SecretUrl) -> Option<SecretUrl> {
    let mut sibling = url.expose().clone();
    sibling.path_segments_mut().ok()?.pop().push("pieces.json");
    SecretUrl::new(sibling).ok()
}

impl<'a> Download<'a> {
    /// Fetches the bad pieces, or the whole content once more. Returns the partial file, to be checked again.
    pub(super) fn repair(
        &self,
        error: ReceiveError,
        known: &mut Pieces,
        validate: &mut ValidateReport,
        attempts: &mut Attempts<'_>,
        report: &mut DownloadReport,
    ) -> Result<Keeper<'a>, DownloadError> {
        // There is one restart. A server that has the wrong bytes sends them again each time, and every round costs the
        // traffic of a whole content.
        if validate.restarts > 0 {
            let pieces = known.bad.as_ref().map_or_else(String::new, |bad| {
                format!(": {bad} on the server is not what was published, and has to be published again")
            });
            return self.refuse(error, &format!("fetching everything once more did not help{pieces}"));
        }
        // Pieces are repaired once. If the content is wrong after that, pieces.json itself may be wrong, and comparing
        // with it again would find nothing new.
        if let Some(pieces) = known.get(self)?.filter(|_| validate.pieces_mended == 0) {
            let pieces = pieces.clone();
            match self.repair_pieces(&pieces, known, attempts, report)? {
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
        self.start_anew()
    }

    /// Fetches wrong pieces again, and returns how many were repaired; `None` where the server gives no pieces.
    fn repair_pieces(
        &self,
        pieces: &PiecesDocument,
        known: &mut Pieces,
        attempts: &mut Attempts<'_>,
        report: &mut DownloadReport,
    ) -> Result<Option<u64>, DownloadError> {
        let held = self.target.size;
        let partial = PartialContent::open(&self.incoming.partial(), held)
            .map_err(|error| download_error(error, held))?;
        let bad = partial.bad_pieces(pieces, self.context).map_err(|error| download_error(error, held))?;
        known.bad = (!bad.is_empty()).then(|| numbers(&bad));
        for index in &bad {
            let Some(bytes) = several::fetch_one(self, pieces, *index, attempts, report)? else {
                return Ok(None);
            };
            partial.write_piece(*index, &bytes).map_err(|error| download_error(error, held))?;
        }
        if !bad.is_empty() {
            // Synced here, because the journal that is written next counts the whole content as synced.
            partial.sync().map_err(|error| download_error(error, held))?;
            let url = &self.target.url;
            self.log.note("pieces-mended", format!("{url}: fetched once more: {}", numbers(&bad)));
        }
        Ok(Some(bad.len() as u64))
    }

    fn take_up(&self) -> Result<Keeper<'a>, DownloadError> {
        // A piece in the middle changes the MAC from there on, so the file is authenticated again from its first byte.
        let receiver = self.resume(None).map_err(|error| download_error(error, self.target.size))?;
        let synced = receiver.received();
        let mut keeper = self.keep(receiver, None);
        keeper.journal.synced = synced;
        Ok(keeper)
    }

    /// Ends the download for good: the held bytes are proved wrong and are removed.
    fn refuse(&self, error: ReceiveError, evidence: &str) -> Result<Keeper<'a>, DownloadError> {
        self.remove_held()?;
        let (url, evidence) = (self.target.url.to_string(), evidence.to_owned());
        Err(DownloadError::Integrity { url, evidence, source: error })
    }
}

/// The numbers of pieces as text: "pieces 1, 5, 9 and 3 more".
fn numbers(pieces: &[u64]) -> String {
    const MOST: usize = 10;
    let listed: Vec<_> = pieces.iter().take(MOST).map(u64::to_string).collect();
    let more = pieces.len().saturating_sub(MOST);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let noun = if pieces.len() == 1 { "piece" } else { "pieces" };
    format!("{noun} {}{more}", listed.join(", "))
}
