//! Places where a test stops the process for good, so that it can be killed exactly there.
//!
//! Crash safety is a promise about every moment between two writes, and no test finds such a moment by waiting. So the
//! code names its moments: [`reach`] is called before and after each sync, rename, journal write and removal, and every
//! [`Meter`](crate::Meter) counts the bytes of its stage. Without the feature `failpoints`, which no released program
//! has, all of that is an empty inline function.
//!
//! With it, the environment variable `WAYBILL_FAILPOINT` arms one point:
//!
//! | value | stops |
//! |---|---|
//! | `unpack-renamed` | where that point is reached for the first time |
//! | `partial-synced#3` | for the third time |
//! | `download:1048577` | as soon as a meter of that stage stands at so many bytes or more (bytes it skipped do not stop it) |
//!
//! The thread that gets there writes the line `failpoint <value>` to stderr and sleeps for ever; the other threads go
//! on as in life. The harness reads the line and kills the process.

/// With the feature: one point, named by an environment variable, stops the thread that reaches it.
#[cfg(feature = "failpoints")]
mod armed {
    use crate::Stage;
    use std::io::Write as _;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    const VARIABLE: &str = "WAYBILL_FAILPOINT";

    /// The point at which a thread stops.
    #[derive(Debug, PartialEq, Eq)]
    pub(super) enum Point {
        /// The point `name`, when it is reached for the `nth` time.
        Named { name: String, nth: u64 },
        /// The moment at which a meter of `stage` (its name in any case) has counted `bytes`.
        Bytes { stage: String, bytes: u64 },
    }

    impl Point {
        /// Parses `name`, `name#nth` or `stage:bytes`; `None` for anything else and for a name that is not in
        /// [`super::all`].
        pub(super) fn parse(text: &str) -> Option<Self> {
            if let Some((stage, bytes)) = text.split_once(':') {
                return Some(Self::Bytes { stage: stage.to_owned(), bytes: bytes.parse().ok()? });
            }
            let (name, nth) = text.split_once('#').unwrap_or((text, "1"));
            let nth = nth.parse().ok().filter(|nth| *nth > 0)?;
            super::all().any(|known| known == name).then(|| Self::Named { name: name.to_owned(), nth })
        }
    }

    /// The armed point, which is read from the environment once.
    fn armed() -> Option<&'static Point> {
        static ARMED: OnceLock<Option<Point>> = OnceLock::new();
        let read = || {
            let text = std::env::var(VARIABLE).ok()?;
            let point = Point::parse(&text);
            if point.is_none() {
                tell(&format!("failpoint {text} is none\n"));
            }
            point
        };
        ARMED.get_or_init(read).as_ref()
    }

    /// Marks that the point `name` is reached, and stops the thread for ever where it is armed.
    pub fn reach(name: &'static str) {
        static TIMES: AtomicU64 = AtomicU64::new(0);
        let Some(Point::Named { name: armed, nth }) = armed() else { return };
        if armed == name && TIMES.fetch_add(1, Ordering::Relaxed) + 1 == *nth {
            stop();
        }
    }

    /// How many bytes a meter has counted.
    pub(crate) struct Position(AtomicU64);

    impl Position {
        pub(crate) fn begin() -> Self {
            Self(AtomicU64::new(0))
        }

        pub(crate) fn advance(&self, stage: Stage, bytes: u64) {
            let before = self.0.fetch_add(bytes, Ordering::Relaxed);
            let Some(Point::Bytes { stage: armed, bytes: at }) = armed() else { return };
            if (before..before.saturating_add(bytes)).contains(&at.saturating_sub(1))
                && format!("{stage:?}").eq_ignore_ascii_case(armed)
            {
                stop();
            }
        }

        /// Counts bytes of an earlier run, which stop nothing.
        pub(crate) fn skip(&self, bytes: u64) {
            self.0.fetch_add(bytes, Ordering::Relaxed);
        }
    }

    fn stop() -> ! {
        let text = std::env::var(VARIABLE).unwrap_or_default();
        tell(&format!("failpoint {text}\n"));
        loop {
            std::thread::park();
        }
    }

    /// Writes a line to stderr, for the test that waits for it. It is one write, so that no other thread's line runs
    /// into it.
    fn tell(line: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = stderr.write_all(line.as_bytes()).and_then(|()| stderr.flush());
    }
}

#[cfg(feature = "failpoints")]
pub(crate) use armed::Position;
#[cfg(feature = "failpoints")]
pub use armed::reach;

/// Every named point there is. A test holds this list against the sources.
pub fn all() -> impl Iterator<Item = &'static str> {
    FETCH.iter().chain(INSTALL).copied()
}

/// The points of an attempt to install, in its order.
pub const INSTALL: &[&str] = &[
    // agent: the first state.db has its tables and not yet its name
    "database-made",
    // installer-runner: settling what an earlier run left
    "earlier-settling",
    // agent: each write of state.db, several times in an attempt
    "state-writing",
    "state-written",
    // installer-runner: the installer
    "installer-creating",
    "installer-created",
    "installer-running",
    "installer-ended",
    "attempt-detecting",
];

/// The points of a fetch, in its order.
pub const FETCH: &[&str] = &[
    // intunewin: the file that is received
    "partial-syncing",
    "partial-synced",
    // downloader: the journal of that file
    "journal-writing",
    "journal-synced",
    "journal-renamed",
    // intunewin: unpacking
    "unpack-syncing",
    "unpack-synced",
    // downloader: the manifest of the content folder
    "manifest-writing",
    "manifest-synced",
    "manifest-renamed",
    // intunewin: moving the content folder into place
    "unpack-setting-aside",
    "unpack-set-aside",
    "unpack-renaming",
    "unpack-renamed",
    "unpack-parent-synced",
    "unpack-trashed",
    // downloader: removing the encrypted content
    "partial-removing",
    "partial-removed",
    "journal-removed",
    // intunewin: sweeping what dead runs left
    "sweep-renamed",
    "sweep-removed",
];

/// Marks that the point `name` is reached, and stops the thread for ever where it is armed.
#[cfg(not(feature = "failpoints"))]
#[inline(always)]
pub fn reach(_name: &'static str) {}

/// How many bytes a meter has counted; without the feature nobody asks, so nothing is kept.
#[cfg(not(feature = "failpoints"))]
pub(crate) struct Position;

#[cfg(not(feature = "failpoints"))]
impl Position {
    #[inline(always)]
    pub(crate) fn begin() -> Self {
        Self
    }

    #[inline(always)]
    pub(crate) fn advance(&self, _stage: crate::Stage, _bytes: u64) {}

    #[inline(always)]
    pub(crate) fn skip(&self, _bytes: u64) {}
}

#[cfg(test)]
mod tests;
