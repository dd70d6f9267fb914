//! Digests of a content's pieces, from its bytes as they pass.

use sha2::{Digest as _, Sha256};
use std::io::{self, Write};
use waybill_schemas::{PIECE_SIZE, Sha256Digest};

/// Passes bytes on and digests each 1 MiB of them, from the first byte.
pub(super) struct PieceWriter<W> {
    out: W,
    digests: Vec<Sha256Digest>,
    piece: Sha256,
    filled: u64,
}

impl<W: Write> PieceWriter<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, digests: Vec::new(), piece: Sha256::new(), filled: 0 }
    }

    /// Where the bytes went, and the digests of all pieces, the last one included however short it is.
    pub(super) fn finish(mut self) -> (W, Vec<Sha256Digest>) {
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
        self.digest(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// SHA-256 of a whole document.
pub(super) fn sha256(bytes: &[u8]) -> Sha256Digest {
    Sha256Digest::new(Sha256::digest(bytes).into())
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
