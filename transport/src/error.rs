use crate::redirect::RedirectFault;
use std::error::Error;
use std::io;
use waybill_context::Cancelled;
use waybill_schemas::Quoted;
use waybill_schemas::codes::{Classified, Code, command, fetch, package, root};

/// Why a request failed. Every URL in it is without its query, which may be a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The caller's cancel flag was set.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The network thread could not be started, because of the system or a certificate or proxy that cannot be used.
    #[error("cannot start the network")]
    Start(#[source] io::Error),
    /// The retries ended: 8 attempts without progress, or 24 hours in all.
    #[error("gave up on {url} {when}: {last}")]
    GaveUp {
        /// The request's URL, without its query.
        url: String,
        /// The limit that was reached: "after 8 attempts without progress" or "after 24 hours".
        when: &'static str,
        /// The fault of the last attempt.
        last: String,
    },
    /// Every attempt was answered with a range that cannot be used.
    #[error("the answers of {url} cannot be used: {seen}")]
    Unusable {
        /// The request's URL, without its query.
        url: String,
        /// What was wrong with the last answer.
        seen: String,
    },
    /// The connection ended after a request was sent that may not be repeated.
    #[error("{url} gave no answer, so it is not known whether the request was carried out: {seen}")]
    OutcomeUnknown {
        /// The request's URL, without its query.
        url: String,
        /// How the connection ended.
        seen: String,
    },
    /// Keys or other secrets would go over plain http to another machine; nothing was sent.
    #[error("{url} holds keys and is not read over plain http")]
    InTheClear {
        /// The request's URL, without its query.
        url: String,
    },
    /// The caller's [`BodySource`](crate::BodySource) could not be read.
    #[error("cannot read what is sent to {url}")]
    Body {
        /// The URL the body was for, without its query.
        url: String,
        /// The error of the body's reader.
        #[source]
        source: io::Error,
    },
    /// The server's certificate is not trusted, or the TLS handshake failed.
    #[error("{url}: {reason}")]
    Tls {
        /// The request's URL, without its query.
        url: String,
        /// The message of the TLS library.
        reason: String,
    },
    /// The server answered 401 or 403: it does not accept the URL's token, or there is none.
    #[error("{url} is refused with status {status}")]
    UrlRefused {
        /// The request's URL, without its query.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The server answered with any other status that trying again does not change, such as 404.
    #[error("{url} is answered with status {status}")]
    NotThere {
        /// The request's URL, without its query.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// The proxy asks for credentials.
    #[error("the proxy on the way to {url} asks for credentials")]
    Proxy {
        /// The URL behind the proxy, without its query.
        url: String,
    },
    /// A redirect is not followed, or the address may not be requested.
    #[error("{url}: {reason}")]
    Redirect {
        /// The request's URL, without its query.
        url: String,
        /// Which rule for redirects forbids it.
        reason: String,
    },
    /// The body is compressed, though the request did not accept that.
    #[error("a proxy or server altered the content of {url}: it came with Content-Encoding {coding}", coding = Quoted(coding))]
    Altered {
        /// The request's URL, without its query.
        url: String,
        /// The answer's Content-Encoding.
        coding: String,
    },
    /// The file on the server has another size than expected.
    #[error("{url} has {actual} bytes instead of {expected}{}", if *is_html { ", and it is a web page: a sign-in page of the network, perhaps" } else { "" })]
    SizeDiffers {
        /// The request's URL, without its query.
        url: String,
        /// The expected size in bytes.
        expected: u64,
        /// The size in bytes that the server declares.
        actual: u64,
        /// Whether the answer is a web page.
        is_html: bool,
    },
    /// A document or answer is larger than the request allows.
    #[error("{url} is larger than {limit} bytes")]
    TooLarge {
        /// The request's URL, without its query.
        url: String,
        /// The most bytes that the request allows.
        limit: u64,
    },
}

impl TransportError {
    /// A failure below HTTP that trying again does not change.
    pub(crate) fn connection(url: String, error: ConnectionError) -> Self {
        match error {
            ConnectionError::Tls(reason) => Self::Tls { url, reason },
            ConnectionError::InTheClear => Self::InTheClear { url },
            ConnectionError::Proxy => Self::Proxy { url },
            ConnectionError::Redirect(fault) => Self::Redirect { url, reason: fault.to_string() },
            ConnectionError::Connect(_) | ConnectionError::Broken(_) | ConnectionError::Unanswered(_) => {
                Self::GaveUp { url, when: "after one attempt", last: error.to_string() }
            }
        }
    }
}

impl Classified for TransportError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Cancelled(_) => &package::INTERRUPTED,
            Self::Start(_) => &root::STATE_FAILED,
            Self::InTheClear { .. } => &fetch::KEYS_IN_THE_CLEAR,
            Self::Body { .. } => &command::INPUT_UNREADABLE,
            Self::GaveUp { .. } | Self::OutcomeUnknown { .. } => &fetch::NETWORK_FAILED,
            Self::Unusable { .. } => &fetch::ANSWER_UNUSABLE,
            Self::Tls { .. } => &fetch::TLS_FAILED,
            Self::UrlRefused { .. } => &fetch::URL_REFUSED,
            Self::NotThere { .. } => &fetch::NOT_THERE,
            Self::Proxy { .. } => &fetch::PROXY_REFUSED,
            Self::Redirect { .. } => &fetch::REDIRECT_REFUSED,
            Self::Altered { .. } => &fetch::CONTENT_ALTERED,
            Self::SizeDiffers { .. } => &fetch::SIZE_DIFFERS,
            Self::TooLarge { .. } => &fetch::SOURCE_UNUSABLE,
        }
    }
}

/// A failure below HTTP, or before an answer could be judged. Holds no URL, because its query may be a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// No connection could be made: the name does not resolve, the address does not answer, or it refuses.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// The server's certificate is not trusted, or the TLS handshake failed.
    #[error("no trusted connection: {0}")]
    Tls(String),
    /// The connection ended in the middle of the request or answer.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The connection was closed in order before any answer, mostly a kept one that was closed as the request went out.
    #[error("the connection broke: {0}")]
    Unanswered(String),
    /// Secrets would go over plain http to another machine.
    #[error("secrets do not go over plain http")]
    InTheClear,
    /// The proxy wants credentials (407 to CONNECT).
    #[error("the proxy asks for credentials")]
    Proxy,
    /// A redirect that is not followed.
    #[error(transparent)]
    Redirect(#[from] RedirectFault),
}

impl From<reqwest::Error> for ConnectionError {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        let messages: Vec<String> = links(&error).map(ToString::to_string).collect();
        let reason = messages.last().cloned().unwrap_or_default();
        let says = |text: &str| messages.iter().any(|message| message.contains(text));
        if says("proxy authorization required") || says("proxy authentication required") {
            Self::Proxy
        } else if error.is_connect() && is_tls(&error) {
            Self::Tls(reason)
        } else if error.is_connect() {
            Self::Connect(reason)
        } else if is_unanswered(&error) {
            Self::Unanswered(reason)
        } else {
            Self::Broken(reason)
        }
    }
}

/// Whether a certificate was refused or a handshake failed for good. A connection cut in mid-handshake does not count.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    links(error).any(|error| error.is::<rustls::Error>())
}

/// Whether the connection was closed in order before the head of an answer was whole.
fn is_unanswered(error: &(dyn Error + 'static)) -> bool {
    links(error).any(|error| error.downcast_ref().is_some_and(hyper::Error::is_incomplete_message))
}

/// The chain of errors, with those that I/O errors wrap: their `source` leaves out the very error that they were made
/// from.
fn links<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source())
    })
}
