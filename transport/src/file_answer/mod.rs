//! What an answer to a request for a content is worth (`docs/delivery.md`, rules 1, 4, 5 and 7). No I/O, no clock:
//! a table from status and headers to what is done.

use crate::answer_head::{AnswerHead, RetryAfter};
use crate::content_range::ContentRange;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedFile {
    /// First byte that is wanted, counted in the file on the server.
    pub first: u64,
    /// Whether it was asked for by a Range.
    pub by_range: bool,
    /// Bytes of the whole file on the server, where known.
    pub total: Option<u64>,
    /// The strong ETag that what is held came with.
    pub etag: Option<String>,
}

/// How to use the body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BodyUse {
    /// Bytes at its beginning to throw away.
    pub skip: u64,
    /// The first of those bytes is the file's first: it must be the content's own.
    pub from_start: bool,
    /// Bytes of the whole file, as the server says.
    pub total: Option<u64>,
    /// What was out of the ordinary.
    pub odd: Vec<(&'static str, String)>,
}

/// Why the body is not used, and so what is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnswerFault {
    /// Everything that is wanted is held: nothing lies past it.
    Complete,
    /// Ranges do not work here: ask for the whole.
    RangeUseless(&'static str, String),
    /// The validator changed: compare the first 48 bytes.
    ValidatorChanged(String),
    /// Another size than expected. The page of a captive portal, mostly.
    SizeDiffers {
        /// Bytes that the document says.
        expected: u64,
        /// Bytes that the server has.
        actual: u64,
        /// It is a web page.
        is_html: bool,
    },
    /// 401 or 403.
    Refused(u16),
    /// Try again, after so long where the server says.
    Later(u16, Option<RetryAfter>),
    /// Trying again does not help.
    Final(u16),
    /// 407.
    Proxy,
    /// Compressed once more.
    Altered(String),
}

/// What keeps any request from its answer, by the status alone: another attempt may help, or the proxy has to be asked.
pub(crate) fn passing_fault(head: &AnswerHead) -> Option<AnswerFault> {
    match head.status {
        407 => Some(AnswerFault::Proxy),
        429 | 503 => Some(AnswerFault::Later(head.status, head.retry_after)),
        408 | 425 | 500..=599 => Some(AnswerFault::Later(head.status, None)),
        _ => None,
    }
}

impl AskedFile {
    /// How to use the body that follows `head`, or why it is of no use.
    ///
    /// # Errors
    /// The fault says what to do next.
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
    if let Some(coding) = &head.content_encoding {
        return Err(AnswerFault::Altered(coding.clone()));
    }
    let mut plan = match (&head.content_range, head.status) {
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

/// Rules 4 and 5: a 206, or a 200 that carries a Content-Range.
fn part(
    asked: &AskedFile,
    head: &AnswerHead,
    range: Result<ContentRange, ()>,
) -> Result<BodyUse, AnswerFault> {
    let useless = |seen: String| AnswerFault::RangeUseless("range-unusable", seen);
    if head.is_multipart {
        return Err(no_range(head));
    }
    if head.content_length == Some(0) {
        return Err(unsatisfied(asked, head, "an empty body for a range"));
    }
    let Ok(ContentRange::Part { first, last, total }) = range else {
        return Err(useless("a Content-Range that contradicts itself, or two of them".to_owned()));
    };
    check_total(asked, total, head)?;
    if total.is_none() && asked.total.is_some() {
        return Err(useless("a Content-Range whose total is `*`".to_owned()));
    }
    if first > asked.first {
        return Err(useless(format!("asked from byte {}, answered from {first}", asked.first)));
    }
    if head.content_length.is_some_and(|length| length - 1 != last - first) {
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

/// A 200: everything from the first byte.
fn whole(asked: &AskedFile, head: &AnswerHead) -> Result<BodyUse, AnswerFault> {
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

/// Rule 4: the same ETag. One that is gone, or has become weak, proves nothing either way: the MAC judges.
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

/// Rule 5: nothing at `first`. All is held where the file ends there; else the whole is asked for.
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
mod tests;
