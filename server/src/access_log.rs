use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Receives a record of every request once its answer has ended.
///
/// Called on the server's own thread: it should be quick.
pub trait AccessLog: Send + Sync {
    /// One request was answered, or broken off.
    fn request(&self, record: &AccessRecord);
}

/// A log that drops every record.
impl AccessLog for () {
    fn request(&self, _: &AccessRecord) {}
}

/// One request and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRecord {
    /// The address of the client.
    pub peer: SocketAddr,
    /// The method, e.g. `GET`.
    pub method: String,
    /// The path as it was asked for, still percent-encoded; never the query, which may hold a signature.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// Bytes of the body that were handed to the connection.
    pub bytes: u64,
    /// The time from the request's head to the end of the answer.
    pub elapsed: Duration,
    /// Whether the whole answer was handed over; false where the client left or the file shrank.
    pub complete: bool,
}

/// A record on its way to the log, which it reaches when this is dropped, however the answer ended.
pub(crate) struct PendingRecord {
    log: std::sync::Arc<dyn AccessLog>,
    started: Instant,
    record: AccessRecord,
}

impl PendingRecord {
    pub(crate) fn new(
        log: std::sync::Arc<dyn AccessLog>,
        peer: SocketAddr,
        method: &str,
        path: &str,
    ) -> Self {
        let record = AccessRecord {
            peer,
            method: method.to_owned(),
            path: path.to_owned(),
            status: 0,
            bytes: 0,
            elapsed: Duration::ZERO,
            complete: false,
        };
        Self { log, started: Instant::now(), record }
    }

    /// Notes the status of the answer, and whether the answer is complete because no body follows.
    pub(crate) fn answered(&mut self, status: u16, complete: bool) {
        (self.record.status, self.record.complete) = (status, complete);
    }

    /// Notes that bytes of the body went out; `last` where none follow.
    pub(crate) fn sent(&mut self, bytes: usize, last: bool) {
        self.record.bytes += bytes as u64;
        self.record.complete = last;
    }
}

impl Drop for PendingRecord {
    fn drop(&mut self) {
        self.record.elapsed = self.started.elapsed();
        let AccessRecord { method, path, status, bytes, complete, .. } = &self.record;
        tracing::trace!(%method, %path, status, bytes, complete, "answered");
        self.log.request(&self.record);
    }
}
