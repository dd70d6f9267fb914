//! Pieces: where each lies, what it must be, and fetching one by itself.

use super::stream::Tally;
use super::{Download, DownloadError};
use crate::locate::Target;
use sha2::{Digest as _, Sha256};
use waybill_schemas::{PIECE_SIZE, PiecesDocument};
use waybill_transport::{Attempts, FilePartRequest};

/// Fetches a piece until its bytes are what `pieces` says; the same wrong bytes twice are taken, and the MAC judges.
/// `None` where the server gives no ranges.
pub(super) fn fetch_one(
    download: &Download<'_>,
    pieces: &PiecesDocument,
    index: u64,
    attempts: &mut Attempts<'_>,
    tally: &mut Tally,
) -> Result<Option<Vec<u8>>, DownloadError> {
    let (mut former, mut refused) = (None, false);
    loop {
        let (first, last) = span(index, &download.target);
        let url = &download.target.url;
        tally.requests += 1;
        let small = FilePartRequest { url, range: Some((first, last)), limit: PIECE_SIZE, secret: false };
        let body = download.client.read_part(&small, download.context, download.log)?;
        if !body.is_range {
            return Ok(None);
        }
        tally.received += body.bytes.len() as u64;
        let right = pieces
            .sha256
            .get(index as usize)
            .is_some_and(|digest| digest.as_bytes()[..] == sha256(&body.bytes));
        let whole = body.bytes.len() as u64 == last - first + 1;
        if whole && (right || former.as_deref() == Some(&body.bytes[..])) {
            attempts.progress(body.bytes.len() as u64);
            return Ok(Some(body.bytes.to_vec()));
        }
        let seen = "a piece whose bytes are not those published";
        download.log.note("piece-refused", format!("{url}: piece {index}: {seen}"));
        attempts.piece_again(refused, &url.to_string())?;
        refused = true;
        former = whole.then(|| body.bytes.to_vec());
    }
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// First and last byte of a piece in the file on the server.
pub(super) fn span(index: u64, target: &Target) -> (u64, u64) {
    let first = index * PIECE_SIZE;
    let last = (first + PIECE_SIZE).min(target.size) - 1;
    (target.offset + first, target.offset + last)
}
