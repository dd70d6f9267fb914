use crate::failpoint::Position;
use std::sync::atomic::{AtomicU64, Ordering};

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
    /// `bytes` more are done.
    fn advance(&self, _stage: Stage, _bytes: u64) {}
    /// `bytes` more were done before, by an earlier run: they count towards the total, not towards the rate.
    fn skip(&self, stage: Stage, bytes: u64) {
        self.advance(stage, bytes);
    }
    /// The stage is over, done or not.
    fn end(&self, _stage: Stage) {}
}

/// Nobody watches.
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
