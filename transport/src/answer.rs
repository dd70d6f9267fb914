//! The head of an answer, and whether its body can be used for a request for bytes of a file (`docs/delivery.md`, rules
//! 1, 4, 5 and 7). No I/O and no clock: a table from status and headers to what to do next.

use reqwest::header::{self, HeaderMap, HeaderName};
use std::fmt;
use std::time::{Duration, SystemTime};

/// The status and headers of an answer, as far as the rules need them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct AnswerHead {
    /// The HTTP status.
    pub status: u16,
    /// The Content-Range; `Err` where there are several or it cannot be parsed.
    pub content_range: Option<Result<ContentRange, ()>>,
    /// The declared size of the body in bytes; `None` where it is chunked or ends with the connection.
    pub content_length: Option<u64>,
    /// The codings of Content-Encoding that alter the body; `None` where there are none, for `identity`, and for
    /// `aws-chunked`, which is no coding of the body that is sent.
    pub content_encoding: Option<String>,
    /// The ETag, if it is strong. A weak one proves nothing about bytes (RFC 9110, section 8.8.1).
    pub etag: Option<String>,
    /// Whether there is an ETag and it is weak.
    pub has_weak_etag: bool,
    /// The text of Last-Modified.
    pub last_modified: Option<String>,
    /// Whether the body holds several ranges (`multipart/byteranges`).
    pub is_multipart: bool,
    /// Whether the body is a web page, such as a captive portal's.
    pub is_html: bool,
    /// The value of Retry-After; `None` where it is missing or cannot be parsed.
    pub retry_after: Option<RetryAfter>,
    /// How many redirects were followed to get this answer.
    pub redirects: usize,
    /// All headers of the answer.
    pub(crate) headers: HeaderMap,
}

/// Leaves the headers out: a Location may hold a token, and a cookie is one.
impl fmt::Debug for AnswerHead {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AnswerHead")
            .field("status", &self.status)
            .field("content_range", &self.content_range)
            .field("content_length", &self.content_length)
            .field("content_encoding", &self.content_encoding)
            .field("etag", &self.etag)
            .field("retry_after", &self.retry_after)
            .field("redirects", &self.redirects)
            .finish_non_exhaustive()
    }
}

/// The value of a Retry-After header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// Seconds after the answer came.
    Seconds(u64),
    /// The time from which the request may be sent again.
    At(SystemTime),
}

impl RetryAfter {
    /// How long to wait from `now` on; zero where the time has passed.
    pub fn wait(self, now: SystemTime) -> Duration {
        match self {
            Self::Seconds(seconds) => Duration::from_secs(seconds),
            Self::At(time) => time.duration_since(now).unwrap_or_default(),
        }
    }
}

/// Bytes of the longest header value that is kept.
const LONGEST: usize = 256;

impl AnswerHead {
    /// The head of an answer with this status and these headers. `content_length` is the body's size by HTTP's framing.
    pub fn new(status: u16, headers: &HeaderMap, content_length: Option<u64>, redirects: usize) -> Self {
        let etag = text(headers, &header::ETAG);
        let content_type = text(headers, &header::CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
        Self {
            status,
            content_range: content_range(headers),
            content_length,
            content_encoding: content_encoding(headers),
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

/// The codings in all Content-Encoding headers. Clients of Amazon S3 upload in chunks and say `aws-chunked`; S3 removes the
/// chunks, and some stores that speak its language keep the word. Where the chunks are still there, the size or the MAC
/// shows it.
fn content_encoding(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(header::CONTENT_ENCODING).iter();
    let texts: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    let alters = |coding: &&str| {
        !coding.is_empty()
            && !coding.eq_ignore_ascii_case("identity")
            && !coding.eq_ignore_ascii_case("AWS-chunked")
    };
    let codings: Vec<_> =
        texts.iter().flat_map(|text| text.split(',')).map(str::trim).filter(alters).collect();
    let codings: String = codings.join(", ").chars().take(LONGEST).collect();
    (!codings.is_empty()).then_some(codings)
}

fn content_range(headers: &HeaderMap) -> Option<Result<ContentRange, ()>> {
    let mut values = headers.get_all(header::CONTENT_RANGE).iter();
    let first = values.next()?;
    if values.next().is_some() {
        return Some(Err(()));
    }
    Some(first.to_str().ok().and_then(ContentRange::parse).ok_or(()))
}

/// Whether an ETag is strong: quoted, with no quote inside (RFC 9110, section 8.8.3). A weak one begins with `W/`.
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

/// A `Content-Range` with the unit `bytes` (RFC 9110, section 14.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentRange {
    /// `bytes 0-99/200`; the total is `None` where it is `*`.
    Part {
        /// Offset of the first byte.
        first: u64,
        /// Offset of the last byte.
        last: u64,
        /// Size of the whole file in bytes.
        total: Option<u64>,
    },
    /// `bytes */200`: the file has no byte of the requested range.
    Unsatisfied {
        /// Size of the whole file in bytes.
        total: u64,
    },
}

impl ContentRange {
    /// Parses the header's value; `None` where it contradicts itself or has another unit.
    pub fn parse(text: &str) -> Option<Self> {
        let (unit, rest) = text.trim().split_once(' ')?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (range, total) = rest.trim().split_once('/')?;
        let total = if total == "*" { None } else { Some(number(total)?) };
        if range == "*" {
            return total.map(|total| Self::Unsatisfied { total });
        }
        let (first, last) = range.split_once('-')?;
        let (first, last) = (number(first)?, number(last)?);
        let fits = first <= last && total.is_none_or(|total| last < total);
        fits.then_some(Self::Part { first, last, total })
    }
}

/// Accepts digits only: `u64::from_str` would accept a sign.
fn number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// What a request for a file asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedFile {
    /// Offset of the first wanted byte in the file on the server.
    pub first: u64,
    /// Whether the request had a Range header.
    pub by_range: bool,
    /// Size of the whole file in bytes, where known.
    pub total: Option<u64>,
    /// The strong ETag of the answer that the held bytes came with.
    pub etag: Option<String>,
}

/// How to use the body of an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BodyUse {
    /// How many bytes at the body's beginning to discard.
    pub skip: u64,
    /// Whether the body begins with the file's first byte, so that its first 48 bytes must be the content's.
    pub from_start: bool,
    /// Size of the whole file in bytes, where the server says it.
    pub total: Option<u64>,
    /// Rules that applied, and what in the answer was unusual, for [`Observations`](crate::Observations).
    pub odd: Vec<(&'static str, String)>,
}

/// Why the body of an answer is not used; each variant has its own next step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerFault {
    /// The file ends at the first wanted byte: everything is held.
    Complete,
    /// The server does not answer ranges as it should: request the whole file. Holds the rule and what was seen.
    RangeUseless(&'static str, String),
    /// The file's ETag changed: compare the first 48 bytes. Holds what was seen.
    ValidatorChanged(String),
    /// The file has another size than expected; often the answer is the page of a captive portal.
    SizeDiffers {
        /// Size in bytes by the document.
        expected: u64,
        /// Size in bytes that the server declares.
        actual: u64,
        /// Whether the answer is a web page.
        is_html: bool,
    },
    /// A 200 without a byte, where the file has `expected` bytes: try again once.
    Empty {
        /// Size in bytes by the document.
        expected: u64,
    },
    /// 401 or 403: the URL is not accepted. Holds the status.
    Refused(u16),
    /// A status that may pass, with the server's Retry-After: try again.
    Later(u16, Option<RetryAfter>),
    /// Any other status: trying again does not help.
    Final(u16),
    /// 407: the proxy asks for credentials.
    Proxy,
    /// The body is compressed; holds the Content-Encoding.
    Altered(String),
}

/// The fault of any request, by its status alone, where another attempt may help or the proxy asks for credentials.
pub(crate) fn passing_fault(head: &AnswerHead) -> Option<AnswerFault> {
    match head.status {
        407 => Some(AnswerFault::Proxy),
        // Retry-After is defined for these two. With any other status the usual wait applies, which grows by
        // itself.
        429 | 503 => Some(AnswerFault::Later(head.status, head.retry_after)),
        408 | 425 | 500..=599 => Some(AnswerFault::Later(head.status, None)),
        _ => None,
    }
}

impl AskedFile {
    /// How to use the body that follows `head`, or why it cannot be used.
    ///
    /// # Errors
    /// The fault determines what to do next.
    pub fn body_use(&self, head: &AnswerHead) -> Result<BodyUse, AnswerFault> {
        if let Some(fault) = passing_fault(head) {
            return Err(fault);
        }
        match head.status {
            200 | 206 => success(self, head),
            204..=299 => Err(AnswerFault::Later(head.status, None)),
            401 | 403 => Err(AnswerFault::Refused(head.status)),
            412 => Err(AnswerFault::ValidatorChanged("412 to If-Match".to_owned())),
            416 => Err(unsatisfied(self, head, "416")),
            other => Err(AnswerFault::Final(other)),
        }
    }
}

fn success(asked: &AskedFile, head: &AnswerHead) -> Result<BodyUse, AnswerFault> {
    // Checked before the range, because the numbers in an answer that was compressed on the way count other bytes than
    // the content's.
    if let Some(coding) = &head.content_encoding {
        return Err(AnswerFault::Altered(coding.clone()));
    }
    let mut plan = match (&head.content_range, head.status) {
        // The header says what the body is, not the status: some servers answer a range with 200 and a part.
        (Some(range), _) if asked.by_range => part(asked, head, *range)?,
        (None, 206) => return Err(no_range(head)),
        _ => whole(asked, head)?,
    };
    compare_tags(asked, head, &mut plan)?;
    Ok(plan)
}

fn no_range(head: &AnswerHead) -> AnswerFault {
    let seen =
        if head.is_multipart { "206 with several ranges in one body" } else { "206 without a Content-Range" };
    AnswerFault::RangeUseless("range-unusable", seen.to_owned())
}

/// Rules 4 and 5: the body of a 206, or of a 200 that carries a Content-Range.
fn part(
    asked: &AskedFile,
    head: &AnswerHead,
    range: Result<ContentRange, ()>,
) -> Result<BodyUse, AnswerFault> {
    let useless = |seen: String| AnswerFault::RangeUseless("range-unusable", seen);
    if head.is_multipart {
        return Err(no_range(head));
    }
    // Azurite (the emulator of Azure Blob) answers a range that begins at the end with an empty 206, where other
    // servers send 416.
    if head.content_length == Some(0) {
        return Err(unsatisfied(asked, head, "an empty body for a range"));
    }
    let Ok(ContentRange::Part { first, last, total }) = range else {
        return Err(useless("a Content-Range that contradicts itself, or two of them".to_owned()));
    };
    check_total(asked, total, head)?;
    // Without a total, it could not be seen that the file was replaced by one of another size since it was begun.
    if total.is_none() && asked.total.is_some() {
        return Err(useless("a Content-Range whose total is `*`".to_owned()));
    }
    // A body that starts too late would leave a gap, and bytes are only ever appended.
    if first > asked.first {
        return Err(useless(format!("asked from byte {}, answered from {first}", asked.first)));
    }
    if head.content_length.is_some_and(|length| length.checked_sub(1) != Some(last - first)) {
        return Err(useless("Content-Range and Content-Length contradict one another".to_owned()));
    }
    let mut plan = BodyUse { skip: asked.first - first, from_start: first == 0, total, odd: Vec::new() };
    if plan.skip > 0 {
        plan.odd.push(("overlap-trimmed", format!("asked from byte {}, answered from {first}", asked.first)));
    }
    if head.status == 200 {
        plan.odd.push(("range-in-200", "200 with a Content-Range".to_owned()));
    }
    Ok(plan)
}

/// A 200 without a Content-Range: the whole file from its first byte.
fn whole(asked: &AskedFile, head: &AnswerHead) -> Result<BodyUse, AnswerFault> {
    // A cache or a server that just starts may answer so; a file that is empty stays so.
    if let (Some(expected @ 1..), Some(0), false) = (asked.total, head.content_length, head.is_html) {
        return Err(AnswerFault::Empty { expected });
    }
    check_total(asked, head.content_length, head)?;
    let mut plan =
        BodyUse { skip: asked.first, from_start: true, total: head.content_length, odd: Vec::new() };
    if asked.by_range && asked.first > 0 {
        plan.odd.push(("range-ignored", "200 with everything for a range".to_owned()));
    }
    if head.content_length.is_none() {
        plan.odd.push(("length-unknown", "a body without a Content-Length".to_owned()));
    }
    Ok(plan)
}

fn check_total(asked: &AskedFile, total: Option<u64>, head: &AnswerHead) -> Result<(), AnswerFault> {
    match (asked.total, total) {
        (Some(expected), Some(actual)) if expected != actual => {
            Err(AnswerFault::SizeDiffers { expected, actual, is_html: head.is_html })
        }
        _ => Ok(()),
    }
}

/// Rule 4: the ETag must be the one that is held. A missing or weak one proves nothing, and the MAC decides later.
fn compare_tags(asked: &AskedFile, head: &AnswerHead, plan: &mut BodyUse) -> Result<(), AnswerFault> {
    match (&head.etag, head.has_weak_etag) {
        (None, true) => plan.odd.push(("weak-validator", "a weak ETag".to_owned())),
        (None, false) => plan.odd.push(("no-validator", "no ETag".to_owned())),
        (Some(_), _) => {}
    }
    match (&asked.etag, &head.etag) {
        (Some(held), Some(now)) if held != now => {
            Err(AnswerFault::ValidatorChanged(format!("{} with another ETag than asked for", head.status)))
        }
        _ => Ok(()),
    }
}

/// Rule 5: the server has no byte at `first`. If the file ends there everything is held, else the whole file is
/// requested.
fn unsatisfied(asked: &AskedFile, head: &AnswerHead, seen: &str) -> AnswerFault {
    let total = match head.content_range {
        Some(Ok(ContentRange::Unsatisfied { total } | ContentRange::Part { total: Some(total), .. })) => {
            Some(total)
        }
        _ => None,
    };
    let end = asked.total.or(total);
    if end == Some(asked.first) && total.is_none_or(|total| total == asked.first) {
        return AnswerFault::Complete;
    }
    AnswerFault::RangeUseless("restarted-at-0", format!("{seen} though byte {} must be there", asked.first))
}

#[cfg(test)]
#[path = "answer_tests.rs"]
mod tests;

#[cfg(test)]
mod answer_head_tests {
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
        for plain in ["", "AWS-chunked", "AWS-Chunked", "AWS-chunked,identity", "identity, AWS-chunked,"] {
            assert_eq!(head(&[("content-encoding", plain)]).content_encoding, None, "{plain}");
        }
        let both = [("content-encoding", "AWS-chunked"), ("content-encoding", "gzip")];
        assert_eq!(head(&both).content_encoding.as_deref(), Some("gzip"));
        let listed = head(&[("content-encoding", "AWS-chunked, gzip,br")]);
        assert_eq!(listed.content_encoding.as_deref(), Some("gzip, br"));
    }
}

#[cfg(test)]
mod content_range_tests {
    use super::*;

    #[test]
    fn right_ones_are_read() {
        let part = |first, last, total| Some(ContentRange::Part { first, last, total });
        assert_eq!(ContentRange::parse("bytes 0-0/1"), part(0, 0, Some(1)));
        assert_eq!(ContentRange::parse("Bytes 5-99/200"), part(5, 99, Some(200)));
        assert_eq!(ContentRange::parse("bytes 5-99/*"), part(5, 99, None));
        assert_eq!(ContentRange::parse("bytes */200"), Some(ContentRange::Unsatisfied { total: 200 }));
    }

    #[test]
    fn contradictions_are_none() {
        for text in [
            "",
            "bytes",
            "bytes 1-2",
            "bytes 2-1/9",
            "bytes 0-9/9",
            "bytes */*",
            "bytes +1-2/9",
            "bytes 1-/9",
            "bytes -2/9",
            "items 0-1/2",
            "bytes 0-18446744073709551616/99999999999999999999999",
            "bytes 1 - 2/9",
        ] {
            assert_eq!(ContentRange::parse(text), None, "{text}");
        }
    }
}
