use crate::SecretUrl;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Proxy};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use std::time::Duration;

/// Whom to trust and which way to go.
#[derive(Debug, Clone)]
pub struct Trust {
    /// Certificates besides the system's.
    pub extra_roots: Vec<CertificateDer<'static>>,
    /// Which proxy.
    pub proxy: ProxyChoice,
}

/// A client that alters nothing: no decompression, no redirect of its own, HTTP/1.1 (one bulk transfer a connection
/// gains nothing from HTTP/2 and pays for its flow control).
///
/// Its own timeouts are none: whoever reads a transfer watches for stalls by the injected clock.
pub(crate) fn build(trust: &Trust) -> reqwest::Result<Client> {
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
    if !trust.extra_roots.is_empty() {
        let roots: Result<Vec<_>, _> =
            trust.extra_roots.iter().map(|root| Certificate::from_der(root.as_ref())).collect();
        builder = builder.tls_certs_merge(roots?);
    }
    builder = match &trust.proxy {
        ProxyChoice::System => builder,
        ProxyChoice::Direct => builder.no_proxy(),
        ProxyChoice::Named(url) => builder.no_proxy().proxy(Proxy::all(url.expose().as_str())?),
    };
    builder.build()
}

/// Which proxy requests go through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ProxyChoice {
    /// What HTTPS_PROXY, HTTP_PROXY, NO_PROXY and the system's settings say.
    #[default]
    System,
    /// None.
    Direct,
    /// This one, for everything.
    Named(SecretUrl),
}

/// The certificates in `pem`, for [`Trust::extra_roots`].
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
