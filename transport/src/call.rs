//! A request and its whole answer: retried, within limits, in memory.

use crate::file_answer::passing_fault;
use crate::{
    AnswerFault, AnswerHead, AttemptFault, Attempts, Client, ConnectionError, Method, Observations, Request,
    TransportError,
};
use reqwest::header::HeaderMap;
use std::fmt;
use waybill_context::Context;
use zeroize::Zeroizing;

/// What a server answered, whatever its status.
pub struct Answer {
    url: String,
    status: u16,
    headers: HeaderMap,
    body: Zeroizing<Vec<u8>>,
}

impl Answer {
    /// The status code.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// A header; the first where there are several.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, to keep: it may hold keys, and is wiped when it is dropped.
    pub fn into_body(self) -> Zeroizing<Vec<u8>> {
        self.body
    }

    /// This answer where its status is a success.
    ///
    /// # Errors
    /// [`TransportError::UrlRefused`] for 401 and 403, [`TransportError::NotThere`] for the others.
    pub fn success(self) -> Result<Self, TransportError> {
        let Self { url, status, .. } = &self;
        match status {
            200..=299 => Ok(self),
            401 | 403 => Err(TransportError::UrlRefused { url: url.clone(), status: *status }),
            _ => Err(TransportError::NotThere { url: url.clone(), status: *status }),
        }
    }
}

/// Neither headers nor body: both may hold secrets.
impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { url, status, body, .. } = self;
        write!(formatter, "Answer({url}, {status}, {} bytes)", body.len())
    }
}

impl Client {
    /// Sends a request and reads its answer into memory, trying again as [`Attempts`] says: 408, 425, 429 and 5xx, broken
    /// connections and stalls. Every other status is the caller's to judge.
    ///
    /// A request that may not be repeated is sent again only where it was not carried out for sure: there was no
    /// connection, or the answer was 429, 503 or 509.
    ///
    /// # Errors
    /// No answer; one that is larger than the request allows; a redirect against the rules; interruption.
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
        if let Some(fault) = passing_fault(&head).filter(|_| request.repeatable || is_not_done(head.status)) {
            return Err(AttemptFault::Answer(fault));
        }
        let too_large =
            || TransportError::TooLarge { url: request.url.to_string(), limit: request.answer_limit };
        let AnswerHead { status, headers, content_encoding, content_length, .. } = head;
        if let Some(coding) = content_encoding {
            return Err(AttemptFault::Answer(AnswerFault::Altered(coding)));
        }
        if request.method != Method::Head
            && content_length.is_some_and(|length| length > request.answer_limit)
        {
            return Err(too_large().into());
        }
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = exchange.chunk()? {
            if (body.len() + chunk.len()) as u64 > request.answer_limit {
                return Err(too_large().into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { url: request.url.to_string(), status, headers, body })
    }
}

/// By these the server, or the proxy before it, says that it did nothing.
fn is_not_done(status: u16) -> bool {
    matches!(status, 407 | 429 | 503 | 509)
}

/// The request was on its way when the connection ended.
fn may_be_done(fault: &AttemptFault) -> Option<String> {
    match fault {
        AttemptFault::Connection(error @ (ConnectionError::Broken(_) | ConnectionError::Unanswered(_))) => {
            Some(error.to_string())
        }
        AttemptFault::Stalled => Some("nothing came for too long".to_owned()),
        AttemptFault::Connection(_) | AttemptFault::Answer(_) | AttemptFault::Stop(_) => None,
    }
}
