use super::redirect::RedirectFault;
use std::error::Error;
use std::io;

/// What went wrong below HTTP, or before an answer could be judged. Never holds a URL: its query may be a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TransportError {
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
    /// The proxy wants credentials (407 to CONNECT).
    #[error("the proxy asks for credentials")]
    Proxy,
    /// A redirect that is not followed.
    #[error(transparent)]
    Redirect(#[from] RedirectFault),
}

impl From<reqwest::Error> for TransportError {
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
