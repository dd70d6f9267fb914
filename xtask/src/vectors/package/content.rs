//! Packages that authenticate, with something wrong inside.

use super::super::archive::innocent;
use super::super::deflate::{literals, zero_bytes, zeros};
use super::super::records::{Header, extra};
use super::super::sealed::{Sealed, pad};
use super::super::vector::{Expect, Vector};
use super::super::zip_image::{Entry, Image};
use super::{keys, package, payload, sealed, sealed_but};

pub(super) fn all() -> Vec<Vector> {
    let vectors =
        paddings().into_iter().chain(sizes()).chain(payloads()).chain(entries()).chain(setup_files());
    vectors.map(|vector| vector.in_group("content")).collect()
}

fn vector(stem: &str, comment: &str, sealed: &Sealed) -> Vector {
    Vector::new(stem, Expect::Content, comment, package(sealed))
}

fn paddings() -> [Vector; 6] {
    let plain = payload().bytes();
    let right = pad(&plain);
    let count = right.len() - plain.len();
    assert!(count > 2, "the faults need room");
    let padded = |stem: &str, comment: &str, change: &dyn Fn(&mut [u8])| {
        let mut padded = right.clone();
        change(&mut padded[plain.len()..]);
        vector(stem, comment, &Sealed::of_padded(&keys(), &plain, &padded))
    };
    let other_key = sealed_but(|sealed| sealed.document.encryption_key = vec![0; 32]);
    [
        padded("padding-zero", "padding that says 0", &|padding| padding[count - 1] = 0),
        padded("padding-seventeen", "padding that says 17", &|padding| padding.fill(17)),
        padded("padding-high", "padding that says 255", &|padding| padding[count - 1] = 255),
        padded("padding-uneven", "padding whose first byte differs", &|padding| padding[0] ^= 1),
        padded("padding-ansi", "zeros and a count, as another standard pads", &|padding| {
            padding[..count - 1].fill(0);
        }),
        vector("other-key", "another encryption key in the document", &other_key),
    ]
}

fn sizes() -> [Vector; 5] {
    let plain = payload().bytes().len();
    let sized = |stem: &str, comment: &str, size: usize| {
        vector(stem, comment, &sealed_but(|sealed| sealed.document.size = size.to_string()))
    };
    let resealed = |stem: &str, comment: &str, change: fn(&mut Vec<u8>)| {
        let sealed = sealed_but(|sealed| change(&mut sealed.ciphertext));
        vector(stem, comment, &sealed.authenticated(&keys().mac))
    };
    [
        sized("size-less", "UnencryptedContentSize is one byte too small", plain - 1),
        sized("size-more", "UnencryptedContentSize is one byte too large", plain + 1),
        sized("size-files", "UnencryptedContentSize is the sum of the files", innocent().data.len()),
        resealed("no-blocks", "no ciphertext under a right MAC", Vec::clear),
        resealed("half-block", "half a block too much under a right MAC", |ciphertext| {
            ciphertext.extend([0; 8]);
        }),
    ]
}

fn payloads() -> [Vector; 8] {
    let raw =
        |stem: &str, comment: &str, payload: &[u8]| vector(stem, comment, &Sealed::new(&keys(), payload));
    let whole = payload().bytes();
    let nested = package(&sealed()).bytes();
    let folder = Image::lay_out([Entry::stored("install.cmd/", b"")]).bytes();
    [
        raw("nothing", "a payload of no bytes", b""),
        raw("text", "a payload that is no zip", b"This is not a zip archive.\r\n"),
        raw("cut", "a payload that is cut", &whole[..whole.len() - 8]),
        raw("junk-before", "bytes before the payload's zip", &[b"MZ junk", &whole[..]].concat()),
        raw("junk-after", "bytes after the payload's zip", &[&whole[..], b"junk"].concat()),
        raw("package", "a package in the payload's place, keys and all", &nested),
        raw("folder-only", "a payload of one empty folder", &folder),
        raw("no-entries", "a payload of no entries", &Image::default().bytes()),
    ]
}

fn entries() -> [Vector; 16] {
    let with = |stem: &str, rule: &str, comment: &str, entry: Entry| {
        let payload = Image::lay_out([innocent(), entry]).bytes();
        vector(stem, comment, &Sealed::new(&keys(), &payload)).with("rule", rule)
    };
    let text = || Entry::stored("data.txt", b"some text");
    let both = |change: fn(&mut Header)| text().both(change);
    let named = |name: &str| Entry::stored(name, b"x");
    let packed = |data: &[u8]| Entry::new("data.txt", b"some text", 8, data.to_vec());
    let stream = literals(b"some text");
    let link = Entry::stored("link", b"/etc")
        .centrally(|header| (header.made_by, header.attributes) = (3 << 8 | 30, 0o120_777 << 16));
    let bomb =
        Entry::new("data.txt", &zero_bytes(1000), 8, zeros(1000)).both(|header| header.size = u32::MAX - 1);
    let path = [&[1][..], &crc32fast::hash(b"data.txt").to_le_bytes(), b"evil.exe"].concat();
    let renamed = text().both(|header| header.extra = extra(0x7075, &path));
    let filled =
        text().described(true).locally(|header| (header.crc, header.size, header.compressed) = (1, 2, 3));
    let local64 = both(Header::use_zip64).locally(|header| header.extra[4] ^= 1);
    let differ = "flag bit 3, and sizes in the local header that differ";
    let crc = packed(&stream).both(|header| header.crc ^= 1);
    [
        with("name-parent", "name-parent", "an entry that climbs out", named("..\\evil.exe")),
        with("name-drive", "name-drive", "an entry with a drive", named("C:\\evil.exe")),
        with("name-device", "name-reserved", "an entry named as a device", named("NUL.txt")),
        with("name-twice", "name-duplicate", "the setup file twice, in another case", named("Install.CMD")),
        with("link", "type-special", "a symbolic link", link),
        with("encrypted", "entry-encrypted", "an encrypted entry", both(|header| header.flags |= 1)),
        with("method", "entry-method", "an entry of method 14", both(|header| header.method = 14)),
        with("crc", "data-crc", "an entry whose CRC is wrong", both(|header| header.crc ^= 1)),
        with("crc-deflated", "data-crc", "a deflated entry whose CRC is wrong", crc),
        with("deflate-invalid", "data-deflate", "an entry that is no deflate stream", packed(&[0xff; 9])),
        with("deflate-cut", "data-deflate", "an entry whose stream is cut", packed(&stream[..5])),
        with("bomb", "limit-ratio", "an entry that declares 4 GiB", bomb),
        with("second-name", "unicode-path", "an extra field with another name", renamed),
        with("descriptor-filled", "local-mismatch", differ, filled),
        with("zip64-local", "local-mismatch", "a local zip64 size that differs", local64),
        with("folder-data", "type-mismatch", "a folder that has data", Entry::stored("folder/", b"data")),
    ]
}

fn setup_files() -> [Vector; 4] {
    let named = |stem: &str, comment: &str, setup_file: &str| {
        vector(stem, comment, &sealed_but(|sealed| sealed.document.setup_file = setup_file.into()))
    };
    [
        named("setup-missing", "a setup file that is not there", "setup.exe"),
        named("setup-elsewhere", "a setup file in a folder that is not there", "folder\\install.cmd"),
        named("setup-parent", "a setup file outside the folder", "..\\install.cmd"),
        named("setup-absolute", "a setup file with a drive", "C:\\install.cmd"),
    ]
}
