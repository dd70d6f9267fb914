//! One request, event by event: its body goes out and its answer comes in, within the limit of the rate and watched for
//! stalls.

use crate::client::{BodySender, RunningRequest};
use crate::error::TransportError;
use crate::request::RequestBody;
use crate::{AnswerHead, AttemptFault, Budget, Client, ConnectionError, Event, Request, SecretUrl, TICK};
use bytes::Bytes;
use std::io::{self, Read as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc::Sender;
use waybill_context::{Clock, Context};

/// A request that was sent, and its answer as it comes. Dropping it ends the request.
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
    /// Sends a request. Waits and stalls go by the clock of `context`, and its body goes out while the answer is waited
    /// for.
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
    /// No answer; a stall; interruption; a request body that cannot be read.
    pub fn head(&mut self) -> Result<AnswerHead, AttemptFault> {
        match self.event()? {
            Event::Head(head) => Ok(*head),
            Event::Failed(error) => Err(AttemptFault::Connection(error)),
            _ => Ok(AnswerHead::default()), // a head comes first, always
        }
    }

    /// The next bytes of the answer's body; `None` at its end.
    ///
    /// # Errors
    /// Those of [`Exchange::head`].
    pub fn chunk(&mut self) -> Result<Option<Bytes>, AttemptFault> {
        match self.event()? {
            Event::Chunk(chunk) => {
                // The caller has one chunk at a time, so room for others may be given back as soon as it
                // takes this one.
                self.budget.taken(chunk.len());
                self.guard.came(chunk.len() as u64);
                Ok(Some(chunk))
            }
            Event::Failed(error) => Err(AttemptFault::Connection(error)),
            _ => Ok(None),
        }
    }

    /// Leaves time out of the check for stalls that the caller itself let pass.
    pub fn waited(&mut self, duration: Duration) {
        self.guard.waited(duration);
    }

    /// The next event of the answer. Feeds the request's body meanwhile.
    fn event(&mut self) -> Result<Event, AttemptFault> {
        loop {
            self.context.check()?;
            let event = self.next_event();
            // A transfer that has ended cannot stall, however long ago its last bytes came.
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
                // Room for more of the body appears only when the network thread takes a piece, which this event
                // reports, so nothing has to be polled.
                Some(Event::Sent(bytes)) => {
                    self.guard.came(bytes);
                    self.feed()?;
                }
                Some(event) => return Ok(event),
            }
        }
    }

    /// The next event; `None` where there was none for [`TICK`].
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
        // It is the limit of the rate that holds the upload back, not the server.
        self.context.sleep(wait)?;
        self.guard.waited(wait);
        Ok(())
    }
}

/// Bytes of a request's body that are handed to the network thread at once.
const PIECE: u64 = 64 << 10;
/// The caller's end of a request's body.
pub(crate) struct Upload {
    body: RequestBody,
    bucket: Bucket,
    state: Option<Sending>,
}

struct Sending {
    reader: Box<dyn io::Read + Send>,
    sender: Sender<Bytes>,
    left: u64,
}

impl Upload {
    pub(crate) fn new(body: RequestBody, limit_rate: Option<u64>) -> Self {
        Self { body, bucket: Bucket::new(limit_rate), state: None }
    }

    /// Starts sending the body from its first byte: for the first time, or again after a redirect.
    pub(crate) fn start(&mut self, sender: BodySender) -> io::Result<()> {
        let (reader, left) = (self.body.source.open()?, self.body.size);
        self.state = Some(Sending { reader, sender: sender.0, left });
        Ok(())
    }

    /// Hands over as many pieces as there is room for. Returns how long the limit of the rate asks to wait before more.
    pub(crate) fn feed(&mut self, now: SystemTime) -> io::Result<Duration> {
        while let Some(sending) = &mut self.state {
            let Ok(room) = sending.sender.try_reserve() else { break };
            // `read_exact`, because a source that is shorter than it said must end the request here and not at the
            // server.
            let mut piece = vec![0; sending.left.min(PIECE) as usize];
            sending.reader.read_exact(&mut piece)?;
            sending.left -= piece.len() as u64;
            let wait = self.bucket.take(piece.len() as u64, now);
            room.send(piece.into());
            if sending.left == 0 {
                self.state = None; // the body ends with its sender
            }
            if !wait.is_zero() {
                return Ok(wait);
            }
        }
        Ok(Duration::ZERO)
    }

    pub(crate) fn failed(url: &SecretUrl, source: io::Error) -> TransportError {
        TransportError::Body { url: url.to_string(), source }
    }
}

/// A token bucket: at most `rate` bytes per second, with a burst of a quarter of a second.
pub struct Bucket {
    rate: Option<u64>,
    ready_at: Option<SystemTime>,
}

impl Bucket {
    const BURST: Duration = Duration::from_millis(250);

    /// A limit of `rate` bytes per second; `None` and 0 set no limit.
    pub fn new(rate: Option<u64>) -> Self {
        Self { rate: rate.filter(|rate| *rate > 0), ready_at: None }
    }

    /// Counts `bytes`, and returns how long to wait before taking more.
    pub fn take(&mut self, bytes: u64, now: SystemTime) -> Duration {
        let Some(rate) = self.rate else { return Duration::ZERO };
        let cost = Duration::from_secs_f64(bytes as f64 / rate as f64);
        // A caller that waits that long is a burst early at most; more means that the clock was set back.
        let ready_at = self.ready_at.map_or(now, |ready_at| ready_at.clamp(now, now + Self::BURST)) + cost;
        self.ready_at = Some(ready_at);
        ready_at.duration_since(now).unwrap_or_default().saturating_sub(Self::BURST)
    }
}

/// Detects stalls: less than 1 KiB/s for 60 s (`docs/delivery.md`, rule 9).
pub struct StallGuard {
    since: SystemTime,
    bytes: u64,
}

impl StallGuard {
    /// The length of the window in which bytes are counted.
    pub const WINDOW: Duration = Duration::from_secs(60);
    const LEAST: u64 = 60 * 1024;

    /// Starts a window now.
    pub fn new(clock: &dyn Clock) -> Self {
        Self { since: clock.now(), bytes: 0 }
    }

    /// Counts bytes that came.
    pub fn came(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// Whether a whole window passed with too few bytes.
    pub fn is_stalled(&mut self, now: SystemTime) -> bool {
        self.since = self.since.min(now); // the clock may be set back
        let passed = now.duration_since(self.since).unwrap_or_default();
        if passed < Self::WINDOW {
            return false;
        }
        let stalled = self.bytes < Self::LEAST;
        // A new window starts instead of one that slides, which would have to remember when every byte came.
        (self.since, self.bytes) = (now, 0);
        stalled
    }

    /// Leaves out time that we let pass ourselves.
    pub fn waited(&mut self, duration: Duration) {
        self.since += duration;
    }
}

#[cfg(test)]
mod pace_tests {
    use super::*;

    const START: SystemTime = SystemTime::UNIX_EPOCH;

    fn second(seconds: u64) -> SystemTime {
        START + Duration::from_secs(seconds)
    }

    #[test]
    fn a_bucket_holds_the_rate() {
        let mut bucket = Bucket::new(Some(1000));
        assert_eq!(bucket.take(250, START), Duration::ZERO);
        assert_eq!(bucket.take(1000, START), Duration::from_secs(1));
        assert_eq!(bucket.take(0, second(1)), Duration::ZERO);
        assert_eq!(bucket.take(250, second(100)), Duration::ZERO, "what was not used is not saved");
        assert_eq!(bucket.take(1000, second(100)), Duration::from_secs(1));
        assert_eq!(Bucket::new(None).take(u64::MAX, START), Duration::ZERO);
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nothing_up() {
        let mut bucket = Bucket::new(Some(1000));
        bucket.take(250, second(100_000));
        assert!(bucket.take(1000, second(50)) <= Duration::from_secs(1));
        let mut guard = StallGuard { since: second(100_000), bytes: 0 };
        assert!(!guard.is_stalled(second(50)));
        assert!(guard.is_stalled(second(110)));
    }

    #[test]
    fn a_stall_is_less_than_60_kib_in_60_s() {
        let mut guard = StallGuard { since: START, bytes: 0 };
        assert!(!guard.is_stalled(second(59)));
        guard.came(60 * 1024);
        assert!(!guard.is_stalled(second(60)));
        guard.came(60 * 1024 - 1);
        assert!(!guard.is_stalled(second(119)));
        assert!(guard.is_stalled(second(120)));
        guard.waited(Duration::from_secs(30));
        assert!(!guard.is_stalled(second(209)));
        assert!(guard.is_stalled(second(210)));
    }
}
