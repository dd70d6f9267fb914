//! Outer zips whose records contradict each other or the file.

use super::super::records::{Header, Zip64End};
use super::super::vector::{Expect, Fault, Vector};
use super::super::zip_image::{Entry, Image};
use super::{content_and_document, package, sealed};

pub(super) fn all() -> Vec<Vector> {
    let images =
        IMAGES.iter().map(|&(stem, comment, change)| vector(stem, comment, package(&sealed()).but(change)));
    let headers = HEADERS
        .iter()
        .map(|&(stem, comment, index, change)| with_entry(stem, comment, index, |entry| entry.both(change)));
    let vectors = images.chain(headers).chain(junk()).chain(locals()).chain(descriptors()).chain(zip64());
    vectors.map(|vector| vector.in_group("container")).collect()
}

fn vector(stem: &str, comment: &str, body: impl Into<Vec<u8>>) -> Vector {
    Vector::new(stem, Expect::Container, comment, body)
}

/// The package with one entry changed before it is laid out: the content (0) or Detection.xml (1).
fn with_entry(stem: &str, comment: &str, index: usize, change: impl Fn(Entry) -> Entry) -> Vector {
    let mut entries = package(&sealed()).entries;
    entries[index] = change(entries[index].clone());
    vector(stem, comment, Image::lay_out(entries))
}

/// Vectors in which the end record, the directory or the bytes around them are wrong.
const IMAGES: &[Fault<Image>] = &[
    ("end-in-comment", "the comment is another end record", |image| {
        image.end.comment = Image::default().bytes();
    }),
    ("comment-too-long", "the comment goes on after the file's end", |image| {
        image.end.comment_length = Some(7);
    }),
    ("count-low", "one entry is declared", |image| image.end.count(1)),
    ("count-high", "three entries are declared", |image| image.end.count(3)),
    ("count-here", "the counts of the end record differ", |image| image.end.entries_here = 1),
    ("disk", "the end record says that this is disk 1", |image| image.end.disk = 1),
    ("directory-disk", "the directory starts on disk 1", |image| image.end.directory_disk = 1),
    ("entry-disk", "the content starts on disk 1", |image| image.entries[0].central.disk = 1),
    ("directory-size", "the directory is one byte shorter", |image| image.end.directory_size -= 1),
    ("directory-offset", "the directory lies behind the file", |image| {
        image.end.directory_offset = 0x7fff_0000;
    }),
    ("directory-signature", "a central record has another signature", |image| {
        image.entries[1].central.signature ^= 1;
    }),
    ("junk-after", "bytes after the end record", |image| image.after = b"junk".to_vec()),
    ("zeros-after", "zeros after the end record", |image| image.after = vec![0; 64]),
    ("junk-before-directory", "bytes before the central directory", |image| {
        image.before_directory = b"hidden".to_vec();
        image.end.directory_offset += 6;
    }),
    ("junk-after-directory", "bytes after the central directory", |image| {
        image.after_directory = b"hidden".to_vec();
    }),
    ("local-offset", "the content lies behind the file", |image| {
        image.entries[0].central.offset = 0x7fff_0000;
    }),
    ("local-offset-directory", "the content lies in the central directory", |image| {
        image.entries[0].central.offset = image.end.directory_offset;
    }),
    ("zip64-sentinels-alone", "sentinels in the end record and no zip64 end record", |image| {
        (image.end.directory_size, image.end.directory_offset) = (u32::MAX, u32::MAX);
    }),
];

/// A vector's name, what is wrong, the entry (as [`with_entry`] counts them), and the change of both its headers.
type HeaderFault = (&'static str, &'static str, usize, fn(&mut Header));

const HEADERS: &[HeaderFault] = &[
    ("crc-content", "both CRCs of the content are wrong", 0, |header| header.crc ^= 1),
    ("crc-document", "both CRCs of Detection.xml are wrong", 1, |header| header.crc ^= 1),
    ("encrypted-content", "the content has the encryption flag", 0, |header| header.flags |= 1),
    ("encrypted-document", "Detection.xml has the encryption flag", 1, |header| header.flags |= 1),
    ("method-content", "the content is compressed by method 12", 0, |header| header.method = 12),
    ("method-document", "Detection.xml is compressed by method 9", 1, |header| header.method = 9),
    ("stored-size", "the stored content declares another size", 0, |header| header.size += 16),
    ("zip64-extra-short", "a zip64 field without the size that it should hold", 0, Header::use_half_of_zip64),
];

fn junk() -> [Vector; 5] {
    let whole = package(&sealed()).bytes();
    let counted = "bytes before the first entry, offsets right";
    [
        vector("junk-before", "bytes before the first entry", [b"MZ junk", &whole[..]].concat()),
        vector("twice", "the whole package twice", whole.repeat(2)),
        with_entry("junk-before-counted", counted, 0, |entry| entry.after(b"MZ junk")),
        with_entry("junk-between", "bytes between the entries", 1, |entry| entry.after(b"hidden")),
        vector("overlap", "Detection.xml lies inside the content", overlapping()),
    ]
}

fn locals() -> [Vector; 7] {
    let differs = |stem: &str, what: &str, change: fn(&mut Header)| {
        let comment = format!("the content's local header has another {what}");
        with_entry(stem, &comment, 0, |entry| entry.locally(change)).in_group("local")
    };
    [
        differs("signature", "signature", |header| header.signature ^= 0x0100_0000),
        differs("name", "name", |header| header.name[0] = b'X'),
        differs("method", "method", |header| header.method = 8),
        differs("size", "size", |header| header.size -= 1),
        differs("compressed", "compressed size", |header| header.compressed -= 1),
        differs("crc", "CRC", |header| header.crc ^= 1),
        differs("flags", "flag 0x800", |header| header.flags ^= 0x800),
    ]
}

fn descriptors() -> [Vector; 3] {
    let described = |stem: &str, comment: &str, change: fn(&mut Vec<u8>)| {
        with_entry(stem, comment, 0, |entry| {
            let mut entry = entry.described(true);
            change(&mut entry.descriptor);
            entry
        })
    };
    [
        described("descriptor-crc", "the content's descriptor has another CRC", |descriptor| {
            descriptor[4] ^= 1;
        }),
        described("descriptor-size", "the content's descriptor has another size", |descriptor| {
            descriptor[12] ^= 1;
        }),
        described("descriptor-absent", "flag bit 3 and no descriptor", Vec::clear),
    ]
}

/// The content's entry runs on over Detection.xml's local header and data.
fn overlapping() -> Image {
    let [content, document] = content_and_document();
    let inside = [content.data.clone(), document.local.local_bytes(), document.data.clone()].concat();
    let offset = content.local.local_bytes().len() + content.data.len();
    let outside = Entry::stored(&content.local.name, &inside).both(|header| header.flags = 0);
    Image::lay_out([outside, document.phantom(offset)])
}

fn zip64() -> [Vector; 7] {
    let ended = |stem: &str, comment: &str, change: fn(&mut Zip64End)| {
        vector(stem, comment, package(&sealed()).with_wrong_zip64_end(change)).in_group("zip64")
    };
    [
        ended("locator-alone", "a zip64 locator without its end record", |end| end.without_record = true),
        ended("end-alone", "a zip64 end record without its locator", |end| end.without_locator = true),
        ended("count", "the zip64 end record counts three entries", |end| end.count(3)),
        ended("offset", "the zip64 end record has another offset", |end| end.directory_offset += 1),
        ended("locator-offset", "the locator points elsewhere", |end| end.record_offset -= 1),
        ended("disks", "the locator counts two disks", |end| end.disks = 2),
        with_entry("zip64-local-differs", "the local zip64 field has another size", 0, |entry| {
            entry.both(Header::use_zip64).locally(|header| header.extra[4] ^= 1)
        }),
    ]
}
