use crate::http::TransportError;
use intunewin::ReceiveError;
use std::io;
use waybill_context::Cancelled;
use waybill_schemas::codes::{Classified, Code, fetch, package, root};

/// Why a content is not here. URLs are told without their query: it may be a token.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// Interrupted; what is held stays.
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
    /// A status that trying again does not mend.
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
    /// Another content is at the URL now.
    #[error("{url} leads to another content now; the {held} bytes of the former one are kept")]
    Replaced {
        /// What was asked.
        url: String,
        /// Bytes that are held.
        held: u64,
    },
    /// A document or answer is larger than it may be.
    #[error("{url} is larger than {limit} bytes")]
    TooLarge {
        /// What was asked.
        url: String,
        /// Bytes at most.
        limit: u64,
    },
    /// Receiving or judging the content failed.
    #[error(transparent)]
    Receive(#[from] ReceiveError),
    /// All bytes are here, the check failed, and fetching again did not help.
    #[error("{url} is not what was sealed: {evidence}")]
    Integrity {
        /// What was asked.
        url: String,
        /// What was tried and seen.
        evidence: String,
        /// The verdict.
        #[source]
        source: ReceiveError,
    },
    /// The disk is full.
    #[error("no room for the content; the {held} bytes that are here stay")]
    Full {
        /// Bytes that are held.
        held: u64,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What goes with a partial content could not be written.
    #[error("cannot keep the state of the download")]
    State(#[source] io::Error),
}

impl DownloadError {
    /// A failure of the transport that trying again does not mend.
    pub(super) fn transport(url: String, error: TransportError) -> Self {
        match error {
            TransportError::Tls(reason) => Self::Tls { url, reason },
            TransportError::Proxy => Self::Proxy { url },
            TransportError::Redirect(fault) => Self::Redirect { url, reason: fault.to_string() },
            TransportError::Connect(_) | TransportError::Broken(_) | TransportError::Unanswered(_) => {
                Self::Redirect { url, reason: error.to_string() }
            }
        }
    }
}

impl Classified for DownloadError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Cancelled(_) => &package::INTERRUPTED,
            Self::Start(_) | Self::State(_) => &root::STATE_FAILED,
            Self::GaveUp { .. } => &fetch::NETWORK_FAILED,
            Self::Unusable { .. } => &fetch::ANSWER_UNUSABLE,
            Self::Tls { .. } => &fetch::TLS_FAILED,
            Self::UrlRefused { .. } => &fetch::URL_REFUSED,
            Self::NotThere { .. } => &fetch::NOT_THERE,
            Self::Proxy { .. } => &fetch::PROXY_REFUSED,
            Self::Redirect { .. } => &fetch::REDIRECT_REFUSED,
            Self::Altered { .. } => &fetch::CONTENT_ALTERED,
            Self::SizeDiffers { .. } => &fetch::SIZE_DIFFERS,
            Self::Replaced { .. } => &fetch::CONTENT_REPLACED,
            Self::TooLarge { .. } => &fetch::SOURCE_UNUSABLE,
            Self::Receive(error) | Self::Integrity { source: error, .. } => error.code(),
            Self::Full { .. } => &root::DISK_FULL,
        }
    }
}
