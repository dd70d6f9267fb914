use super::directory::{Directory, Record};
use super::seal::{ContentSealer, Sealed};
use super::{DosTime, PackageKeys, WriteError};
use crate::zip::record::{extra_id, method};
use std::io::{self, Seek, SeekFrom, Write};
use std::time::SystemTime;
use waybill_schemas::{
    ApplicationInfo, CONTENT_FILE_NAME, DigestAlgorithm, EncryptionInfo, EncryptionKey, FileDigest,
    InitializationVector, Mac, MacKey, MsiInfo, Profile, TOOL_VERSION,
};

/// The content's name in the outer zip: a folder and [`CONTENT_FILE_NAME`].
const CONTENT_NAME: &str = "IntuneWinPackage/Contents/IntunePackage.intunewin";
const DETECTION_NAME: &str = "IntuneWinPackage/Metadata/Detection.xml";

/// Size in bytes of the growth hint in Microsoft's local headers. A zip64 extra field takes a part of its space.
const RESERVED: usize = 28;
const ZIP64_EXTRA: usize = 20;

/// Writes a package in one pass. The payload is written as it comes, and the content's header at the end.
///
/// It is [`Write`] for the payload, usually under a [`PayloadWriter`](crate::PayloadWriter). Until it is
/// [finished](PackageWriter::finish) the output is no package. The package has exactly the shape of Microsoft's: two
/// stored entries, no flags, no descriptors, no comment, and zip64 only where a size needs it
/// (`docs/package-format.md`, "Two zips and one encrypted file"). Memory does not grow with the size. Writing starts at
/// offset 0 of an empty file.
///
/// ```
/// use intunewin::{DosTime, KnownEntry, Method, PackageMetadata, PackageWriter, PayloadWriter};
/// use std::io::Cursor;
/// use std::time::SystemTime;
///
/// let mut payload = PayloadWriter::new(PackageWriter::create(Cursor::new(Vec::new()))?);
/// let (modified, data) = (DosTime::from_system_time(SystemTime::now()), b"exit 0\n");
/// let entry =
///     KnownEntry { name: "install.cmd", modified, method: Method::Stored, crc: 0xd432_886a, size: 7, compressed: 7 };
/// payload.entry(entry, data)?;
/// let package = payload.finish()?.finish(PackageMetadata {
///     name: "install.cmd".into(),
///     setup_file: "install.cmd".into(),
///     msi_info: None,
///     written: SystemTime::now(),
/// })?;
/// assert_eq!(package.package_len, package.out.get_ref().len() as u64);
/// assert_eq!(package.info.setup_file, "install.cmd");
/// # Ok::<(), intunewin::WriteError>(())
/// ```
pub struct PackageWriter<W> {
    out: W,
    sealer: ContentSealer,
    keys: PackageKeys,
}

/// What Detection.xml and the outer zip say besides the content.
#[derive(Debug, Clone)]
pub struct PackageMetadata {
    /// The app's name: an MSI's ProductName, else the setup file's name.
    pub name: String,
    /// The setup file's path relative to the source folder.
    pub setup_file: String,
    /// The facts of the setup file, where it is an MSI.
    pub msi_info: Option<MsiInfo>,
    /// The time of both entries of the outer zip.
    pub written: SystemTime,
}

impl PackageMetadata {
    /// Checks that Detection.xml can hold the values. Call it before the first byte; [`PackageWriter::finish`] checks
    /// again, last.
    ///
    /// # Errors
    /// [`WriteError::Metadata`] with the value that Detection.xml cannot hold.
    pub fn check(&self) -> Result<(), WriteError> {
        // Every MAC and digest has the same length in XML, so zeros stand for the real ones.
        let (mac, digest) = (Mac::new([0; 32]), FileDigest::new([0; 32]));
        let keys = PackageKeys::for_test_vectors(
            EncryptionKey::new([0; 32]),
            MacKey::new([0; 32]),
            InitializationVector::new([0; 16]),
        );
        let sealed = Sealed { mac, digest, crc: 0, payload_len: 0, content_len: 0 };
        describe(self.clone(), &sealed, &keys).write()?;
        Ok(())
    }
}

/// A complete package.
#[derive(Debug)]
pub struct WrittenPackage<W> {
    /// The fields of its Detection.xml, keys included.
    pub info: ApplicationInfo,
    /// Size of the content in bytes.
    pub content_len: u64,
    /// Size of the package in bytes.
    pub package_len: u64,
    /// The writer, flushed but not synced.
    pub out: W,
}

impl<W: Write + Seek> PackageWriter<W> {
    /// Starts a package at the beginning of `out`, with fresh random keys.
    ///
    /// # Errors
    /// The system has no random bytes; `out` returns an error.
    pub fn create(out: W) -> Result<Self, WriteError> {
        Self::with_keys(out, PackageKeys::generate()?)
    }

    /// Starts a package with given keys, which is for test vectors: see [`PackageKeys::for_test_vectors`].
    ///
    /// # Errors
    /// `out` returns an error.
    pub fn with_keys(mut out: W, keys: PackageKeys) -> Result<Self, WriteError> {
        // MAC, CRC and sizes of the content are known only at its end, so space is left for them and filled in then.
        out.write_all(&[0; header_len()])?;
        out.write_all(&[0; Mac::LENGTH])?;
        let sealer = ContentSealer::begin(&keys, &mut out)?;
        Ok(Self { out, sealer, keys })
    }

    /// Bytes of the payload that were written so far.
    pub const fn payload_len(&self) -> u64 {
        self.sealer.payload_len()
    }

    /// Ends the content and completes the package around it.
    ///
    /// # Errors
    /// `out` returns an error; Detection.xml cannot hold the metadata.
    pub fn finish(self, metadata: PackageMetadata) -> Result<WrittenPackage<W>, WriteError> {
        let Self { mut out, sealer, keys } = self;
        let written = DosTime::from_system_time(metadata.written);
        let sealed = sealer.finish(&mut out)?;
        let info = describe(metadata, &sealed, &keys);
        let package_len = complete(&mut out, &sealed, written, &info.write()?)?;
        Ok(WrittenPackage { info, content_len: sealed.content_len, package_len, out })
    }
}

impl<W: Write> Write for PackageWriter<W> {
    fn write(&mut self, payload: &[u8]) -> io::Result<usize> {
        self.sealer.write(payload, &mut self.out)?;
        Ok(payload.len())
    }

    /// Flushes the writer. Payload that does not fill a piece is held back until more comes.
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

/// Writes everything after the content, then the content's header. Returns the package's size in bytes.
fn complete<W: Write + Seek>(
    out: &mut W,
    sealed: &Sealed,
    written: DosTime,
    xml: &[u8],
) -> Result<u64, WriteError> {
    let content = stored(0, sealed.content_len, sealed.crc, written);
    let detection_offset = header_len() as u64 + sealed.content_len;
    let detection = stored(detection_offset, xml.len() as u64, crc32fast::hash(xml), written);
    let mut header = Vec::with_capacity(256);
    detection.write_local(DETECTION_NAME.as_bytes(), &growth_hint(RESERVED), &mut header)?;
    out.write_all(&header)?;
    out.write_all(xml)?;

    let mut directory = Directory::default();
    directory.push(CONTENT_NAME.as_bytes(), content)?;
    directory.push(DETECTION_NAME.as_bytes(), detection)?;
    let directory_offset = detection_offset + (header.len() + xml.len()) as u64;
    let directory_len = directory.write_to(directory_offset, out)?;

    // The header is written last: until it is there the output is no zip, and no reader takes it for a package.
    patch_header(out, &content, sealed.mac)?;
    out.seek(SeekFrom::End(0))?;
    out.flush()?;
    Ok(directory_offset + directory_len)
}

/// Writes the content's local header and MAC into the space that was left for them.
fn patch_header(out: &mut (impl Write + Seek), content: &Record, mac: Mac) -> Result<(), WriteError> {
    // The zip64 field takes its 20 bytes from the growth hint, so the content starts at the same offset either way.
    let hint = growth_hint(if content.wide { RESERVED - ZIP64_EXTRA } else { RESERVED });
    let mut header = Vec::with_capacity(header_len() + Mac::LENGTH);
    content.write_local(CONTENT_NAME.as_bytes(), &hint, &mut header)?;
    header.extend(mac.as_bytes());
    out.seek(SeekFrom::Start(0))?;
    out.write_all(&header)?;
    Ok(())
}

/// The open packaging growth hint: signature 0xA028, the padding that was asked for (20), and the rest of it as zeros.
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
        tool_version: TOOL_VERSION.to_owned(),
        name: metadata.name,
        description: None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Read};

    fn keys() -> PackageKeys {
        PackageKeys::for_test_vectors(
            EncryptionKey::new([1; 32]),
            MacKey::new([2; 32]),
            InitializationVector::new([3; 16]),
        )
    }

    fn metadata() -> PackageMetadata {
        PackageMetadata {
            name: "Hello & Co".into(),
            setup_file: "install.cmd".into(),
            msi_info: None,
            written: SystemTime::UNIX_EPOCH,
        }
    }

    fn package(payload: &[u8]) -> WrittenPackage<Cursor<Vec<u8>>> {
        let mut writer = PackageWriter::with_keys(Cursor::new(Vec::new()), keys()).unwrap();
        writer.write_all(payload).unwrap();
        assert_eq!(writer.payload_len(), payload.len() as u64);
        writer.finish(metadata()).unwrap()
    }

    #[test]
    fn golden_outer_headers() {
        let written = package(b"payload");
        let bytes = written.out.get_ref();
        assert_eq!(written.package_len, bytes.len() as u64);
        let crc = crc32fast::hash(&bytes[107..107 + 64]).to_le_bytes();
        let mut expected = b"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0".to_vec();
        expected.extend(crc);
        expected.extend(b"\x40\0\0\0\x40\0\0\0\x31\0\x1c\0IntuneWinPackage/Contents/IntunePackage.intunewin");
        expected.extend(b"\x20\xa2\x18\0\x28\xa0\x14\0");
        expected.extend([0; 20]);
        assert_eq!(bytes[..107], expected);
        assert_eq!(bytes[107..139], *written.info.encryption_info.mac.as_bytes());
        assert_eq!(bytes[139..155], [3; 16]);
        let end = &bytes[bytes.len() - 22..];
        assert_eq!(
            (&end[..4], &end[8..12], &end[20..]),
            (&b"PK\x05\x06"[..], &[2, 0, 2, 0][..], &[0, 0][..])
        );
    }

    #[test]
    fn another_reader_finds_two_stored_entries_whose_crcs_hold() {
        let written = package(&vec![7; 200_000]);
        let mut archive = zip::ZipArchive::new(written.out).unwrap();
        assert_eq!(archive.len(), 2);
        let mut content = Vec::new();
        archive.by_index(0).unwrap().read_to_end(&mut content).unwrap();
        assert_eq!(content.len() as u64, written.content_len);
        let mut entry = archive.by_index(1).unwrap();
        assert_eq!(entry.name().unwrap(), DETECTION_NAME);
        let mut xml = String::new();
        entry.read_to_string(&mut xml).unwrap();
        let read = ApplicationInfo::read(xml.as_bytes()).unwrap();
        assert_eq!((read.info, read.notes), (written.info, vec![]));
        assert!(xml.contains("<Name>Hello &amp; Co</Name>\r\n"));
    }

    #[test]
    fn one_set_of_keys_gives_one_package_and_fresh_keys_another() {
        assert_eq!(package(b"same").out, package(b"same").out);
        let mut fresh = PackageWriter::create(Cursor::new(Vec::new())).unwrap();
        fresh.write_all(b"same").unwrap();
        let fresh = fresh.finish(metadata()).unwrap();
        assert_ne!(fresh.info.encryption_info.mac, package(b"same").info.encryption_info.mac);
        assert_eq!(fresh.info.encryption_info.file_digest, package(b"same").info.encryption_info.file_digest);
    }

    #[test]
    fn metadata_that_xml_cannot_hold_is_found_before_the_first_byte() {
        assert!(metadata().check().is_ok());
        let wrong = PackageMetadata { name: "a\u{1}".into(), ..metadata() };
        assert!(matches!(wrong.check(), Err(WriteError::Metadata(_))));
        assert!(PackageMetadata { setup_file: String::new(), ..metadata() }.check().is_err());
    }

    #[test]
    fn at_4_gib_zip64_takes_its_room_from_the_growth_hint() {
        let record = stored(0, 1 << 32, 0, DosTime::MIN);
        let mut out = Cursor::new(vec![0xee; header_len() + 32 + 1]);
        patch_header(&mut out, &record, Mac::new([9; 32])).unwrap();
        let bytes = out.into_inner();
        assert_eq!((bytes[4], &bytes[18..26]), (45, &[0xff; 8][..]));
        let extra = &bytes[30 + CONTENT_NAME.len()..header_len()];
        assert_eq!(extra[..4], *b"\x01\0\x10\0");
        assert_eq!(extra[4..20], *b"\0\0\0\0\x01\0\0\0\0\0\0\0\x01\0\0\0");
        assert_eq!(extra[20..], *b"\x20\xa2\x04\0\x28\xa0\x14\0");
        assert_eq!(bytes[bytes.len() - 2..], [9, 0xee], "not a byte more");
    }
}
