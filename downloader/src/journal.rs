//! What is known of a partial download beside its bytes: where they came from and how many are safe from a loss of power.
//!
//! It holds no key and no query of a URL (a signed URL's query is a secret), and it is only a hint: bytes are checked by
//! the MAC. Losing it costs the validators, never the bytes.

use serde::{Deserialize, Serialize};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use url::Url;
use waybill_context::{Context, failpoint};
use waybill_disk::boot;
use waybill_disk::{NewFile, private_file};
use waybill_transport::is_strong;

/// Beside every partial file. Written after each sync of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Journal {
    version: u32,
    /// Scheme, host, port and path: no query, no fragment, no user.
    url: String,
    /// Bytes of the whole content.
    pub(crate) size: u64,
    /// The strong ETag that the bytes came with, quotes included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<String>,
    /// The Last-Modified that the bytes came with, as the server wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_modified: Option<String>,
    /// Bytes at the start that were synced before this was written.
    pub(crate) synced: u64,
    /// The boot that it was written in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) boot: Option<String>,
}

const VERSION: u32 = 1;

/// A journal has a few hundred bytes.
const MOST_BYTES: u64 = 64 << 10;

/// Longest URL and header value that are written down.
const MOST_TEXT: usize = 8 << 10;

impl Journal {
    /// For bytes from `url` of a content of `size` bytes, none of them synced yet, in this boot.
    pub(crate) fn new(url: &Url, size: u64) -> Self {
        let mut journal = Self {
            version: VERSION,
            url: String::new(),
            size,
            etag: None,
            last_modified: None,
            synced: 0,
            boot: boot::id(),
        };
        journal.set_url(url);
        journal
    }

    /// The bytes come from `url` now; only what is no secret of it is kept.
    pub(crate) fn set_url(&mut self, url: &Url) {
        let mut url = url.clone();
        url.set_query(None);
        url.set_fragment(None);
        let _ = url.set_password(None).and_then(|()| url.set_username("")); // a URL without a host has neither
        self.url = url.into();
    }

    /// Where the bytes came from, without the query: for people who read a journal.
    #[cfg(test)]
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// How many of `held` bytes to keep: after another boot than this one (`boot`) only those that were synced are
    /// sure; otherwise `None`, for all of them.
    ///
    /// Where the system does not tell its boots, all are kept: processes die more often than machines, and zeros in the
    /// place of bytes that were lost do not pass the MAC, whose pieces tell which to fetch again.
    pub(crate) fn keep(&self, held: u64, boot: Option<&str>) -> Option<u64> {
        let is_another = self.boot.is_some() && boot.is_some() && self.boot.as_deref() != boot;
        (is_another && held > self.synced).then_some(self.synced)
    }

    /// Goes on in this boot: what an earlier one left unsure is cut off by now.
    pub(crate) fn in_this_boot(self) -> Self {
        Self { boot: boot::id(), ..self }
    }

    /// Reads the journal at `path`; one that is damaged or absurd counts as none, with a warning.
    ///
    /// # Errors
    /// A file that is there and cannot be read.
    pub(crate) fn load(path: &Path) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        match private_file::open(path) {
            // One byte more than allowed tells a journal that is too long from one that just fits.
            Ok(file) => file.take(MOST_BYTES + 1).read_to_end(&mut bytes)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let journal = Self::parse(&bytes);
        if let Err(why) = &journal {
            tracing::warn!(journal = %path.display(), why, "the journal is damaged and counts as none");
        }
        Ok(journal.ok())
    }

    fn parse(bytes: &[u8]) -> Result<Self, &'static str> {
        if bytes.len() as u64 > MOST_BYTES {
            return Err("too long");
        }
        let journal: Self = serde_json::from_slice(bytes).map_err(|_| "not a journal")?;
        let texts = [Some(&journal.url), journal.etag.as_ref(), journal.last_modified.as_ref()];
        let is_text = |text: &String| text.len() <= MOST_TEXT && !text.contains(char::is_control);
        if journal.version != VERSION {
            Err("of another version")
        } else if !texts.into_iter().flatten().all(is_text) {
            Err("a text that no server sends")
        } else if journal.url.contains(['?', '#']) {
            Err("a URL with a query")
        } else if journal.etag.as_ref().is_some_and(|etag| !is_strong(etag)) {
            Err("a weak ETag")
        } else if journal.synced > journal.size {
            Err("more synced than there is")
        } else if journal.boot.as_ref().is_some_and(|id| !boot::is_plausible(id)) {
            Err("no boot id")
        } else {
            Ok(journal)
        }
    }

    /// Writes the journal: beside its place, synced, renamed over the old one. The partial file's bytes that it counts
    /// as synced are synced before this is called.
    ///
    /// # Errors
    /// I/O; the old journal is whole then.
    pub(crate) fn store(&self, path: &Path, context: &Context<'_>) -> io::Result<()> {
        failpoint::reach("journal-writing");
        let mut file = NewFile::create_locked(path)?;
        file.write_all(&serde_json::to_vec(self)?)?;
        let settled = file.settle()?;
        failpoint::reach("journal-synced");
        settled.put(true, context)?;
        failpoint::reach("journal-renamed");
        Ok(())
    }

    /// Removes the journal at `path`, and what was being written beside it; that there is none is fine.
    ///
    /// # Errors
    /// I/O.
    pub(crate) fn remove(path: &Path) -> io::Result<()> {
        private_file::remove(&private_file::beside(path))?;
        private_file::remove(path)
    }
}

#[cfg(test)]
mod tests;
