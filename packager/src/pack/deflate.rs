//! The encoder: libdeflate, for whole files and for blocks of large ones.

use super::request::Level;
use super::stream_end::{REOPENED, reopen};
use libdeflater::{CompressionLvl, Compressor};

/// One thread's encoder; made when it is first needed and used again for every file.
pub(super) struct Encoder {
    level: Level,
    encoder: Option<Compressor>,
}

impl Encoder {
    pub(super) fn new(level: Level) -> Self {
        Self { level, encoder: None }
    }

    /// Deflates a whole file into `output`, and says how long that is; `None` where it does not fit.
    pub(super) fn whole(&mut self, input: &[u8], output: &mut [u8]) -> Option<usize> {
        let encoder = self.encoder.get_or_insert_with(|| compressor(self.level.number()));
        encoder.deflate_compress(input, output).ok()
    }

    /// Deflates a block of a stream into `output`, and says how long that is; `None` where the encoder failed. All
    /// but the last are open at their end, so that blocks made apart make one stream.
    ///
    /// A block begins without the 32 KiB before it, which costs 0.1 % in 1 MiB. zlib, which could take them in, makes
    /// streams 2.5 % larger at half the speed.
    pub(super) fn block(&mut self, input: &[u8], last: bool, output: &mut [u8]) -> Option<usize> {
        let length = self.whole(input, output)?;
        if last { Some(length) } else { reopen(output, length, input.len()) }
    }
}

/// Room for a block of `length` bytes that does not shrink: 5 bytes for each stored block of 5,000 or more.
pub(super) const fn room_for_block(length: usize) -> usize {
    length + (length / 5000 + 2) * 5 + REOPENED + 64
}

/// True where deflate finds next to nothing in `samples`, taken from all over a large file: less than one part in
/// 32. Such a file (an installer's own compressed data, mostly) is stored.
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
    // Less than that is not worth deflating here and inflating on every device.
    after > before - before / 32
}

fn compressor(level: i32) -> Compressor {
    Compressor::new(CompressionLvl::new(level).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;
    use waybill_support::noise::noise;

    fn inflate(stream: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        flate2::read::DeflateDecoder::new(stream).read_to_end(&mut out).unwrap();
        out
    }

    fn block(encoder: &mut Encoder, input: &[u8], last: bool) -> Vec<u8> {
        let mut output = vec![0; room_for_block(input.len())];
        let length = encoder.block(input, last, &mut output).unwrap();
        output.truncate(length);
        output
    }

    fn whole(encoder: &mut Encoder, input: &[u8]) -> Option<Vec<u8>> {
        let mut output = vec![0; input.len().checked_sub(1)?];
        let length = encoder.whole(input, &mut output)?;
        output.truncate(length);
        Some(output)
    }

    #[test]
    fn a_whole_file_is_deflated_where_that_fits() {
        let mut encoder = Encoder::new(Level::Default);
        assert_eq!(whole(&mut encoder, b"a"), None);
        assert_eq!(whole(&mut encoder, &noise(5000, 1)), None);
        let text = b"waybill ".repeat(100);
        let packed = whole(&mut encoder, &text).unwrap();
        assert!(packed.len() < 30);
        assert_eq!(inflate(&packed), text);
    }

    #[test]
    fn blocks_made_apart_make_one_stream() {
        let mut input = noise(40_000, 1);
        input.extend(b"waybill ".repeat(20_000));
        input.extend_from_within(20_000..60_000);
        for level in [Level::Fast, Level::Default, Level::Best] {
            for size in [1, 33_000, 100_000, input.len()].map(|size| size.max(input.len() / 40)) {
                let blocks = input.chunks(size).enumerate().flat_map(|(at, part)| {
                    block(&mut Encoder::new(level), part, (at + 1) * size >= input.len())
                });
                assert!(inflate(&blocks.collect::<Vec<_>>()) == input, "{level:?} {size}");
            }
        }
    }

    #[test]
    fn an_encoder_that_was_used_before_makes_the_same_bytes() {
        // zlib-rs 0.6.8 does not: after a reset it still looks at a few bytes of what it had before.
        let mut used = Encoder::new(Level::Default);
        for at in 0..40 {
            let input: Vec<u8> = noise(33_600 + at, 1)[at..].iter().map(|byte| byte & 1).collect();
            let mut fresh = Encoder::new(Level::Default);
            assert!(block(&mut used, &input, false) == block(&mut fresh, &input, false));
            assert!(whole(&mut used, &input) == whole(&mut fresh, &input));
        }
    }

    #[test]
    fn there_is_room_for_noise_and_too_little_room_is_told() {
        for length in [0, 1, 4999, 5000, 5001, 65_535, 65_536, 1 << 20] {
            for level in [Level::Store, Level::Fast, Level::Default, Level::Best] {
                block(&mut Encoder::new(level), &noise(length, 1), false);
            }
        }
        let room = &mut vec![0; 1 << 20];
        assert_eq!(Encoder::new(Level::Default).block(&noise(1 << 20, 1), false, room), None);
    }

    #[test]
    fn only_what_does_not_shrink_is_taken_for_compressed() {
        assert!(is_compressed(&[noise(32 * 1024, 1), noise(1000, 1)]));
        assert!(!is_compressed(&[noise(32 * 1024, 1), vec![0; 32 * 1024]]));
    }
}
