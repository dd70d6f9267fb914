//! How often and how long to try again.

use std::time::{Duration, SystemTime};
use waybill_context::Clock;

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
        let spent = now.duration_since(self.started).unwrap_or_default();
        if spent + wait > Self::TIME { Err(Spent::Time) } else { Ok(wait) }
    }

    /// 1 s, doubling, 60 s at most.
    fn ceiling(attempts: u32) -> Duration {
        Duration::from_secs(1 << attempts.saturating_sub(1).min(6)).min(Self::LONGEST)
    }
}

/// Full jitter: anything up to `ceiling`, so that a fleet does not come back at once.
fn jittered(ceiling: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    ceiling.mul_f64(f64::from(random) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
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
