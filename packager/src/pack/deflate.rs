//! Deflates whole files and blocks of large ones by libdeflate, and finds the end of a deflate stream so that another
//! one can continue it.
//!
//! libdeflate makes complete streams only, whose last block says that it is the last. To join streams that bit must be
//! cleared, and to find it every code of the stream must be read, though no data. That takes a sixth of the time of
//! making it. The names and numbers below are those of RFC 1951.

use super::code_table::{CodeTable, END, LITERAL};
use super::request::Level;
use libdeflater::{CompressionLvl, Compressor};

/// The encoder of one thread, made when it is first needed and reused for every file.
pub(super) struct Encoder {
    level: Level,
    encoder: Option<Compressor>,
}

impl Encoder {
    pub(super) fn new(level: Level) -> Self {
        Self { level, encoder: None }
    }

    /// Deflates a whole file into `output`, and returns the length; `None` where it does not fit.
    pub(super) fn whole(&mut self, input: &[u8], output: &mut [u8]) -> Option<usize> {
        let encoder = self.encoder.get_or_insert_with(|| compressor(self.level.number()));
        encoder.deflate_compress(input, output).ok()
    }

    /// Deflates a block of a stream into `output`, and returns the length; `None` where the encoder failed. All blocks
    /// but the last are left open, so that blocks made on different threads form one stream.
    ///
    /// A block does not use the 32 KiB before it, which costs 0.1 % of 1 MiB. zlib, which could use them, makes streams
    /// 2.5 % larger at half the speed.
    pub(super) fn block(&mut self, input: &[u8], last: bool, output: &mut [u8]) -> Option<usize> {
        let length = self.whole(input, output)?;
        if last { Some(length) } else { reopen(output, length, input.len()) }
    }
}

/// Space for a block of `length` bytes that does not shrink: 5 bytes for each stored block of 5,000 or more.
pub(super) const fn room_for_block(length: usize) -> usize {
    length + (length / 5000 + 2) * 5 + REOPENED + 64
}

/// Whether deflate saves less than 1/32 of `samples`, which are from all over a large file. Such a file, mostly an
/// installer's own compressed data, is stored.
pub(super) fn is_compressed(samples: &[Vec<u8>]) -> bool {
    // The fastest level is enough to see whether anything shrinks.
    let mut encoder = compressor(1);
    let mut room = Vec::new();
    let (mut before, mut after) = (0, 0);
    for sample in samples {
        room.resize(sample.len(), 0);
        before += sample.len();
        after += encoder.deflate_compress(sample, &mut room).unwrap_or(sample.len());
    }
    // A smaller gain is not worth deflating here and inflating on every device.
    after > before - before / 32
}

fn compressor(level: i32) -> Compressor {
    Compressor::new(CompressionLvl::new(level).unwrap_or_default())
}

/// The end of a deflate stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct StreamEnd {
    /// Offset in bits of the last block, whose first bit says that it is the last.
    last_block: usize,
    /// Offset in bits of the end of the last block.
    end: usize,
    /// Number of bytes that the stream inflates to.
    length: u64,
}

impl StreamEnd {
    /// Reads a complete stream; `None` where the bytes are not one.
    fn find(stream: &[u8]) -> Option<Self> {
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

/// The most bytes that [`reopen`] adds to a stream.
const REOPENED: usize = 5;

/// Makes a complete stream (`room[..length]`, which inflates to `holds` bytes) the beginning of a longer one: its last
/// block is no longer marked as the last, and an empty stored block fills it up to a whole byte. Returns the new
/// length; `None` where it is not such a stream or `room` is too small.
fn reopen(room: &mut [u8], length: usize, holds: usize) -> Option<usize> {
    let found = StreamEnd::find(room.get(..length)?)?;
    // A fault of the encoder must not become a package that no device can unpack.
    if found.length != holds as u64 || found.end.div_ceil(8) != length {
        return None;
    }
    // The header of a stored block is three zero bits, which may be those that fill up the last byte.
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
    /// Reads a block after its first bit.
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

    /// Reads literals and matches to the end of the block. A literal takes 15 bits at most, a match with its distance
    /// 48, so one refill is enough for either.
    fn symbols(&mut self, literals: &CodeTable, distances: &CodeTable) -> Option<()> {
        // Local copies stay in registers; through `self` every step would go through memory.
        let (mut bits, mut length) = (self.bits, 0);
        loop {
            bits.is_within()?;
            bits.refill();
            let mut code = literals.look_up(bits.held)?;
            // Literals come in runs, so the second of a pair is looked up in bits that are held already.
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

    /// Reads the code lengths of a dynamic block, which are coded themselves.
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
        // They are one sequence: a repetition may run from the literals into the distances.
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

/// Reads bits, the lowest of a byte first. After the last bit it reads zeros, until [`BitReader::is_within`] is called.
#[derive(Clone, Copy)]
struct BitReader<'a> {
    bytes: &'a [u8],
    next: usize,
    held: u64,
    /// Bits that are held; negative where more were taken than there are.
    count: i32,
}

impl<'a> BitReader<'a> {
    const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, next: 0, held: 0, count: 0 }
    }

    /// How many bits were read.
    fn position(&self) -> usize {
        self.next * 8 - usize::try_from(self.count).unwrap_or(0)
    }

    /// Refills to at least 56 bits, or all that are left.
    fn refill(&mut self) {
        let count = self.count.cast_unsigned();
        match self.bytes[self.next..].first_chunk() {
            // Reads eight bytes at once. Those that do not fit whole are read again by the next refill.
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

    /// The next `count` bits as a number, without taking them.
    const fn ahead(&self, count: u8) -> u64 {
        self.held & ((1 << count) - 1)
    }

    /// Skips `count` bits.
    fn shift(&mut self, count: u8) {
        self.held >>= count;
        self.count -= i32::from(count);
    }

    /// `None` where more bits were taken than there are.
    fn is_within(&self) -> Option<()> {
        (self.count >= 0).then_some(())
    }

    /// Takes up to 16 bits as a number.
    fn take(&mut self, count: u8) -> Option<u64> {
        self.refill();
        let value = self.ahead(count);
        self.shift(count);
        self.is_within()?;
        Some(value)
    }

    /// Skips the rest of a byte.
    fn align(&mut self) {
        let rest = self.count % 8;
        self.held >>= rest;
        self.count -= rest;
    }

    /// Skips `count` bytes; call it at the start of a byte.
    fn skip_bytes(&mut self, count: usize) -> Option<()> {
        let next = self.position() / 8 + count;
        (next <= self.bytes.len()).then_some(())?;
        *self = Self { bytes: self.bytes, next, held: 0, count: 0 };
        Some(())
    }
}

#[cfg(test)]
mod tests;
