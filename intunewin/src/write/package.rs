use super::directory::{Directory, Record};
use super::seal::{ContentSealer, Sealed};
use super::{DosTime, PackageKeys, WriteError};
use crate::zip::record::{extra_id, method};
use std::io::{self, Seek, SeekFrom, Write};
use std::time::SystemTime;
use waybill_schemas::{ApplicationInfo, DigestAlgorithm, EncryptionInfo, Mac, MsiInfo, Profile};

/// Where the content lies in the outer zip; the file name is the one all of today's packages carry.
const CONTENT_NAME: &str = "IntuneWinPackage/Contents/IntunePackage.intunewin";
const CONTENT_FILE_NAME: &str = "IntunePackage.intunewin";
const DETECTION_NAME: &str = "IntuneWinPackage/Metadata/Detection.xml";

/// Bytes of the growth hint that Microsoft's local headers carry; zip64's extra field takes its place in part.
const RESERVED: usize = 28;
const ZIP64_EXTRA: usize = 20;

/// Writes a package in one pass: the payload goes in as it comes, the content's header is filled in at the end.
///
/// It is [`Write`] for the payload (usually under a [`PayloadWriter`](crate::PayloadWriter)); what was not
/// [finished](PackageWriter::finish) is no package. The package has exactly the shape of Microsoft's: two stored
/// entries, no flags, no descriptors, no comment, zip64 only where a size needs it (package-format, "Two zips").
/// Memory stays the same whatever the size. The file needs no other bytes in it; writing starts at offset 0.
pub struct PackageWriter<W> {
    out: W,
    sealer: ContentSealer,
    keys: PackageKeys,
}

/// What the package says of itself beside its content.
#[derive(Debug, Clone)]
pub struct PackageMetadata {
    /// The app's name: an MSI's ProductName, else the setup file's name.
    pub name: String,
    /// The setup file, relative to the source folder.
    pub setup_file: String,
    /// What the setup file says, where it is an MSI.
    pub msi_info: Option<MsiInfo>,
    /// The time both outer entries carry.
    pub written: SystemTime,
}

/// A package that is complete.
#[derive(Debug)]
pub struct WrittenPackage<W> {
    /// What its Detection.xml says, keys included.
    pub info: ApplicationInfo,
    /// Bytes of the encrypted content.
    pub content_len: u64,
    /// Bytes of the package.
    pub package_len: u64,
    /// What it was written into: flushed, not yet synced.
    pub out: W,
}

impl<W: Write + Seek> PackageWriter<W> {
    /// Starts a package with fresh random keys at the beginning of `out`.
    ///
    /// # Errors
    /// The system has no random bytes, or the medium refuses.
    pub fn create(out: W) -> Result<Self, WriteError> {
        Self::with_keys(out, PackageKeys::generate()?)
    }

    /// Starts a package with given keys: for test vectors, see [`PackageKeys::for_test_vectors`].
    ///
    /// # Errors
    /// The medium refuses.
    pub fn with_keys(mut out: W, keys: PackageKeys) -> Result<Self, WriteError> {
        out.write_all(&[0; header_len()])?;
        out.write_all(&[0; Mac::LENGTH])?;
        let sealer = ContentSealer::begin(&keys, &mut out)?;
        Ok(Self { out, sealer, keys })
    }

    /// Bytes of payload taken so far.
    pub const fn payload_len(&self) -> u64 {
        self.sealer.payload_len()
    }

    /// Ends the content and completes the package around it.
    ///
    /// # Errors
    /// The medium refuses.
    pub fn finish(self, metadata: PackageMetadata) -> Result<WrittenPackage<W>, WriteError> {
        let Self { mut out, sealer, keys } = self;
        let written = DosTime::from_system_time(metadata.written);
        let sealed = sealer.finish(&mut out)?;
        let info = describe(metadata, &sealed, &keys);
        let package_len = complete(&mut out, &sealed, written, info.to_xml().as_bytes())?;
        Ok(WrittenPackage { info, content_len: sealed.content_len, package_len, out })
    }
}

impl<W: Write> Write for PackageWriter<W> {
    fn write(&mut self, payload: &[u8]) -> io::Result<usize> {
        self.sealer.write(payload, &mut self.out)?;
        Ok(payload.len())
    }

    /// Passes the medium's flush on; payload short of a cache-sized piece stays held until more comes.
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

const fn header_len() -> usize {
    30 + CONTENT_NAME.len() + RESERVED
}

fn stored(offset: u64, len: u64, crc: u32, modified: DosTime) -> Record {
    let wide = Record::needs_wide(len, len);
    Record { offset, compressed: len, size: len, crc, modified, method: method::STORED, flags: 0, wide }
}

/// Everything after the content, then the content's header; the package's length.
fn complete<W: Write + Seek>(
    out: &mut W,
    sealed: &Sealed,
    written: DosTime,
    xml: &[u8],
) -> Result<u64, WriteError> {
    let content = stored(0, sealed.content_len, sealed.crc, written);
    let detection_offset = header_len() as u64 + sealed.content_len;
    let detection = stored(detection_offset, xml.len() as u64, crc32fast::hash(xml), written);
    let mut tail = Vec::with_capacity(1024 + xml.len());
    detection.write_local(DETECTION_NAME.as_bytes(), &growth_hint(RESERVED), &mut tail)?;
    tail.extend(xml);

    let mut directory = Directory::default();
    directory.push(CONTENT_NAME.as_bytes(), content)?;
    directory.push(DETECTION_NAME.as_bytes(), detection)?;
    let directory_offset = detection_offset + tail.len() as u64;
    let directory_len = directory.write_to(directory_offset, &mut tail)?;
    out.write_all(&tail)?;

    patch_header(out, &content, sealed.mac)?;
    out.seek(SeekFrom::End(0))?;
    out.flush()?;
    Ok(directory_offset + directory_len)
}

/// The content's local header and MAC, over the room that was left for them.
fn patch_header(out: &mut (impl Write + Seek), content: &Record, mac: Mac) -> Result<(), WriteError> {
    let hint = growth_hint(if content.wide { RESERVED - ZIP64_EXTRA } else { RESERVED });
    let mut header = Vec::with_capacity(header_len() + Mac::LENGTH);
    content.write_local(CONTENT_NAME.as_bytes(), &hint, &mut header)?;
    header.extend(mac.as_bytes());
    out.seek(SeekFrom::Start(0))?;
    out.write_all(&header)?;
    Ok(())
}

/// The open packaging growth hint: signature 0xA028, the padding first asked for (20), what is left of it as zeros.
fn growth_hint(len: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(len);
    bytes.extend(extra_id::GROWTH_HINT.to_le_bytes());
    bytes.extend(u16::try_from(len - 4).unwrap_or(u16::MAX).to_le_bytes());
    bytes.extend(0xa028_u16.to_le_bytes());
    bytes.extend(20_u16.to_le_bytes());
    bytes.resize(len, 0);
    bytes
}

fn describe(metadata: PackageMetadata, sealed: &Sealed, keys: &PackageKeys) -> ApplicationInfo {
    ApplicationInfo {
        name: metadata.name,
        unencrypted_content_size: sealed.payload_len,
        file_name: CONTENT_FILE_NAME.to_owned(),
        setup_file: metadata.setup_file,
        encryption_info: EncryptionInfo {
            encryption_key: keys.encryption().clone(),
            mac_key: keys.mac().clone(),
            initialization_vector: keys.initialization_vector(),
            mac: sealed.mac,
            profile_identifier: Profile::Version1,
            file_digest: sealed.digest,
            file_digest_algorithm: DigestAlgorithm::Sha256,
        },
        msi_info: metadata.msi_info,
    }
}
