//! Several connections at once: each piece is a request, verified by itself, and handed on in its turn.

use super::DownloadError;
use super::flight::{Flight, Piece};
use super::keeper::Keeper;
use super::pieces::{sha256, span};
use super::stream::Tally;
use crate::locate::Target;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;
use waybill_schemas::{PIECE_SIZE, PiecesDocument};
use waybill_transport::{
    AnswerFault, AskedFile, AttemptFault, Attempts, Bucket, Client, Event, Request, StallGuard, TICK,
};

/// Pieces that may be on their way or wait for their turn, for each connection.
const AHEAD: usize = 2;

/// The download of one content over several connections.
pub(super) struct Several<'a, 'b> {
    pub(super) client: &'a Client,
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
                    flight.waiting.push_front(index);
                }
            }
        }
    }

    /// One outage breaks every connection: what was on its way when one failed is not counted again.
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

    /// Sends as many requests as there are connections and room.
    fn fill(&mut self, flight: &mut Flight) {
        while flight.running.len() < self.connections && flight.has_room(self.connections * AHEAD) {
            let Some(index) = flight.next_index() else { return };
            let (first, last) = span(index, self.target);
            let ask = Request::get(self.target.url.clone()).range(first, Some(last));
            self.tally.requests += 1;
            flight.sent += 1; // a number of its own: a late event of an ended request must not hit its successor
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
        let stalled =
            flight.running.iter_mut().find_map(|(tag, piece)| piece.guard.is_stalled(now).then_some(*tag));
        if let Some((tag, piece)) = stalled.and_then(|tag| flight.running.remove_entry(&tag)) {
            return Ok(Step::Broken(tag, piece.index, AttemptFault::Stalled));
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
                    Err(broken) => Step::Broken(tag, piece.index, broken),
                }))
            }
        }
    }

    /// `None` while it goes on, else how the piece ended.
    fn take(&self, piece: &mut Piece, event: Event) -> Option<Result<(), AttemptFault>> {
        let (first, last) = span(piece.index, self.target);
        match event {
            Event::Head(head) => {
                let asked = AskedFile { first, by_range: true, total: self.target.total, etag: None };
                match asked.body_use(&head) {
                    Ok(plan) if head.content_range.is_some() => piece.skip = Some(plan.skip),
                    Ok(_) => return Some(Err(useless())),
                    Err(fault) => return Some(Err(AttemptFault::Answer(fault))),
                }
                None
            }
            Event::Chunk(chunk) => piece.take(&chunk, (last - first + 1) as usize).then_some(Ok(())),
            Event::BodyWanted(_) | Event::Sent(_) => None, // these requests have no body
            Event::End => Some(Err(AttemptFault::Answer(AnswerFault::Later(206, None)))),
            Event::Failed(error) => Some(Err(AttemptFault::Connection(error))),
        }
    }

    fn slow_down(&mut self, bytes: u64, flight: &mut Flight) -> Result<(), DownloadError> {
        let wait = self.bucket.take(bytes, self.attempts.context.clock().now());
        if !wait.is_zero() {
            self.attempts.context.sleep(wait)?;
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

/// Faults that a single stream knows how to go on from.
fn suits_several(fault: &AnswerFault) -> bool {
    !matches!(
        fault,
        AnswerFault::RangeUseless(..) | AnswerFault::ValidatorChanged(_) | AnswerFault::Refused(_)
    )
}

fn useless() -> AttemptFault {
    AttemptFault::Answer(AnswerFault::RangeUseless("range-ignored", "everything for a range".to_owned()))
}

enum Step {
    Wait,
    Landed(Piece),
    /// The request, the piece, and why.
    Broken(usize, u64, AttemptFault),
}
