//! Packing folders, and reading the payloads of packages.

use intunewin::{ArchivePolicy, FileSource, Package};
use std::error::Error;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use waybill_context::Context;
use waybill_packager::pack::{Level, PackOptions, PackOutput, PackRequest, PackSource, pack};

/// The options with which tests pack folders; every entry gets the same time.
#[must_use]
pub fn options(level: Level) -> PackOptions {
    let source_date_epoch = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)); // 2026-01-01
    let mut options = PackOptions::default();
    (options.level, options.source_date_epoch) = (level, source_date_epoch);
    options
}

/// Packs `folder` into `package`.
///
/// # Errors
/// Those of packing.
pub fn pack_folder(
    folder: &Path,
    setup_file: &str,
    package: &Path,
    options: PackOptions,
) -> Result<PathBuf, Box<dyn Error>> {
    let source = PackSource::Folder { folder: folder.into(), setup_file: setup_file.into() };
    let output = PackOutput::File(package.into());
    let mut request = PackRequest::new(source, output);
    request.options = options;
    pack(&request, &Context::silent())?;
    Ok(package.into())
}

/// The decrypted payload of a package.
///
/// # Errors
/// The package cannot be read or does not authenticate.
pub fn payload(package: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let context = Context::silent();
    let package = Package::open(FileSource::open(package)?, &ArchivePolicy::default())?;
    let content = package.into_content(&context)?.authenticate(&context)?;
    let mut payload = Vec::new();
    content.payload().read_to_end(&mut payload)?;
    Ok(payload)
}
