//! Pieces: one by itself when mending, several at once with `--connections`.

use super::attempts::{Attempts, Broken, TICK, sleep};
use super::keeper::Keeper;
use super::stream::Tally;
use super::{Download, DownloadError, Target};
use crate::http::{Ask, Asked, Bucket, Budget, Event, Fault, Network, Running, StallGuard, judge};
use bytes::Bytes;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use waybill_schemas::{PIECE_SIZE, PiecesDocument};

/// Pieces that may be on their way or wait for their turn, for each connection.
const AHEAD: usize = 2;

/// Fetches a piece until its bytes are what `pieces` says; the same wrong bytes twice are taken, and the MAC judges.
pub(super) fn fetch_one(
    download: &Download<'_>,
    pieces: &PiecesDocument,
    index: u64,
    attempts: &mut Attempts<'_>,
    tally: &mut Tally,
) -> Result<Vec<u8>, DownloadError> {
    let mut former = None;
    loop {
        let (first, last) = span(index, &download.target);
        let url = &download.target.url;
        tally.requests += 1;
        let small = super::Small { url, range: Some((first, last)), limit: PIECE_SIZE, secret: false };
        let body = super::read_small(download.network, &small, download.context, download.log)?;
        tally.received += body.bytes.len() as u64;
        let right = pieces.sha256.get(index as usize).is_some_and(|digest| digest.as_bytes()[..] == sha256(&body.bytes));
        let whole = body.bytes.len() as u64 == last - first + 1;
        if whole && (right || former.as_deref() == Some(&body.bytes[..])) {
            return Ok(body.bytes.to_vec());
        }
        let seen = if body.is_range { "a piece whose bytes are not those published" } else { "no range" };
        download.log.note("piece-refused", format!("{url}: piece {index}: {seen}"));
        attempts.again_at_once(&url.to_string(), seen)?;
        former = whole.then(|| body.bytes.to_vec());
    }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// First and last byte of a piece in the file on the server.
fn span(index: u64, target: &Target) -> (u64, u64) {
    let first = index * PIECE_SIZE;
    let last = (first + PIECE_SIZE).min(target.size) - 1;
    (target.offset + first, target.offset + last)
}

/// The download of one content over several connections.
pub(super) struct Several<'a, 'b> {
    pub(super) network: &'a Network,
    pub(super) target: &'a Target,
    pub(super) pieces: Option<&'a PiecesDocument>,
    pub(super) connections: usize,
    pub(super) attempts: &'a mut Attempts<'b>,
    pub(super) bucket: &'a mut Bucket,
    pub(super) tally: &'a mut Tally,
}

impl Several<'_, '_> {
    /// True when everything is here; false where it goes on better over one connection.
    pub(super) fn run(mut self, keeper: &mut Keeper<'_>) -> Result<bool, DownloadError> {
        let Some(pieces) = self.pieces else {
            self.attempts.log.note("one-connection", "no piece hashes: one connection is used");
            return Ok(false);
        };
        let mut flight = Flight::new(keeper.held() / PIECE_SIZE, keeper.journal.size.div_ceil(PIECE_SIZE));
        loop {
            self.fill(&mut flight);
            if flight.is_over() {
                keeper.flush()?;
                return Ok(keeper.held() == keeper.journal.size);
            }
            match self.event(&mut flight)? {
                Step::Wait => {}
                Step::Landed(piece) => self.landed(piece, pieces, &mut flight, keeper)?,
                Step::Broken(_, Broken::Answer(Fault::RangeUseless(..) | Fault::ValidatorChanged(_) | Fault::Refused(_)))
                => {
                    self.attempts.log.note("one-connection", format!("{}: ranges do not work well: one connection is used", self.target.url));
                    keeper.flush()?;
                    return Ok(false);
                }
                Step::Broken(index, broken) => {
                    self.attempts.again(broken, &self.target.url.to_string())?;
                    flight.waiting.push_front(index);
                }
            }
        }
    }

    /// Sends as many requests as there are connections and room.
    fn fill(&mut self, flight: &mut Flight) {
        while flight.running.len() < self.connections && flight.has_room(self.connections * AHEAD) {
            let Some(index) = flight.next_index() else { return };
            let (first, last) = span(index, self.target);
            let ask = Ask { url: self.target.url.expose().clone(), range: Some((first, Some(last))), if_match: None, secret: false };
            self.tally.requests += 1;
            flight.sent += 1; // a number of its own: a late event of an ended request must not hit its successor
            let running = self.network.send(ask, flight.sent, &flight.budget, flight.sender.clone());
            let guard = StallGuard::new(self.attempts.context.clock());
            flight.running.insert(flight.sent, Piece { index, _running: running, guard, skip: None, bytes: Vec::new() });
        }
    }

    fn event(&mut self, flight: &mut Flight) -> Result<Step, DownloadError> {
        self.attempts.context.check()?;
        let now = self.attempts.context.clock().now();
        let stalled = flight.running.iter_mut().find_map(|(tag, piece)| piece.guard.is_stalled(now).then_some(*tag));
        if let Some(piece) = stalled.and_then(|tag| flight.running.remove(&tag)) {
            return Ok(Step::Broken(piece.index, Broken::Stalled));
        }
        let (tag, event) = match flight.events.recv_timeout(TICK) {
            Ok(event) => event,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(Step::Wait),
        };
        if let Event::Chunk(chunk) = &event {
            flight.budget.taken(chunk.len());
            self.tally.received += chunk.len() as u64;
            self.slow_down(chunk.len() as u64, flight)?;
        }
        let Some(piece) = flight.running.get_mut(&tag) else { return Ok(Step::Wait) }; // given up meanwhile
        let done = self.take(piece, event);
        match done {
            None => Ok(Step::Wait),
            Some(outcome) => {
                let piece = flight.running.remove(&tag);
                Ok(piece.map_or(Step::Wait, |piece| match outcome {
                    Ok(()) => Step::Landed(piece),
                    Err(broken) => Step::Broken(piece.index, broken),
                }))
            }
        }
    }

    /// `None` while it goes on, else how the piece ended.
    fn take(&self, piece: &mut Piece, event: Event) -> Option<Result<(), Broken>> {
        let (first, last) = span(piece.index, self.target);
        match event {
            Event::Head(head) => {
                let asked = Asked { first, by_range: true, total: self.target.total, etag: None };
                match judge(&asked, &head) {
                    Ok(plan) if head.content_range.is_some() => piece.skip = Some(plan.skip),
                    Ok(_) => return Some(Err(useless())),
                    Err(fault) => return Some(Err(Broken::Answer(fault))),
                }
                None
            }
            Event::Chunk(chunk) => piece.take(&chunk, (last - first + 1) as usize).then_some(Ok(())),
            Event::End => Some(Err(Broken::Answer(Fault::Later(206, None)))),
            Event::Failed(error) => Some(Err(Broken::Transport(error))),
        }
    }

    fn slow_down(&mut self, bytes: u64, flight: &mut Flight) -> Result<(), DownloadError> {
        let wait = self.bucket.take(bytes, self.attempts.context.clock().now());
        if !wait.is_zero() {
            sleep(self.attempts.context, wait)?;
            flight.running.values_mut().for_each(|piece| piece.guard.waited(wait));
        }
        Ok(())
    }

    /// A whole piece: verified by itself, then handed on in its turn.
    fn landed(
        &mut self,
        piece: Piece,
        pieces: &PiecesDocument,
        flight: &mut Flight,
        keeper: &mut Keeper<'_>,
    ) -> Result<(), DownloadError> {
        let index = piece.index;
        let digest = sha256(&piece.bytes);
        let right = pieces.sha256.get(index as usize).is_some_and(|expected| expected.as_bytes()[..] == digest);
        if !right && flight.refused.insert(index, digest) != Some(digest) {
            let url = self.target.url.to_string();
            self.attempts.log.note("piece-refused", format!("{url}: piece {index} is not the one published"));
            flight.waiting.push_front(index);
            return self.attempts.again_at_once(&url, "a piece whose bytes are not those published");
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

fn useless() -> Broken {
    Broken::Answer(Fault::RangeUseless("range-ignored", "everything for a range".to_owned()))
}

enum Step {
    Wait,
    Landed(Piece),
    Broken(u64, Broken),
}

/// A piece on its way.
struct Piece {
    index: u64,
    _running: Running,
    guard: StallGuard,
    /// Bytes to throw away first; `None` before the head is there.
    skip: Option<u64>,
    bytes: Vec<u8>,
}

impl Piece {
    /// Whether it is whole now.
    fn take(&mut self, chunk: &Bytes, whole: usize) -> bool {
        self.guard.came(chunk.len() as u64);
        let skip = self.skip.unwrap_or_default().min(chunk.len() as u64);
        self.skip = self.skip.map(|left| left - skip);
        let rest = &chunk[skip as usize..];
        if self.bytes.capacity() == 0 {
            self.bytes.reserve_exact(whole);
        }
        self.bytes.extend_from_slice(&rest[..rest.len().min(whole - self.bytes.len())]);
        self.bytes.len() == whole
    }
}

/// Everything that is under way.
struct Flight {
    /// The piece that is handed on next.
    turn: u64,
    next: u64,
    end: u64,
    waiting: VecDeque<u64>,
    running: BTreeMap<usize, Piece>,
    sent: usize,
    landed: BTreeMap<u64, Vec<u8>>,
    /// Digests of pieces that were refused once.
    refused: BTreeMap<u64, [u8; 32]>,
    budget: Budget,
    sender: Sender<(usize, Event)>,
    events: Receiver<(usize, Event)>,
}

impl Flight {
    fn new(first: u64, end: u64) -> Self {
        let (sender, events) = channel();
        Self {
            turn: first,
            next: first,
            end,
            waiting: VecDeque::new(),
            running: BTreeMap::new(),
            sent: 0,
            landed: BTreeMap::new(),
            refused: BTreeMap::new(),
            budget: Budget::default(),
            sender,
            events,
        }
    }

    fn has_room(&self, most: usize) -> bool {
        !self.waiting.is_empty() || self.running.len() + self.landed.len() < most
    }

    fn next_index(&mut self) -> Option<u64> {
        self.waiting.pop_front().or_else(|| {
            let index = self.next;
            (index < self.end).then(|| {
                self.next += 1;
                index
            })
        })
    }

    fn is_over(&self) -> bool {
        self.turn == self.end
    }
}
