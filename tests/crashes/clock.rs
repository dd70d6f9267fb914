//! Clocks for tests: one that advances with each look, so that a short download has many syncs, and one that acts once.

use std::sync::Mutex;
use std::time::{Duration, SystemTime};
use waybill_context::Clock;

/// A clock that advances by a quarter of a second at each look and does not really sleep. It starts two hours ago, so
/// that nothing that is dated by it is in the future.
#[derive(Debug)]
pub(crate) struct LeapingClock(Mutex<SystemTime>);

impl LeapingClock {
    const LEAP: Duration = Duration::from_millis(250);

    pub(crate) fn new() -> Self {
        Self(Mutex::new(SystemTime::now() - Duration::from_secs(2 * 60 * 60)))
    }

    fn leap(&self, by: Duration) -> SystemTime {
        let mut now = self.0.lock().unwrap();
        *now += by;
        *now
    }
}

impl Clock for LeapingClock {
    fn now(&self) -> SystemTime {
        self.leap(Self::LEAP)
    }

    fn sleep(&self, duration: Duration) {
        self.leap(duration);
    }
}

/// A clock with the real time that never sleeps; the first sleep calls a function instead.
pub(crate) struct GatedClock(Mutex<Option<Box<dyn FnOnce() + Send>>>);

impl GatedClock {
    pub(crate) fn new(instead: impl FnOnce() + Send + 'static) -> Self {
        Self(Mutex::new(Some(Box::new(instead))))
    }
}

impl Clock for GatedClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, _: Duration) {
        let instead = self.0.lock().unwrap().take();
        instead.into_iter().for_each(|instead| instead());
    }
}
