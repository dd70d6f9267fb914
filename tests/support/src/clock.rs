//! Clocks on which sleeping does not wait but moves the time forward.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use waybill_context::Clock;

/// A clock that starts on 2026-01-01, runs `factor` times as fast as real time, and jumps forward when code sleeps.
#[derive(Debug)]
pub struct FastClock {
    started: Instant,
    factor: u32,
    slept: Mutex<Duration>,
}

impl FastClock {
    /// Makes a clock; factor 1 is real time. A large factor makes waiting for a stall short, but a slow machine may
    /// then look stalled.
    pub fn new(factor: u32) -> Self {
        Self { started: Instant::now(), factor, slept: Mutex::default() }
    }

    /// The sum of all sleeps.
    pub fn slept(&self) -> Duration {
        *locked(&self.slept)
    }
}

impl Clock for FastClock {
    fn now(&self) -> SystemTime {
        let some_time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        some_time + self.started.elapsed() * self.factor + self.slept()
    }

    fn sleep(&self, duration: Duration) {
        *locked(&self.slept) += duration;
    }
}

/// Called with each sleep; may change the time.
type Meanwhile = Box<dyn FnMut(&mut SystemTime) + Send>;

/// A clock that only sleeping advances. A function may be called with each sleep.
pub struct TestClock {
    now: Mutex<SystemTime>,
    slept: Mutex<Duration>,
    meanwhile: Mutex<Option<Meanwhile>>,
}

impl TestClock {
    /// Makes a clock with this time.
    pub fn at(now: SystemTime) -> Self {
        Self { now: Mutex::new(now), slept: Mutex::default(), meanwhile: Mutex::default() }
    }

    /// Sets the time, as a user or time service would.
    pub fn set(&self, now: SystemTime) {
        *locked(&self.now) = now;
    }

    /// The sum of all sleeps.
    pub fn slept(&self) -> Duration {
        *locked(&self.slept)
    }

    /// Calls `happens` with every sleep from now on.
    pub fn meanwhile(&self, happens: impl FnMut(&mut SystemTime) + Send + 'static) {
        *locked(&self.meanwhile) = Some(Box::new(happens));
    }

    /// Calls `happens` once, with the `sleeps`-th sleep from now.
    pub fn at_sleep(&self, sleeps: usize, happens: impl FnOnce() + Send + 'static) {
        let (mut left, mut happens) = (sleeps, Some(happens));
        self.meanwhile(move |_| {
            left = left.saturating_sub(1);
            if left == 0
                && let Some(happens) = happens.take()
            {
                happens();
            }
        });
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000))
    }
}

impl Clock for TestClock {
    fn now(&self) -> SystemTime {
        *locked(&self.now)
    }

    fn sleep(&self, duration: Duration) {
        *locked(&self.slept) += duration;
        let mut now = locked(&self.now);
        *now += duration;
        // Unlocked first, because the function may look at the clock.
        let mut then = *now;
        drop(now);
        if let Some(happens) = &mut *locked(&self.meanwhile) {
            let before = then;
            happens(&mut then);
            if then != before {
                self.set(then);
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
