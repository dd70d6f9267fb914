//! The journal of a partial download: where its bytes came from, and how many of them survive a loss of power.
//!
//! It holds neither keys nor the query of a URL, which may be a secret. It is only a hint, because the MAC checks the
//! bytes: losing it costs the validators, never the bytes.

use serde::{Deserialize, Serialize};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use url::Url;
use waybill_context::{Context, failpoint};
use waybill_disk::boot;
use waybill_disk::{NewFile, private_file};
use waybill_transport::is_strong;

/// The journal beside a partial file, written after each sync of that file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Journal {
    version: u32,
    /// Scheme, host, port and path of the content's URL.
    url: String,
    /// Size of the whole content in bytes.
    pub(crate) size: u64,
    /// The strong ETag of the answer that the bytes came with, quotes included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<String>,
    /// The Last-Modified of that answer, as the server wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) last_modified: Option<String>,
    /// How many bytes from the start on were synced before this was written.
    pub(crate) synced: u64,
    /// The boot in which this was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) boot: Option<String>,
}

const VERSION: u32 = 1;

/// The most bytes of a journal that are read; a usual one has a few hundred.
const MOST_BYTES: u64 = 64 << 10;

/// The most bytes of a URL or header value that are written.
const MOST_TEXT: usize = 8 << 10;

impl Journal {
    /// A journal for a content of `size` bytes from `url`, none of them synced, written in this boot.
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

    /// Records that the bytes come from `url` now, without its secret parts.
    pub(crate) fn set_url(&mut self, url: &Url) {
        let mut url = url.clone();
        url.set_query(None);
        url.set_fragment(None);
        let _ = url.set_password(None).and_then(|()| url.set_username("")); // a URL without a host has neither
        self.url = url.into();
    }

    /// How many of `held` bytes to keep: `None` for all, or those that were synced where the journal was written in
    /// another boot than `boot`.
    ///
    /// Where the system has no id of its boots all are kept: processes die more often than machines, and bytes that
    /// were lost and read as zeros fail the MAC, after which piece hashes tell which to fetch again.
    pub(crate) fn keep(&self, held: u64, boot: Option<&str>) -> Option<u64> {
        let is_another = self.boot.is_some() && boot.is_some() && self.boot.as_deref() != boot;
        (is_another && held > self.synced).then_some(self.synced)
    }

    /// Marks the journal as written in this boot, after unsynced bytes of an earlier one were cut off.
    pub(crate) fn in_this_boot(self) -> Self {
        Self { boot: boot::id(), ..self }
    }

    /// Reads the journal at `path`. `None` where there is none, or where it is damaged or absurd, which is logged as a
    /// warning.
    ///
    /// # Errors
    /// A file that exists and cannot be read.
    pub(crate) fn load(path: &Path) -> io::Result<Option<Self>> {
        let mut bytes = Vec::new();
        match private_file::open(path) {
            // One byte more than the limit, to tell a journal that is too long from one that just fits.
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

    /// Writes the journal beside its place, syncs it and renames it over the old one. The bytes that it counts as
    /// synced must have been synced before.
    ///
    /// # Errors
    /// I/O, after which the old journal is still whole.
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

    /// Removes the journal at `path`, and a new version that a dead run left beside it. A missing one is no error.
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
