//! The two encoders: libdeflate for whole files, zlib-rs for blocks of large ones.

use super::level::Level;
use flate2::{Compress, CompressError, Compression, FlushCompress, Status};
use libdeflater::{CompressionLvl, Compressor};

/// How much of what came before a block primes its encoder: deflate's whole window.
pub(super) const WINDOW: usize = 32 * 1024;

/// One thread's encoders.
pub(super) struct Encoders {
    level: Level,
    /// Made when it is first needed and used again for every file.
    whole: Option<Compressor>,
}

impl Encoders {
    pub(super) fn new(level: Level) -> Self {
        Self { level, whole: None }
    }

    /// Deflates a whole file into `output`, and says how long that is; `None` where it does not fit.
    pub(super) fn whole(&mut self, input: &[u8], output: &mut [u8]) -> Option<usize> {
        let encoder = self.whole.get_or_insert_with(|| compressor(self.level.whole()));
        encoder.deflate_compress(input, output).ok()
    }

    /// Deflates a block of a stream into `output`, and says how long that is. The block is `input[start..]`, primed
    /// with the [`WINDOW`] before it. All but the last end on a byte (sync flush), so that blocks made apart make
    /// one stream.
    ///
    /// Every block has a new encoder: one that is reset keeps its old window, and zlib-rs looks a few bytes past the
    /// end of what it was given, so that now and then the bytes would depend on what the thread did before.
    pub(super) fn block(
        &self,
        input: &[u8],
        start: usize,
        last: bool,
        output: &mut [u8],
    ) -> Result<usize, BlockError> {
        let (before, input) = input.split_at(start);
        let mut encoder = Compress::new(Compression::new(self.level.block()), false);
        if !before.is_empty() {
            encoder.set_dictionary(before)?;
        }
        let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
        let status = encoder.compress(input, output, flush)?;
        let length = usize::try_from(encoder.total_out()).unwrap_or(usize::MAX);
        // A flush that just fills the room may not be complete.
        if length >= output.len() || last && status != Status::StreamEnd {
            return Err(BlockError::Room);
        }
        Ok(length)
    }
}

/// Why a block could not be deflated.
#[derive(Debug, thiserror::Error)]
pub(super) enum BlockError {
    #[error("the encoder failed")]
    Encoder(#[from] CompressError),
    #[error("it grew beyond what was allowed for")]
    Room,
}

/// True where deflate finds next to nothing in `samples`, taken from all over a large file: less than one part in
/// 32. Such a file (an installer's own compressed data, mostly) is stored.
pub(super) fn is_compressed(samples: &[Vec<u8>]) -> bool {
    let mut encoder = compressor(1);
    let mut room = Vec::new();
    let (mut before, mut after) = (0, 0);
    for sample in samples {
        room.resize(sample.len(), 0);
        before += sample.len();
        after += encoder.deflate_compress(sample, &mut room).unwrap_or(sample.len());
    }
    after > before - before / 32
}

fn compressor(level: i32) -> Compressor {
    Compressor::new(CompressionLvl::new(level).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn noise(length: usize) -> Vec<u8> {
        let mut state = 0x2545_f491_u32;
        std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
            (state >> 24) as u8
        })
        .take(length)
        .collect()
    }

    fn inflate(stream: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        flate2::read::DeflateDecoder::new(stream).read_to_end(&mut out).unwrap();
        out
    }

    fn block(encoders: &Encoders, input: &[u8], start: usize, last: bool) -> Vec<u8> {
        let mut output = vec![0; input.len() - start + 2048];
        let length = encoders.block(input, start, last, &mut output).unwrap();
        output.truncate(length);
        output
    }

    fn whole(encoders: &mut Encoders, input: &[u8]) -> Option<Vec<u8>> {
        let mut output = vec![0; input.len().checked_sub(1)?];
        let length = encoders.whole(input, &mut output)?;
        output.truncate(length);
        Some(output)
    }

    #[test]
    fn a_whole_file_is_deflated_where_that_fits() {
        let mut encoders = Encoders::new(Level::Default);
        assert_eq!(whole(&mut encoders, b"a"), None);
        assert_eq!(whole(&mut encoders, &noise(5000)), None);
        let text = b"waybill ".repeat(100);
        let packed = whole(&mut encoders, &text).unwrap();
        assert!(packed.len() < 30);
        assert_eq!(inflate(&packed), text);
    }

    #[test]
    fn blocks_made_apart_make_one_stream() {
        let mut input = noise(40_000);
        input.extend(b"waybill ".repeat(20_000));
        input.extend_from_within(20_000..60_000);
        for level in [Level::Fast, Level::Default, Level::Best] {
            for size in [33_000, 65_536, 100_000, input.len()] {
                let mut stream = Vec::new();
                for start in (0..input.len()).step_by(size) {
                    let end = (start + size).min(input.len());
                    let from = start.saturating_sub(WINDOW);
                    stream.extend(block(
                        &Encoders::new(level),
                        &input[from..end],
                        start - from,
                        end == input.len(),
                    ));
                }
                assert!(inflate(&stream) == input, "{level:?} {size}");
            }
        }
    }

    #[test]
    fn an_encoder_that_was_used_before_makes_the_same_bytes() {
        // With zlib-rs 0.6.8 and an encoder that is reset, half of these come out otherwise.
        let mut used = Encoders::new(Level::Default);
        for at in 0..40 {
            let input: Vec<u8> = noise(33_600 + at)[at..].iter().map(|byte| byte & 1).collect();
            let mut fresh = Encoders::new(Level::Default);
            let start = WINDOW - at;
            assert_eq!(block(&used, &input, start, false), block(&fresh, &input, start, false));
            assert_eq!(whole(&mut used, &input), whole(&mut fresh, &input));
        }
    }

    #[test]
    fn noise_grows_by_little_and_too_little_room_is_an_error() {
        let noise = noise(1 << 20);
        let encoders = Encoders::new(Level::Default);
        assert!(block(&encoders, &noise, 0, false).len() < (1 << 20) + 2047);
        for last in [false, true] {
            let room = &mut vec![0; 1 << 20];
            assert!(matches!(encoders.block(&noise, 0, last, room), Err(BlockError::Room)));
        }
    }

    #[test]
    fn only_what_does_not_shrink_is_taken_for_compressed() {
        assert!(is_compressed(&[noise(32 * 1024), noise(1000)]));
        assert!(!is_compressed(&[noise(32 * 1024), vec![0; 32 * 1024]]));
    }
}
