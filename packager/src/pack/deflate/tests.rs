use super::*;
use flate2::read::{DeflateDecoder, DeflateEncoder};
use libdeflater::Decompressor;
use proptest::prelude::*;
use std::io::Read;
use waybill_support::noise::noise;

fn inflate(stream: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    DeflateDecoder::new(stream).read_to_end(&mut out).unwrap();
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
    assert_eq!(whole(&mut encoder, &noise(5000, 9)), None);
    let text = b"waybill ".repeat(100);
    let packed = whole(&mut encoder, &text).unwrap();
    assert!(packed.len() < 30);
    assert_eq!(inflate(&packed), text);
}

#[test]
fn blocks_made_apart_make_one_stream() {
    let mut input = noise(40_000, 9);
    input.extend(b"waybill ".repeat(20_000));
    input.extend_from_within(20_000..60_000);
    for level in [Level::Fast, Level::Default, Level::Best] {
        for size in [1, 33_000, 100_000, input.len()].map(|size| size.max(input.len() / 40)) {
            let blocks = input
                .chunks(size)
                .enumerate()
                .flat_map(|(at, part)| block(&mut Encoder::new(level), part, (at + 1) * size >= input.len()));
            assert!(inflate(&blocks.collect::<Vec<_>>()) == input, "{level:?} {size}");
        }
    }
}

#[test]
fn an_encoder_that_was_used_before_makes_the_same_bytes() {
    // zlib-rs 0.6.8 fails here: after a reset it still reads a few bytes of its earlier input.
    let mut used = Encoder::new(Level::Default);
    for at in 0..40 {
        let input: Vec<u8> = noise(33_600 + at, 9)[at..].iter().map(|byte| byte & 1).collect();
        let mut fresh = Encoder::new(Level::Default);
        assert!(block(&mut used, &input, false) == block(&mut fresh, &input, false));
        assert!(whole(&mut used, &input) == whole(&mut fresh, &input));
    }
}

#[test]
fn there_is_room_for_noise_and_too_little_room_is_told() {
    for length in [0, 1, 4999, 5000, 5001, 65_535, 65_536, 1 << 20] {
        for level in [Level::Store, Level::Fast, Level::Default, Level::Best] {
            block(&mut Encoder::new(level), &noise(length, 9), false);
        }
    }
    let room = &mut vec![0; 1 << 20];
    assert_eq!(Encoder::new(Level::Default).block(&noise(1 << 20, 9), false, room), None);
}

#[test]
fn only_what_does_not_shrink_is_taken_for_compressed() {
    assert!(is_compressed(&[noise(32 * 1024, 9), noise(1000, 9)]));
    assert!(!is_compressed(&[noise(32 * 1024, 9), vec![0; 32 * 1024]]));
}

fn complete_stream(data: &[u8], level: i32) -> Vec<u8> {
    let mut encoder = Compressor::new(CompressionLvl::new(level).unwrap());
    let mut stream = vec![0; encoder.deflate_compress_bound(data.len())];
    let length = encoder.deflate_compress(data, &mut stream).unwrap();
    stream.truncate(length);
    stream
}

/// Deflates every part by itself, and reopens all but the last.
fn joined(parts: &[&[u8]], level: i32) -> Vec<u8> {
    let mut whole = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        let mut stream = complete_stream(part, level);
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

/// Checks that two unrelated inflaters read the same from the joined parts.
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
    let (noise, text) = (noise(200_000, 1), b"the quick brown fox jumps over the lazy dog. ".repeat(9000));
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
        free[StreamEnd::find(&complete_stream(&part, 6)).unwrap().end % 8] = true;
    }
    assert_eq!(free, [true; 8]);
}

#[test]
fn what_is_no_complete_stream_is_refused() {
    let data = noise(5000, 3).iter().map(|byte| byte & 15).collect::<Vec<_>>();
    let stream = complete_stream(&data, 6);
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
