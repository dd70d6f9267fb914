//! Digests of a content's pieces: made from its bytes as they pass, and compared with what is published.

use crate::store::{Key, Store, StoreError};
use crate::{CONTENT, PIECES};
use crate::{Damage, PublishError};
use sha2::{Digest as _, Sha256};
use std::io::{self, Read, Write};
use waybill_context::{Context, Stage};
use waybill_schemas::{DOCUMENT_LIMIT, PIECE_SIZE, PiecesDocument, Sha256Digest, read_bounded};

/// Bytes read at once.
const STEP: usize = 256 << 10;

/// Passes bytes on and digests each 1 MiB of them, from the first byte.
pub(crate) struct PieceWriter<W> {
    out: W,
    digests: Vec<Sha256Digest>,
    piece: Sha256,
    filled: u64,
}

impl<W: Write> PieceWriter<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, digests: Vec::new(), piece: Sha256::new(), filled: 0 }
    }

    /// Where the bytes went, and the digests of all pieces, the last one included however short it is.
    pub(crate) fn finish(mut self) -> (W, Vec<Sha256Digest>) {
        if self.filled > 0 {
            self.end_piece();
        }
        (self.out, self.digests)
    }

    fn digest(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = (PIECE_SIZE - self.filled) as usize;
            let (now, later) = bytes.split_at(bytes.len().min(room));
            self.piece.update(now);
            self.filled += now.len() as u64;
            bytes = later;
            if self.filled == PIECE_SIZE {
                self.end_piece();
            }
        }
    }

    fn end_piece(&mut self) {
        self.digests.push(Sha256Digest::new(self.piece.finalize_reset().into()));
        self.filled = 0;
    }
}

impl<W: Write> Write for PieceWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        // Only what was taken: a short write comes again with the rest.
        self.digest(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// SHA-256 of a whole document.
pub(crate) fn sha256(bytes: &[u8]) -> Sha256Digest {
    Sha256Digest::new(Sha256::digest(bytes).into())
}

/// What is published of a content, compared with what it should be.
#[derive(Debug)]
pub(crate) struct PublishedObjects {
    pub(crate) content: Result<(), Damage>,
    /// The SHA-256 of pieces.json where it says the right thing, in whatever words.
    pub(crate) pieces: Result<Sha256Digest, Damage>,
}

impl PublishedObjects {
    /// Compares both objects of the group with what they should be; reads all of the content.
    pub(crate) fn check(
        store: &dyn Store,
        group: &Key,
        expected: &PiecesDocument,
        context: &Context<'_>,
    ) -> Result<Self, PublishError> {
        Ok(Self {
            content: check_content(store, &group.object(CONTENT), expected, context)?,
            pieces: check_pieces(store, &group.object(PIECES), expected)?,
        })
    }

    /// The first damage, where there is any.
    pub(crate) fn damage(&self) -> Option<Damage> {
        self.content.err().or(self.pieces.err())
    }
}

fn check_content(
    store: &dyn Store,
    key: &Key,
    expected: &PiecesDocument,
    context: &Context<'_>,
) -> Result<Result<(), Damage>, PublishError> {
    let missing = Ok(Err(Damage::Missing { file: CONTENT }));
    // The length first: with an object store that is a small request, and the content a large one.
    let Some(actual) = store.head(key)? else { return missing };
    if actual != expected.size_encrypted {
        return Ok(Err(Damage::Length { expected: expected.size_encrypted, actual }));
    }
    let Some(object) = store.get(key)? else { return missing };
    let unreadable = |source| StoreError::Read { location: store.location(key), source };
    Ok(compare(&digests(object, actual, context, unreadable)?, &expected.sha256))
}

fn digests(
    object: impl Read,
    length: u64,
    context: &Context<'_>,
    unreadable: impl Fn(io::Error) -> StoreError,
) -> Result<Vec<Sha256Digest>, StoreError> {
    let meter = context.meter(Stage::Check, Some(length));
    // One byte more than there should be shows that there is more, and a store without an end is left.
    let mut object = object.take(length.saturating_add(1));
    let (mut writer, mut buffer) = (PieceWriter::new(io::sink()), vec![0; STEP]);
    loop {
        context.check()?;
        let count = match object.read(&mut buffer) {
            Ok(0) => return Ok(writer.finish().1),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unreadable(error)),
        };
        writer.write_all(&buffer[..count]).map_err(&unreadable)?;
        meter.advance(count as u64);
    }
}

fn compare(actual: &[Sha256Digest], expected: &[Sha256Digest]) -> Result<(), Damage> {
    let of = expected.len();
    let wrong = (0..of.max(actual.len())).filter(|at| actual.get(*at) != expected.get(*at));
    let mut wrong = wrong.peekable();
    match wrong.peek().copied() {
        None => Ok(()),
        Some(first) => Err(Damage::Pieces { wrong: wrong.count(), of, first }),
    }
}

fn check_pieces(
    store: &dyn Store,
    key: &Key,
    expected: &PiecesDocument,
) -> Result<Result<Sha256Digest, Damage>, StoreError> {
    let Some(object) = store.get(key)? else { return Ok(Err(Damage::Missing { file: PIECES })) };
    let bytes = read_bounded(object, DOCUMENT_LIMIT)
        .map_err(|source| StoreError::Read { location: store.location(key), source })?;
    let says_so = PiecesDocument::read(&bytes).is_ok_and(|there| {
        (there.size_encrypted, there.sha256) == (expected.size_encrypted, expected.sha256.clone())
    });
    Ok(if says_so { Ok(sha256(&bytes)) } else { Err(Damage::Description) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECE: usize = PIECE_SIZE as usize;

    #[test]
    fn pieces_do_not_depend_on_how_the_bytes_arrive() {
        let bytes: Vec<u8> = (0..2 * PIECE + 80).map(|at| ((at * 31) >> 3) as u8).collect();
        for len in [16, PIECE - 16, PIECE, PIECE + 16, 2 * PIECE, bytes.len()] {
            let content = &bytes[..len];
            let expected: Vec<Sha256Digest> = content.chunks(PIECE).map(sha256).collect();
            for step in [48, 4_096, PIECE - 1, PIECE, 3 * PIECE] {
                let mut writer = PieceWriter::new(Vec::new());
                content.chunks(step).for_each(|chunk| writer.write_all(chunk).unwrap());
                let (copy, digests) = writer.finish();
                assert!(copy == content && digests == expected, "{len} bytes in steps of {step}");
            }
        }
        assert!(PieceWriter::new(io::sink()).finish().1.is_empty());
    }

    /// What the disk did not take is not digested.
    #[test]
    fn short_writes_are_digested_once() {
        struct OneByte(Vec<u8>);
        impl Write for OneByte {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                self.0.extend(bytes.first());
                Ok(bytes.len().min(1))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut writer = PieceWriter::new(OneByte(Vec::new()));
        writer.write_all(b"abc").unwrap();
        let (copy, digests) = writer.finish();
        assert_eq!((copy.0.as_slice(), digests), (&b"abc"[..], vec![sha256(b"abc")]));
    }
}
