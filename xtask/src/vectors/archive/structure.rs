//! Archives whose records contradict each other or the file.

use super::super::records::{Header, zip64_extra};
use super::super::vector::Vector;
use super::super::zip_image::{Entry, Image};
use super::beside_innocent;

pub(super) fn all() -> Vec<Vector> {
    [ends(), junk(), directory(), locals(), data(), zip64()].into_iter().flatten().collect()
}

fn second() -> Entry {
    Entry::deflated("data/second.txt", b"second file")
}

fn two() -> Image {
    beside_innocent([second()])
}

fn vector(stem: &str, rule: &str, comment: &str, image: &Image) -> Vector {
    Vector::refused(format!("structure-{stem}"), rule, comment, image.bytes())
}

fn ends() -> Vec<Vector> {
    let whole = two().bytes();
    let decoy = Image::lay_out(vec![]).bytes();
    vec![
        Vector::refused("structure-empty", "end-missing", "a file of no bytes", vec![]),
        Vector::refused(
            "structure-cut",
            "end-missing",
            "the last ten bytes are gone",
            whole[..whole.len() - 10].to_vec(),
        ),
        vector(
            "end-in-comment",
            "end-ambiguous",
            "the comment is another end record",
            &two().but(|image| image.end.comment = decoy.clone()),
        ),
        Vector::refused(
            "structure-glued",
            "directory-mismatch",
            "two whole archives, one after the other",
            whole.repeat(2),
        ),
        vector(
            "comment-too-long",
            "junk-after",
            "the comment is said to go on after the file's end",
            &two().but(|image| image.end.comment_length = Some(9)),
        ),
    ]
}

fn junk() -> Vec<Vector> {
    let prefix = b"MZ not an entry";
    let shifted = Image::lay_out(vec![super::innocent().after(prefix), second()]);
    vec![
        Vector::refused(
            "structure-junk-before",
            "directory-mismatch",
            "bytes before the first entry, offsets counted from behind them",
            [prefix.to_vec(), two().bytes()].concat(),
        ),
        vector("junk-before-counted", "junk-before", "bytes before the first entry, offsets right", &shifted),
        vector(
            "junk-after",
            "junk-after",
            "bytes after the end record",
            &two().but(|image| image.after = b"more".to_vec()),
        ),
        vector(
            "junk-between",
            "junk-between",
            "bytes between two entries",
            &beside_innocent([second().after(b"hidden")]),
        ),
        vector(
            "junk-before-directory",
            "junk-between",
            "bytes between the last entry and the directory",
            &hidden(),
        ),
        vector(
            "junk-after-directory",
            "directory-mismatch",
            "bytes between the directory and the end record",
            &two().but(|image| image.after_directory = b"hidden".to_vec()),
        ),
    ]
}

fn hidden() -> Image {
    two().but(|image| {
        image.before_directory = b"hidden".to_vec();
        // The directory moves by the six bytes. With its old offset the fault would be that of the directory,
        // and not that of the gap before it.
        image.end.directory_offset += 6;
    })
}

fn directory() -> Vec<Vector> {
    vec![
        vector(
            "count-low",
            "count-mismatch",
            "one entry fewer is declared",
            &two().but(|image| {
                (image.end.entries, image.end.entries_here) = (1, 1);
            }),
        ),
        vector(
            "count-high",
            "count-mismatch",
            "one entry more is declared",
            &two().but(|image| {
                (image.end.entries, image.end.entries_here) = (3, 3);
            }),
        ),
        vector(
            "disk",
            "multi-disk",
            "the end record says that this is disk 1",
            &two().but(|image| image.end.disk = 1),
        ),
        vector(
            "directory-size",
            "directory-mismatch",
            "the directory is said to be one byte shorter",
            &two().but(|image| {
                image.end.directory_size -= 1;
            }),
        ),
        vector(
            "directory-offset",
            "directory-mismatch",
            "the directory is said to lie behind the file",
            &two().but(|image| {
                image.end.directory_offset = 0x7fff_0000;
            }),
        ),
        vector(
            "directory-signature",
            "count-mismatch",
            "a central record has another signature",
            &two().but(|image| {
                image.entries[1].central.signature ^= 0x0100_0000;
            }),
        ),
    ]
}

fn locals() -> Vec<Vector> {
    let differs = |stem: &str, what: &str, change: fn(&mut Header)| {
        let comment = format!("the local header has another {what}");
        vector(
            &format!("local-{stem}"),
            "local-mismatch",
            &comment,
            &beside_innocent([second().locally(change)]),
        )
    };
    vec![
        differs("signature", "signature", |header| header.signature ^= 0x0100_0000),
        differs("name", "name of the same length", |header| header.name = b"data/secona.txt".to_vec()),
        differs("method", "method", |header| header.method = 0),
        differs("size", "size", |header| header.size += 1),
        differs("compressed", "compressed size", |header| header.compressed += 1),
        differs("crc", "CRC", |header| header.crc ^= 1),
        differs("flags", "flag 0x800", |header| header.flags ^= 0x800),
        vector(
            "local-offset",
            "local-mismatch",
            "a local header is said to lie behind the file",
            &two().but(|image| {
                image.entries[1].central.offset = 0x7fff_0000;
            }),
        ),
    ]
}

fn data() -> Vec<Vector> {
    let described = |change: fn(&mut Entry)| {
        let mut entry = second().described(true);
        change(&mut entry);
        beside_innocent([entry])
    };
    let unnamed = |name: &[u8], flags: u16| {
        beside_innocent([Entry::stored(name, b"data").both(|header| header.flags = flags)])
    };
    vec![
        vector("overlap", "entry-overlap", "an entry's data run into the next entry", &overlapping()),
        vector(
            "descriptor-crc",
            "descriptor-mismatch",
            "the descriptor has another CRC",
            &described(|entry| {
                entry.descriptor[4] ^= 1;
            }),
        ),
        vector(
            "descriptor-size",
            "descriptor-mismatch",
            "the descriptor has another size",
            &described(|entry| {
                entry.descriptor[12] ^= 1;
            }),
        ),
        vector(
            "descriptor-absent",
            "descriptor-mismatch",
            "flag bit 3 and no descriptor",
            &described(|entry| {
                entry.descriptor.clear();
            }),
        ),
        vector(
            "method",
            "entry-method",
            "an entry is compressed by method 12",
            &beside_innocent([second().both(|header| header.method = 12)]),
        ),
        vector(
            "encoding-flagged",
            "name-encoding",
            "flag 0x800 and a name that is not UTF-8",
            &unnamed(b"caf\xe9.txt", 0x800),
        ),
        vector(
            "encoding-unflagged",
            "name-encoding",
            "no flag and a name of a local code page",
            &unnamed(b"caf\x82.txt", 0),
        ),
    ]
}

/// The first entry's data swallow the second entry's local header.
fn overlapping() -> Image {
    let second = Entry::stored("second.txt", b"second");
    let swallowed = [second.local.local_bytes(), b"second".to_vec()].concat();
    let first = Entry::stored("first.bin", &swallowed);
    let offset = first.local.local_bytes().len();
    Image::lay_out(vec![first, second.phantom(offset)])
}

fn zip64() -> Vec<Vector> {
    vec![
        vector(
            "zip64-locator-alone",
            "zip64-mismatch",
            "a zip64 locator without its end record",
            &two()
                .with_zip64_end()
                .but(|image| image.zip64.iter_mut().for_each(|end| end.without_record = true)),
        ),
        vector(
            "zip64-count",
            "zip64-mismatch",
            "the zip64 end record counts one entry more than the end record",
            &two().with_zip64_end().but(|image| {
                image.zip64.iter_mut().for_each(|end| (end.entries, end.entries_here) = (3, 3));
            }),
        ),
        vector(
            "zip64-sentinel-alone",
            "zip64-mismatch",
            "a size of 0xFFFFFFFF and a zip64 field that holds only the other",
            &beside_innocent([second().both(|header| {
                header.extra = zip64_extra(&[u64::from(header.size)]);
                (header.size, header.compressed) = (u32::MAX, u32::MAX);
            })]),
        ),
    ]
}
