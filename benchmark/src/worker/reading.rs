//! Measuring the stages of packing and reading.

use super::delivery::Published;
use super::limits::{files, read_pieces};
use super::{WorkResult, timed};
use crate::folder::Ground;
use crate::payload::SETUP_FILE;
use crate::stage::{Facts, Stage};
use crate::task::Answer;
use aes::Aes256Enc;
use cbc::Encryptor;
use cbc::cipher::{Array, BlockModeEncrypt as _, KeyIvInit as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use intunewin::{
    ArchiveError, ArchivePolicy, FileSource, Package, PackageMetadata, PackageWriter, UnpackOptions,
};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use waybill_context::Context;
use waybill_packager::pack::{self, PackOutput, PackRequest, PackSource};
use waybill_publisher::{PublishRequest, publish};

/// The size of the pieces that sealing processes, in bytes.
const PIECE: usize = 64 << 10;

/// Measures one primitive, or all of sealing, over the bytes of the source files.
pub(super) fn source(stage: Stage, ground: &Ground) -> WorkResult<Answer> {
    let folder = ground.source();
    match stage {
        Stage::Sha256 => {
            let mut digest = Sha256::new();
            primitive(&folder, |piece| digest.update(piece))
        }
        Stage::Hmac => {
            let mut mac = Hmac::<Sha256>::new(&[1; 64].into());
            primitive(&folder, |piece| mac.update(piece))
        }
        Stage::Aes => {
            let mut cipher = Encryptor::<Aes256Enc>::new(&[1; 32].into(), &[2; 16].into());
            primitive(&folder, |piece| cipher.encrypt_blocks(Array::slice_as_chunks_mut(piece).0))
        }
        _ => seal(&folder),
    }
}

fn primitive(folder: &Path, mut take: impl FnMut(&mut [u8])) -> WorkResult<Answer> {
    timed(|| {
        read_all(folder, |piece| {
            take(piece);
            Ok(())
        })
    })
}

fn seal(folder: &Path) -> WorkResult<Answer> {
    let mut writer = PackageWriter::create(Nowhere)?;
    timed(|| {
        let bytes = read_all(folder, |piece| writer.write_all(piece))?;
        let (name, setup_file) = ("sealed".to_owned(), "sealed".to_owned());
        let written = SystemTime::UNIX_EPOCH;
        writer.finish(PackageMetadata { name, setup_file, msi_info: None, written })?;
        Ok(bytes)
    })
}

/// Passes every file below `folder` to `take`, piece by piece. Returns the number of bytes.
fn read_all(folder: &Path, mut take: impl FnMut(&mut [u8]) -> io::Result<()>) -> WorkResult<u64> {
    let mut piece = vec![0; PIECE];
    let mut total = 0;
    for (path, _) in files(folder)? {
        total += read_pieces(&mut File::open(path)?, &mut piece, &mut take)?;
    }
    Ok(total)
}

/// Measures authenticating the content file: MAC and file digest.
pub(super) fn authenticate(ground: &Ground, context: &Context<'_>) -> WorkResult<Answer> {
    let content = Published::read(ground)?.open()?;
    let size = content.content_size();
    timed(|| {
        content.authenticate(context)?;
        Ok(size)
    })
}

/// Measures reading the payload of an authenticated content: decrypted, and digested if that is the stage.
pub(super) fn payload(stage: Stage, ground: &Ground, context: &Context<'_>) -> WorkResult<Answer> {
    let mut reader = Published::read(ground)?.open()?.authenticate(context)?.payload();
    let mut buffer = vec![0; 256 << 10];
    let mut digest = (stage == Stage::Digest).then(Sha256::new);
    timed(|| {
        let bytes = read_pieces(&mut reader, &mut buffer, |piece| {
            digest.iter_mut().for_each(|digest| digest.update(&*piece));
            Ok(())
        })?;
        Ok(bytes)
    })
}

/// Measures unpacking an authenticated content.
pub(super) fn unpack(ground: &Ground, threads: usize, context: &Context<'_>) -> WorkResult<Answer> {
    let content = Published::read(ground)?.open()?.authenticate(context)?;
    let mut options = UnpackOptions::default();
    options.threads = threads;
    timed(|| Ok(content.unpack(&ground.output(), &options, context)?.bytes))
}

/// A writer that discards its bytes.
struct Nowhere;

impl Write for Nowhere {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Nowhere {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(0)
    }
}

/// The address in the published document. It is never used: only the encryption info of the document is read.
const NOWHERE: &str = "http://127.0.0.1/";

fn request(ground: &Ground, output: PathBuf, threads: usize) -> PackRequest {
    let source = PackSource::Folder { folder: ground.source(), setup_file: SETUP_FILE.into() };
    let mut request = PackRequest::new(source, PackOutput::File(output));
    request.options.threads = NonZeroUsize::new(threads);
    request
}

/// Measures packing to a package.
pub(super) fn pack(ground: &Ground, threads: usize, context: &Context<'_>) -> WorkResult<Answer> {
    let request = request(ground, ground.output().join("packed.intunewin"), threads);
    timed(|| Ok(pack::pack(&request, context)?.sizes.source))
}

/// Measures making the payload alone, without encryption and without writing it.
pub(super) fn deflate(ground: &Ground, threads: usize, context: &Context<'_>) -> WorkResult<Answer> {
    let request = request(ground, ground.output().join("packed.intunewin"), threads);
    timed(|| Ok(pack::write_payload(&request, std::io::sink(), context)?))
}

/// Packs and publishes the content that all other stages read.
pub(super) fn prepare(ground: &Ground, threads: usize, context: &Context<'_>) -> WorkResult<Facts> {
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
