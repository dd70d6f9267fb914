//! Deflate streams written by hand, so that the bytes never change with a compressor's version.

use std::iter::repeat_n;

/// Bits in the order that deflate demands: the lowest bit of a byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    /// Appends a number, lowest bit first.
    fn number(&mut self, value: u32, width: u32) {
        for index in 0..width {
            self.bit(value >> index & 1);
        }
    }

    /// Appends a Huffman code, highest bit first.
    fn code(&mut self, value: u32, width: u32) {
        for index in (0..width).rev() {
            self.bit(value >> index & 1);
        }
    }

    fn bit(&mut self, bit: u32) {
        if self.used.is_multiple_of(8) {
            self.bytes.push(0);
        }
        if let Some(last) = self.bytes.last_mut() {
            *last |= (bit as u8) << (self.used % 8);
        }
        self.used += 1;
    }
}

/// The start of a stored block: `length` plain bytes follow.
pub(super) fn stored_block(length: u16, last: bool) -> Vec<u8> {
    let mut block = vec![u8::from(last)];
    block.extend(length.to_le_bytes());
    block.extend((!length).to_le_bytes());
    block
}

/// One block with deflate's fixed codes, literals only.
pub(super) fn literals(data: &[u8]) -> Vec<u8> {
    let mut bits = Bits::default();
    // The last block (lowest bit), and the fixed codes (01 above it).
    bits.number(0b011, 3);
    for &byte in data {
        // RFC 1951, 3.2.6: eight bits from 0x30 on for the first 144 bytes, nine from 0x190 on for the
        // others; the end of the block is seven zeros.
        let byte = u32::from(byte);
        if byte < 144 {
            bits.code(0x30 + byte, 8);
        } else {
            bits.code(0x190 + byte - 144, 9);
        }
    }
    bits.code(0, 7);
    bits.bytes
}

/// `length` zero bytes at the best ratio that deflate has: two bits for every 258 of them.
pub(super) fn zeros(length: usize) -> Vec<u8> {
    assert!(length > 0, "the first zero is a literal");
    let mut bits = Bits::default();
    bits.number(0b101, 3);
    zeros_tables(&mut bits);
    // One literal, then copies of it from one byte back, 258 at a time, which is the longest that deflate has.
    let (runs, rest) = ((length - 1) / 258, (length - 1) % 258);
    bits.code(0b10, 2);
    (0..runs).for_each(|_| bits.code(0b00, 2));
    (0..rest).for_each(|_| bits.code(0b10, 2));
    bits.code(0b11, 2);
    bits.bytes
}

/// Code lengths: literal 0 and end-of-block two bits, length 258 and distance 1 one bit.
fn zeros_tables(bits: &mut Bits) {
    const ORDER: [u32; 18] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1];
    // Symbol 285, a length of 258, is the last there is, so all 286 codes have to be described; there is one
    // distance, and 18 code lengths are listed to reach the one of symbol 1.
    bits.number(286 - 257, 5);
    bits.number(0, 5);
    bits.number(18 - 4, 4);
    for symbol in ORDER {
        let length = match symbol {
            18 => 1,
            1 | 2 => 2,
            _ => 0,
        };
        bits.number(length, 3);
    }
    let skip = |bits: &mut Bits, count: u32| {
        bits.code(0, 1);
        bits.number(count - 11, 7);
    };
    bits.code(0b11, 2);
    // The literals 1 to 255 have no code. One run reaches 138, so two are needed.
    skip(bits, 138);
    skip(bits, 117);
    bits.code(0b11, 2);
    // Nor have the lengths from 257 to 284.
    skip(bits, 28);
    bits.code(0b10, 2);
    bits.code(0b10, 2);
}

/// What [`zeros`] unpacks to.
pub(super) fn zero_bytes(length: usize) -> Vec<u8> {
    repeat_n(0, length).collect()
}
