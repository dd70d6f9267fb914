//! A clock on which time passes as it is looked at, so that a short download lives through many syncs.

use std::sync::Mutex;
use std::time::{Duration, SystemTime};
use waybill_context::Clock;

/// At each look a quarter of a second later; nobody sleeps. It starts two hours ago, so that nothing that is written
/// by it is from the future.
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

/// Real time, and nobody sleeps; at the first sleep something is done instead.
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
