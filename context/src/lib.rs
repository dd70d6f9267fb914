//! What every long operation is given: where to report progress, whether to stop, what time it is.
//!
//! Three small traits and no I/O of their own ([`failpoint`] is for tests alone). [`Context::silent`] is the default:
//! no progress, no cancellation, the system's clock.
//!
//! ```
//! use std::sync::atomic::{AtomicBool, Ordering};
//! use waybill_context::{Cancelled, Context, SystemClock};
//!
//! let stop = AtomicBool::new(false);
//! let context = Context::new(&(), &stop, &SystemClock);
//! assert_eq!(context.check(), Ok(()));
//! stop.store(true, Ordering::Relaxed);
//! assert_eq!(context.check(), Err(Cancelled));
//! ```

pub mod failpoint;

use crate::failpoint::Position;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// Whether the user wants to stop; asked once a block in every long loop.
pub trait Cancel: Send + Sync {
    /// True from the moment the work should end.
    fn is_cancelled(&self) -> bool;
}

/// For work that nobody cancels.
impl Cancel for () {
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// A flag that a signal handler or another thread sets.
impl Cancel for AtomicBool {
    fn is_cancelled(&self) -> bool {
        self.load(Ordering::Relaxed)
    }
}

/// The work was cancelled: nothing half-done stays behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cancelled;

impl std::fmt::Display for Cancelled {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("interrupted")
    }
}

impl std::error::Error for Cancelled {}

/// The time of day, and waiting. It is injected everywhere, so that no test sleeps for real.
pub trait Clock: Send + Sync {
    /// The time of day.
    fn now(&self) -> SystemTime;

    /// Blocks the thread for `duration`. Long waits go through [`Context::sleep`], which can be interrupted.
    fn sleep(&self, duration: Duration);
}

/// The clock of the system, on which a sleep blocks the thread.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// Progress, cancellation and clock together, as every long operation takes them.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    progress: &'a dyn Progress,
    cancel: &'a dyn Cancel,
    clock: &'a dyn Clock,
}

/// The longest sleep between two checks for cancellation.
const SLICE: Duration = Duration::from_millis(100);

impl<'a> Context<'a> {
    /// Builds a context from its parts.
    pub fn new(progress: &'a dyn Progress, cancel: &'a dyn Cancel, clock: &'a dyn Clock) -> Self {
        Self { progress, cancel, clock }
    }

    /// No progress, no cancellation, the system's clock.
    pub fn silent() -> Context<'static> {
        Context { progress: &(), cancel: &(), clock: &SystemClock }
    }

    /// Where to report progress.
    pub fn progress(&self) -> &'a dyn Progress {
        self.progress
    }

    /// The clock that every time is read from.
    pub fn clock(&self) -> &'a dyn Clock {
        self.clock
    }

    /// Returns an error once the work is cancelled. Every long loop asks once for each block.
    ///
    /// # Errors
    /// [`Cancelled`] once the user wants to stop.
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.cancel.is_cancelled() { Err(Cancelled) } else { Ok(()) }
    }

    /// Starts a stage of `total` bytes (where known); the stage ends when the meter is dropped.
    pub fn meter(&self, stage: Stage, total: Option<u64>) -> Meter<'a> {
        Meter::begin(self.progress, stage, total)
    }

    /// Sleeps on the context's clock, and asks every 100 ms whether to stop.
    ///
    /// # Errors
    /// [`Cancelled`] once the user wants to stop.
    pub fn sleep(&self, duration: Duration) -> Result<(), Cancelled> {
        self.sleep_until(duration, || false).map(drop)
    }

    /// Sleeps until `is_over` says so, and `longest` at most; returns whether it did. Both it and the user are asked
    /// every 100 ms.
    ///
    /// # Errors
    /// [`Cancelled`] once the user wants to stop.
    pub fn sleep_until(
        &self,
        longest: Duration,
        mut is_over: impl FnMut() -> bool,
    ) -> Result<bool, Cancelled> {
        // Time is counted in what was slept, not read from the clock, which may be set meanwhile.
        let mut left = longest;
        loop {
            if is_over() {
                return Ok(true);
            }
            self.check()?;
            if left.is_zero() {
                return Ok(false);
            }
            let slice = left.min(SLICE);
            self.clock.sleep(slice);
            left -= slice;
        }
    }
}

impl Default for Context<'_> {
    fn default() -> Self {
        Context::silent()
    }
}

/// A part of the work that a person can watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// Listing and reading a source folder's names and sizes.
    Scan,
    /// Compressing and sealing files into a package.
    Pack,
    /// Bytes of a content arriving.
    Download,
    /// The payload being digested behind the download.
    Digest,
    /// Computing the MAC and the file digest.
    Authenticate,
    /// Inflating a deflated outer entry into private staging.
    Inflate,
    /// Reading every entry of the payload and checking its CRC.
    Check,
    /// Writing the payload's files.
    Unpack,
}

/// Where progress is reported. Libraries call it at most every 256 KiB; all methods may be called from any thread.
///
/// `impl Progress for ()` is silence.
pub trait Progress: Send + Sync {
    /// A stage begins; `total` is its size in bytes where known.
    fn begin(&self, _stage: Stage, _total: Option<u64>) {}
    /// `bytes` more of the stage are done.
    fn advance(&self, _stage: Stage, _bytes: u64) {}
    /// `bytes` more were done before, by an earlier run: they count towards the total, not towards the rate.
    fn skip(&self, stage: Stage, bytes: u64) {
        self.advance(stage, bytes);
    }
    /// The stage is over, done or not.
    fn end(&self, _stage: Stage) {}
}

/// Progress that goes nowhere, for callers without a display.
impl Progress for () {}

/// Counts bytes towards a stage and reports them in steps of at least 256 KiB; ends the stage when dropped.
pub struct Meter<'a> {
    progress: &'a dyn Progress,
    stage: Stage,
    held: AtomicU64,
    position: Position,
}

impl<'a> Meter<'a> {
    const STEP: u64 = 256 * 1024;

    pub(crate) fn begin(progress: &'a dyn Progress, stage: Stage, total: Option<u64>) -> Self {
        progress.begin(stage, total);
        Self { progress, stage, held: AtomicU64::new(0), position: Position::begin() }
    }

    /// `bytes` more are done; callable from several threads.
    pub fn advance(&self, bytes: u64) {
        self.position.advance(self.stage, bytes);
        if self.held.fetch_add(bytes, Ordering::Relaxed) + bytes >= Self::STEP {
            self.progress.advance(self.stage, self.held.swap(0, Ordering::Relaxed));
        }
    }

    /// `bytes` more were done before, by an earlier run: a resumed download starts where it stands.
    pub fn skip(&self, bytes: u64) {
        self.position.skip(bytes);
        self.progress.skip(self.stage, bytes);
    }
}

impl Drop for Meter<'_> {
    fn drop(&mut self) {
        let rest = self.held.swap(0, Ordering::Relaxed);
        if rest > 0 {
            self.progress.advance(self.stage, rest);
        }
        self.progress.end(self.stage);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// Counts what was slept, and cancels after some of it.
    struct Sleeper<'a>(Mutex<Duration>, Duration, &'a AtomicBool);

    impl Clock for Sleeper<'_> {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }
        fn sleep(&self, duration: Duration) {
            let mut slept = self.0.lock().unwrap();
            *slept += duration;
            self.2.store(*slept >= self.1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_sleep_ends_with_its_time_its_reason_or_an_interruption() {
        for (cancel_after, over_after, expected, slept) in [
            (9_000, 9_000, Ok(false), 250),
            (9_000, 200, Ok(true), 200),
            (100, 200, Err(Cancelled), 100),
            (0, 0, Ok(true), 0),
        ] {
            let stop = AtomicBool::new(false);
            let clock = Sleeper(Mutex::default(), Duration::from_millis(cancel_after), &stop);
            let context = Context::new(&(), &stop, &clock);
            let is_over = || *clock.0.lock().unwrap() >= Duration::from_millis(over_after);
            assert_eq!(context.sleep_until(Duration::from_millis(250), is_over), expected);
            assert_eq!(*clock.0.lock().unwrap(), Duration::from_millis(slept));
        }
    }

    #[derive(Default)]
    struct Recorder(Mutex<Vec<String>>);

    impl Progress for Recorder {
        fn begin(&self, stage: Stage, total: Option<u64>) {
            self.0.lock().unwrap().push(format!("begin {stage:?} {total:?}"));
        }
        fn advance(&self, _: Stage, bytes: u64) {
            self.0.lock().unwrap().push(format!("advance {bytes}"));
        }
        fn end(&self, stage: Stage) {
            self.0.lock().unwrap().push(format!("end {stage:?}"));
        }
    }

    #[test]
    fn small_advances_are_gathered_and_none_is_lost() {
        let recorder = Recorder::default();
        let meter = Meter::begin(&recorder, Stage::Pack, Some(262_145));
        meter.advance(262_143);
        meter.advance(1);
        meter.advance(1);
        drop(meter);
        let events = recorder.0.lock().unwrap().clone();
        assert_eq!(events, ["begin Pack Some(262145)", "advance 262144", "advance 1", "end Pack"]);
    }

    #[test]
    fn what_was_done_before_is_told_at_once() {
        let recorder = Recorder::default();
        let meter = Meter::begin(&recorder, Stage::Download, Some(9));
        meter.skip(7);
        meter.advance(2);
        drop(meter);
        let events = recorder.0.lock().unwrap().clone();
        assert_eq!(events, ["begin Download Some(9)", "advance 7", "advance 2", "end Download"]);
    }
}
