//! Retries: what a fault means for the next attempt, how long to wait for it, and where faults are recorded.

use crate::{AnswerFault, ConnectionError, TransportError};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};
use waybill_context::{Cancelled, Clock, Context};
use waybill_schemas::report::delivery::Observation;

/// Why an attempt failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum AttemptFault {
    /// The answer's status or headers.
    Answer(AnswerFault),
    /// A failure below HTTP.
    Connection(ConnectionError),
    /// Less than 1 KiB/s for 60 s; no answer for that long counts too.
    Stalled,
    /// A failure that another attempt would meet again.
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

/// The retries of one download or call.
pub struct Attempts<'a> {
    /// The clock that waits go by, and the cancel flag that ends them.
    pub context: &'a Context<'a>,
    /// Where faults are recorded for the report.
    pub log: &'a Observations,
    patience: Patience,
    /// Whether the last request found its connection closed: a second time in a row counts as a failed attempt.
    unanswered: bool,
    /// Whether an answer was empty since bytes came: a second one is what the server has.
    was_empty: bool,
    /// How many attempts were made after the first.
    pub retries: u64,
    /// Time spent waiting between attempts.
    pub waited: Duration,
}

impl<'a> Attempts<'a> {
    /// Starts with 8 attempts and 24 hours, from now on.
    pub fn new(context: &'a Context<'a>, log: &'a Observations) -> Self {
        let patience = Patience::new(context.clock());
        Self {
            context,
            log,
            patience,
            unanswered: false,
            was_empty: false,
            retries: 0,
            waited: Duration::ZERO,
        }
    }

    /// Records that `bytes` more were received; a MiB resets the count of failed attempts.
    pub fn progress(&mut self, bytes: u64) {
        self.patience.progress(bytes);
        self.unanswered &= bytes == 0;
        self.was_empty &= bytes == 0;
    }

    /// Waits before the next attempt, or returns the error where none makes sense. `url` must have no query.
    ///
    /// # Errors
    /// A fault that another attempt would meet again; no attempts or time left; interruption.
    pub fn again(&mut self, broken: AttemptFault, url: &str) -> Result<(), TransportError> {
        if let AttemptFault::Answer(AnswerFault::Empty { expected }) = broken
            && std::mem::replace(&mut self.was_empty, true)
        {
            return Err(TransportError::SizeDiffers {
                url: url.to_owned(),
                expected,
                actual: 0,
                is_html: false,
            });
        }
        let may_be_stale = matches!(broken, AttemptFault::Connection(ConnectionError::Unanswered(_)));
        let (rule, seen, asked) = self.passing(broken, url)?;
        self.log.note(rule, format!("{url}: {seen}"));
        if may_be_stale && !std::mem::replace(&mut self.unanswered, true) {
            // A server may close a kept connection just as the next request goes out on it. That is no failure, and the
            // request is sent once more (RFC 9112, section 9.3.1).
            self.retries += 1;
            return Ok(self.context.check()?);
        }
        // Answers that never fit are no failure of the network, and the error has its own variant.
        let unusable = matches!(rule, "range-unusable" | "restarted-at-0");
        self.wait(asked, url, &seen).map_err(|error| match error {
            TransportError::GaveUp { url, .. } if unusable => TransportError::Unusable { url, seen },
            error => error,
        })
    }

    /// As [`Attempts::again`], for the other requests that the same outage ended. The first has waited `waited` long
    /// for all of them, and it counts as one attempt. Waits only for what the server asks beyond that.
    pub fn again_with_others(
        &mut self,
        broken: AttemptFault,
        url: &str,
        waited: Duration,
    ) -> Result<(), TransportError> {
        let (rule, seen, asked) = self.passing(broken, url)?;
        self.log.note(rule, format!("{url}: {seen}"));
        // Only a Retry-After of this request's own answer can ask for more than the first request has waited.
        let rest = asked.unwrap_or_default().min(Patience::LONGEST_ASKED).saturating_sub(waited);
        self.retries += 1;
        self.waited += rest;
        Ok(self.context.sleep(rest)?)
    }

    /// Tries again at once after an attempt that brought too little. It counts as a failed attempt.
    pub fn again_at_once(&mut self, url: &str, seen: &str) -> Result<(), TransportError> {
        self.wait(Some(Duration::ZERO), url, seen)
    }

    /// Tries again after a piece had other bytes than those published. The first time is no failed attempt, because the
    /// document may be wrong about every piece; a second time with again other bytes (`twice`) is.
    pub fn piece_again(&mut self, twice: bool, url: &str) -> Result<(), TransportError> {
        if twice {
            return self.again_at_once(url, "a piece whose bytes are not those published");
        }
        self.retries += 1;
        Ok(())
    }

    /// Counts a failed attempt and waits, for `asked` where it is given. The cancel flag ends the wait.
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

    /// The rule that applies, what was seen and how long the server asks to wait; or the error that ends the retries.
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
            // An untrusted certificate, a proxy that asks for credentials and a forbidden redirect do not change by
            // trying again.
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
                // A wait of zero, or until a date that has passed by our clock, would spend every attempt at once.
                let asked = asked.map(|asked| asked.wait(self.context.clock().now()));
                let asked = asked.filter(|asked| !asked.is_zero());
                let rule = if asked.is_some() { "retry-after" } else { "backed-off" };
                Ok((rule, format!("status {status}"), asked))
            }
            AnswerFault::RangeUseless(rule, seen) => Ok((rule, seen, None)),
            AnswerFault::Empty { .. } => Ok(("short-body", "200 without a byte".to_owned(), None)),
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

/// Waits from this length on are logged as a warning, because a person who watches would think that nothing happens.
const WORTH_TELLING: Duration = Duration::from_secs(5);

/// The longest time between two looks at the cancel flag.
pub const TICK: Duration = Duration::from_millis(100);

/// The limits of one download's retries: 8 attempts without progress, 24 hours in all (`docs/delivery.md`, rule 7).
pub(crate) struct Patience {
    started: SystemTime,
    attempts: u32,
    progress: u64,
}

/// Which limit of the retries was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spent {
    /// Eight attempts without a MiB of progress.
    Attempts,
    /// 24 hours since the first attempt.
    Time,
}

impl Patience {
    /// The most failed attempts without a MiB of progress between them.
    pub(crate) const ATTEMPTS: u32 = 8;
    /// The longest time from the first attempt to the last.
    const TIME: Duration = Duration::from_secs(24 * 60 * 60);
    /// After this many bytes of progress the count of failed attempts starts again at 0.
    const FORGIVES: u64 = 1024 * 1024;
    const LONGEST: Duration = Duration::from_secs(60);
    /// The longest wait that a server's Retry-After can ask for.
    pub(crate) const LONGEST_ASKED: Duration = Duration::from_secs(60 * 60);

    /// Starts now, with no failed attempt.
    pub(crate) fn new(clock: &dyn Clock) -> Self {
        Self { started: clock.now(), attempts: 0, progress: 0 }
    }

    /// Records that `bytes` more were received.
    pub(crate) fn progress(&mut self, bytes: u64) {
        self.progress += bytes;
        // A slow line that breaks often still gets there, so only attempts that bring nothing count.
        if self.progress >= Self::FORGIVES {
            (self.progress, self.attempts) = (0, 0);
        }
    }

    /// Counts a failed attempt, and returns how long to wait before the next. `asked` is the server's Retry-After.
    pub(crate) fn failed(&mut self, asked: Option<Duration>, now: SystemTime) -> Result<Duration, Spent> {
        self.attempts += 1;
        if self.attempts >= Self::ATTEMPTS {
            return Err(Spent::Attempts);
        }
        let wait = match asked {
            Some(asked) => asked.min(Self::LONGEST_ASKED),
            None => jittered(Self::ceiling(self.attempts)),
        };
        // The clock may be set back; then no time counts as spent.
        let spent = now.duration_since(self.started).unwrap_or_default();
        // The wait counts, too: an attempt after it would come too late.
        if spent + wait > Self::TIME { Err(Spent::Time) } else { Ok(wait) }
    }

    /// The longest wait after so many failed attempts: 1 s, doubling, 60 s at most.
    fn ceiling(attempts: u32) -> Duration {
        // 64 s is over the limit already, and without a bound of its own the shift would overflow.
        Duration::from_secs(1 << attempts.saturating_sub(1).min(6)).min(Self::LONGEST)
    }
}

/// Full jitter: a random time up to `ceiling`, so that many devices do not come back at once.
fn jittered(ceiling: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    ceiling.mul_f64(f64::from(random) / f64::from(u32::MAX))
}

/// Which rules of delivery applied and what was seen, each kind once with its count; also logged at debug as it
/// happens.
#[derive(Debug, Default)]
pub struct Observations(Mutex<Vec<Observation>>);

impl Observations {
    /// Records that `rule` applied, and what was seen. URLs in `seen` must have no query.
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

    /// Takes all records out, for the report.
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
