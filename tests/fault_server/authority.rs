use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::error::Error;
use std::sync::Arc;

/// A certificate authority that lives as long as a test.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    root: CertificateDer<'static>,
}

impl Authority {
    /// Makes a certificate authority, which no client trusts yet.
    ///
    /// # Errors
    /// The key or the certificate cannot be made.
    pub fn new() -> Result<Self, Box<dyn Error>> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(Vec::new())?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(rcgen::DnType::CommonName, "a test's own authority");
        let root = params.self_signed(&key)?.der().clone();
        Ok(Self { issuer: Issuer::new(params, key), root })
    }

    /// The root certificate, for clients that are to trust the servers.
    pub fn root(&self) -> CertificateDer<'static> {
        self.root.clone()
    }

    /// The TLS configuration of a server with a certificate for `host`.
    ///
    /// # Errors
    /// No certificate can have this name.
    pub fn server(&self, host: &str) -> Result<Arc<ServerConfig>, Box<dyn Error>> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec![host.to_owned()])?;
        params.extended_key_usages.push(rcgen::ExtendedKeyUsagePurpose::ServerAuth);
        params.distinguished_name.push(rcgen::DnType::CommonName, host);
        let certificate = params.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::try_from(key.serialize_der())?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        Ok(Arc::new(config))
    }
}
