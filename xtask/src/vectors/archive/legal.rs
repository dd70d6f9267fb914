//! Archives that look odd and must unpack.

use super::super::records::{extra, zip64_extra};
use super::super::vector::Vector;
use super::super::zip_image::{Entry, Image};
use super::{accepted, beside_innocent};

pub(super) fn all() -> Vec<Vector> {
    vec![
        accepted(
            "legal-backslash",
            "names with backslashes, an empty folder and an empty file among them",
            &backslashes(),
        ),
        accepted("legal-zip64", "zip64 in every record, though nothing is large", &zip64()),
        accepted("legal-descriptors", "sizes behind the data, with and without signature", &described()),
        accepted("legal-unflagged", "a UTF-8 name without the UTF-8 flag", &unflagged()),
        accepted(
            "legal-unix",
            "modes, comments and differing extra fields, as zip tools on Unix write them",
            &unix(),
        ),
    ]
}

fn backslashes() -> Image {
    beside_innocent([
        Entry::stored("data\\empty folder\\", b""),
        Entry::stored("data\\empty.txt", b""),
        Entry::deflated("data\\sub\\file.txt", b"some text"),
    ])
}

fn zip64() -> Image {
    let large = Entry::deflated("data/file.txt", b"some text").both(|header| {
        header.extra = zip64_extra(&[u64::from(header.size), u64::from(header.compressed)]);
        (header.size, header.compressed, header.needed) = (u32::MAX, u32::MAX, 45);
    });
    beside_innocent([large]).with_zip64_sentinels()
}

fn described() -> Image {
    beside_innocent([
        Entry::deflated("signed.txt", b"some text").described(true),
        Entry::deflated("unsigned.txt", b"some other text").described(false),
        Entry::stored("empty.txt", b"").described(true),
    ])
}

fn unflagged() -> Image {
    beside_innocent([Entry::stored("data/über.txt", b"text").both(|header| header.flags = 0)])
}

fn unix() -> Image {
    let file = Entry::deflated("data/file.txt", b"some text")
        .both(|header| header.flags = 0)
        .locally(|header| header.extra = extra(0x5455, &[3, 0, 0, 0, 0, 0, 0, 0, 0]))
        .centrally(|header| {
            header.extra = extra(0x5455, &[3, 0, 0, 0, 0]);
            header.made_by = 3 << 8 | 30;
            header.attributes = 0o100_644 << 16;
            header.comment = b"a comment".to_vec();
        });
    let folder = Entry::stored("data/", b"").centrally(|header| {
        header.made_by = 3 << 8 | 30;
        header.attributes = 0o040_755 << 16 | 0x10;
    });
    beside_innocent([folder, file]).but(|image| image.end.comment = b"made by hand".to_vec())
}
