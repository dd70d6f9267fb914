//! Tests of finding bad pieces and replacing them.

use super::{ContentReceiver, PartialContent, ReceiveError};
use crate::testing::{content_of, noise, package_around};
use crate::{ArchivePolicy, AuthenticateError};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_schemas::{EncryptionInfo, PIECE_SIZE, PiecesDocument, Sha256Digest};

const PIECE: usize = PIECE_SIZE as usize;

/// A content of four pieces, of which the last is short, in a private file.
struct Received {
    _temporary: tempfile::TempDir,
    path: PathBuf,
    content: Vec<u8>,
    info: EncryptionInfo,
    pieces: PiecesDocument,
}

impl Received {
    fn whole() -> Self {
        let (content, info) = content_of(&package_around(&noise(3 * PIECE + 12_345)));
        let temporary = tempfile::tempdir().unwrap();
        let path = temporary.path().join("content.partial");
        let policy = ArchivePolicy::default();
        let mut receiver =
            ContentReceiver::create(&path, info.clone(), content.len() as u64, &policy).unwrap();
        receiver.write(&content).unwrap();
        let digests = content.chunks(PIECE).map(|piece| Sha256Digest::new(Sha256::digest(piece).into()));
        let pieces = PiecesDocument::new(content.len() as u64, digests.collect()).unwrap();
        Self { _temporary: temporary, path, content, info, pieces }
    }

    fn size(&self) -> u64 {
        self.content.len() as u64
    }

    fn open(&self) -> PartialContent {
        PartialContent::open(&self.path, self.size()).unwrap()
    }

    fn spoil(&self, offsets: &[usize]) {
        let mut held = std::fs::read(&self.path).unwrap();
        offsets.iter().for_each(|offset| held[*offset] ^= 0x20);
        std::fs::write(&self.path, held).unwrap();
    }

    fn finish(&self) -> Result<crate::AuthenticatedContent, ReceiveError> {
        let (info, policy) = (self.info.clone(), ArchivePolicy::default());
        let context = Context::silent();
        ContentReceiver::resume(&self.path, info, self.size(), None, &policy, &context)?.finish()
    }
}

fn piece(content: &[u8], index: u64) -> &[u8] {
    content.chunks(PIECE).nth(index as usize).unwrap()
}

#[test]
fn bad_pieces_are_found_exactly_and_repaired() {
    let received = Received::whole();
    assert_eq!(received.open().bad_pieces(&received.pieces, &Context::silent()).unwrap(), [0_u64; 0]);
    received.spoil(&[PIECE - 1, 2 * PIECE, received.content.len() - 1]);
    let error = received.finish().unwrap_err();
    assert!(matches!(error, ReceiveError::Authenticate(AuthenticateError::Mac { .. })), "{error}");

    let partial = received.open();
    let bad = partial.bad_pieces(&received.pieces, &Context::silent()).unwrap();
    assert_eq!(bad, [0, 2, 3]);
    for index in bad {
        partial.write_piece(index, piece(&received.content, index)).unwrap();
    }
    partial.sync().unwrap();
    assert_eq!(partial.bad_pieces(&received.pieces, &Context::silent()).unwrap(), [0_u64; 0]);
    drop(partial);
    received.finish().expect("what is repaired authenticates");
}

#[test]
fn pieces_that_are_not_held_whole_are_not_judged() {
    let received = Received::whole();
    received.spoil(&[5, PIECE + 5, 2 * PIECE + 5]);
    let partial = received.open();
    partial.truncate(2 * PIECE_SIZE - 1).unwrap();
    partial.truncate(3 * PIECE_SIZE).unwrap(); // cuts, never lengthens
    assert_eq!(partial.held().unwrap(), 2 * PIECE_SIZE - 1);
    assert_eq!(partial.bad_pieces(&received.pieces, &Context::silent()).unwrap(), [0]);
}

#[test]
fn pieces_may_arrive_out_of_order() {
    let received = Received::whole();
    let partial = received.open();
    partial.truncate(0).unwrap();
    for index in [3, 1, 0] {
        partial.write_piece(index, piece(&received.content, index)).unwrap();
    }
    assert_eq!(partial.held().unwrap(), received.size());
    assert_eq!(
        partial.bad_pieces(&received.pieces, &Context::silent()).unwrap(),
        [2],
        "a hole is a bad piece"
    );
    partial.write_piece(2, piece(&received.content, 2)).unwrap();
    received.finish().unwrap();
}

#[test]
fn a_piece_has_its_length_and_its_place() {
    let received = Received::whole();
    let partial = received.open();
    let last = received.content.len() as u64 - 3 * PIECE_SIZE;
    for (index, len, expected) in
        [(0, PIECE - 1, PIECE_SIZE), (3, PIECE, last), (4, PIECE, 0), (u64::MAX, PIECE, 0)]
    {
        let error = partial.write_piece(index, &vec![1; len]).unwrap_err();
        let ReceiveError::Piece { expected: told, actual, .. } = error else { panic!("{error}") };
        assert_eq!((told, actual), (expected, len as u64), "piece {index}");
    }
    assert_eq!(std::fs::read(&received.path).unwrap(), received.content, "nothing was written");
}

#[test]
fn another_contents_pieces_and_files_are_refused() {
    let received = Received::whole();
    let other = PiecesDocument::new(64, vec![Sha256Digest::new([0; 32])]).unwrap();
    let error = received.open().bad_pieces(&other, &Context::silent()).unwrap_err();
    assert!(matches!(error, ReceiveError::Pieces { actual: 64, .. }), "{error}");

    let open = |path: &Path, size| PartialContent::open(path, size).unwrap_err();
    assert!(matches!(open(&received.path, received.size() - 16), ReceiveError::TooLong { .. }));
    assert!(matches!(open(&received.path, 65), ReceiveError::Content(_)));
    assert!(matches!(open(&received.path.with_extension("none"), 64), ReceiveError::Io(_)));
}

#[cfg(unix)]
#[test]
fn nothing_is_repaired_through_a_link() {
    let received = Received::whole();
    let link = received.path.with_extension("link");
    std::os::unix::fs::symlink(&received.path, &link).unwrap();
    let error = PartialContent::open(&link, received.size()).unwrap_err();
    assert!(matches!(error, ReceiveError::Foreign { .. }), "{error}");
}

#[test]
fn after_a_loss_of_power_only_what_was_synced_is_kept() {
    let received = Received::whole();
    received.spoil(&[2 * PIECE + 9]); // written, never synced
    let (info, policy, size) = (received.info.clone(), ArchivePolicy::default(), received.size());
    let keep = Some(2 * PIECE_SIZE + 7);
    let mut receiver =
        ContentReceiver::resume(&received.path, info, size, keep, &policy, &Context::silent()).unwrap();
    assert_eq!(receiver.received(), 2 * PIECE_SIZE + 7);
    assert_eq!(received.path.metadata().unwrap().len(), 2 * PIECE_SIZE + 7, "it is cut at once");
    receiver.write(&received.content[2 * PIECE + 7..]).unwrap();
    receiver.finish().unwrap();

    let (info, keep) = (received.info.clone(), Some(u64::MAX));
    let receiver =
        ContentReceiver::resume(&received.path, info, size, keep, &policy, &Context::silent()).unwrap();
    assert_eq!(receiver.received(), size, "a shorter file is the record itself");
}

#[test]
fn what_is_digested_reaches_the_end_before_the_finish() {
    let received = Received::whole();
    let path = received.path.with_extension("again");
    let (info, policy) = (received.info.clone(), ArchivePolicy::default());
    let mut receiver = ContentReceiver::create(&path, info, received.size(), &policy).unwrap();
    assert_eq!(receiver.digested(), 0);
    for block in received.content.chunks(PIECE / 2) {
        receiver.write(block).unwrap();
        assert!(receiver.digested() <= receiver.received());
    }
    while receiver.digested() < received.size() {
        std::thread::yield_now();
    }
    receiver.finish().unwrap();
}
