//! How often and how long to try again: what a fault means for the next attempt, and where faults are noted.

use crate::{AnswerFault, ConnectionError, TransportError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use waybill_context::{Cancelled, Clock, Context};
use waybill_schemas::report::delivery::Observation;

/// What kept an attempt from its end.
#[derive(Debug)]
pub enum AttemptFault {
    /// The answer.
    Answer(AnswerFault),
    /// What is below HTTP.
    Connection(ConnectionError),
    /// Under 1 KiB/s for 60 s, or no answer at all for so long.
    Stalled,
    /// Another attempt would end the same way.
    Stop(TransportError),
}

impl From<TransportError> for AttemptFault {
    fn from(error: TransportError) -> Self {
        Self::Stop(error)
    }
}

impl From<Cancelled> for AttemptFault {
    fn from(cancelled: Cancelled) -> Self {
        Self::Stop(cancelled.into())
    }
}

/// The retries of one download or call, and where its faults are noted.
pub struct Attempts<'a> {
    /// Clock and cancellation.
    pub context: &'a Context<'a>,
    /// Where faults are noted.
    pub log: &'a Observations,
    patience: Patience,
    /// The last request found its connection closed: the next one that does is a failure.
    unanswered: bool,
    /// Attempts after the first.
    pub retries: u64,
    /// Time spent between them.
    pub waited: Duration,
}

impl<'a> Attempts<'a> {
    /// All patience left.
    pub fn new(context: &'a Context<'a>, log: &'a Observations) -> Self {
        let patience = Patience::new(context.clock());
        Self { context, log, patience, unanswered: false, retries: 0, waited: Duration::ZERO }
    }

    /// `bytes` more are held.
    pub fn progress(&mut self, bytes: u64) {
        self.patience.progress(bytes);
        self.unanswered &= bytes == 0;
    }

    /// Waits before the next attempt, where one makes sense; `url` has no query.
    pub fn again(&mut self, broken: AttemptFault, url: &str) -> Result<(), TransportError> {
        let may_be_stale = matches!(broken, AttemptFault::Connection(ConnectionError::Unanswered(_)));
        let (rule, seen, asked) = self.passing(broken, url)?;
        self.log.note(rule, format!("{url}: {seen}"));
        if may_be_stale && !std::mem::replace(&mut self.unanswered, true) {
            // A server may close a kept connection as the next request goes out on it: that is no failure of the
            // server, and the request goes out once more (RFC 9112, section 9.3.1).
            self.retries += 1;
            return Ok(self.context.check()?);
        }
        // Answers that never fit are no failure of the network, and the error says so.
        let unusable = matches!(rule, "range-unusable" | "restarted-at-0");
        self.wait(asked, url, &seen).map_err(|error| match error {
            TransportError::GaveUp { url, .. } if unusable => TransportError::Unusable { url, seen },
            error => error,
        })
    }

    /// As [`Attempts::again`], for one of several requests that a failure before it was waited for already, `waited` long:
    /// one outage ends them all, and is one attempt. Only what the server asks beyond that wait is waited for.
    pub fn again_with_others(
        &mut self,
        broken: AttemptFault,
        url: &str,
        waited: Duration,
    ) -> Result<(), TransportError> {
        let (rule, seen, asked) = self.passing(broken, url)?;
        self.log.note(rule, format!("{url}: {seen}"));
        // The failure before it has waited for all of them; a server may ask one request for more than that.
        let rest = asked.unwrap_or_default().min(Patience::LONGEST_ASKED).saturating_sub(waited);
        self.retries += 1;
        self.waited += rest;
        Ok(self.context.sleep(rest)?)
    }

    /// An attempt that brought less than it should, for no fault that is worth a wait unless it goes on so.
    pub fn again_at_once(&mut self, url: &str, seen: &str) -> Result<(), TransportError> {
        self.wait(Some(Duration::ZERO), url, seen)
    }

    /// A piece whose bytes are not those published. Asking once more is no failed attempt: the document may be wrong
    /// about every piece. Yet other bytes a second time (`twice`) are.
    pub fn piece_again(&mut self, twice: bool, url: &str) -> Result<(), TransportError> {
        if twice {
            return self.again_at_once(url, "a piece whose bytes are not those published");
        }
        self.retries += 1;
        Ok(())
    }

    /// Waits, asking for cancellation as it goes.
    pub fn wait(&mut self, asked: Option<Duration>, url: &str, last: &str) -> Result<(), TransportError> {
        let wait = self.patience.failed(asked, self.context.clock().now()).map_err(|spent| {
            let when = match spent {
                Spent::Attempts => "after 8 attempts without progress",
                Spent::Time => "after 24 hours",
            };
            TransportError::GaveUp { url: url.to_owned(), when, last: last.to_owned() }
        })?;
        if wait >= WORTH_TELLING {
            tracing::warn!("{url}: {last}; the next attempt comes in {} s", wait.as_secs());
        }
        self.retries += 1;
        self.waited += wait;
        self.context.sleep(wait)?;
        Ok(())
    }

    /// Rule, what was seen, and how long the server asks to wait; or the error that ends it.
    fn passing(
        &self,
        broken: AttemptFault,
        url: &str,
    ) -> Result<(&'static str, String, Option<Duration>), TransportError> {
        let url = url.to_owned();
        match broken {
            AttemptFault::Stop(error) => Err(error),
            AttemptFault::Stalled => Ok(("stalled", "under 1 KiB/s for 60 s".to_owned(), None)),
            AttemptFault::Connection(error @ ConnectionError::Connect(_)) => {
                Ok(("not-connected", error.to_string(), None))
            }
            AttemptFault::Connection(
                error @ (ConnectionError::Broken(_) | ConnectionError::Unanswered(_)),
            ) => Ok(("broken-off", error.to_string(), None)),
            // A certificate that is not trusted, a proxy that wants credentials and a forbidden redirect stay
            // as they are, however often they are tried.
            AttemptFault::Connection(error) => Err(TransportError::connection(url, error)),
            AttemptFault::Answer(fault) => self.passing_fault(fault, url),
        }
    }

    fn passing_fault(
        &self,
        fault: AnswerFault,
        url: String,
    ) -> Result<(&'static str, String, Option<Duration>), TransportError> {
        match fault {
            AnswerFault::Later(status, asked) => {
                // No time at all, or a date that is past by our clock, would spend every attempt at once.
                let asked = asked.map(|asked| asked.wait(self.context.clock().now()));
                let asked = asked.filter(|asked| !asked.is_zero());
                let rule = if asked.is_some() { "retry-after" } else { "backed-off" };
                Ok((rule, format!("status {status}"), asked))
            }
            AnswerFault::RangeUseless(rule, seen) => Ok((rule, seen, None)),
            AnswerFault::ValidatorChanged(seen) => Ok(("validator-changed", seen, None)),
            // Bytes are requested only while some are missing, so the file cannot end here.
            AnswerFault::Complete => Ok(("range-unusable", "nothing where bytes must be".to_owned(), None)),
            AnswerFault::Refused(status) => Err(TransportError::UrlRefused { url, status }),
            AnswerFault::Final(status) => Err(TransportError::NotThere { url, status }),
            AnswerFault::Proxy => Err(TransportError::Proxy { url }),
            AnswerFault::Altered(coding) => Err(TransportError::Altered { url, coding }),
            AnswerFault::SizeDiffers { expected, actual, is_html } => {
                Err(TransportError::SizeDiffers { url, expected, actual, is_html })
            }
        }
    }
}

/// A person who watches is told of longer waits, which would look like the end.
const WORTH_TELLING: Duration = Duration::from_secs(5);

/// How long nobody asks whether to stop.
pub const TICK: Duration = Duration::from_millis(100);

/// Retries of one download: at most 8 attempts without progress, 24 hours in all (`docs/delivery.md`, rule 7).
pub(crate) struct Patience {
    started: SystemTime,
    attempts: u32,
    progress: u64,
}

/// Patience is at its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spent {
    /// Eight attempts without a MiB of progress.
    Attempts,
    /// A day.
    Time,
}

impl Patience {
    /// Attempts without progress.
    pub(crate) const ATTEMPTS: u32 = 8;
    /// In all.
    const TIME: Duration = Duration::from_secs(24 * 60 * 60);
    /// So much progress forgives every failed attempt.
    const FORGIVES: u64 = 1024 * 1024;
    const LONGEST: Duration = Duration::from_secs(60);
    /// However long a server asks to wait.
    pub(crate) const LONGEST_ASKED: Duration = Duration::from_secs(60 * 60);

    /// A day from now, 8 attempts.
    pub(crate) fn new(clock: &dyn Clock) -> Self {
        Self { started: clock.now(), attempts: 0, progress: 0 }
    }

    /// `bytes` more are held.
    pub(crate) fn progress(&mut self, bytes: u64) {
        self.progress += bytes;
        // A slow line that breaks often still gets there: only attempts that bring nothing count.
        if self.progress >= Self::FORGIVES {
            (self.progress, self.attempts) = (0, 0);
        }
    }

    /// An attempt failed: how long to wait before the next. `asked` is the server's Retry-After.
    pub(crate) fn failed(&mut self, asked: Option<Duration>, now: SystemTime) -> Result<Duration, Spent> {
        self.attempts += 1;
        if self.attempts >= Self::ATTEMPTS {
            return Err(Spent::Attempts);
        }
        let wait = match asked {
            Some(asked) => asked.min(Self::LONGEST_ASKED),
            None => jittered(Self::ceiling(self.attempts)),
        };
        // The clock may be set back; then nothing was spent yet.
        let spent = now.duration_since(self.started).unwrap_or_default();
        // The wait is counted in: there is no use in waiting for an attempt that would come too late.
        if spent + wait > Self::TIME { Err(Spent::Time) } else { Ok(wait) }
    }

    /// 1 s, doubling, 60 s at most.
    fn ceiling(attempts: u32) -> Duration {
        // 64 s lie above the limit of a minute already. Without a bound of its own the shift would overflow
        // at a large count.
        Duration::from_secs(1 << attempts.saturating_sub(1).min(6)).min(Self::LONGEST)
    }
}

/// Full jitter: anything up to `ceiling`, so that a fleet does not come back at once.
fn jittered(ceiling: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    ceiling.mul_f64(f64::from(random) / f64::from(u32::MAX))
}

/// What was out of the ordinary, each kind once with its count. It is logged as it happens, too, at the debug level.
#[derive(Debug, Default)]
pub struct Observations(Mutex<Vec<Observation>>);

impl Observations {
    /// `rule` acted on `seen`. URLs in it have no query.
    pub fn note(&self, rule: &str, seen: impl Into<String>) {
        let seen = seen.into();
        tracing::debug!(rule, seen, "out of the ordinary");
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match entries.iter_mut().find(|entry| entry.rule == rule) {
            Some(entry) => {
                entry.times += 1;
                entry.seen = seen;
            }
            None => entries.push(Observation { rule: rule.to_owned(), seen, times: 1 }),
        }
    }

    /// All of it, for the report.
    pub fn take(&self) -> Vec<Observation> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod patience_tests {
    use super::*;
    use waybill_context::SystemClock;

    fn patience() -> (Patience, SystemTime) {
        let patience = Patience::new(&SystemClock);
        let now = patience.started;
        (patience, now)
    }

    #[test]
    fn the_eighth_attempt_without_progress_is_the_last() {
        let (mut patience, now) = patience();
        for attempt in 1..Patience::ATTEMPTS {
            let wait = patience.failed(None, now).unwrap();
            assert!(wait <= Patience::ceiling(attempt), "{attempt}: {wait:?}");
        }
        assert_eq!(patience.failed(None, now), Err(Spent::Attempts));
    }

    #[test]
    fn waits_double_up_to_a_minute() {
        let seconds: Vec<_> = (1..=9).map(|attempt| Patience::ceiling(attempt).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    }

    #[test]
    fn a_mebibyte_forgives() {
        let (mut patience, now) = patience();
        for _ in 0..100 {
            patience.failed(None, now).unwrap();
            patience.progress(Patience::FORGIVES);
        }
        patience.progress(Patience::FORGIVES - 1);
        for _ in 1..Patience::ATTEMPTS {
            patience.failed(None, now).unwrap();
        }
        assert_eq!(patience.failed(None, now), Err(Spent::Attempts));
    }

    #[test]
    fn what_a_server_asks_is_obeyed_up_to_an_hour_and_a_day_ends_it() {
        let (mut patience, now) = patience();
        assert_eq!(patience.failed(Some(Duration::from_secs(7)), now), Ok(Duration::from_secs(7)));
        assert_eq!(patience.failed(Some(Duration::MAX), now), Ok(Patience::LONGEST_ASKED));
        let late = now + Patience::TIME - Duration::from_secs(60);
        assert_eq!(patience.failed(Some(Duration::from_secs(61)), late), Err(Spent::Time));
    }
}
