use std::fmt;
use url::Url;

/// A URL whose query may be a token: printed without it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(Url);

impl SecretUrl {
    /// Takes an http or https URL with a host and without a user name; `None` for any other.
    pub fn new(url: Url) -> Option<Self> {
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        (is_web && url.username().is_empty() && url.password().is_none()).then_some(Self(url))
    }

    /// Parses `text`; `None` where it is not such a URL.
    pub fn parse(text: &str) -> Option<Self> {
        Url::parse(text).ok().and_then(Self::new)
    }

    /// All of it, for the request alone.
    pub fn expose(&self) -> &Url {
        &self.0
    }
}

/// Scheme, host, port and path.
impl fmt::Display for SecretUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0[..url::Position::AfterPath])
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}
