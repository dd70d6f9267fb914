//! A clock on which nobody waits: sleeping moves it forward at once, and it may run faster than the day.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use waybill_context::Clock;

/// Starts on 2026-01-01; runs `factor` times as fast as real time, and jumps where somebody sleeps.
#[derive(Debug)]
pub struct FastClock {
    started: Instant,
    factor: u32,
    slept: Mutex<Duration>,
}

impl FastClock {
    /// 1 is the pace of real time. A fast one makes stalls short, and a slow machine look stalled.
    pub fn new(factor: u32) -> Self {
        Self { started: Instant::now(), factor, slept: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Duration> {
        self.slept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long was slept in all, had it been real.
    pub fn slept(&self) -> Duration {
        *self.lock()
    }
}

impl Clock for FastClock {
    fn now(&self) -> SystemTime {
        let some_time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        some_time + self.started.elapsed() * self.factor + self.slept()
    }

    fn sleep(&self, duration: Duration) {
        *self.lock() += duration;
    }
}
