//! A request: method, URL, headers, and a body that can be sent more than once.

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use std::io::{self, Cursor, Read, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;
use url::Url;

/// A body that can be read again from its beginning, because a request that is retried or redirected sends it again.
pub trait BodySource: Send + Sync {
    /// The size in bytes, asked once for each request; a reader must give at least that many.
    fn size(&self) -> u64;

    /// Starts a new read from the first byte.
    ///
    /// # Errors
    /// I/O. It ends the request.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;
}

impl BodySource for Bytes {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.clone())))
    }
}

/// A part of a file, such as one block of an upload.
#[derive(Debug, Clone)]
pub struct FileSlice {
    path: PathBuf,
    offset: u64,
    size: u64,
}

impl FileSlice {
    /// The `size` bytes from `offset` on of the file at `path`, which is opened when the request is sent.
    pub fn new(path: impl Into<PathBuf>, offset: u64, size: u64) -> Self {
        Self { path: path.into(), offset, size }
    }
}

impl BodySource for FileSlice {
    fn size(&self) -> u64 {
        self.size
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut file = waybill_schemas::open_regular(&self.path)?;
        file.seek(SeekFrom::Start(self.offset))?;
        Ok(Box::new(file.take(self.size)))
    }
}

/// A request. Its URL is printed without the query, and its secret headers never are; redirects to another host send
/// neither.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: SecretUrl,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<RequestBody>,
    pub(crate) holds_keys: bool,
    pub(crate) repeatable: bool,
    pub(crate) follows_redirects: bool,
    pub(crate) answer_limit: u64,
    pub(crate) limit_rate: Option<u64>,
}

/// The body of a request. Its size is asked once, because what the request declares and what is sent must be the same.
#[derive(Clone)]
pub(crate) struct RequestBody {
    pub(crate) source: Arc<dyn BodySource>,
    pub(crate) size: u64,
}

/// The most bytes of an answer's body, unless [`Request::answer_limit`] sets another limit.
const ANSWER_LIMIT: u64 = 1 << 20;

impl Request {
    /// A request without a body. GET, HEAD, PUT and DELETE may be repeated; POST and PATCH may only where
    /// [`Request::repeatable`] says so.
    pub fn new(method: Method, url: SecretUrl) -> Self {
        Self {
            repeatable: method.is_idempotent(),
            method,
            url,
            headers: HeaderMap::new(),
            body: None,
            holds_keys: false,
            follows_redirects: true,
            answer_limit: ANSWER_LIMIT,
            limit_rate: None,
        }
    }

    /// Reads what is at `url`.
    pub fn get(url: SecretUrl) -> Self {
        Self::new(Method::GET, url)
    }

    /// Sends these bytes as the body.
    #[must_use]
    pub fn bytes(self, body: impl Into<Bytes>) -> Self {
        self.source(Arc::new(body.into()))
    }

    /// Sends the bytes of `body`, read on the caller's thread as they go out.
    #[must_use]
    pub fn source(mut self, body: Arc<dyn BodySource>) -> Self {
        self.body = Some(RequestBody { size: body.size(), source: body });
        self
    }

    /// Sends this header.
    ///
    /// # Errors
    /// A name or value that HTTP does not allow; a header that the client sets itself, for framing or encoding.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, HeaderError> {
        let (name, value) = header(name, value)?;
        self.headers.append(name, value);
        Ok(self)
    }

    /// Sends this header as a secret: it is never printed, goes over https or to this machine only, and is left out
    /// where a redirect leads to another host.
    ///
    /// # Errors
    /// Those of [`Request::header`].
    pub fn secret_header(mut self, name: &str, value: &str) -> Result<Self, HeaderError> {
        let (name, mut value) = header(name, value)?;
        value.set_sensitive(true);
        self.headers.append(name, value);
        Ok(self)
    }

    /// Requests the bytes from offset `first` to offset `last`, both included, or to the end of the file.
    #[must_use]
    pub fn range(mut self, first: u64, last: Option<u64>) -> Self {
        let last = last.map_or_else(String::new, |last| last.to_string());
        if let Ok(value) = HeaderValue::from_str(&format!("bytes={first}-{last}")) {
            self.headers.insert(header::RANGE, value);
        }
        self
    }

    /// Makes the request conditional on the file's strong ETag being `etag`.
    #[must_use]
    pub fn if_match(mut self, etag: Option<&str>) -> Self {
        if let Some(value) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            self.headers.insert(header::IF_MATCH, value);
        }
        self
    }

    /// Whether the body or the answer holds keys, which go over https or stay on this machine.
    #[must_use]
    pub fn holds_keys(mut self, holds_keys: bool) -> Self {
        self.holds_keys = holds_keys;
        self
    }

    /// Whether the request may be sent again where it may have reached the server and no answer came.
    #[must_use]
    pub fn repeatable(mut self, repeatable: bool) -> Self {
        self.repeatable = repeatable;
        self
    }

    /// Returns a redirect as the answer. Otherwise reads follow all redirects within the rules, and other methods only
    /// 307 and 308, which keep method and body.
    #[must_use]
    pub fn without_redirects(mut self) -> Self {
        self.follows_redirects = false;
        self
    }

    /// The most bytes of the answer's body; 1 MiB unless this is called.
    #[must_use]
    pub fn answer_limit(mut self, bytes: u64) -> Self {
        self.answer_limit = bytes;
        self
    }

    /// Limits the body's rate to this many bytes per second.
    #[must_use]
    pub fn limit_rate(mut self, rate: Option<u64>) -> Self {
        self.limit_rate = rate;
        self
    }

    /// Whether the request may only go over https or to this machine.
    pub(crate) fn has_secrets(&self) -> bool {
        self.holds_keys || self.headers.iter().any(|(name, value)| is_credential(name, value))
    }
}

/// Whether no other host may get a header: it was set as secret, or holds credentials by its name.
pub(crate) fn is_credential(name: &HeaderName, value: &HeaderValue) -> bool {
    value.is_sensitive() || names_a_credential(name)
}

fn names_a_credential(name: &HeaderName) -> bool {
    [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION].contains(name)
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), HeaderError> {
    let failed = |why| HeaderError { name: name.escape_default().to_string(), why };
    let parsed = HeaderName::try_from(name).map_err(|_| failed("no header has this name"))?;
    let mut value = HeaderValue::try_from(value).map_err(|_| failed("a header cannot have its value"))?;
    // A credential is not printed even where the caller did not set it as secret.
    value.set_sensitive(names_a_credential(&parsed));
    let ours = [
        header::ACCEPT_ENCODING,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::EXPECT,
        header::HOST,
        // The password of a proxy stands in the proxy's URL: as a header it would reach servers that need no proxy.
        header::PROXY_AUTHORIZATION,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
    ];
    if ours.contains(&parsed) { Err(failed("it is set by the client itself")) } else { Ok((parsed, value)) }
}

/// Prints method, URL without its query, and headers without secret values.
impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Request")
            .field("method", &self.method)
            .field("url", &self.url)
            .field("headers", &self.headers)
            .field("body", &self.body.as_ref().map(|body| body.size))
            .finish_non_exhaustive()
    }
}

/// A header that cannot be sent. Its value is left out: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the header {name} cannot be sent: {why}")]
pub struct HeaderError {
    name: String,
    why: &'static str,
}

/// A URL that prints without its query, which may be a token.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(Url);

impl SecretUrl {
    /// Takes an http or https URL with a host and without a user name.
    ///
    /// # Errors
    /// Any other URL.
    pub fn new(url: Url) -> Result<Self, UrlError> {
        let is_web = matches!(url.scheme(), "http" | "https") && url.has_host();
        // A user name would go out as an Authorization header, and would be printed with the URL.
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        if is_web && is_anonymous { Ok(Self(url)) } else { Err(UrlError) }
    }

    /// Parses `text` as such a URL.
    ///
    /// # Errors
    /// Any other text, which the error does not repeat because it may hold a token.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        Url::parse(text).map_err(|_| UrlError).and_then(Self::new)
    }

    /// The whole URL with its query, for sending the request only.
    pub fn expose(&self) -> &Url {
        &self.0
    }
}

/// The text or URL is not one of http or https with a host, or has a user name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no http or https URL with a host and without a user name")]
pub struct UrlError;

/// Prints scheme, host, port and path.
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

#[cfg(test)]
mod request_tests {
    use super::*;

    fn request(url: &str) -> Request {
        Request::new(Method::POST, SecretUrl::parse(url).unwrap())
    }

    #[test]
    fn secrets_are_not_printed() {
        let request = request("https://a.example/x?sig=canary").bytes("canary");
        let request =
            request.secret_header("Authorization", "Bearer canary").unwrap().header("x-a", "b").unwrap();
        let printed = format!("{request:?}");
        assert!(!printed.contains("canary") && printed.contains("x-a"), "{printed}");
        let request = request.header("cookie", "canary").unwrap();
        assert!(!format!("{request:?}").contains("canary"), "what is a credential by its name");
        let error = request.header("x", "canary\n").unwrap_err();
        assert_eq!(error.to_string(), "the header x cannot be sent: a header cannot have its value");
    }

    #[test]
    fn headers_of_framing_are_ours() {
        for name in [
            "Content-Length",
            "transfer-encoding",
            "HOST",
            "accept-encoding",
            "Proxy-Authorization",
            "a b",
            "",
        ] {
            assert!(request("https://a.example/").header(name, "1").is_err(), "{name}");
        }
    }

    #[test]
    fn keys_and_credentials_are_secrets() {
        let plain = || request("http://a.example/");
        assert!(plain().secret_header("x-key", "1").unwrap().has_secrets());
        assert!(plain().holds_keys(true).has_secrets());
        assert!(plain().header("authorization", "Basic x").unwrap().has_secrets());
        assert!(!plain().header("x-key", "1").unwrap().has_secrets());
    }
}
