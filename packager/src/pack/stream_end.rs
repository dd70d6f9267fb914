//! Where a deflate stream ends, so that another one can go on from there.
//!
//! libdeflate makes complete streams only: the last block of each says that it is the last. To make one stream of
//! several, that bit has to be cleared, and to find it the stream has to be read: every code, though no data. That
//! takes a sixth of the time of making it. RFC 1951 is what the names and numbers below come from.

use super::code_table::{CodeTable, END, LITERAL};

/// What reading a stream to its end finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StreamEnd {
    /// Bit at which the last block begins: the one that says so.
    pub(super) last_block: usize,
    /// Bit behind the last block.
    pub(super) end: usize,
    /// Bytes that the stream holds.
    pub(super) length: u64,
}

impl StreamEnd {
    /// Reads a complete stream; `None` where the bytes are not one.
    pub(super) fn find(stream: &[u8]) -> Option<Self> {
        let mut reader = StreamReader { bits: BitReader::new(stream), length: 0 };
        loop {
            let last_block = reader.bits.position();
            let is_last = reader.bits.take(1)? == 1;
            reader.block()?;
            if is_last {
                return Some(Self { last_block, end: reader.bits.position(), length: reader.length });
            }
        }
    }
}

/// What [`reopen`] may add to a stream.
pub(super) const REOPENED: usize = 5;

/// Makes the complete stream in `room[..length]`, of `holds` bytes of data, the beginning of a longer one: its last
/// block is no longer the last, and an empty stored block brings it to a whole byte. Returns its new length; `None`
/// where it is not such a stream or the room is too small.
pub(super) fn reopen(room: &mut [u8], length: usize, holds: usize) -> Option<usize> {
    let found = StreamEnd::find(room.get(..length)?)?;
    // A fault of the encoder must not become a package that no device can unpack.
    if found.length != holds as u64 || found.end.div_ceil(8) != length {
        return None;
    }
    // A stored block's header is three zero bits: those that fill up the last byte, where there are three.
    let free = length * 8 - found.end;
    let rest: &[u8] = if free >= 3 { &[0, 0, 0xff, 0xff] } else { &[0, 0, 0, 0xff, 0xff] };
    room.get_mut(length..length + rest.len())?.copy_from_slice(rest);
    room[length - 1] &= u8::MAX >> free;
    room[found.last_block / 8] &= !(1 << (found.last_block % 8));
    Some(length + rest.len())
}

struct StreamReader<'a> {
    bits: BitReader<'a>,
    length: u64,
}

impl StreamReader<'_> {
    /// A block behind its first bit.
    fn block(&mut self) -> Option<()> {
        match self.bits.take(2)? {
            0 => self.stored(),
            1 => self.symbols(&CodeTable::fixed_literals()?, &CodeTable::fixed_distances()?),
            2 => {
                let (literals, distances) = self.tables()?;
                self.symbols(&literals, &distances)
            }
            _ => None,
        }
    }

    fn stored(&mut self) -> Option<()> {
        self.bits.align();
        let (length, complement) = (self.bits.take(16)?, self.bits.take(16)?);
        (length ^ complement == 0xffff).then_some(())?;
        self.length += length;
        self.bits.skip_bytes(usize::try_from(length).ok()?)
    }

    /// Literals and matches up to the end of the block. A literal takes at most 15 bits, a match and its distance 48:
    /// with one refill there is always enough for either.
    fn symbols(&mut self, literals: &CodeTable, distances: &CodeTable) -> Option<()> {
        // Local copies stay in registers; through `self` every step would go through memory.
        let (mut bits, mut length) = (self.bits, 0);
        loop {
            bits.is_within()?;
            bits.refill();
            let mut code = literals.look_up(bits.held)?;
            // Literals come in runs: the second of a pair is looked up in bits that are held already.
            if code.base == LITERAL {
                bits.shift(code.bits);
                length += 1;
                code = literals.look_up(bits.held)?;
                if code.base == LITERAL {
                    bits.shift(code.bits);
                    length += 1;
                    continue;
                }
                bits.refill();
            }
            bits.shift(code.bits);
            if code.base == END {
                break;
            }
            length += u64::from(code.base) + bits.ahead(code.extra);
            bits.shift(code.extra);
            let distance = distances.look_up(bits.held)?;
            bits.shift(distance.bits + distance.extra);
        }
        bits.is_within()?;
        self.bits = bits;
        self.length += length;
        Some(())
    }

    /// The code lengths of a dynamic block, themselves coded.
    fn tables(&mut self) -> Option<(CodeTable, CodeTable)> {
        const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
        let literals = usize::try_from(self.bits.take(5)?).ok()? + 257;
        let distances = usize::try_from(self.bits.take(5)?).ok()? + 1;
        let count = usize::try_from(self.bits.take(4)?).ok()? + 4;
        let mut lengths = [0_u8; 19];
        for at in &ORDER[..count] {
            lengths[*at] = u8::try_from(self.bits.take(3)?).ok()?;
        }
        let table = CodeTable::lengths(&lengths)?;
        let mut lengths = Vec::with_capacity(320);
        // One sequence: a repetition may run from the literals into the distances.
        while lengths.len() < literals + distances {
            self.code_length(&table, &mut lengths)?;
        }
        (lengths.len() == literals + distances).then_some(())?;
        Some((CodeTable::literals(&lengths[..literals])?, CodeTable::distances(&lengths[literals..])?))
    }

    fn code_length(&mut self, table: &CodeTable, lengths: &mut Vec<u8>) -> Option<()> {
        self.bits.refill();
        let code = table.look_up(self.bits.held)?;
        self.bits.shift(code.bits);
        self.bits.is_within()?;
        let (value, times) = match code.base {
            16 => (*lengths.last()?, 3 + self.bits.take(2)?),
            17 => (0, 3 + self.bits.take(3)?),
            18 => (0, 11 + self.bits.take(7)?),
            length => (u8::try_from(length).ok()?, 1),
        };
        lengths.extend(std::iter::repeat_n(value, usize::try_from(times).ok()?));
        Some(())
    }
}

/// Reads bits, the lowest of a byte first. Behind the last bit there are zeros, until [`BitReader::is_within`] is asked.
#[derive(Clone, Copy)]
struct BitReader<'a> {
    bytes: &'a [u8],
    next: usize,
    held: u64,
    /// Negative where bits were taken that are not there.
    count: i32,
}

impl<'a> BitReader<'a> {
    const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, next: 0, held: 0, count: 0 }
    }

    /// Bits read so far.
    fn position(&self) -> usize {
        self.next * 8 - usize::try_from(self.count).unwrap_or(0)
    }

    /// Holds at least 56 bits afterwards, or all there are.
    fn refill(&mut self) {
        let count = self.count.cast_unsigned();
        match self.bytes[self.next..].first_chunk() {
            // Eight bytes at once; of those that do not fit whole the next refill reads the rest again.
            Some(word) if count < 64 => {
                self.held |= u64::from_le_bytes(*word) << count;
                self.next += ((63 - count) / 8) as usize;
                self.count |= 56;
            }
            _ => self.refill_slowly(),
        }
    }

    #[cold]
    fn refill_slowly(&mut self) {
        while (0..56).contains(&self.count)
            && let Some(byte) = self.bytes.get(self.next)
        {
            self.held |= u64::from(*byte) << self.count;
            self.next += 1;
            self.count += 8;
        }
    }

    /// The next bits as a number.
    const fn ahead(&self, count: u8) -> u64 {
        self.held & ((1 << count) - 1)
    }

    /// Goes on `count` bits later.
    fn shift(&mut self, count: u8) {
        self.held >>= count;
        self.count -= i32::from(count);
    }

    /// `None` where more bits were taken than there are.
    fn is_within(&self) -> Option<()> {
        (self.count >= 0).then_some(())
    }

    /// Up to 16 bits as a number.
    fn take(&mut self, count: u8) -> Option<u64> {
        self.refill();
        let value = self.ahead(count);
        self.shift(count);
        self.is_within()?;
        Some(value)
    }

    /// Drops what is left of a byte.
    fn align(&mut self) {
        let rest = self.count % 8;
        self.held >>= rest;
        self.count -= rest;
    }

    /// Goes on `count` bytes later; to be called at the beginning of a byte.
    fn skip_bytes(&mut self, count: usize) -> Option<()> {
        let next = self.position() / 8 + count;
        (next <= self.bytes.len()).then_some(())?;
        *self = Self { bytes: self.bytes, next, held: 0, count: 0 };
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::{DeflateDecoder, DeflateEncoder};
    use libdeflater::{CompressionLvl, Compressor, Decompressor};
    use proptest::prelude::*;
    use std::io::Read as _;
    use waybill_support::noise::noise;

    fn deflate(data: &[u8], level: i32) -> Vec<u8> {
        let mut encoder = Compressor::new(CompressionLvl::new(level).unwrap());
        let mut stream = vec![0; encoder.deflate_compress_bound(data.len())];
        let length = encoder.deflate_compress(data, &mut stream).unwrap();
        stream.truncate(length);
        stream
    }

    /// Every part deflated by itself, all but the last reopened.
    fn joined(parts: &[&[u8]], level: i32) -> Vec<u8> {
        let mut whole = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let mut stream = deflate(part, level);
            if at + 1 < parts.len() {
                let length = stream.len();
                stream.resize(length + REOPENED, 0xaa);
                let reopened = reopen(&mut stream, length, part.len()).unwrap();
                stream.truncate(reopened);
            }
            whole.extend(stream);
        }
        whole
    }

    /// Two inflaters that have nothing in common agree on what the joined parts hold.
    fn check(parts: &[&[u8]], level: i32) {
        let (stream, expected) = (joined(parts, level), parts.concat());
        let mut out = Vec::new();
        DeflateDecoder::new(stream.as_slice()).read_to_end(&mut out).unwrap();
        assert!(out == expected, "zlib-rs, level {level}, {} parts", parts.len());
        let mut out = vec![0; expected.len()];
        assert_eq!(Decompressor::new().deflate_decompress(&stream, &mut out), Ok(expected.len()));
        assert!(out == expected, "libdeflate, level {level}");
        let found = StreamEnd::find(&stream).unwrap();
        assert_eq!((found.length, found.end.div_ceil(8)), (expected.len() as u64, stream.len()));
    }

    #[test]
    fn every_kind_of_block_is_read_and_joined() {
        let (noise, text) =
            (noise(200_000, 1), b"the quick brown fox jumps over the lazy dog. ".repeat(9000));
        let sparse: Vec<u8> = noise.iter().map(|byte| byte & 3).collect();
        let machine = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let machine = &machine[..machine.len().min(1_500_000)];
        for level in [1, 2, 6, 9, 10, 12] {
            check(&[&noise, &text, b"", &sparse, machine, b"a", &[0; 300_000]], level);
            check(&[b"", b"", b"x"], level);
            check(&[b"only"], level);
        }
    }

    #[test]
    fn the_end_may_fall_on_any_bit() {
        let data = noise(3000, 2);
        let mut free = [false; 8];
        for length in 1..400 {
            let part: Vec<u8> = data[..length].iter().map(|byte| byte % 5).collect();
            check(&[&part, &data[..40]], 6);
            free[StreamEnd::find(&deflate(&part, 6)).unwrap().end % 8] = true;
        }
        assert_eq!(free, [true; 8]);
    }

    #[test]
    fn what_is_no_complete_stream_is_refused() {
        let data = noise(5000, 3).iter().map(|byte| byte & 15).collect::<Vec<_>>();
        let stream = deflate(&data, 6);
        for length in 0..stream.len() {
            assert_eq!(StreamEnd::find(&stream[..length]), None, "{length}");
        }
        let mut room = stream.clone();
        assert_eq!(reopen(&mut room, stream.len(), data.len()), None, "no room");
        room.resize(stream.len() + REOPENED, 0);
        assert_eq!(reopen(&mut room, stream.len(), data.len() - 1), None, "another length");
        assert_eq!(reopen(&mut room, stream.len() + 1, data.len()), None, "something behind it");
        assert!(room[..stream.len()] == stream, "and it is as before");
        assert!(reopen(&mut room, stream.len(), data.len()).is_some());
        for broken in [&b"\x07"[..], b"\x06", b"\x00\x01\x00\x00\x00a", b"\x05\xff\xff\xff\xff"] {
            assert_eq!(StreamEnd::find(broken), None, "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn any_parts_join(parts in prop::collection::vec(prop::collection::vec(0_u8..20, 0..3000), 1..6), level in 1..13_i32) {
            check(&parts.iter().map(Vec::as_slice).collect::<Vec<_>>(), level);
        }

        #[test]
        fn other_makers_streams_are_read(data in prop::collection::vec(0_u8..9, 0..5000), level in 0..10_u32) {
            let mut stream = Vec::new();
            DeflateEncoder::new(data.as_slice(), flate2::Compression::new(level)).read_to_end(&mut stream).unwrap();
            prop_assert_eq!(StreamEnd::find(&stream).map(|found| found.length), Some(data.len() as u64));
        }

        #[test]
        fn any_bytes_are_read_without_a_fault(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let _ = StreamEnd::find(&bytes);
        }
    }
}
