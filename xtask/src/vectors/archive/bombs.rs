//! Archives that unpack to far more than they should, or declare it.

use super::super::deflate::{literals, stored_block, zero_bytes, zeros};
use super::super::records::extra;
use super::super::vector::{Vector, refused};
use super::super::zip_image::{Entry, Image};
use super::beside_innocent;

pub(super) fn all() -> Vec<Vector> {
    declared().into_iter().chain(streams()).chain(overlaps()).collect()
}

fn declared() -> [Vector; 4] {
    let said = |size: u32| Entry::deflated("bomb.bin", b"0123456789").both(|header| header.size = size);
    let length = said(0).data.len() as u32;
    let huge = said(0).both(|header| {
        header.use_zip64();
        header.extra[4..12].copy_from_slice(&(u64::MAX - 1).to_le_bytes());
    });
    let lying = Entry::stored("bomb.bin", b"0123456789").both(|header| header.size = 1000);
    let stored = "a stored entry that declares more bytes than it has";
    let ratio =
        |stem: &str, comment: &str, bomb| refused(stem, "limit-ratio", comment, beside_innocent([bomb]));
    [
        // One less than the sentinel, which would say that the size stands in a zip64 field.
        ratio("declared-4-gib", "a few bytes that are said to become 4 GiB", said(u32::MAX - 1)),
        ratio("declared-1101", "just over 1,100 bytes are declared for each", said(length * 1100 + 1)),
        ratio("declared-16-eib", "a zip64 size of nearly 2^64", huge),
        refused("stored", "data-size", stored, beside_innocent([lying])),
    ]
}

fn streams() -> [Vector; 4] {
    let plain = zero_bytes(50_000);
    let packed = |name: &str| Entry::new(name, &plain, 8, zeros(plain.len()));
    let hidden = [literals(b"seen"), b"and these bytes nobody sees".to_vec()].concat();
    let longer = packed("bomb.bin").both(|header| header.size -= 1);
    let shorter = packed("bomb.bin").both(|header| header.size += 1);
    let hiding = Entry::new("bomb.bin", b"seen", 8, hidden);
    // A million bytes, one more than the limit below. Deflate cannot exceed 1,032 to 1, so each file passes the
    // ratio by itself, and only the sum can be refused.
    let twenty = Image::lay_out((0..20).map(|number| packed(&format!("bomb{number:02}"))));
    [
        refused("longer", "data-size", "unpacks to one byte more than declared", beside_innocent([longer])),
        refused("shorter", "data-size", "unpacks to one byte less than declared", beside_innocent([shorter])),
        refused("hidden", "data-deflate", "the stream ends before its bytes do", beside_innocent([hiding])),
        refused("sum", "limit-unpacked", "twenty files of 50,000 zeros each", twenty)
            .with("limits", "max-unpacked=999999"),
    ]
}

fn overlaps() -> [Vector; 2] {
    let hides = "each entry's extra field hides the next one's header";
    let quotes = "each entry quotes the next one's header and shares its data";
    [
        refused("overlap-extra", "entry-overlap", hides, in_extra()),
        refused("overlap-quoted", "entry-overlap", quotes, quoted()),
    ]
}

/// Every entry's local extra field is the next entry's local header, so that all share one stream.
fn in_extra() -> Image {
    let plain = zero_bytes(50_000);
    let hidden = |header: &[u8]| extra(0xa220, header);
    let entry = |number: usize, header: Vec<u8>| {
        Entry::new(format!("bomb{number}"), &plain, 8, zeros(plain.len()))
            .locally(|local| local.extra = hidden(&header))
    };
    let mut chain = vec![Entry::new("bomb3", &plain, 8, zeros(plain.len()))];
    for number in (0..3).rev() {
        chain.insert(0, entry(number, chain[0].local.local_bytes()));
    }
    // A field's identifier and length have four bytes.
    let step = chain[3].local.local_bytes().len() + 4;
    phantoms_behind_the_first(&chain, step)
}

/// The first entry as it is, and the others as phantoms inside it, `step` bytes apart.
fn phantoms_behind_the_first(chain: &[Entry], step: usize) -> Image {
    let phantoms = chain.iter().enumerate().skip(1).map(|(index, entry)| entry.clone().phantom(index * step));
    Image::lay_out(chain.iter().take(1).cloned().chain(phantoms))
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
