use super::{Answer, Request};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A file on the server and how the server tells its versions apart.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Its bytes.
    pub bytes: Arc<[u8]>,
    /// The ETag header, quotes and all.
    pub etag: Option<String>,
    /// When it was changed last.
    pub last_modified: Option<SystemTime>,
    /// What it is said to be.
    pub content_type: &'static str,
}

impl Resource {
    /// A file with a strong ETag, changed long ago.
    pub fn new(bytes: impl Into<Arc<[u8]>>) -> Self {
        let some_time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        Self {
            bytes: bytes.into(),
            etag: Some("\"v1\"".to_owned()),
            last_modified: Some(some_time),
            content_type: "application/octet-stream",
        }
    }

    /// With another ETag, or none.
    #[must_use]
    pub fn tagged(mut self, etag: Option<&str>) -> Self {
        self.etag = etag.map(str::to_owned);
        self
    }

    /// With another time of change, or none.
    #[must_use]
    pub fn modified(mut self, last_modified: Option<SystemTime>) -> Self {
        self.last_modified = last_modified;
        self
    }

    /// What a right server answers: 200, 206, 412 or 416 by RFC 9110.
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

    /// Strong comparison: a weak tag matches nothing.
    fn matches(&self, tags: &str) -> bool {
        let own = self.etag.as_deref().filter(|tag| !tag.starts_with("W/"));
        tags.split(',').any(|tag| tag.trim() == "*" || Some(tag.trim()) == own)
    }

    /// 200 with everything.
    pub fn whole(&self) -> Answer {
        self.describe(Answer::new(200, self.bytes.to_vec())).with("Accept-Ranges", "bytes")
    }

    /// 206 with the bytes `first..=last`, or to the end.
    pub fn part(&self, first: usize, last: usize) -> Answer {
        let total = self.bytes.len();
        let last = last.min(total.saturating_sub(1));
        let body = self.bytes.get(first..=last).unwrap_or_default().to_vec();
        self.describe(Answer::new(206, body)).with("Content-Range", format!("bytes {first}-{last}/{total}"))
    }

    /// 416, with a total that may be wrong.
    pub fn unsatisfied(&self, total: &str) -> Answer {
        self.describe(Answer::plain(416)).with("Content-Range", format!("bytes */{total}"))
    }

    /// Adds validators and the type.
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
