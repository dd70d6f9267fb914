use crate::redirect::RedirectFault;
use std::error::Error;
use std::io;
use waybill_context::Cancelled;
use waybill_schemas::codes::{Classified, Code, command, fetch, package, root};

/// Why a request did not end well. URLs stand here without their query: it may be a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// Interrupted.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The network thread could not be started.
    #[error("cannot start the network")]
    Start(#[source] io::Error),
    /// Nothing came for longer than the retries last.
    #[error("gave up on {url} {when}: {last}")]
    GaveUp {
        /// What was asked.
        url: String,
        /// "after 8 attempts without progress", "after 24 hours".
        when: &'static str,
        /// The last fault.
        last: String,
    },
    /// Answers that cannot be used, again and again.
    #[error("the answers of {url} cannot be used: {seen}")]
    Unusable {
        /// What was asked.
        url: String,
        /// The last one.
        seen: String,
    },
    /// The connection ended after a request was sent that may not be sent twice.
    #[error("{url} gave no answer, so it is not known whether the request was carried out: {seen}")]
    OutcomeUnknown {
        /// What was asked.
        url: String,
        /// How it ended.
        seen: String,
    },
    /// Keys or other secrets over plain http.
    #[error("{url} holds keys and is not read over plain http")]
    InTheClear {
        /// What was asked.
        url: String,
    },
    /// The body of a request could not be read.
    #[error("cannot read what is sent to {url}")]
    Body {
        /// Where to.
        url: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// No trusted connection.
    #[error("{url}: {reason}")]
    Tls {
        /// What was asked.
        url: String,
        /// What TLS said.
        reason: String,
    },
    /// 401 or 403.
    #[error("{url} is refused with status {status}")]
    UrlRefused {
        /// What was asked.
        url: String,
        /// The status.
        status: u16,
    },
    /// A status that trying again does not change.
    #[error("{url} is answered with status {status}")]
    NotThere {
        /// What was asked.
        url: String,
        /// The status.
        status: u16,
    },
    /// The proxy wants credentials.
    #[error("the proxy on the way to {url} asks for credentials")]
    Proxy {
        /// What was asked.
        url: String,
    },
    /// A redirect that is not followed, or an address that is not asked.
    #[error("{url}: {reason}")]
    Redirect {
        /// What was asked.
        url: String,
        /// Why not.
        reason: String,
    },
    /// Compressed on the way.
    #[error("a proxy or server altered the content of {url}: it came with Content-Encoding {coding:?}")]
    Altered {
        /// What was asked.
        url: String,
        /// The coding.
        coding: String,
    },
    /// Another size than expected.
    #[error("{url} has {actual} bytes instead of {expected}{}", if *is_html { ", and it is a web page: a sign-in page of the network, perhaps" } else { "" })]
    SizeDiffers {
        /// What was asked.
        url: String,
        /// Bytes that are expected.
        expected: u64,
        /// Bytes that the server has.
        actual: u64,
        /// It is a web page.
        is_html: bool,
    },
    /// A document or answer is larger than it may be.
    #[error("{url} is larger than {limit} bytes")]
    TooLarge {
        /// What was asked.
        url: String,
        /// Bytes at most.
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
                Self::Redirect { url, reason: error.to_string() }
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

/// What went wrong below HTTP, or before an answer could be judged. Never holds a URL: its query may be a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectionError {
    /// No connection: name, address, refused, timed out.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// No trusted connection.
    #[error("no trusted connection: {0}")]
    Tls(String),
    /// The connection broke.
    #[error("the connection broke: {0}")]
    Broken(String),
    /// The connection ended in order, and there was no answer: a kept one that was closed as the request went out, mostly.
    #[error("the connection broke: {0}")]
    Unanswered(String),
    /// It would carry secrets over plain http to another machine.
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
        let chain = chain(&error);
        let reason = chain.last().cloned().unwrap_or_default();
        let says = |text: &str| chain.iter().any(|link| link.contains(text));
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

/// Every message of the chain, outermost first.
fn chain(error: &(dyn Error + 'static)) -> Vec<String> {
    links(error).map(ToString::to_string).collect()
}

/// A certificate that is refused, or a handshake that fails for good; a connection cut in mid-handshake is neither.
fn is_tls(error: &(dyn Error + 'static)) -> bool {
    links(error).any(|error| error.is::<rustls::Error>())
}

/// The connection ended in order before a whole head of an answer.
fn is_unanswered(error: &(dyn Error + 'static)) -> bool {
    links(error).any(|error| error.downcast_ref().is_some_and(hyper::Error::is_incomplete_message))
}

/// The chain with what I/O errors wrap: their `source` leaves out the very error that they were made from.
fn links<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source())
    })
}
