//! Downloads over several connections: each piece is a request, is verified by its SHA-256, and is handed on in order.
//! Also fetches single pieces again.

use super::Download;
use super::keeper::Keeper;
use crate::error::DownloadError;
use crate::locate::Target;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;
use waybill_schemas::report::delivery::DownloadReport;
use waybill_schemas::{PIECE_SIZE, PiecesDocument};
use waybill_transport::{
    AnswerFault, AskedFile, AttemptFault, Attempts, Bucket, Budget, Client, Event, FilePartRequest, Request,
    RunningRequest, StallGuard, TICK,
};

/// How many pieces for each connection may be requested, or wait in memory until it is their turn.
const AHEAD: usize = 2;

/// The download of one content over several connections.
pub(super) struct Several<'a, 'b> {
    pub(super) client: &'a Client,
    pub(super) target: &'a Target,
    pub(super) pieces: Option<&'a PiecesDocument>,
    pub(super) connections: usize,
    pub(super) attempts: &'a mut Attempts<'b>,
    pub(super) bucket: &'a mut Bucket,
    pub(super) report: &'a mut DownloadReport,
}

impl Several<'_, '_> {
    /// Returns true when everything was received; false where one connection should continue.
    pub(super) fn run(mut self, keeper: &mut Keeper<'_>) -> Result<bool, DownloadError> {
        let Some(pieces) = self.pieces else {
            self.attempts.log.note("one-connection", "no piece hashes: one connection is used");
            return Ok(false);
        };
        keeper.store_journal()?; // an earlier boot's would count nothing of what comes now
        let outcome = self.fly(pieces, keeper);
        keeper.flush()?; // what came in its turn stays, however it ended
        outcome
    }

    fn fly(&mut self, pieces: &PiecesDocument, keeper: &mut Keeper<'_>) -> Result<bool, DownloadError> {
        let mut flight = Flight::new(keeper.held() / PIECE_SIZE, keeper.journal.size.div_ceil(PIECE_SIZE));
        loop {
            self.fill(&mut flight);
            if flight.is_over() {
                return Ok(true);
            }
            match self.event(&mut flight)? {
                Step::Wait => {}
                Step::Landed(piece) => self.landed(piece, pieces, &mut flight, keeper)?,
                Step::Broken(_, _, AttemptFault::Answer(fault)) if !suits_several(&fault) => {
                    let url = &self.target.url;
                    self.attempts
                        .log
                        .note("one-connection", format!("{url}: one connection is used: {fault:?}"));
                    return Ok(false);
                }
                Step::Broken(tag, index, broken) => {
                    self.again(tag, broken, &mut flight)?;
                    // It goes to the front, because the pieces after it that have come stay in memory until it has
                    // come.
                    flight.waiting.push_front(index);
                }
            }
        }
    }

    /// Waits after a failed request. One outage breaks every connection, so requests that were sent before it count
    /// only once.
    fn again(&mut self, tag: usize, broken: AttemptFault, flight: &mut Flight) -> Result<(), DownloadError> {
        let (url, before) = (self.target.url.to_string(), self.attempts.waited);
        if tag <= flight.excused {
            self.attempts.again_with_others(broken, &url, flight.waited)?;
        } else {
            (flight.excused, flight.waited) = (flight.sent, Duration::ZERO);
            self.attempts.again(broken, &url)?;
        }
        let waited = self.attempts.waited.saturating_sub(before);
        flight.waited += waited;
        flight.running.values_mut().for_each(|piece| piece.guard.waited(waited));
        Ok(())
    }

    /// Sends requests until every connection is used or the memory for pieces is.
    fn fill(&mut self, flight: &mut Flight) {
        // With one piece for each connection, one whose piece came out of order would idle until its turn. Two keep it
        // busy, and eight connections hold 16 MiB at most.
        while flight.running.len() < self.connections && flight.has_room(self.connections * AHEAD) {
            let Some(index) = flight.next_index() else { return };
            let (first, last) = span(index, self.target);
            let ask = Request::get(self.target.url.clone()).range(first, Some(last));
            self.report.requests += 1;
            flight.sent += 1; // a new number, so that a late event of an ended request is not taken for its successor's
            let running = self.client.send(ask, flight.sent, &flight.budget, flight.sender.clone());
            let guard = StallGuard::new(self.attempts.context.clock());
            flight.running.insert(
                flight.sent,
                Piece { index, _running: running, guard, skip: None, bytes: Vec::new() },
            );
        }
    }

    fn event(&mut self, flight: &mut Flight) -> Result<Step, DownloadError> {
        self.attempts.context.check()?;
        let now = self.attempts.context.clock().now();
        // Each request is watched by itself: the bytes of the others would hide that one stalls, and all pieces after
        // it wait for it.
        let stalled =
            flight.running.iter_mut().find_map(|(tag, piece)| piece.guard.is_stalled(now).then_some(*tag));
        if let Some((tag, piece)) = stalled.and_then(|tag| flight.running.remove_entry(&tag)) {
            return Ok(Step::Broken(tag, piece.index, AttemptFault::Stalled));
        }
        let (tag, event) = match flight.events.recv_timeout(TICK) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(Step::Wait),
        };
        // Also for a request that was given up meanwhile: its chunks took room in the budget, which nobody else gives
        // back.
        if let Event::Chunk(chunk) = &event {
            flight.budget.taken(chunk.len());
            self.report.received += chunk.len() as u64;
            self.slow_down(chunk.len() as u64, flight)?;
        }
        let Entry::Occupied(mut piece) = flight.running.entry(tag) else { return Ok(Step::Wait) }; // given up meanwhile
        Ok(match self.take(piece.get_mut(), event) {
            None => Step::Wait,
            Some(Ok(())) => Step::Landed(piece.remove()),
            Some(Err(broken)) => Step::Broken(tag, piece.remove().index, broken),
        })
    }

    /// Handles an event of a piece. `None` while the piece is incomplete, else how it ended.
    fn take(&self, piece: &mut Piece, event: Event) -> Option<Result<(), AttemptFault>> {
        let (first, last) = span(piece.index, self.target);
        match event {
            Event::Head(head) => {
                // There is no If-Match, because the digest of a piece says more about its bytes than an ETag.
                let asked = AskedFile { first, by_range: true, total: self.target.total, etag: None };
                match asked.body_use(&head) {
                    Ok(plan) if head.content_range.is_some() => piece.skip = Some(plan.skip),
                    // A server that answers with the whole file would send the whole content once for each piece.
                    Ok(_) => {
                        let seen = "everything for a range".to_owned();
                        let fault = AnswerFault::RangeUseless("range-ignored", seen);
                        return Some(Err(AttemptFault::Answer(fault)));
                    }
                    Err(fault) => return Some(Err(AttemptFault::Answer(fault))),
                }
                None
            }
            Event::Chunk(chunk) => piece.take(&chunk, (last - first + 1) as usize).then_some(Ok(())),
            // A piece ends with its last byte, so a body that ends here was too short.
            Event::End => Some(Err(AttemptFault::Answer(AnswerFault::Later(206, None)))),
            Event::Failed(error) => Some(Err(AttemptFault::Connection(error))),
            _ => None, // these requests have no body of their own
        }
    }

    fn slow_down(&mut self, bytes: u64, flight: &mut Flight) -> Result<(), DownloadError> {
        // One bucket for all connections. While it holds one back none is read, which is no stall of a server.
        let wait = self.bucket.take(bytes, self.attempts.context.clock().now());
        if !wait.is_zero() {
            self.attempts.context.sleep(wait)?;
            flight.running.values_mut().for_each(|piece| piece.guard.waited(wait));
        }
        Ok(())
    }

    /// Handles a complete piece: verifies it, then hands on all pieces whose turn it is.
    fn landed(
        &mut self,
        piece: Piece,
        pieces: &PiecesDocument,
        flight: &mut Flight,
        keeper: &mut Keeper<'_>,
    ) -> Result<(), DownloadError> {
        let index = piece.index;
        let digest = sha256(&piece.bytes);
        let right =
            pieces.sha256.get(index as usize).is_some_and(|expected| expected.as_bytes()[..] == digest);
        let former = if right { Some(digest) } else { flight.refused.insert(index, digest) };
        if former != Some(digest) {
            let url = self.target.url.to_string();
            self.attempts.log.note("piece-refused", format!("{url}: piece {index} is not the one published"));
            flight.waiting.push_front(index);
            return Ok(self.attempts.piece_again(former.is_some(), &url)?);
        }
        flight.landed.insert(index, piece.bytes);
        while let Some(bytes) = flight.landed.remove(&flight.turn) {
            keeper.take(&bytes)?;
            self.attempts.progress(bytes.len() as u64);
            flight.turn += 1;
        }
        Ok(())
    }
}

/// Whether several connections can go on after this fault.
fn suits_several(fault: &AnswerFault) -> bool {
    // One connection requests the whole where ranges do not work, compares the first 48 bytes where a validator
    // changed, and reads the document again for a fresh URL.
    !matches!(
        fault,
        AnswerFault::RangeUseless(..) | AnswerFault::ValidatorChanged(_) | AnswerFault::Refused(_)
    )
}

enum Step {
    Wait,
    Landed(Piece),
    /// The number of the request, the index of the piece, and the fault.
    Broken(usize, u64, AttemptFault),
}

/// A piece that was requested.
pub(super) struct Piece {
    pub(super) index: u64,
    pub(super) _running: RunningRequest,
    pub(super) guard: StallGuard,
    /// How many bytes of the body to discard first; `None` before the head came.
    pub(super) skip: Option<u64>,
    pub(super) bytes: Vec<u8>,
}

impl Piece {
    /// Takes the next bytes, and returns whether the piece is complete.
    pub(super) fn take(&mut self, chunk: &Bytes, whole: usize) -> bool {
        self.guard.came(chunk.len() as u64);
        let skip = self.skip.unwrap_or_default().min(chunk.len() as u64);
        self.skip = self.skip.map(|left| left - skip);
        let rest = &chunk[skip as usize..];
        // Reserved with the first byte, so that a request without an answer takes no memory, and exactly, because a
        // buffer that grows by doubling could take twice as much.
        if self.bytes.capacity() == 0 {
            self.bytes.reserve_exact(whole);
        }
        self.bytes.extend_from_slice(&rest[..rest.len().min(whole - self.bytes.len())]);
        self.bytes.len() == whole
    }
}

/// All requested pieces, and those that wait for their turn.
pub(super) struct Flight {
    /// The piece that is handed on next.
    pub(super) turn: u64,
    next: u64,
    end: u64,
    pub(super) waiting: VecDeque<u64>,
    pub(super) running: BTreeMap<usize, Piece>,
    pub(super) sent: usize,
    /// The last request that was sent before the last failure that counted as an attempt.
    pub(super) excused: usize,
    /// How long was waited since that failure.
    pub(super) waited: Duration,
    pub(super) landed: BTreeMap<u64, Vec<u8>>,
    /// Digests of pieces that were wrong once.
    pub(super) refused: BTreeMap<u64, [u8; 32]>,
    pub(super) budget: Budget,
    pub(super) sender: Sender<(usize, Event)>,
    pub(super) events: Receiver<(usize, Event)>,
}

impl Flight {
    /// The pieces from `first` to before `end`.
    pub(super) fn new(first: u64, end: u64) -> Self {
        let (sender, events) = channel();
        Self {
            turn: first,
            next: first,
            end,
            waiting: VecDeque::new(),
            running: BTreeMap::new(),
            sent: 0,
            excused: 0,
            waited: Duration::ZERO,
            landed: BTreeMap::new(),
            refused: BTreeMap::new(),
            budget: Budget::default(),
            sender,
            events,
        }
    }

    /// Whether another piece may be requested while at most `most` are held.
    pub(super) fn has_room(&self, most: usize) -> bool {
        !self.waiting.is_empty() || self.running.len() + self.landed.len() < most
    }

    /// The piece to request next: a failed one, else the next in order.
    pub(super) fn next_index(&mut self) -> Option<u64> {
        self.waiting.pop_front().or_else(|| {
            let index = self.next;
            (index < self.end).then(|| {
                self.next += 1;
                index
            })
        })
    }

    /// Whether every piece was handed on.
    pub(super) fn is_over(&self) -> bool {
        self.turn == self.end
    }
}

/// Fetches a piece until it has the digest in `pieces`. The same wrong bytes twice are taken, and the MAC decides.
/// `None` where the server gives no ranges.
pub(super) fn fetch_one(
    download: &Download<'_>,
    pieces: &PiecesDocument,
    index: u64,
    attempts: &mut Attempts<'_>,
    report: &mut DownloadReport,
) -> Result<Option<Vec<u8>>, DownloadError> {
    let (mut former, mut refused) = (None, false);
    loop {
        let (first, last) = span(index, &download.target);
        let url = &download.target.url;
        report.requests += 1;
        let small = FilePartRequest { url, range: Some((first, last)), limit: PIECE_SIZE, secret: false };
        let body = download.client.read_part(&small, download.context, download.log)?;
        if !body.is_range {
            return Ok(None);
        }
        report.received += body.bytes.len() as u64;
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

/// Offsets of the first and last byte of a piece in the file on the server.
pub(super) fn span(index: u64, target: &Target) -> (u64, u64) {
    let first = index * PIECE_SIZE;
    let last = (first + PIECE_SIZE).min(target.size) - 1;
    (target.offset + first, target.offset + last)
}
