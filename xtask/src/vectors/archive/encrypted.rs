//! Entries that are encrypted inside the archive.

use super::super::records::{Header, extra};
use super::super::vector::Vector;
use super::super::zip_image::Entry;
use super::beside_innocent;

pub(super) fn all() -> Vec<Vector> {
    let secret = || Entry::stored("secret.txt", b"twelve bytes and the text");
    let vector = |stem: &str, comment: &str, entry: Entry| {
        Vector::refused(
            format!("encrypted-{stem}"),
            "entry-encrypted",
            comment,
            beside_innocent([entry]).bytes(),
        )
    };
    let flagged = |flags: u16| secret().both(|header| header.flags |= flags);
    vec![
        vector("traditional", "traditional encryption", flagged(1)),
        vector("strong", "strong encryption", flagged(0x41)),
        vector("aes", "AES, which hides the method", flagged(1).both(aes)),
        vector("masked", "local header values masked", flagged(0x2000)),
        vector("described", "traditional encryption with a data descriptor", flagged(1).described(true)),
    ]
}

fn aes(header: &mut Header) {
    header.method = 99;
    header.extra = extra(0x9901, b"\x02\x00AE\x03\x00\x00");
}
