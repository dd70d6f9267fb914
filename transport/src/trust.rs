use crate::SecretUrl;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Proxy};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::time::Duration;

/// Whom a client trusts, and which way its requests go.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ClientOptions {
    /// Certificates besides the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// Which proxy.
    pub proxy: ProxyChoice,
}

impl ClientOptions {
    /// Trusts the system's certificates and goes through the system's proxy.
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts these certificates besides the system's ([`certificates`] reads them).
    #[must_use]
    pub fn extra_roots(mut self, roots: Vec<CertificateDer<'static>>) -> Self {
        self.extra_roots = roots;
        self
    }

    /// Goes through this proxy.
    #[must_use]
    pub fn proxy(mut self, proxy: ProxyChoice) -> Self {
        self.proxy = proxy;
        self
    }
}

/// A client that alters nothing: no decompression, no redirect of its own, HTTP/1.1 (one bulk transfer a connection
/// gains nothing from HTTP/2 and pays for its flow control).
///
/// Its own timeouts are none: whoever reads a transfer watches for stalls by the injected clock.
pub(crate) fn build(options: &ClientOptions) -> reqwest::Result<Client> {
    // The process has one default provider; a second call finds it there, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let mut builder = Client::builder()
        .user_agent(concat!("waybill/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .redirect(Policy::none())
        .referer(false)
        .http1_only()
        .tcp_nodelay(true)
        .tcp_keepalive(Duration::from_secs(30))
        .pool_idle_timeout(Duration::from_secs(30));
    if !options.extra_roots.is_empty() {
        let roots: Result<Vec<_>, _> =
            options.extra_roots.iter().map(|root| Certificate::from_der(root.as_ref())).collect();
        builder = builder.tls_certs_merge(roots?);
    }
    builder = match &options.proxy {
        ProxyChoice::System => builder,
        ProxyChoice::Direct => builder.no_proxy(),
        ProxyChoice::Named(url) => builder.no_proxy().proxy(Proxy::all(url.expose().as_str())?),
    };
    builder.build()
}

/// Which proxy requests go through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ProxyChoice {
    /// What HTTPS_PROXY, HTTP_PROXY, NO_PROXY and the system's settings say.
    #[default]
    System,
    /// None.
    Direct,
    /// This one, for everything.
    Named(SecretUrl),
}

/// The certificates in `pem`, for [`ClientOptions::extra_roots`].
///
/// # Errors
/// No certificate in it, or what cannot be read as one.
pub fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, CertificateError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(found) if found.is_empty() => Err(CertificateError("there is none".to_owned())),
        Ok(found) => Ok(found),
        Err(error) => Err(CertificateError(error.to_string())),
    }
}

/// Why there are no certificates.
#[derive(Debug, thiserror::Error)]
#[error("no certificate can be read: {0}")]
pub struct CertificateError(String);
