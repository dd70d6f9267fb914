//! The files of the server, and the faults with which they are answered.

use super::{Answer, Ending, Request};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

/// A file on the server, with its validators.
#[derive(Debug, Clone)]
pub struct Resource {
    /// The bytes of the file.
    pub bytes: Arc<[u8]>,
    /// The value of the ETag header, with its quotes; `None` to send none.
    pub etag: Option<String>,
    /// The time of the Last-Modified header; `None` to send none.
    pub last_modified: Option<SystemTime>,
    /// The value of the Content-Type header.
    pub content_type: &'static str,
}

impl Resource {
    /// A file with a strong ETag, last modified long ago.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        let some_time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        Self {
            bytes: bytes.into(),
            etag: Some("\"v1\"".to_owned()),
            last_modified: Some(some_time),
            content_type: "application/octet-stream",
        }
    }

    /// Sets or removes the ETag.
    #[must_use]
    pub fn tagged(mut self, etag: Option<&str>) -> Self {
        self.etag = etag.map(str::to_owned);
        self
    }

    /// Sets or removes the time of the last modification.
    #[must_use]
    pub fn modified(mut self, last_modified: Option<SystemTime>) -> Self {
        self.last_modified = last_modified;
        self
    }

    /// The correct answer by RFC 9110: 200, 206, 412 or 416.
    pub fn right(&self, request: &Request) -> Answer {
        if let Some(tags) = request.header("if-match")
            && !self.matches(tags)
        {
            return self.describe(Answer::plain(412));
        }
        match request.range() {
            Some((first, _)) if first >= self.bytes.len() => self.unsatisfied(&self.bytes.len().to_string()),
            Some((first, last)) => self.part(first, last.unwrap_or(usize::MAX)),
            None => self.whole(),
        }
    }

    /// Whether a list of tags matches by strong comparison, in which a weak tag matches nothing.
    fn matches(&self, tags: &str) -> bool {
        let own = self.etag.as_deref().filter(|tag| !tag.starts_with("W/"));
        tags.split(',').any(|tag| tag.trim() == "*" || Some(tag.trim()) == own)
    }

    /// A 200 with the whole file.
    pub fn whole(&self) -> Answer {
        self.describe(Answer::new(200, self.bytes.to_vec())).with("Accept-Ranges", "bytes")
    }

    /// A 206 with the bytes `first..=last`, at most to the end of the file.
    pub fn part(&self, first: usize, last: usize) -> Answer {
        let total = self.bytes.len();
        let last = last.min(total.saturating_sub(1));
        let body = self.bytes.get(first..=last).unwrap_or_default().to_vec();
        self.describe(Answer::new(206, body)).with("Content-Range", format!("bytes {first}-{last}/{total}"))
    }

    /// A 416 with this total, which may be wrong.
    pub fn unsatisfied(&self, total: &str) -> Answer {
        self.describe(Answer::plain(416)).with("Content-Range", format!("bytes */{total}"))
    }

    /// Adds the validators and the Content-Type.
    pub fn describe(&self, answer: Answer) -> Answer {
        let mut answer = answer.set("Content-Type", self.content_type);
        if let Some(etag) = &self.etag {
            answer = answer.set("ETag", etag);
        }
        if let Some(time) = self.last_modified {
            answer = answer.set("Last-Modified", httpdate::fmt_http_date(time));
        }
        answer
    }
}

/// Makes the answer to one request. It may change the resource, and so the correct answers from then on.
pub type Fault = Box<dyn FnMut(&Request, &mut Resource) -> Answer + Send>;

/// A fault that calls `answer`.
pub fn fault(answer: impl FnMut(&Request, &mut Resource) -> Answer + Send + 'static) -> Fault {
    Box::new(answer)
}

/// The correct answer, for use in the middle of a script.
pub fn always_right() -> Fault {
    fault(|request, resource| resource.right(request))
}

/// The correct answer, cut by a FIN at the byte `at` of the resource.
pub fn cut_at(at: usize) -> Fault {
    fault(move |request, resource| {
        let first = request.first_byte();
        resource.right(request).only(at.saturating_sub(first)).ending(Ending::Fin)
    })
}

/// Sets the cancel flag when the request arrives, and sends no answer.
pub fn interrupted_by(cancel: &Arc<AtomicBool>) -> Fault {
    let cancel = Arc::clone(cancel);
    fault(move |_, _| {
        cancel.store(true, Ordering::Relaxed);
        Answer::raw(Vec::new())
    })
}

/// An answer with this status and nothing else.
pub fn status(status: u16) -> Fault {
    fault(move |_, _| Answer::plain(status))
}
