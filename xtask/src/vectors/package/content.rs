//! Packages that authenticate, with something wrong inside.

use super::super::archive::innocent;
use super::super::deflate::{literals, zero_bytes, zeros};
use super::super::records::{Header, extra, zip64_extra};
use super::super::sealed::{Sealed, pad};
use super::super::vector::{Expect, Vector};
use super::super::zip_image::{Entry, Image};
use super::{keys, package, payload};

pub(super) fn all() -> Vec<Vector> {
    [paddings(), sizes(), payloads(), entries(), setup_files()].into_iter().flatten().collect()
}

fn vector(name: &str, comment: &str, sealed: &Sealed) -> Vector {
    Vector::new(format!("content-{name}"), Expect::Content, comment, package(sealed).bytes())
}

fn paddings() -> Vec<Vector> {
    let plain = payload().bytes();
    let right = pad(&plain);
    let count = usize::from(right.last().copied().unwrap_or_default());
    let padded = |name: &str, comment: &str, change: &dyn Fn(&mut [u8])| {
        let mut padded = right.clone();
        change(&mut padded[plain.len()..]);
        vector(name, comment, &Sealed::of_padded(&keys(), &plain, &padded))
    };
    assert!(count > 2, "the faults need room");
    let other_key = || {
        let mut sealed = Sealed::new(&keys(), &plain);
        sealed.document.encryption_key = vec![0; 32];
        sealed
    };
    vec![
        padded("padding-zero", "padding that says 0", &|padding| padding[count - 1] = 0),
        padded("padding-seventeen", "padding that says 17", &|padding| padding.fill(17)),
        padded("padding-high", "padding that says 255", &|padding| padding[count - 1] = 255),
        padded("padding-uneven", "padding whose first byte differs", &|padding| padding[0] ^= 1),
        padded("padding-ansi", "zeros and a count, as another standard pads", &|padding| {
            padding[..count - 1].fill(0);
        }),
        vector("other-key", "another encryption key in the document", &other_key()),
    ]
}

fn sizes() -> Vec<Vector> {
    let plain = payload().bytes();
    let sized = |name: &str, comment: &str, size: usize| {
        let mut sealed = Sealed::new(&keys(), &plain);
        sealed.document.size = size.to_string();
        vector(name, comment, &sealed)
    };
    let resealed = |ciphertext: &[u8]| {
        let mut sealed = Sealed::new(&keys(), &plain);
        sealed.ciphertext = ciphertext.to_vec();
        sealed.authenticated(&keys().mac)
    };
    let ciphertext = Sealed::new(&keys(), &plain).ciphertext;
    vec![
        sized("size-less", "UnencryptedContentSize is one byte too small", plain.len() - 1),
        sized("size-more", "UnencryptedContentSize is one byte too large", plain.len() + 1),
        sized("size-files", "UnencryptedContentSize is the sum of the files", innocent().data.len()),
        vector("no-blocks", "no ciphertext under a right MAC", &resealed(&[])),
        vector(
            "half-block",
            "half a block too much under a right MAC",
            &resealed(&[&ciphertext[..], &[0; 8]].concat()),
        ),
    ]
}

fn payloads() -> Vec<Vector> {
    let raw =
        |name: &str, comment: &str, payload: &[u8]| vector(name, comment, &Sealed::new(&keys(), payload));
    let whole = payload().bytes();
    vec![
        raw("nothing", "a payload of no bytes", b""),
        raw("text", "a payload that is no zip", b"This is not a zip archive.\r\n"),
        raw("cut", "a payload that is cut", &whole[..whole.len() - 8]),
        raw("junk-before", "bytes before the payload's zip", &[b"MZ junk", &whole[..]].concat()),
        raw("junk-after", "bytes after the payload's zip", &[&whole[..], b"junk"].concat()),
        raw(
            "package",
            "a package in the payload's place, keys and all",
            &package(&Sealed::new(&keys(), &whole)).bytes(),
        ),
        raw(
            "folder-only",
            "a payload of one empty folder",
            &Image::lay_out(vec![Entry::stored("install.cmd/", b"")]).bytes(),
        ),
        raw("no-entries", "a payload of no entries", &Image::lay_out(vec![]).bytes()),
    ]
}

fn entries() -> Vec<Vector> {
    let with = |name: &str, rule: &str, comment: &str, entries: Vec<Entry>| {
        let image = Image::lay_out([vec![innocent()], entries].concat());
        vector(name, comment, &Sealed::new(&keys(), &image.bytes())).with("rule", rule)
    };
    let text = || Entry::stored("data.txt", b"some text");
    let packed = |data: Vec<u8>| Entry::new("data.txt", b"some text", 8, data);
    let link = |header: &mut Header| (header.made_by, header.attributes) = (3 << 8 | 30, 0o120_777 << 16);
    let path = [&[1][..], &crc32fast::hash(b"data.txt").to_le_bytes(), b"evil.exe"].concat();
    let local64 = |header: &mut Header| {
        header.extra = zip64_extra(&[u64::from(header.size), u64::from(header.compressed)]);
        (header.size, header.compressed, header.needed) = (u32::MAX, u32::MAX, 45);
    };
    vec![
        with(
            "name-parent",
            "name-parent",
            "an entry that climbs out",
            vec![Entry::stored("..\\evil.exe", b"x")],
        ),
        with("name-drive", "name-drive", "an entry with a drive", vec![Entry::stored("C:\\evil.exe", b"x")]),
        with(
            "name-device",
            "name-reserved",
            "an entry named as a device",
            vec![Entry::stored("NUL.txt", b"x")],
        ),
        with(
            "name-twice",
            "name-duplicate",
            "the setup file twice, in another case",
            vec![Entry::stored("Install.CMD", b"x")],
        ),
        with("link", "type-special", "a symbolic link", vec![Entry::stored("link", b"/etc").centrally(link)]),
        with(
            "encrypted",
            "entry-encrypted",
            "an encrypted entry",
            vec![text().both(|header| header.flags |= 1)],
        ),
        with(
            "method",
            "entry-method",
            "an entry of method 14",
            vec![text().both(|header| header.method = 14)],
        ),
        with("crc", "data-crc", "an entry whose CRC is wrong", vec![text().both(|header| header.crc ^= 1)]),
        with(
            "crc-deflated",
            "data-crc",
            "a deflated entry whose CRC is wrong",
            vec![Entry::deflated("data.txt", b"some text").both(|header| header.crc ^= 1)],
        ),
        with(
            "deflate-invalid",
            "data-deflate",
            "an entry that is no deflate stream",
            vec![packed(vec![0xff; 9])],
        ),
        with(
            "deflate-cut",
            "data-deflate",
            "an entry whose stream is cut",
            vec![packed(literals(b"some text")[..5].to_vec())],
        ),
        with(
            "bomb",
            "limit-ratio",
            "an entry that declares 4 GiB",
            vec![
                Entry::new("data.txt", &zero_bytes(1000), 8, zeros(1000))
                    .both(|header| header.size = u32::MAX - 1),
            ],
        ),
        with(
            "second-name",
            "unicode-path",
            "an extra field with another name",
            vec![text().both(|header| header.extra = extra(0x7075, &path))],
        ),
        with(
            "descriptor-filled",
            "local-mismatch",
            "flag bit 3, and sizes in the local header that differ",
            vec![
                text()
                    .described(true)
                    .locally(|header| (header.crc, header.size, header.compressed) = (1, 2, 3)),
            ],
        ),
        with(
            "zip64-local",
            "local-mismatch",
            "a local zip64 size that differs",
            vec![text().both(local64).locally(|header| header.extra[4] ^= 1)],
        ),
        with(
            "folder-data",
            "type-mismatch",
            "a folder that has data",
            vec![Entry::stored("folder/", b"data")],
        ),
    ]
}

fn setup_files() -> Vec<Vector> {
    let named = |name: &str, comment: &str, setup_file: &str| {
        let mut sealed = Sealed::new(&keys(), &payload().bytes());
        sealed.document.setup_file = setup_file.into();
        vector(name, comment, &sealed)
    };
    vec![
        named("setup-missing", "a setup file that is not there", "setup.exe"),
        named("setup-elsewhere", "a setup file in a folder that is not there", "folder\\install.cmd"),
        named("setup-parent", "a setup file outside the folder", "..\\install.cmd"),
        named("setup-absolute", "a setup file with a drive", "C:\\install.cmd"),
    ]
}
