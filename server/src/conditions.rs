//! Preconditions in the order of RFC 9110, 13.2.2.

use crate::entity_tag::{EntityTag, Listed, TagList, single};
use hyper::header::{
    HeaderMap, HeaderName, IF_MATCH, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE,
};
use std::time::{Duration, SystemTime};

/// What a file is compared by.
#[derive(Debug, Clone)]
pub(crate) struct Validators {
    pub(crate) tag: EntityTag,
    /// In whole seconds; none where the file's time cannot be said in HTTP.
    pub(crate) modified: Option<SystemTime>,
}

/// What the conditions make of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Go on.
    Proceed,
    /// 304.
    NotModified,
    /// 412.
    Failed,
}

/// Judges If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since.
pub(crate) fn judge(headers: &HeaderMap, validators: &Validators) -> Verdict {
    let Validators { tag, modified } = validators;
    let fits = match listed(headers, &IF_MATCH) {
        Some(value) => holds(&value, |other| tag.is(other)),
        None => date(headers, &IF_UNMODIFIED_SINCE)
            .zip(*modified)
            .is_none_or(|(given, modified)| modified <= given),
    };
    if !fits {
        return Verdict::Failed;
    }
    let known = match listed(headers, &IF_NONE_MATCH) {
        Some(value) => holds(&value, |other| tag.is_like(other)),
        None => date(headers, &IF_MODIFIED_SINCE)
            .zip(*modified)
            .is_some_and(|(given, modified)| modified <= given),
    };
    if known { Verdict::NotModified } else { Verdict::Proceed }
}

/// The Range header that counts: there is one, and an If-Range beside it fits.
pub(crate) fn range<'a>(headers: &'a HeaderMap, validators: &Validators, now: SystemTime) -> Option<&'a str> {
    let range = only(headers, &RANGE)?.to_str().ok()?;
    if !headers.contains_key(IF_RANGE) {
        return Some(range);
    }
    let value = only(headers, &IF_RANGE)?.to_str().ok()?;
    fits_range(value, validators, now).then_some(range)
}

/// A tag fits when it is strongly equal; a date when it is exactly the file's, and that lies a second back: within
/// that second the file may have changed again (8.8.2.2).
fn fits_range(value: &str, validators: &Validators, now: SystemTime) -> bool {
    if let Some(tag) = single(value) {
        return validators.tag.is(&tag);
    }
    let (Some(modified), Ok(given)) = (validators.modified, httpdate::parse_http_date(value)) else {
        return false;
    };
    given == modified && now.duration_since(modified).is_ok_and(|age| age > Duration::from_secs(1))
}

fn holds(value: &str, fits: impl Fn(&Listed<'_>) -> bool) -> bool {
    match TagList::parse(value) {
        TagList::Any => true,
        TagList::Tags(tags) => tags.iter().any(fits),
    }
}

/// Every line of a header that is a list, as one; a line that is no text makes it malformed as a whole.
fn listed(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let mut lines = headers.get_all(name).iter().peekable();
    lines.peek()?;
    let lines: Vec<_> = lines.map(|line| String::from_utf8_lossy(line.as_bytes())).collect();
    Some(lines.join(", "))
}

/// A header that may stand once only.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a hyper::header::HeaderValue> {
    let mut lines = headers.get_all(name).iter();
    lines.next().filter(|_| lines.next().is_none())
}

/// A date that is none is as good as absent.
fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(only(headers, name)?.to_str().ok()?).ok()
}
