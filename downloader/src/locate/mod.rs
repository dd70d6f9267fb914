//! Locates a content and what describes it: by a content.json, a package or a bare URL.

mod document;
mod package;

use crate::error::LocateError;
use crate::request::{FetchOptions, Location, Wanted};
use intunewin::EncryptedContent;
use std::path::Path;
use std::sync::Arc;
use waybill_context::Context;
use waybill_schemas::{EncryptionInfo, Sha256Digest};
use waybill_transport::{
    Client, FilePartRequest, Observations, Reach, SecretUrl, TransportError, is_private,
};

/// A content, and all that is known of it before its first byte is read.
pub(crate) struct Located {
    /// The name in reports.
    pub(crate) name: String,
    /// The encryption info: keys, MAC and file digest.
    pub(crate) info: EncryptionInfo,
    /// Size of the content in bytes.
    pub(crate) size: u64,
    /// Size of the unpacked files in bytes, or of the payload where only that is known.
    pub(crate) unpacked: Option<u64>,
    /// The setup file's name, where the document gives it.
    pub(crate) setup_file: Option<String>,
    /// SHA-256 of the pieces.json, where the document gives it.
    pub(crate) pieces_digest: Option<Sha256Digest>,
    /// Where the content's bytes are.
    pub(crate) bytes: Bytes,
}

/// A content on a server.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The URL of the file that holds it: the content itself or a package.
    pub(crate) url: SecretUrl,
    /// Offset of the content in that file: 0 unless it is a package.
    pub(crate) offset: u64,
    /// Size of that file in bytes, where known.
    pub(crate) total: Option<u64>,
    /// Size of the content in bytes.
    pub(crate) size: u64,
}

impl Target {
    /// Whether the file on the server is a package, which holds more than the content.
    pub(crate) fn is_part(&self) -> bool {
        self.total != Some(self.size)
    }
}

/// Where the bytes of a content are.
pub(crate) enum Bytes {
    /// On this machine, so that nothing is downloaded.
    Here(Box<EncryptedContent>),
    /// On a server. Where the URL is refused, the document at the location is read again.
    Server(Target, Option<Location>),
}

/// Everything that locating needs.
pub(crate) struct Locator<'a> {
    pub(crate) client: &'a Client,
    pub(crate) options: &'a FetchOptions,
    /// The folder for a package that the server does not give in parts.
    pub(crate) incoming: &'a Path,
    pub(crate) context: &'a Context<'a>,
    pub(crate) log: &'a Observations,
}

impl Locator<'_> {
    /// Finds the content, its size and its encryption info.
    pub(crate) fn locate(&self, wanted: &Wanted) -> Result<Located, LocateError> {
        match wanted {
            Wanted::Described(Location::File(path)) => self.file(path),
            Wanted::Described(Location::Url(url)) => self.url(url),
            Wanted::Bare { url, info, size, name } => {
                let url = self.options.content_url.as_ref().unwrap_or(url).clone();
                let size = size.map_or_else(|| self.ask_size(&url), Ok)?;
                let target = Target { url, offset: 0, total: Some(size), size };
                Ok(Located {
                    name: name.clone(),
                    info: (**info).clone(),
                    size,
                    unpacked: None,
                    setup_file: None,
                    pieces_digest: None,
                    bytes: Bytes::Server(target, None),
                })
            }
        }
    }

    /// The size that the server declares; a wrong one makes authentication fail later.
    fn ask_size(&self, url: &SecretUrl) -> Result<u64, LocateError> {
        let small = FilePartRequest { url, range: Some((0, 0)), limit: 1, secret: false };
        let answer = self.client.read_part(&small, self.context, self.log)?;
        let why = "its server does not say how large it is, and the encryption info does not either";
        answer.total.ok_or_else(|| LocateError::Unusable { place: url.to_string(), why })
    }

    /// A document from the internet may not lead to a private address, neither by a redirect nor by its own URL
    /// ([`check_reach`]).
    fn limit_reach(&self, document: &SecretUrl) {
        if !is_private(document.expose()) {
            self.client.set_reach(Reach::Public);
        }
    }
}

/// Refuses a content's URL at a private address if the document came from the internet.
fn check_reach(client: &Client, document: &SecretUrl, content: &SecretUrl) -> Result<(), LocateError> {
    // The document came from its own host, so a content there opens nothing that was closed before.
    let is_elsewhere = content.expose().host() != document.expose().host();
    if client.reach() == Reach::Public && is_elsewhere && is_private(content.expose()) {
        let reason = "a document from the internet says that its content is at a private address".to_owned();
        return Err(TransportError::Redirect { url: content.to_string(), reason }.into());
    }
    Ok(())
}

/// Reads the document again, for a fresh URL.
pub(crate) struct AskAgain<'a> {
    /// Where the document is; `None` where the content was given by a bare URL.
    pub(crate) document: Option<Location>,
    /// The URL that the document gave before.
    pub(crate) former: SecretUrl,
    /// The encryption info of the content that it must still describe.
    pub(crate) info: &'a EncryptionInfo,
}

impl AskAgain<'_> {
    /// The fresh URL; `None` where there is no document or its URL is the same.
    pub(crate) fn fresh_url(
        &mut self,
        client: &Client,
        context: &Context<'_>,
        log: &Observations,
    ) -> Result<Option<SecretUrl>, TransportError> {
        let Some(location) = &self.document else { return Ok(None) };
        let fresh = match document::content_url(location, self.info, client, context, log) {
            Ok(fresh) => fresh,
            Err(LocateError::Transport(error @ TransportError::Cancelled(_))) => return Err(error),
            // Not an error of the fetch: the caller reports that the URL was refused, which a person can act on.
            Err(error) => {
                tracing::debug!(%error, "the document could not be asked again");
                return Ok(None);
            }
        };
        if fresh == self.former {
            return Ok(None);
        }
        self.former = fresh.clone();
        Ok(Some(fresh))
    }
}

/// Bytes that several readers share.
type SharedBytes = Arc<[u8]>;
