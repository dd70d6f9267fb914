//! A request and its body, event by event, under the eye of the stall guard.

use crate::{AnswerHead, AttemptFault, Event, StallGuard, TICK, Transfer};
use bytes::Bytes;
use waybill_context::Context;

/// A transfer that is being read.
pub struct Exchange<'a> {
    context: &'a Context<'a>,
    transfer: Transfer,
    guard: StallGuard,
}

impl<'a> Exchange<'a> {
    /// Reads `transfer` by the clock of `context`.
    pub fn new(transfer: Transfer, context: &'a Context<'a>) -> Self {
        Self { context, transfer, guard: StallGuard::new(context.clock()) }
    }

    /// Waits for status and headers.
    pub fn head(&mut self) -> Result<AnswerHead, AttemptFault> {
        match self.event()? {
            Event::Head(head) => Ok(*head),
            Event::Failed(error) => Err(AttemptFault::Connection(error)),
            Event::Chunk(_) | Event::End => Ok(AnswerHead::default()), // a head comes first, always
        }
    }

    /// The next bytes; `None` at the end of the body.
    pub fn chunk(&mut self) -> Result<Option<Bytes>, AttemptFault> {
        match self.event()? {
            Event::Chunk(chunk) => {
                self.guard.came(chunk.len() as u64);
                Ok(Some(chunk))
            }
            Event::End | Event::Head(_) => Ok(None),
            Event::Failed(error) => Err(AttemptFault::Connection(error)),
        }
    }

    /// Time that we let pass ourselves.
    pub fn waited(&mut self, duration: std::time::Duration) {
        self.guard.waited(duration);
    }

    fn event(&mut self) -> Result<Event, AttemptFault> {
        loop {
            self.context.check()?;
            let event = self.transfer.next(TICK);
            let ended = matches!(event, Some(Event::End | Event::Failed(_)));
            if !ended && self.guard.is_stalled(self.context.clock().now()) {
                return Err(AttemptFault::Stalled);
            }
            if let Some(event) = event {
                return Ok(event);
            }
        }
    }
}
