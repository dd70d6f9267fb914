//! Tests of receiving in pieces, of cut files and of resuming.

use super::{ContentReceiver, ReceiveError};
use crate::testing::{content_of, noise, package_around};
use crate::{ArchivePolicy, AuthenticateError, ContentError};
use proptest::prelude::*;
use std::io::Read;
use waybill_context::Context;

fn policy() -> ArchivePolicy {
    ArchivePolicy::default()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_cut_and_any_chunks_end_in_the_same_payload(
        size in 0_usize..700_000,
        chunk in 1_usize..300_000,
        cut in 0_usize..700_100,
    ) {
        let payload = noise(size);
        let (content, info) = content_of(&package_around(&payload));
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("content.partial");
        let len = content.len() as u64;
        let cut = cut.min(content.len());

        let mut receiver = ContentReceiver::create(&path, info.clone(), len, &policy()).unwrap();
        content[..cut].chunks(chunk).for_each(|chunk| receiver.write(chunk).unwrap());
        drop(receiver); // the process died

        let mut receiver = ContentReceiver::resume(&path, info, len, None, &policy(), &Context::silent()).unwrap();
        prop_assert_eq!(receiver.received(), cut as u64);
        content[cut..].chunks(chunk).for_each(|chunk| receiver.write(chunk).unwrap());
        receiver.sync().unwrap();
        let mut read = Vec::new();
        receiver.finish().unwrap().payload().read_to_end(&mut read).unwrap();
        prop_assert_eq!(read, payload);
    }
}

#[test]
fn wrong_content_is_refused_within_its_first_48_bytes() {
    let (content, info) = content_of(&package_around(b"right"));
    let (other, _) = content_of(&package_around(b"other"));
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("content.partial");
    let mut receiver = ContentReceiver::create(&path, info, content.len() as u64, &policy()).unwrap();
    receiver.write(&other[..30]).unwrap();
    let error = receiver.write(&other[30..]).unwrap_err();
    assert!(matches!(error, ReceiveError::Content(ContentError::Header { .. })), "{error}");
    assert_eq!(path.metadata().unwrap().len(), 30);
}

#[test]
fn lengths_are_exact() {
    let (content, info) = content_of(&package_around(b"payload"));
    let len = content.len() as u64;
    let temporary = tempfile::tempdir().unwrap();
    let create = |name: &str| {
        ContentReceiver::create(&temporary.path().join(name), info.clone(), len, &policy()).unwrap()
    };
    let mut receiver = create("short");
    receiver.write(&content[..50]).unwrap();
    assert!(matches!(receiver.finish(), Err(ReceiveError::Incomplete { actual: 50, .. })));

    let mut receiver = create("long");
    receiver.write(&content).unwrap();
    assert!(matches!(receiver.write(b"x"), Err(ReceiveError::TooLong { .. })));
    receiver.finish().unwrap();

    let error = ContentReceiver::create(&temporary.path().join("odd"), info.clone(), 65, &policy());
    assert!(matches!(error, Err(ReceiveError::Content(ContentError::Shape { len: 65 }))));
    let again = ContentReceiver::create(&temporary.path().join("short"), info.clone(), len, &policy());
    assert!(matches!(again, Err(ReceiveError::Io(_))), "nothing is overwritten");
}

#[test]
fn a_flipped_bit_is_found_at_the_end_and_a_held_one_too() {
    let (content, info) = content_of(&package_around(&noise(100_000)));
    let len = content.len() as u64;
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("content.partial");
    let mut receiver = ContentReceiver::create(&path, info.clone(), len, &policy()).unwrap();
    receiver.write(&content[..60_000]).unwrap();
    drop(receiver);
    let mut held = std::fs::read(&path).unwrap();
    held[50_000] ^= 4;
    std::fs::write(&path, held).unwrap();
    let mut receiver =
        ContentReceiver::resume(&path, info, len, None, &policy(), &Context::silent()).unwrap();
    receiver.write(&content[60_000..]).unwrap();
    let error = receiver.finish().unwrap_err();
    assert!(matches!(error, ReceiveError::Authenticate(AuthenticateError::Mac { .. })), "{error}");
    assert_eq!(path.metadata().unwrap().len(), len, "the file stays for whoever can fix it");
}

#[cfg(unix)]
#[test]
fn the_file_is_private_and_never_a_link() {
    use std::os::unix::fs::PermissionsExt;
    let (content, info) = content_of(&package_around(b"payload"));
    let len = content.len() as u64;
    let temporary = tempfile::tempdir().unwrap();
    let (path, link) = (temporary.path().join("content.partial"), temporary.path().join("link"));
    drop(ContentReceiver::create(&path, info.clone(), len, &policy()).unwrap());
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o606)).unwrap();
    let error = ContentReceiver::resume(&path, info.clone(), len, None, &policy(), &Context::silent());
    assert!(matches!(error, Err(ReceiveError::Foreign { .. })));
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let error = ContentReceiver::resume(&link, info, len, None, &policy(), &Context::silent());
    assert!(matches!(error, Err(ReceiveError::Foreign { .. })));
}
