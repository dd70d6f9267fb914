//! The feature switched on: one point, named by the environment.

use crate::Stage;
use std::io::Write as _;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

const VARIABLE: &str = "WAYBILL_FAILPOINT";

/// Where to stop.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Point {
    /// Where a name is reached for the `nth` time.
    Named { name: String, nth: u64 },
    /// Where a stage, by its name in lower case, stands at `bytes`.
    Bytes { stage: String, bytes: u64 },
}

impl Point {
    /// `name`, `name#nth` or `stage:bytes`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some((stage, bytes)) = text.split_once(':') {
            return Some(Self::Bytes { stage: stage.to_owned(), bytes: bytes.parse().ok()? });
        }
        let (name, nth) = text.split_once('#').unwrap_or((text, "1"));
        let nth = nth.parse().ok().filter(|nth| *nth > 0)?;
        super::all().any(|known| known == name).then(|| Self::Named { name: name.to_owned(), nth })
    }
}

/// The armed point; read from the environment once.
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

/// The point `name` is reached; stops the thread for ever where that point is armed.
pub fn reach(name: &'static str) {
    static TIMES: AtomicU64 = AtomicU64::new(0);
    let Some(Point::Named { name: armed, nth }) = armed() else { return };
    if armed == name && TIMES.fetch_add(1, Ordering::Relaxed) + 1 == *nth {
        stop();
    }
}

/// How far a meter stands, to the byte.
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

    /// Bytes that were there before: they count, and stop nothing.
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

/// One write, so that no other thread's line runs into it. What waits for the line is a test.
fn tell(line: &str) {
    let mut stderr = std::io::stderr().lock();
    let _ = stderr.write_all(line.as_bytes()).and_then(|()| stderr.flush());
}
