//! Tampered contents: every bit flipped, every length cut, blocks swapped, parts of two packages mixed. None of these
//! some 37,900 contents may authenticate; each must be refused by its shape, its header or its MAC, before any
//! decrypted byte is passed on.

use intunewin::{ArchivePolicy, EncryptedContent, Package};
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use waybill_context::Context;
use waybill_schemas::EncryptionInfo;
use waybill_schemas::codes::Classified;
use waybill_tests::sealed_package::{SealedPackage, seal};

/// The size of the content in bytes, with header and padding.
const CONTENT: usize = 4096;
const HEADER: usize = 48;
const BLOCK: usize = 16;

fn sealed(seed: u8) -> SealedPackage {
    let payload: Vec<u8> = (0..CONTENT - HEADER - 1).map(|at| (at * 31 + at / 256) as u8 ^ seed).collect();
    let sealed = seal(&payload, "install.cmd", seed).unwrap();
    assert_eq!(sealed.content().len(), CONTENT);
    sealed
}

/// The code of the check that refuses; `None` where the content authenticates.
fn refusal(content: Vec<u8>, info: &EncryptionInfo) -> Option<&'static str> {
    match EncryptedContent::new(content, info.clone(), None, &ArchivePolicy::default()) {
        Ok(content) => content.authenticate(&Context::silent()).err().map(|error| error.code().id),
        Err(error) => Some(error.code().id),
    }
}

/// Whether the content is refused by a check that comes before decryption.
fn refused(content: Vec<u8>, info: &EncryptionInfo) -> bool {
    matches!(refusal(content, info), Some("content-shape" | "content-header" | "mac-mismatch"))
}

/// Runs `check` for all numbers below `cases`, on several threads. Returns the numbers for which it fails.
fn failing(cases: usize, check: impl Fn(usize) -> bool + Sync) -> Vec<usize> {
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let work = || {
        let cases =
            std::iter::repeat_with(|| next.fetch_add(1, Ordering::Relaxed)).take_while(|case| *case < cases);
        cases.filter(|case| !check(*case)).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    })
}

#[test]
fn the_content_as_it_was_sealed_authenticates() {
    let sealed = sealed(1);
    assert_eq!(refusal(sealed.content().to_vec(), &sealed.info), None);
}

#[test]
fn no_flipped_bit_authenticates() {
    let sealed = sealed(1);
    let accepted = failing(CONTENT * 8, |bit| {
        let mut content = sealed.content().to_vec();
        content[bit / 8] ^= 1 << (bit % 8);
        let check = if bit / 8 < HEADER { "content-header" } else { "mac-mismatch" };
        refusal(content, &sealed.info) == Some(check)
    });
    assert_eq!(accepted, [0; 0], "accepted with this bit flipped");
}

#[test]
fn no_cut_content_authenticates() {
    let sealed = sealed(1);
    let accepted = failing(CONTENT, |len| refused(sealed.content()[..len].to_vec(), &sealed.info));
    assert_eq!(accepted, [0; 0], "accepted when cut to this length");
}

#[test]
fn no_swapped_doubled_or_dropped_block_authenticates() {
    let sealed = sealed(1);
    let blocks = CONTENT / BLOCK;
    let block = |index: usize| index * BLOCK..(index + 1) * BLOCK;
    let swapped = failing(blocks, |index| {
        let mut content = sealed.content().to_vec();
        let other = (index + 1) % blocks;
        content[block(index)].copy_from_slice(&sealed.content()[block(other)]);
        content[block(other)].copy_from_slice(&sealed.content()[block(index)]);
        refused(content, &sealed.info)
    });
    let dropped = failing(blocks, |index| {
        let mut content = sealed.content().to_vec();
        content.drain(block(index));
        refused(content, &sealed.info)
    });
    let doubled = failing(blocks, |index| {
        let content = sealed.content();
        let end = block(index).end;
        refused([&content[..end], &content[block(index)], &content[end..]].concat(), &sealed.info)
    });
    assert_eq!((swapped, dropped, doubled), (vec![], vec![], vec![]));
}

#[test]
fn no_mixture_of_two_contents_authenticates() {
    let (ours, theirs) = (sealed(1), sealed(2));
    let at_every_block = failing(CONTENT / BLOCK - 1, |index| {
        let (from, to) = ((index + 1) * BLOCK, CONTENT);
        let mixed = [&ours.content()[..from], &theirs.content()[from..to]].concat();
        refused(mixed.clone(), &ours.info) && refused(mixed, &theirs.info)
    });
    assert_eq!(at_every_block, [0; 0]);
    let foreign = |change: fn(&mut EncryptionInfo, &EncryptionInfo)| {
        let mut info = ours.info.clone();
        change(&mut info, &theirs.info);
        refusal(ours.content().to_vec(), &info)
    };
    assert_eq!(foreign(|info, theirs| info.mac_key = theirs.mac_key.clone()), Some("mac-mismatch"));
    let other_key = foreign(|info, theirs| info.encryption_key = theirs.encryption_key.clone());
    assert!(matches!(other_key, Some("padding-invalid" | "digest-mismatch")), "{other_key:?}");
    let other_iv = foreign(|info, theirs| info.initialization_vector = theirs.initialization_vector);
    assert_eq!(other_iv, Some("content-header"));
    assert_eq!(foreign(|info, theirs| info.mac = theirs.mac), Some("content-header"));
    assert_eq!(foreign(|info, theirs| info.file_digest = theirs.file_digest), Some("digest-mismatch"));
    assert_eq!(foreign(|info, theirs| *info = theirs.clone()), Some("content-header"));
}

/// A flipped bit that no reader uses, for example in a time of the outer zip, may be accepted if the payload is
/// unchanged.
#[test]
fn a_flipped_bit_of_a_package_is_refused_or_changes_nothing_of_the_payload() {
    let payload: Vec<u8> = (0..100).collect();
    let sealed = seal(&payload, "install.cmd", 3).unwrap();
    let read = |bytes: Vec<u8>| -> Option<Vec<u8>> {
        let context = Context::silent();
        let package = Package::open(bytes, &ArchivePolicy::default()).ok()?;
        let content = package.into_content(&context).ok()?.authenticate(&context).ok()?;
        let mut found = Vec::new();
        content.payload().read_to_end(&mut found).ok().map(|_| found)
    };
    assert_eq!(read(sealed.bytes.clone()), Some(payload.clone()));
    let other_payload = failing(sealed.bytes.len() * 8, |bit| {
        let mut bytes = sealed.bytes.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        read(bytes).is_none_or(|found| found == payload)
    });
    assert_eq!(other_payload, [0; 0], "another payload with this bit flipped");
    let cut = failing(sealed.bytes.len(), |len| read(sealed.bytes[..len].to_vec()).is_none());
    assert_eq!(cut, [0; 0], "accepted when cut to this length");
}
