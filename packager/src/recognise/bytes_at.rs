//! Bounded reading at places, and searching in bounded ranges.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// How much is searched at a time.
const BLOCK: usize = 64 * 1024;

/// At most `most` bytes from `offset`; fewer where the file ends.
pub(super) fn read_at<R: Read + Seek>(reader: &mut R, offset: u64, most: usize) -> io::Result<Vec<u8>> {
    reader.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    reader.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where `pattern` first is in the range, its places a multiple of `step` from the range's start.
pub(super) fn find<R: Read + Seek>(
    reader: &mut R,
    range: Range<u64>,
    step: usize,
    pattern: &[u8],
) -> io::Result<Option<u64>> {
    // Each block starts on a step and is read with what a pattern at its very end needs.
    let stride = BLOCK / step * step;
    let mut at = range.start;
    while at < range.end {
        let left = usize::try_from(range.end - at).unwrap_or(usize::MAX);
        let block = read_at(reader, at, left.min(stride + pattern.len() - 1))?;
        let places = (0..block.len()).step_by(step);
        let found = places
            .into_iter()
            .find(|place| block.get(*place..).is_some_and(|rest| rest.starts_with(pattern)));
        if let Some(place) = found {
            return Ok(Some(at + place as u64));
        }
        if block.len() < stride {
            break;
        }
        at += stride as u64;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_found_across_blocks_and_only_on_steps() {
        let mut bytes = vec![0; 3 * BLOCK];
        bytes[BLOCK - 2..BLOCK + 2].copy_from_slice(b"mark");
        bytes[2 * BLOCK..2 * BLOCK + 4].copy_from_slice(b"mark");
        let find = |range, step| find(&mut io::Cursor::new(&bytes), range, step, b"mark").unwrap();
        let all = bytes.len() as u64;
        assert_eq!(find(0..all, 1), Some(BLOCK as u64 - 2));
        assert_eq!(find(0..all, 512), Some(2 * BLOCK as u64));
        assert_eq!(find(0..BLOCK as u64, 1), None);
        assert_eq!(find(2..all, 512), None);
        assert_eq!(find(all + 10..all + 20, 1), None);
    }
}
