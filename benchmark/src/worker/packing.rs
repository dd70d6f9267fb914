//! From the source folder to a published package.

use super::Outcome;
use super::content::Published;
use super::timed::timed;
use crate::facts::Facts;
use crate::ground::Ground;
use crate::payload::SETUP_FILE;
use crate::task::Answer;
use intunewin::{ArchiveError, ArchivePolicy, FileSource, Package};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use waybill_context::Context;
use waybill_packager::pack::{self, PackOutput, PackRequest, PackSource};
use waybill_publisher::{PublishRequest, publish};

/// What the lab server's address will stand in for: the document is asked for its keys alone.
const NOWHERE: &str = "http://127.0.0.1/";

fn request(ground: &Ground, output: PathBuf, threads: usize) -> PackRequest {
    let source = PackSource::Folder { folder: ground.source(), setup_file: SETUP_FILE.into() };
    let mut request = PackRequest::new(source, PackOutput::File(output));
    request.options.threads = NonZeroUsize::new(threads);
    request
}

/// The package as a stage.
pub(super) fn pack(ground: &Ground, threads: usize, context: &Context<'_>) -> Outcome<Answer> {
    let request = request(ground, ground.output().join("packed.intunewin"), threads);
    timed(|| Ok(pack::pack(&request, context)?.sizes.source))
}

/// The payload alone, into nowhere.
pub(super) fn deflate(ground: &Ground, threads: usize, context: &Context<'_>) -> Outcome<Answer> {
    let request = request(ground, ground.output().join("packed.intunewin"), threads);
    timed(|| Ok(pack::write_payload(&request, std::io::sink(), context)?))
}

/// Packs and publishes what all other stages read.
pub(super) fn prepare(ground: &Ground, threads: usize, context: &Context<'_>) -> Outcome<Facts> {
    let report = pack::pack(&request(ground, ground.package(), threads), context)?;
    let policy = ArchivePolicy::default();
    let mut publishing = PublishRequest::new(ground.package(), ground.public());
    publishing.document = Some(ground.document());
    publishing.base_url = Some(NOWHERE.to_owned());
    publishing.force = true;
    let package = Package::open(FileSource::open(ground.package())?, &policy)?;
    publish(package.into_content(context)?, &publishing, context)?;
    std::fs::remove_file(ground.package())?; // from here on the published content is what counts
    let content = Published::read(ground)?.open()?;
    let size = content.content_size();
    let content = content.authenticate(context)?;
    let mut deflated = 0;
    content.archive(&policy, context)?.visit(|entry| {
        deflated += if entry.deflated { entry.size } else { 0 };
        Ok::<(), ArchiveError>(())
    })?;
    Ok(Facts {
        files: report.entries.files,
        source: report.sizes.source,
        deflated,
        payload: content.payload_size(),
        content: size,
    })
}
