//! Writes a manifest while its folder is unpacked. Memory does not grow with the number of entries.

use super::{Line, Summary, VERSION, seconds};
use crate::error::ManifestError;
use intunewin::{EntryName, UnpackRecord};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use waybill_context::{Context, failpoint};
use waybill_disk::{NewFile, boot, folder_identity, staging_name};
use waybill_schemas::{Blake3Digest, Mac};

/// What a manifest describes.
#[derive(Debug, Clone)]
pub(crate) struct Described {
    /// The MAC of the content.
    pub(crate) mac: Mac,
    /// The absolute path of the folder.
    pub(crate) destination: PathBuf,
    /// The setup file's name, where the document gave it.
    pub(crate) setup_file: Option<String>,
}

/// Receives every file from [`unpack_recorded`](intunewin::AuthenticatedContent::unpack_recorded). Dropped before the
/// folder is settled, it leaves the old manifest as it was and no file beside it.
pub(crate) struct ManifestWriter<'a> {
    described: Described,
    context: &'a Context<'a>,
    open: Mutex<Option<Open>>,
}

struct Open {
    out: BufWriter<NewFile>,
    files: u64,
    folders: u64,
    bytes: u64,
}

impl<'a> ManifestWriter<'a> {
    /// Starts the manifest that will be at `path`. The caller holds the destination's lock.
    ///
    /// # Errors
    /// I/O.
    pub(crate) fn create(
        path: &Path,
        described: Described,
        context: &'a Context<'a>,
    ) -> Result<Self, ManifestError> {
        let file = NewFile::create_locked(path)
            .map_err(|source| ManifestError::Io { path: path.to_owned(), source })?;
        let open = Open { out: BufWriter::with_capacity(64 << 10, file), files: 0, folders: 0, bytes: 0 };
        Ok(Self { described, context, open: Mutex::new(Some(open)) })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn summary(&self, open: &Open, staged: &Path, settled: bool) -> Summary {
        Summary {
            version: VERSION,
            mac: self.described.mac,
            destination: Some(self.described.destination.clone()).filter(|path| path.to_str().is_some()),
            files: open.files,
            folders: open.folders,
            bytes: open.bytes,
            settled,
            staging: staging_name(staged).map(str::to_owned),
            folder: folder_identity(staged).ok(),
            boot: boot::id(),
            time: seconds(self.context.clock().now()),
            setup_file: self.described.setup_file.clone(),
        }
    }
}

/// The error where the summary was written already, or a thread panicked while writing.
fn closed() -> io::Error {
    io::Error::other("the manifest is closed")
}

impl UnpackRecord for ManifestWriter<'_> {
    fn file(&self, name: &EntryName, size: u64, digest: &Blake3Digest) -> io::Result<()> {
        let bytes = line(&Line {
            name: Some(name.to_string()),
            size: Some(size),
            blake3: Some(*digest),
            ..Line::default()
        })?;
        let mut open = self.lock();
        let open = open.as_mut().ok_or_else(closed)?;
        (open.files, open.bytes) = (open.files + 1, open.bytes + size);
        open.out.write_all(&bytes)
    }

    fn folder(&self, name: &EntryName) -> io::Result<()> {
        let bytes = line(&Line { folder: Some(name.to_string()), ..Line::default() })?;
        let mut open = self.lock();
        let open = open.as_mut().ok_or_else(closed)?;
        open.folders += 1;
        open.out.write_all(&bytes)
    }

    fn settled(&self, staged: &Path, settled: bool) -> io::Result<()> {
        // The lock is released at the end of this block, because `finish` takes it again.
        let summary = {
            let open = self.lock();
            self.summary(open.as_ref().ok_or_else(closed)?, staged, settled)
        };
        self.finish(&summary)
    }
}

impl ManifestWriter<'_> {
    /// Writes this summary, whose counts must be those of the lines, and puts the manifest into its place.
    pub(super) fn finish(&self, summary: &Summary) -> io::Result<()> {
        let Some(Open { out, .. }) = self.lock().take() else { return Err(closed()) };
        complete(out, summary, self.context)
    }

    /// Removes what was written; the old manifest stays as it is.
    pub(super) fn give_up(&self, why: &io::Error) {
        tracing::debug!(%why, "no new manifest is written");
        drop(self.lock().take());
    }
}

fn line(line: &impl serde::Serialize) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Writes the summary and puts the manifest into its place.
pub(super) fn complete(
    mut out: BufWriter<NewFile>,
    summary: &Summary,
    context: &Context<'_>,
) -> io::Result<()> {
    failpoint::reach("manifest-writing");
    out.write_all(&line(summary)?)?;
    let settled = out.into_inner()?.settle()?;
    failpoint::reach("manifest-synced");
    settled.put(true, context)?;
    failpoint::reach("manifest-renamed");
    Ok(())
}
