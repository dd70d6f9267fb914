//! The secret document: private from its first byte, whole or not there, never written over what says something else.

use crate::error::PublishError;
use crate::store::StoreError;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use waybill_context::{Cancelled, Context};
use waybill_disk::{FileAccess, NewFile, folder_of};
use waybill_schemas::{ContentDocument, DOCUMENT_LIMIT, Mac, read_bounded};

/// Refuses early what [`write`] would refuse after all the work: a document of another content, or no document.
pub(crate) fn refuse_another(path: &Path, mac: &Mac, force: bool) -> Result<(), PublishError> {
    if force {
        return Ok(());
    }
    match read(path)? {
        There::Nothing => Ok(()),
        There::Document(there) if there.file_encryption_info.mac == *mac => Ok(()),
        There::Document(_) => Err(exists(path, "is another content's")),
        There::Other => Err(exists(path, "is no content.json")),
    }
}

/// Writes the document, mode 0600; false where it was there and says the same.
pub(crate) fn write(
    document: &ContentDocument,
    path: &Path,
    force: bool,
    context: &Context<'_>,
) -> Result<bool, PublishError> {
    match read(path)? {
        There::Document(there) if says_the_same(&there, document) => return Ok(false),
        There::Nothing => {}
        _ if force => {}
        There::Document(there) if there.file_encryption_info.mac == document.file_encryption_info.mac => {
            return Err(exists(path, "says something else of the same content"));
        }
        There::Document(_) => return Err(exists(path, "is another content's")),
        There::Other => return Err(exists(path, "is no content.json")),
    }
    put(&document.write()?, path, force, context)?;
    Ok(true)
}

fn put(bytes: &[u8], path: &Path, force: bool, context: &Context<'_>) -> Result<(), PublishError> {
    let failed = |error| PublishError::Store(StoreError::write(path, error));
    fs::create_dir_all(folder_of(path)).map_err(failed)?;
    let new = NewFile::create(path, FileAccess::Private).map_err(failed)?;
    new.file().write_all(bytes).map_err(failed)?;
    new.put(force, context).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path, "was written by another program just now"),
        io::ErrorKind::Interrupted => PublishError::Cancelled(Cancelled),
        _ => failed(error),
    })
}

enum There {
    Nothing,
    Document(Box<ContentDocument>),
    Other,
}

fn read(path: &Path) -> Result<There, PublishError> {
    let failed = |error| PublishError::Store(StoreError::read(path, error));
    // Before it is opened: a pipe would wait for a writer that never comes.
    match path.metadata() {
        Ok(there) if there.is_file() => {}
        Ok(_) => return Ok(There::Other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(There::Nothing),
        Err(error) => return Err(failed(error)),
    }
    let bytes = File::open(path).and_then(|file| read_bounded(file, DOCUMENT_LIMIT)).map_err(failed)?;
    Ok(ContentDocument::read(&bytes).map_or(There::Other, |document| There::Document(Box::new(document))))
}

/// Fields that another program added are not compared: they may stay.
fn says_the_same(there: &ContentDocument, document: &ContentDocument) -> bool {
    let there = ContentDocument { other: document.other.clone(), ..there.clone() };
    there == *document
}

fn exists(path: &Path, says: &'static str) -> PublishError {
    PublishError::DocumentExists { document: path.to_path_buf(), says }
}
