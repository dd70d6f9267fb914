//! Archives that unpack to far more than they should, or say so.

use super::super::deflate::{literals, stored_block, zero_bytes, zeros};
use super::super::records::zip64_extra;
use super::super::vector::Vector;
use super::super::zip_image::{Entry, Image};
use super::beside_innocent;

pub(super) fn all() -> Vec<Vector> {
    [declared(), streams(), overlaps()].into_iter().flatten().collect()
}

fn vector(stem: &str, rule: &str, comment: &str, image: &Image) -> Vector {
    Vector::refused(format!("bomb-{stem}"), rule, comment, image.bytes())
}

fn declared() -> Vec<Vector> {
    let said = |size: u32| Entry::deflated("bomb.bin", b"0123456789").both(|header| header.size = size);
    let length = said(0).data.len() as u32;
    vec![
        vector(
            "declared-4-gib",
            "limit-ratio",
            "a few bytes that are said to become 4 GiB",
            // One less than the sentinel, which would say that the size stands in a zip64 field.
            &beside_innocent([said(u32::MAX - 1)]),
        ),
        vector(
            "declared-1101",
            "limit-ratio",
            "just over 1,100 bytes are declared for each",
            &beside_innocent([said(length * 1100 + 1)]),
        ),
        vector(
            "declared-16-eib",
            "limit-ratio",
            "a zip64 size of nearly 2^64",
            &beside_innocent([said(0).both(|header| {
                header.extra = zip64_extra(&[u64::MAX - 1, u64::from(header.compressed)]);
                (header.size, header.compressed, header.needed) = (u32::MAX, u32::MAX, 45);
            })]),
        ),
        vector(
            "stored",
            "data-size",
            "a stored entry that declares more bytes than it has",
            &beside_innocent([Entry::stored("bomb.bin", b"0123456789").both(|header| header.size = 1000)]),
        ),
    ]
}

fn streams() -> Vec<Vector> {
    let plain = zero_bytes(50_000);
    let packed = || Entry::new("bomb.bin", &plain, 8, zeros(plain.len()));
    let hidden = [literals(b"seen"), b"and these bytes nobody sees".to_vec()].concat();
    vec![
        vector(
            "longer",
            "data-size",
            "unpacks to one byte more than declared",
            &beside_innocent([packed().both(|header| header.size -= 1)]),
        ),
        vector(
            "shorter",
            "data-size",
            "unpacks to one byte less than declared",
            &beside_innocent([packed().both(|header| header.size += 1)]),
        ),
        vector(
            "hidden",
            "data-deflate",
            "the stream ends before its bytes do",
            &beside_innocent([Entry::new("bomb.bin", b"seen", 8, hidden)]),
        ),
        Vector::refused(
            "bomb-sum",
            "limit-unpacked",
            // A million bytes, one more than the limit below. Deflate cannot exceed 1,032 to 1, so each file
            // passes the ratio by itself, and only the sum can be refused.
            "twenty files of 50,000 zeros each",
            twenty(&packed().data, &plain),
        )
        .with("limits", "max-unpacked=999999"),
    ]
}

fn twenty(data: &[u8], plain: &[u8]) -> Vec<u8> {
    let entry = |number: usize| Entry::new(format!("bomb{number:02}"), plain, 8, data.to_vec());
    Image::lay_out((0..20).map(entry).collect()).bytes()
}

fn overlaps() -> Vec<Vector> {
    vec![
        vector(
            "overlap-extra",
            "entry-overlap",
            "each entry's extra field hides the next one's header",
            &in_extra(),
        ),
        vector(
            "overlap-quoted",
            "entry-overlap",
            "each entry quotes the next one's header and shares its data",
            &quoted(),
        ),
    ]
}

/// Every entry's local extra field is the next entry's local header, so that all share one stream.
fn in_extra() -> Image {
    let plain = zero_bytes(50_000);
    let entry = |number: usize, header: Vec<u8>| {
        Entry::new(format!("bomb{number}"), &plain, 8, zeros(plain.len()))
            .locally(|local| local.extra = header.clone())
    };
    let mut chain = vec![entry(3, vec![])];
    for number in (0..3).rev() {
        chain.insert(0, entry(number, chain[0].local.local_bytes()));
    }
    let step = chain[3].local.local_bytes().len();
    phantoms_behind_the_first(&chain, step)
}

/// The first entry as it is, the others somewhere inside it, `step` bytes apart.
fn phantoms_behind_the_first(chain: &[Entry], step: usize) -> Image {
    let phantoms = chain.iter().enumerate().skip(1).map(|(index, entry)| entry.clone().phantom(index * step));
    Image::lay_out(chain.iter().take(1).cloned().chain(phantoms).collect())
}

/// Every entry's stream starts with a stored block around the next entry's local header, then runs on into its data.
fn quoted() -> Image {
    let plain = zero_bytes(20_000);
    let mut chain = vec![Entry::new("bomb3", &plain, 8, zeros(plain.len()))];
    let mut unpacked = plain;
    for number in (0..3).rev() {
        let inner = chain.remove(0);
        let header = inner.local.local_bytes();
        let data = [stored_block(header.len() as u16, false), header.clone(), inner.data.clone()].concat();
        unpacked = [header, unpacked].concat();
        let outer = Entry::new(format!("bomb{number}"), &unpacked, 8, data);
        chain.insert(0, inner);
        chain.insert(0, outer);
    }
    let step = chain[0].local.local_bytes().len() + stored_block(0, false).len();
    phantoms_behind_the_first(&chain, step)
}
