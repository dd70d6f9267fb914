//! How fast bytes may come, and how slowly they may not.

use std::time::{Duration, SystemTime};
use waybill_context::Clock;

/// A token bucket: at most `rate` bytes a second, with a burst of a quarter of a second.
pub struct Bucket {
    rate: Option<u64>,
    ready_at: Option<SystemTime>,
}

impl Bucket {
    const BURST: Duration = Duration::from_millis(250);

    /// `None` or 0: as fast as it goes.
    pub fn new(rate: Option<u64>) -> Self {
        Self { rate: rate.filter(|rate| *rate > 0), ready_at: None }
    }

    /// How long to wait before more than these `bytes` are taken.
    pub fn take(&mut self, bytes: u64, now: SystemTime) -> Duration {
        let Some(rate) = self.rate else { return Duration::ZERO };
        let cost = Duration::from_secs_f64(bytes as f64 / rate as f64);
        // Whoever waits as told is a burst early at most; more means that the clock was set back.
        let ready_at = self.ready_at.map_or(now, |ready_at| ready_at.clamp(now, now + Self::BURST)) + cost;
        self.ready_at = Some(ready_at);
        ready_at.duration_since(now).unwrap_or_default().saturating_sub(Self::BURST)
    }
}

/// Under 1 KiB/s for 60 s counts as a stall (`docs/delivery.md`, rule 9).
pub struct StallGuard {
    since: SystemTime,
    bytes: u64,
}

impl StallGuard {
    /// The time that is looked at.
    pub const WINDOW: Duration = Duration::from_secs(60);
    const LEAST: u64 = 60 * 1024;

    /// Counts from now.
    pub fn new(clock: &dyn Clock) -> Self {
        Self { since: clock.now(), bytes: 0 }
    }

    /// `bytes` more came.
    pub fn came(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// Whether too little came in a whole window.
    pub fn is_stalled(&mut self, now: SystemTime) -> bool {
        self.since = self.since.min(now); // the clock may be set back
        let passed = now.duration_since(self.since).unwrap_or_default();
        if passed < Self::WINDOW {
            return false;
        }
        let stalled = self.bytes < Self::LEAST;
        (self.since, self.bytes) = (now, 0);
        stalled
    }

    /// Time that we ourselves let pass does not count.
    pub fn waited(&mut self, duration: Duration) {
        self.since += duration;
    }
}

#[cfg(test)]
mod tests {
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
