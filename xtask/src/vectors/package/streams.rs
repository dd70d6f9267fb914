//! Outer entries that are deflated, wrongly.

use super::super::deflate::{literals, zero_bytes, zeros};
use super::super::vector::{Expect, Vector};
use super::super::zip_image::{Entry, Image};
use super::{DOCUMENT_NAME, package, sealed};

pub(super) fn all() -> Vec<Vector> {
    let vector = |name: &str, comment: &str, entries: Vec<Entry>| {
        Vector::new(format!("stream-{name}"), Expect::Container, comment, Image::lay_out(entries).bytes())
    };
    let [content, document] =
        <[Entry; 2]>::try_from(package(&sealed()).entries).unwrap_or_else(|_| unreachable!());
    let plain = content.data.clone();
    let packed =
        |data: Vec<u8>| Entry::new(&content.local.name, &plain, 8, data).both(|header| header.flags = 0);
    let whole = literals(&plain);
    let mut broken = whole.clone();
    broken[0] |= 0b110; // block type 3 does not exist
    let bomb = |size: u32| {
        Entry::new(DOCUMENT_NAME, &zero_bytes(1000), 8, zeros(1000))
            .both(move |header| (header.flags, header.size) = (0, size))
    };
    let with_content = |data: Vec<u8>| vec![packed(data), document.clone()];
    vec![
        vector("invalid", "the content's deflate stream starts with an invalid block", with_content(broken)),
        vector(
            "cut",
            "the content's deflate stream ends too early",
            with_content(whole[..whole.len() / 2].to_vec()),
        ),
        vector(
            "trailing",
            "bytes after the content's deflate stream",
            with_content([whole.clone(), b"more".to_vec()].concat()),
        ),
        vector(
            "longer",
            "the content unpacks to more than declared",
            vec![packed(whole.clone()).both(|header| header.size -= 16), document.clone()],
        ),
        vector(
            "shorter",
            "the content unpacks to less than declared",
            vec![packed(whole.clone()).both(|header| header.size += 16), document.clone()],
        ),
        vector(
            "document-bomb",
            "Detection.xml is said to unpack to 4 GiB",
            vec![content.clone(), bomb(u32::MAX - 1)],
        ),
        vector(
            "content-bomb",
            "the content is said to unpack to 4 GiB",
            vec![packed(whole.clone()).both(|header| header.size = u32::MAX - 15), document.clone()],
        ),
    ]
}
