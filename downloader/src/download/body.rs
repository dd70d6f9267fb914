//! A request and its body, event by event, under the eye of the stall guard.

use super::attempts::{Broken, TICK};
use crate::http::{Event, Head, StallGuard, Transfer};
use bytes::Bytes;
use waybill_context::Context;

/// A transfer that is being read.
pub(crate) struct Body<'a> {
    context: &'a Context<'a>,
    transfer: Transfer,
    guard: StallGuard,
}

impl<'a> Body<'a> {
    pub(crate) fn new(transfer: Transfer, context: &'a Context<'a>) -> Self {
        Self { context, transfer, guard: StallGuard::new(context.clock()) }
    }

    /// Waits for status and headers.
    pub(crate) fn head(&mut self) -> Result<Head, Broken> {
        match self.event()? {
            Event::Head(head) => Ok(*head),
            Event::Failed(error) => Err(Broken::Transport(error)),
            Event::Chunk(_) | Event::End => Ok(Head::default()), // a head comes first, always
        }
    }

    /// The next bytes; `None` at the end of the body.
    pub(crate) fn chunk(&mut self) -> Result<Option<Bytes>, Broken> {
        match self.event()? {
            Event::Chunk(chunk) => {
                self.guard.came(chunk.len() as u64);
                Ok(Some(chunk))
            }
            Event::End | Event::Head(_) => Ok(None),
            Event::Failed(error) => Err(Broken::Transport(error)),
        }
    }

    /// Time that we let pass ourselves.
    pub(crate) fn waited(&mut self, duration: std::time::Duration) {
        self.guard.waited(duration);
    }

    fn event(&mut self) -> Result<Event, Broken> {
        loop {
            self.context.check()?;
            let event = self.transfer.next(TICK);
            let ended = matches!(event, Some(Event::End | Event::Failed(_)));
            if !ended && self.guard.is_stalled(self.context.clock().now()) {
                return Err(Broken::Stalled);
            }
            if let Some(event) = event {
                return Ok(event);
            }
        }
    }
}
