use super::UnpackError;
use crate::content::AuthenticatedContent;
use std::io::{self, Read, Write};
use std::path::Path;
use tempfile::NamedTempFile;
use waybill_context::{Context, Stage};
use waybill_disk::{StagingError, sync_folder, while_held};

impl AuthenticatedContent {
    /// Writes the payload (the inner zip) itself to `file`, decrypted: first under a private name beside it, then one
    /// rename. A file that is there already is replaced only with `force`.
    ///
    /// # Errors
    /// A file that is there, I/O, interruption; nothing half-done stays.
    pub fn write_payload(&self, file: &Path, force: bool, context: &Context<'_>) -> Result<u64, UnpackError> {
        let unusable = |why| StagingError::Unusable { path: file.to_owned(), why };
        let file = std::path::absolute(file).map_err(|_| unusable("not a path"))?;
        let (Some(folder), Some(_)) = (file.parent(), file.file_name()) else {
            return Err(unusable("it has no name of its own").into());
        };
        if !force && file.symlink_metadata().is_ok() {
            return Err(StagingError::Exists { path: file }.into());
        }
        let failed = |source| StagingError::Staging { folder: folder.to_owned(), source };
        fs_err::create_dir_all(folder).map_err(failed)?;
        let mut staged = tempfile::Builder::new().prefix(".waybill-").tempfile_in(folder).map_err(failed)?;
        let written = self.copy_payload(staged.as_file_mut(), &file, context)?;
        match persist(staged, &file, force, context) {
            Ok(()) => {
                sync_folder(folder); // the payload itself is settled already
                Ok(written)
            }
            Err(error) if !force && file.symlink_metadata().is_ok() => {
                tracing::debug!(%error, "the file appeared meanwhile");
                Err(StagingError::Exists { path: file }.into())
            }
            Err(error) => Err(failed(error).into()),
        }
    }

    fn copy_payload(
        &self,
        out: &mut std::fs::File,
        file: &Path,
        context: &Context<'_>,
    ) -> Result<u64, UnpackError> {
        let meter = context.meter(Stage::Unpack, Some(self.payload_size()));
        let failed = |source| UnpackError::Write { entry: shown(file), source };
        let mut reader = self.payload();
        let (mut buffer, mut written) = (vec![0; 256 << 10], 0);
        loop {
            context.check()?;
            let count = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(crate::archive::ArchiveError::Io(error).into()),
            };
            out.write_all(&buffer[..count]).map_err(failed)?;
            meter.advance(count as u64);
            written += count as u64;
        }
        out.sync_all().map_err(failed)?;
        Ok(written)
    }
}

/// Renames the staged file; it vanishes where that fails.
fn persist(staged: NamedTempFile, file: &Path, force: bool, context: &Context<'_>) -> io::Result<()> {
    let mut staged = Some(staged);
    while_held(context, || {
        let Some(held) = staged.take() else { return Ok(()) };
        let persisted = if force { held.persist(file) } else { held.persist_noclobber(file) };
        persisted.map(drop).map_err(|refused| {
            staged = Some(refused.file);
            refused.error
        })
    })
}

fn shown(file: &Path) -> String {
    file.display().to_string()
}
