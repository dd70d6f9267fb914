use crate::content_range::ContentRange;
use reqwest::header::{self, HeaderMap, HeaderName};
use std::time::{Duration, SystemTime};

/// What an answer says before its body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswerHead {
    /// The status code.
    pub status: u16,
    /// Its one Content-Range; `Err` where there are several or it cannot be read.
    pub content_range: Option<Result<ContentRange, ()>>,
    /// Bytes of the body, where they are declared.
    pub content_length: Option<u64>,
    /// What the body is encoded with, `identity` left out.
    pub content_encoding: Option<String>,
    /// A strong ETag; a weak one proves nothing about bytes (RFC 9110, section 8.8.1).
    pub etag: Option<String>,
    /// Whether there is an ETag, and it is weak.
    pub has_weak_etag: bool,
    /// Last-Modified as it stands.
    pub last_modified: Option<String>,
    /// Several ranges in one body.
    pub is_multipart: bool,
    /// A web page, such as a captive portal's.
    pub is_html: bool,
    /// How long to wait, by Retry-After.
    pub retry_after: Option<RetryAfter>,
    /// Redirects that were followed to get here.
    pub redirects: usize,
    /// All of its headers.
    pub(crate) headers: HeaderMap,
}

/// A Retry-After: seconds or a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// From now.
    Seconds(u64),
    /// At that time.
    At(SystemTime),
}

impl RetryAfter {
    /// From `now` on; a date that is over means at once.
    pub fn wait(self, now: SystemTime) -> Duration {
        match self {
            Self::Seconds(seconds) => Duration::from_secs(seconds),
            Self::At(time) => time.duration_since(now).unwrap_or_default(),
        }
    }
}

/// A header that is longer than this is not kept.
const LONGEST: usize = 256;

impl AnswerHead {
    /// Of an answer with this status and these headers. `content_length` is what HTTP makes of the body's framing.
    pub fn new(status: u16, headers: &HeaderMap, content_length: Option<u64>, redirects: usize) -> Self {
        let etag = text(headers, &header::ETAG);
        let content_type = text(headers, &header::CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
        Self {
            status,
            content_range: content_range(headers),
            content_length,
            content_encoding: text(headers, &header::CONTENT_ENCODING)
                .filter(|coding| !coding.is_empty() && !coding.eq_ignore_ascii_case("identity")),
            has_weak_etag: etag.as_ref().is_some_and(|etag| !is_strong(etag)),
            etag: etag.filter(|etag| is_strong(etag)),
            last_modified: text(headers, &header::LAST_MODIFIED),
            is_multipart: content_type.starts_with("multipart/"),
            is_html: content_type.starts_with("text/html"),
            retry_after: text(headers, &header::RETRY_AFTER).as_deref().and_then(retry_after),
            redirects,
            headers: headers.clone(),
        }
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let value = headers.get(name)?.to_str().ok()?.trim();
    (value.len() <= LONGEST).then(|| value.to_owned())
}

fn content_range(headers: &HeaderMap) -> Option<Result<ContentRange, ()>> {
    let mut values = headers.get_all(header::CONTENT_RANGE).iter();
    let first = values.next()?;
    if values.next().is_some() {
        return Some(Err(()));
    }
    Some(first.to_str().ok().and_then(ContentRange::parse).ok_or(()))
}

/// Quoted and without a quote inside (RFC 9110, section 8.8.3); a weak one begins with `W/`.
pub fn is_strong(etag: &str) -> bool {
    let inner = etag.strip_prefix('"').and_then(|etag| etag.strip_suffix('"'));
    inner.is_some_and(|inner| !inner.contains('"'))
}

fn retry_after(text: &str) -> Option<RetryAfter> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty() {
        return Some(RetryAfter::Seconds(text.parse().unwrap_or(u64::MAX)));
    }
    httpdate::parse_http_date(text).ok().map(RetryAfter::At)
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    fn head(pairs: &[(&'static str, &'static str)]) -> AnswerHead {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        AnswerHead::new(206, &headers, None, 0)
    }

    #[test]
    fn only_strong_tags_count() {
        assert_eq!(head(&[("etag", "\"a\"")]).etag.as_deref(), Some("\"a\""));
        for weak in ["W/\"a\"", "a", "\""] {
            let head = head(&[("etag", weak)]);
            assert!(head.etag.is_none() && head.has_weak_etag, "{weak}");
        }
    }

    #[test]
    fn two_ranges_are_none() {
        let twice = head(&[("content-range", "bytes 0-1/2"), ("content-range", "bytes 0-1/2")]);
        assert_eq!(twice.content_range, Some(Err(())));
        assert_eq!(head(&[]).content_range, None);
    }

    #[test]
    fn waits_are_seconds_or_a_date_and_nothing_else() {
        let of = |value| head(&[("retry-after", value)]).retry_after;
        assert_eq!(of("120"), Some(RetryAfter::Seconds(120)));
        assert_eq!(of("99999999999999999999999"), Some(RetryAfter::Seconds(u64::MAX)));
        assert_eq!(of("-5"), None);
        let date = of("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        assert_eq!(date.wait(SystemTime::now()), Duration::ZERO);
        assert_eq!(date.wait(SystemTime::UNIX_EPOCH), Duration::from_secs(784_111_777));
    }

    #[test]
    fn identity_is_no_encoding() {
        assert_eq!(head(&[("content-encoding", "identity")]).content_encoding, None);
        assert_eq!(head(&[("content-encoding", "gzip")]).content_encoding.as_deref(), Some("gzip"));
    }
}
