//! Requests whose whole answer is read into memory, with retries and limits. [`Client::call`] sends any request;
//! [`Client::read_part`] reads a file or a part of it by the rules for ranges.

use crate::answer::passing_fault;
use crate::{
    AnswerFault, AnswerHead, AskedFile, AttemptFault, Attempts, Client, ConnectionError, Exchange, Method,
    Observations, Request, SecretUrl, TransportError,
};
use reqwest::header::HeaderMap;
use std::fmt;
use waybill_context::Context;
use zeroize::Zeroizing;

/// The answer to a [`Client::call`], whatever its status.
pub struct Answer {
    url: String,
    status: u16,
    headers: HeaderMap,
    body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The value of a header, the first where there are several; `None` where it is missing or not visible ASCII.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The bytes of the body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The bytes of the body, to keep. They may be keys, and are wiped when dropped.
    pub fn into_body(self) -> Zeroizing<Vec<u8>> {
        self.body
    }

    /// Returns this answer if its status is 2xx.
    ///
    /// # Errors
    /// [`TransportError::UrlRefused`] for 401 and 403, [`TransportError::NotThere`] for every other status.
    pub fn success(self) -> Result<Self, TransportError> {
        let Self { url, status, .. } = &self;
        match status {
            200..=299 => Ok(self),
            401 | 403 => Err(TransportError::UrlRefused { url: url.clone(), status: *status }),
            _ => Err(TransportError::NotThere { url: url.clone(), status: *status }),
        }
    }
}

/// Leaves headers and body out: both may hold secrets.
impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, status, body, .. } = self;
        write!(formatter, "Answer({url}, {status}, {} bytes)", body.len())
    }
}

impl Client {
    /// Sends a request and reads its answer into memory. 408, 425, 429 and 5xx, broken connections and stalls are tried
    /// again within the limits of [`Attempts`]; every other status is an answer.
    ///
    /// A request that may not be repeated is sent again only where it was certainly not carried out: no connection was
    /// made, or the answer was 429, 503 or 509.
    ///
    /// # Errors
    /// No answer; a success whose body is encoded; an answer that is larger than the request allows; a forbidden redirect;
    /// interruption.
    pub fn call(
        &self,
        request: &Request,
        context: &Context<'_>,
        log: &Observations,
    ) -> Result<Answer, TransportError> {
        let url = request.url.to_string();
        let mut attempts = Attempts::new(context, log);
        loop {
            let fault = match self.attempt(request, context) {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            if let Some(seen) = may_be_done(&fault).filter(|_| !request.repeatable) {
                return Err(TransportError::OutcomeUnknown { url, seen });
            }
            attempts.again(fault, &url)?;
        }
    }

    fn attempt(&self, request: &Request, context: &Context<'_>) -> Result<Answer, AttemptFault> {
        let mut exchange = self.exchange(request, context);
        let head = exchange.head()?;
        // A request that may not be repeated may have been carried out before a 500 was sent, so that is an answer for
        // the caller to judge.
        if let Some(fault) = passing_fault(&head).filter(|_| request.repeatable || is_not_done(head.status)) {
            return Err(AttemptFault::Answer(fault));
        }
        let too_large =
            || TransportError::TooLarge { url: request.url.to_string(), limit: request.answer_limit };
        let AnswerHead { status, headers, content_encoding, content_length, .. } = head;
        // The page of an error may be encoded: its status says enough, and the caller may look at the headers.
        if let Some(coding) = content_encoding.filter(|_| (200..=299).contains(&status)) {
            return Err(AttemptFault::Answer(AnswerFault::Altered(coding)));
        }
        // An answer to HEAD declares the length of a body that it does not have.
        if request.method != Method::HEAD
            && content_length.is_some_and(|length| length > request.answer_limit)
        {
            return Err(too_large().into());
        }
        // The length may be missing or wrong, so the limit is checked for each chunk as well.
        let (body, is_cut) = gather(&mut exchange, 0, request.answer_limit)?;
        if is_cut {
            return Err(too_large().into());
        }
        Ok(Answer { url: request.url.to_string(), status, headers, body })
    }

    /// Reads a file or a part of it into memory, with the same retries as a download.
    ///
    /// # Errors
    /// No such file; more bytes than the limit; retries that end; interruption.
    pub fn read_part(
        &self,
        small: &FilePartRequest<'_>,
        context: &Context<'_>,
        log: &Observations,
    ) -> Result<FilePart, TransportError> {
        let mut attempts = Attempts::new(context, log);
        loop {
            match attempt_part(self, small, context, log) {
                Ok(body) => return Ok(body),
                Err(broken) => attempts.again(broken, &small.url.to_string())?,
            }
        }
    }
}

/// Whether the status says that the server, or the proxy before it, did nothing.
fn is_not_done(status: u16) -> bool {
    matches!(status, 407 | 429 | 503 | 509)
}

/// How the connection ended, where it did so after the request was sent.
fn may_be_done(fault: &AttemptFault) -> Option<String> {
    match fault {
        AttemptFault::Connection(error @ (ConnectionError::Broken(_) | ConnectionError::Unanswered(_))) => {
            Some(error.to_string())
        }
        AttemptFault::Stalled => Some("nothing came for too long".to_owned()),
        AttemptFault::Connection(_) | AttemptFault::Answer(_) | AttemptFault::Stop(_) => None,
    }
}

/// A file, or a part of it, for [`Client::read_part`].
pub struct FilePartRequest<'a> {
    /// The URL of the file.
    pub url: &'a SecretUrl,
    /// Offsets of the first and last byte; `None` for the whole file.
    pub range: Option<(u64, u64)>,
    /// The most bytes to read.
    pub limit: u64,
    /// Whether the bytes may be keys, which go over https or stay on this machine.
    pub secret: bool,
}

/// Bytes of a file on a server, from [`Client::read_part`].
#[derive(Debug)]
pub struct FilePart {
    /// The bytes; empty where the server did not answer the range. They may be keys, and are wiped when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Size of the whole file in bytes, where the server says it.
    pub total: Option<u64>,
    /// Whether the bytes are the range that was requested.
    pub is_range: bool,
}

fn attempt_part(
    client: &Client,
    small: &FilePartRequest<'_>,
    context: &Context<'_>,
    log: &Observations,
) -> Result<FilePart, AttemptFault> {
    let request = Request::get(small.url.clone()).holds_keys(small.secret);
    let request = match small.range {
        Some((first, last)) => request.range(first, Some(last)),
        None => request,
    };
    let mut body = client.exchange(&request, context);
    let head = body.head()?;
    let first = small.range.map_or(0, |(first, _)| first);
    let asked = AskedFile { first, by_range: small.range.is_some(), total: None, etag: None };
    let no_part = |total| Ok(FilePart { bytes: Zeroizing::default(), total, is_range: false });
    let plan = match asked.body_use(&head) {
        Ok(plan) => plan,
        Err(AnswerFault::RangeUseless(rule, seen)) if small.range.is_some() => {
            log.note(rule, format!("{}: {seen}", small.url));
            return no_part(None);
        }
        Err(fault) => return Err(AttemptFault::Answer(fault)),
    };
    let is_range = head.content_range.is_some();
    if small.range.is_some() && !is_range {
        return no_part(plan.total); // not worth all of it
    }
    let limit = small.range.map_or(small.limit, |(first, last)| {
        last.checked_sub(first).map_or(0, |more| more.saturating_add(1)).min(small.limit)
    });
    let (bytes, is_cut) = gather(&mut body, plan.skip, limit)?;
    if is_cut && small.range.is_none() {
        return Err(TransportError::TooLarge { url: small.url.to_string(), limit }.into());
    }
    if let Some((first, last)) = small.range {
        let end = plan.total.map_or(last, |total| last.min(total.saturating_sub(1)));
        let expected = end.saturating_sub(first) + 1; // at least one: a total that ends before is a lie
        // A part that ends early would look to the caller like the end of the file.
        if (bytes.len() as u64) < expected {
            return Err(AttemptFault::Answer(AnswerFault::Later(head.status, None)));
        }
    }
    Ok(FilePart { bytes, total: plan.total, is_range })
}

/// Reads the body after its first `skip` bytes, up to `limit` bytes. Also returns whether there were more.
fn gather(
    body: &mut Exchange<'_>,
    mut skip: u64,
    limit: u64,
) -> Result<(Zeroizing<Vec<u8>>, bool), AttemptFault> {
    let mut bytes = Zeroizing::new(Vec::new());
    while let Some(chunk) = body.chunk()? {
        let skipped = skip.min(chunk.len() as u64);
        skip -= skipped;
        let rest = &chunk[skipped as usize..];
        let room = usize::try_from(limit).unwrap_or(usize::MAX) - bytes.len();
        bytes.extend_from_slice(&rest[..rest.len().min(room)]);
        if rest.len() > room {
            return Ok((bytes, true));
        }
    }
    Ok((bytes, false))
}
