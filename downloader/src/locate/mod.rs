//! Where a content is and what belongs to it: from a content.json, a package, or a bare URL.

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
    Client, FilePartRequest, Observations, Reach, SecretUrl, TransportError, leads_to_private,
};

/// A content and all that is known of it before its first byte.
pub(crate) struct Located {
    /// What to call it.
    pub(crate) name: String,
    /// Keys, MAC, digest.
    pub(crate) info: EncryptionInfo,
    /// Bytes of the content.
    pub(crate) size: u64,
    /// Bytes of the unpacked files, or of the payload where only that is known.
    pub(crate) unpacked: Option<u64>,
    /// The setup file, where the document says.
    pub(crate) setup_file: Option<String>,
    /// SHA-256 of pieces.json, where the document says.
    pub(crate) pieces_digest: Option<Sha256Digest>,
    /// Where its bytes are.
    pub(crate) bytes: Bytes,
}

/// Where a content lies on a server.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The file that holds it.
    pub(crate) url: SecretUrl,
    /// Its first byte in that file: 0, but in a package.
    pub(crate) offset: u64,
    /// Bytes of that file, where known.
    pub(crate) total: Option<u64>,
    /// Bytes of the content.
    pub(crate) size: u64,
}

impl Target {
    /// Whether the file holds more than the content: a package.
    pub(crate) fn is_part(&self) -> bool {
        self.total != Some(self.size)
    }
}

/// Where the bytes of a content are.
pub(crate) enum Bytes {
    /// On this machine: nothing is downloaded.
    Here(Box<EncryptedContent>),
    /// On a server; the location is asked again where the URL is refused.
    Server(Target, Option<Location>),
}

/// What locating is given.
pub(crate) struct Locator<'a> {
    pub(crate) client: &'a Client,
    pub(crate) options: &'a FetchOptions,
    /// Where a package that cannot be had in parts is put.
    pub(crate) incoming: &'a Path,
    pub(crate) context: &'a Context<'a>,
    pub(crate) log: &'a Observations,
}

impl Locator<'_> {
    /// Finds out what is wanted.
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

    /// The server's word for it; the MAC has the last.
    fn ask_size(&self, url: &SecretUrl) -> Result<u64, LocateError> {
        let small = FilePartRequest { url, range: Some((0, 0)), limit: 1, secret: false };
        let answer = self.client.read_part(&small, self.context, self.log)?;
        let why = "its server does not say how large it is, and the encryption info does not either";
        answer.total.ok_or_else(|| LocateError::Unusable { place: url.to_string(), why })
    }

    /// A document from the internet leads nobody to a private address, neither by a redirect nor by its own words
    /// ([`check_reach`]).
    fn limit_reach(&self, document: &SecretUrl) {
        if !is_private(document) {
            self.client.set_reach(Reach::Public);
        }
    }
}

fn is_private(url: &SecretUrl) -> bool {
    let lookup = tokio::runtime::Builder::new_current_thread().enable_io().build();
    lookup.is_ok_and(|lookup| lookup.block_on(leads_to_private(url.expose())))
}

/// Refuses a `content` that a document from the internet says to be at a private address.
fn check_reach(client: &Client, document: &SecretUrl, content: &SecretUrl) -> Result<(), LocateError> {
    // The document came from its own host, so a content there opens no way that was not open before.
    let is_elsewhere = content.expose().host() != document.expose().host();
    if client.reach() == Reach::Public && is_elsewhere && is_private(content) {
        let reason = "a document from the internet says that its content is at a private address".to_owned();
        return Err(TransportError::Redirect { url: content.to_string(), reason }.into());
    }
    Ok(())
}

/// Asks the document once more.
pub(crate) struct AskAgain<'a> {
    /// Where the document is; `None` for a bare URL.
    pub(crate) document: Option<Location>,
    /// What it said.
    pub(crate) former: SecretUrl,
    /// Whose content it must still be.
    pub(crate) info: &'a EncryptionInfo,
}

impl AskAgain<'_> {
    /// A fresh URL; `None` where there is nobody to ask or the answer is the same.
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
            // Not an error of the fetch: the caller reports that the URL was refused, which is what somebody
            // can do something about.
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

/// A source that several may read.
type SharedBytes = Arc<[u8]>;
