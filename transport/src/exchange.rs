//! A request on its way, event by event, under the eye of the stall guard.

use crate::client::RunningRequest;
use crate::upload::Upload;
use crate::{
    AnswerHead, AttemptFault, Budget, Client, ConnectionError, Event, Request, SecretUrl, StallGuard, TICK,
};
use bytes::Bytes;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;
use waybill_context::Context;

/// A request that was sent, and its answer as it comes. Dropped, it is ended.
pub struct Exchange<'a> {
    context: &'a Context<'a>,
    url: SecretUrl,
    events: Receiver<(usize, Event)>,
    budget: Budget,
    guard: StallGuard,
    upload: Option<Upload>,
    _running: RunningRequest,
}

impl Client {
    /// Sends a request whose answer is read by the clock of `context`. The body goes out while the answer is waited for.
    pub fn exchange<'a>(&self, request: &Request, context: &'a Context<'a>) -> Exchange<'a> {
        let (sender, events) = channel();
        let budget = Budget::default();
        let upload = request.body.clone().map(|body| Upload::new(body, request.limit_rate));
        let running = self.send(request.clone(), 0, &budget, sender);
        let guard = StallGuard::new(context.clock());
        Exchange { context, url: request.url.clone(), events, budget, guard, upload, _running: running }
    }
}

impl Exchange<'_> {
    /// Waits for status and headers.
    ///
    /// # Errors
    /// No answer; a stall; interruption; a body that cannot be read.
    pub fn head(&mut self) -> Result<AnswerHead, AttemptFault> {
        match self.event()? {
            Event::Head(head) => Ok(*head),
            Event::Failed(error) => Err(AttemptFault::Connection(error)),
            _ => Ok(AnswerHead::default()), // a head comes first, always
        }
    }

    /// The next bytes; `None` at the end of the body.
    ///
    /// # Errors
    /// As for [`Exchange::head`].
    pub fn chunk(&mut self) -> Result<Option<Bytes>, AttemptFault> {
        match self.event()? {
            Event::Chunk(chunk) => {
                self.budget.taken(chunk.len());
                self.guard.came(chunk.len() as u64);
                Ok(Some(chunk))
            }
            Event::Failed(error) => Err(AttemptFault::Connection(error)),
            _ => Ok(None),
        }
    }

    /// Time that we let pass ourselves.
    pub fn waited(&mut self, duration: Duration) {
        self.guard.waited(duration);
    }

    /// The next event of the answer.
    fn event(&mut self) -> Result<Event, AttemptFault> {
        loop {
            self.context.check()?;
            let event = self.next_event();
            let ended = matches!(event, Some(Event::End | Event::Failed(_)));
            if !ended && self.guard.is_stalled(self.context.clock().now()) {
                return Err(AttemptFault::Stalled);
            }
            match event {
                None => {}
                Some(Event::BodyWanted(sender)) => {
                    let started = self.upload.as_mut().map_or(Ok(()), |upload| upload.start(sender));
                    started.map_err(|error| AttemptFault::Stop(Upload::failed(&self.url, error)))?;
                    self.feed()?;
                }
                Some(Event::Sent(bytes)) => {
                    self.guard.came(bytes);
                    self.feed()?;
                }
                Some(event) => return Ok(event),
            }
        }
    }

    /// `None` where nothing came for a moment.
    fn next_event(&self) -> Option<Event> {
        match self.events.recv_timeout(TICK) {
            Ok((_, event)) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                Some(Event::Failed(ConnectionError::Broken("the network thread ended".to_owned())))
            }
        }
    }

    fn feed(&mut self) -> Result<(), AttemptFault> {
        let Some(upload) = &mut self.upload else { return Ok(()) };
        let wait = upload
            .feed(self.context.clock().now())
            .map_err(|error| AttemptFault::Stop(Upload::failed(&self.url, error)))?;
        self.context.sleep(wait)?;
        self.guard.waited(wait);
        Ok(())
    }
}
