//! Round trips and tampering of contents in memory.

use crate::testing::{authenticated, content_of, noise, package_around};
use crate::{ArchivePolicy, AuthenticateError, ContentError, EncryptedContent, Package};
use proptest::prelude::*;
use std::io::{Read, Seek, SeekFrom};
use waybill_context::Context;
use waybill_schemas::EncryptionKey;

const MIB: usize = 1 << 20;

/// The sizes at which blocks, buffers and steps end, and their neighbours.
fn border_sizes() -> Vec<usize> {
    let mut sizes = vec![0, 1, 15, 16, 17];
    for border in [64 << 10, 256 << 10, MIB, 8 * MIB] {
        sizes.extend([border - 17, border - 1, border, border + 1, border + 17]);
    }
    sizes
}

#[test]
fn every_border_size_comes_back_whole() {
    for size in border_sizes() {
        let payload = noise(size);
        let content = authenticated(&package_around(&payload));
        assert_eq!(content.payload_size(), size as u64);
        let mut read = Vec::new();
        content.payload().read_to_end(&mut read).unwrap();
        assert!(read == payload, "{size} bytes");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn chunked_reads_and_seeks_see_the_same_bytes(
        size in 0_usize..600_000,
        moves in prop::collection::vec((0_u64..650_000, 1_usize..300_000), 1..12),
    ) {
        let payload = noise(size);
        let content = authenticated(&package_around(&payload));
        let mut reader = content.payload();
        for (position, len) in moves {
            reader.seek(SeekFrom::Start(position)).unwrap();
            let mut buffer = vec![0; len];
            let count = reader.read(&mut buffer).unwrap();
            let rest = payload.get(position as usize..).unwrap_or_default();
            prop_assert!(count > 0 || rest.is_empty());
            prop_assert_eq!(&buffer[..count], &rest[..count]);
        }
    }

    #[test]
    fn the_source_reads_anywhere(size in 1_usize..5_000, offset in 0_u64..5_100, len in 0_usize..3_000) {
        let payload = noise(size);
        let content = authenticated(&package_around(&payload));
        let mut buffer = vec![0; len];
        let count = crate::Source::read_at(&content.payload, &mut buffer, offset).unwrap();
        let rest = payload.get(offset as usize..).unwrap_or_default();
        prop_assert!(count > 0 || len == 0 || rest.is_empty());
        prop_assert_eq!(&buffer[..count], &rest[..count]);
    }
}

fn outcome(bytes: Vec<u8>, info: waybill_schemas::EncryptionInfo) -> AuthenticateError {
    let content = EncryptedContent::new(bytes, info, None, &ArchivePolicy::default()).unwrap();
    content.authenticate(&Context::silent()).unwrap_err()
}

#[test]
fn each_check_fails_by_its_name() {
    let (bytes, info) = content_of(&package_around(b"payload"));
    let policy = ArchivePolicy::default();

    let mut flipped = bytes.clone();
    flipped[50] ^= 1;
    assert!(matches!(outcome(flipped, info.clone()), AuthenticateError::Mac { .. }));

    let mut header = bytes.clone();
    header[0] ^= 1;
    let error = EncryptedContent::new(header, info.clone(), None, &policy).unwrap_err();
    assert!(matches!(error, ContentError::Header { field: "MAC", .. }), "{error}");

    let mut digest = info.clone();
    digest.file_digest = waybill_schemas::FileDigest::new([9; 32]);
    assert!(matches!(outcome(bytes.clone(), digest), AuthenticateError::Digest { .. }));

    let mut key = info.clone();
    key.encryption_key = EncryptionKey::new([9; 32]);
    let error = outcome(bytes.clone(), key);
    assert!(matches!(error, AuthenticateError::Padding | AuthenticateError::Digest { .. }), "{error}");

    let sized = EncryptedContent::new(bytes.clone(), info.clone(), Some(8), &policy).unwrap();
    let error = sized.authenticate(&Context::silent()).unwrap_err();
    assert!(matches!(error, AuthenticateError::Size { expected: 8, actual: 7 }), "{error}");

    for len in [0, 47, 48, 63, 65] {
        let mut cut = bytes.clone();
        cut.resize(len, 0);
        let error = EncryptedContent::new(cut, info.clone(), None, &policy).unwrap_err();
        assert!(matches!(error, ContentError::Shape { .. }), "{len}: {error}");
    }
}

#[test]
fn a_wrong_crc_of_the_package_is_told_only_after_the_mac_holds() {
    let mut bytes = package_around(b"payload");
    let crc_field = 14;
    bytes[crc_field] ^= 1;
    let central = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    let first_central = bytes[..central].windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[first_central + 16] ^= 1;
    let package = Package::open(bytes, &ArchivePolicy::default()).unwrap();
    let error =
        package.into_content(&Context::silent()).unwrap().authenticate(&Context::silent()).unwrap_err();
    assert!(matches!(error, AuthenticateError::Crc { .. }), "{error}");
}

#[test]
fn cancelling_ends_the_reading() {
    let (bytes, info) = content_of(&package_around(&noise(MIB)));
    let stop = std::sync::atomic::AtomicBool::new(true);
    let context = Context::new(&(), &stop, &waybill_context::SystemClock);
    let content = EncryptedContent::new(bytes, info, None, &ArchivePolicy::default()).unwrap();
    assert!(matches!(content.authenticate(&context), Err(AuthenticateError::Cancelled(_))));
}

#[test]
fn what_was_authenticated_is_what_was_copied() {
    for size in [0, 15, 16, (256 << 10) - 48, MIB - 48, MIB, 2 * MIB + 5] {
        let (content, info) = content_of(&package_around(&noise(size)));
        let open =
            || EncryptedContent::new(content.clone(), info.clone(), None, &ArchivePolicy::default()).unwrap();
        let mut copy = Vec::new();
        let authenticated = open().authenticate_into(&mut copy, &Context::silent()).unwrap();
        assert_eq!(authenticated.payload_size(), size as u64);
        assert!(copy == content, "{size} bytes");
        let mut short = vec![0; content.len() - 1];
        let error = open().authenticate_into(&mut short.as_mut_slice(), &Context::silent()).unwrap_err();
        assert!(matches!(error, AuthenticateError::Copy(_)), "{error}");
    }
}
