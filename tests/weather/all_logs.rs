//! Collects everything that this process logs at trace level, through tracing (ours) and through log (reqwest's).

use log::{LevelFilter, Metadata, Record};
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};
use tracing_subscriber::filter::LevelFilter as TracingLevel;

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn lines() -> MutexGuard<'static, Vec<u8>> {
    LINES.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Collector;

impl Write for Collector {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lines().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl log::Log for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let line = format!("{} {}: {}\n", record.level(), record.target(), record.args());
        lines().extend_from_slice(line.as_bytes());
    }

    fn flush(&self) {}
}

/// Starts collecting the logs of all tests in this process.
pub(crate) fn collect() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber = tracing_subscriber::fmt().with_max_level(TracingLevel::TRACE).with_ansi(false);
        subscriber.with_writer(|| Collector).init();
        log::set_logger(&Collector).unwrap();
        log::set_max_level(LevelFilter::Trace);
    });
}

/// All logs that were collected so far.
pub(crate) fn collected() -> String {
    String::from_utf8_lossy(&lines()).into_owned()
}
