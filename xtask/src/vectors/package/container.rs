//! Outer zips whose records contradict each other or the file.

use super::super::records::{Header, zip64_extra};
use super::super::vector::{Expect, Vector};
use super::super::zip_image::{Entry, Image};
use super::{package, sealed};

pub(super) fn all() -> Vec<Vector> {
    [ends(), junk(), locals(), entries(), zip64()].into_iter().flatten().collect()
}

fn vector(name: &str, comment: &str, image: &Image) -> Vector {
    Vector::new(format!("container-{name}"), Expect::Container, comment, image.bytes())
}

/// The package with its laid-out image changed.
fn changed(name: &str, comment: &str, change: impl FnOnce(&mut Image)) -> Vector {
    vector(name, comment, &package(&sealed()).but(change))
}

/// The package with one entry changed before it is laid out.
fn with_entry(name: &str, comment: &str, index: usize, change: impl FnOnce(Entry) -> Entry) -> Vector {
    let mut entries = package(&sealed()).entries;
    let entry = entries.remove(index);
    entries.insert(index, change(entry));
    vector(name, comment, &Image::lay_out(entries))
}

fn ends() -> Vec<Vector> {
    let decoy = Image::lay_out(vec![]).bytes();
    vec![
        changed("end-in-comment", "the comment is another end record", |image| image.end.comment = decoy),
        changed("comment-too-long", "the comment goes on after the file's end", |image| {
            image.end.comment_length = Some(7);
        }),
        changed("count-low", "one entry is declared", |image| {
            (image.end.entries, image.end.entries_here) = (1, 1);
        }),
        changed("count-high", "three entries are declared", |image| {
            (image.end.entries, image.end.entries_here) = (3, 3);
        }),
        changed("count-here", "the counts of the end record differ", |image| image.end.entries_here = 1),
        changed("disk", "the end record says that this is disk 1", |image| image.end.disk = 1),
        changed("directory-disk", "the directory starts on disk 1", |image| image.end.directory_disk = 1),
        changed("entry-disk", "the content starts on disk 1", |image| image.entries[0].central.disk = 1),
        changed("directory-size", "the directory is one byte shorter", |image| image.end.directory_size -= 1),
        changed("directory-offset", "the directory lies behind the file", |image| {
            image.end.directory_offset = 0x7fff_0000;
        }),
        changed("directory-signature", "a central record has another signature", |image| {
            image.entries[1].central.signature ^= 1;
        }),
    ]
}

fn junk() -> Vec<Vector> {
    let whole = package(&sealed()).bytes();
    let glued = |parts: &[&[u8]]| parts.concat();
    let raw = |name: &str, comment: &str, bytes| {
        Vector::new(format!("container-{name}"), Expect::Container, comment, bytes)
    };
    vec![
        raw("junk-before", "bytes before the first entry", glued(&[b"MZ junk", &whole])),
        raw("junk-after", "bytes after the end record", glued(&[&whole, b"junk"])),
        raw("zeros-after", "zeros after the end record", glued(&[&whole, &[0; 64]])),
        raw("twice", "the whole package twice", glued(&[&whole, &whole])),
        with_entry("junk-before-counted", "bytes before the first entry, offsets right", 0, |entry| {
            entry.after(b"MZ junk")
        }),
        with_entry("junk-between", "bytes between the entries", 1, |entry| entry.after(b"hidden")),
        changed("junk-before-directory", "bytes before the central directory", |image| {
            image.before_directory = b"hidden".to_vec();
            image.end.directory_offset += 6;
        }),
        changed("junk-after-directory", "bytes after the central directory", |image| {
            image.after_directory = b"hidden".to_vec();
        }),
    ]
}

fn locals() -> Vec<Vector> {
    let differs = |stem: &str, what: &str, change: fn(&mut Header)| {
        let comment = format!("the content's local header has another {what}");
        with_entry(&format!("local-{stem}"), &comment, 0, |entry| entry.locally(change))
    };
    vec![
        differs("signature", "signature", |header| header.signature ^= 0x0100_0000),
        differs("name", "name", |header| header.name[0] = b'X'),
        differs("method", "method", |header| header.method = 8),
        differs("size", "size", |header| header.size -= 1),
        differs("compressed", "compressed size", |header| header.compressed -= 1),
        differs("crc", "CRC", |header| header.crc ^= 1),
        differs("flags", "flag 0x800", |header| header.flags ^= 0x800),
        changed("local-offset", "the content lies behind the file", |image| {
            image.entries[0].central.offset = 0x7fff_0000;
        }),
        changed("local-offset-directory", "the content lies in the central directory", |image| {
            image.entries[0].central.offset = image.end.directory_offset;
        }),
    ]
}

fn entries() -> Vec<Vector> {
    vec![
        with_entry("crc-content", "both CRCs of the content are wrong", 0, |entry| {
            entry.both(|header| header.crc ^= 1)
        }),
        with_entry("crc-document", "both CRCs of Detection.xml are wrong", 1, |entry| {
            entry.both(|header| header.crc ^= 1)
        }),
        with_entry("encrypted-content", "the content has the encryption flag", 0, |entry| {
            entry.both(|header| header.flags |= 1)
        }),
        with_entry("encrypted-document", "Detection.xml has the encryption flag", 1, |entry| {
            entry.both(|header| header.flags |= 1)
        }),
        with_entry("method-content", "the content is compressed by method 12", 0, |entry| {
            entry.both(|header| header.method = 12)
        }),
        with_entry("method-document", "Detection.xml is compressed by method 9", 1, |entry| {
            entry.both(|header| header.method = 9)
        }),
        with_entry("stored-size", "the stored content declares another size", 0, |entry| {
            entry.both(|header| header.size += 16)
        }),
        with_entry("descriptor-crc", "the content's descriptor has another CRC", 0, |entry| {
            let mut entry = entry.described(true);
            entry.descriptor[4] ^= 1;
            entry
        }),
        with_entry("descriptor-size", "the content's descriptor has another size", 0, |entry| {
            let mut entry = entry.described(true);
            entry.descriptor[12] ^= 1;
            entry
        }),
        with_entry("descriptor-absent", "flag bit 3 and no descriptor", 0, |entry| {
            let mut entry = entry.described(true);
            entry.descriptor.clear();
            entry
        }),
        vector("overlap", "Detection.xml lies inside the content", &overlapping()),
    ]
}

/// The content's entry runs on over Detection.xml's local header and data.
fn overlapping() -> Image {
    let [content, document] =
        <[Entry; 2]>::try_from(package(&sealed()).entries).unwrap_or_else(|_| unreachable!());
    let inside = [content.data.clone(), document.local.local_bytes(), document.data.clone()].concat();
    let offset = content.local.local_bytes().len() + content.data.len();
    let outside = Entry::stored(&content.local.name, &inside).both(|header| header.flags = 0);
    Image::lay_out(vec![outside, document.phantom(offset)])
}

fn zip64() -> Vec<Vector> {
    let with_end = |name: &str, comment: &str, change: fn(&mut super::super::records::Zip64End)| {
        let image = package(&sealed()).with_zip64_end();
        vector(name, comment, &image.but(|image| image.zip64.iter_mut().for_each(change)))
    };
    vec![
        with_end("zip64-locator-alone", "a zip64 locator without its end record", |end| {
            end.without_record = true;
        }),
        with_end("zip64-end-alone", "a zip64 end record without its locator", |end| {
            end.without_locator = true;
        }),
        with_end("zip64-count", "the zip64 end record counts three entries", |end| {
            (end.entries, end.entries_here) = (3, 3);
        }),
        with_end("zip64-offset", "the zip64 end record has another offset", |end| end.directory_offset += 1),
        with_end("zip64-locator-offset", "the locator points elsewhere", |end| end.record_offset -= 1),
        with_end("zip64-disks", "the locator counts two disks", |end| end.disks = 2),
        changed("zip64-sentinels-alone", "sentinels in the end record and no zip64 end record", |image| {
            (image.end.directory_size, image.end.directory_offset) = (u32::MAX, u32::MAX);
        }),
        with_entry("zip64-extra-short", "a zip64 field without the size that it should hold", 0, |entry| {
            entry.both(|header| {
                header.extra = zip64_extra(&[u64::from(header.size)]);
                (header.size, header.compressed) = (u32::MAX, u32::MAX);
            })
        }),
        with_entry("zip64-local-differs", "the local zip64 field has another size", 0, |entry| {
            let entry = entry.both(|header| {
                header.extra = zip64_extra(&[u64::from(header.size), u64::from(header.compressed)]);
                (header.size, header.compressed, header.needed) = (u32::MAX, u32::MAX, 45);
            });
            entry.locally(|header| header.extra[4] ^= 1)
        }),
    ]
}
