//! Archives whose records contradict each other or the file.

use super::super::records::{Header, Zip64End, descriptor};
use super::super::vector::{Vector, refused};
use super::super::zip_image::{Entry, Image};
use super::{beside_innocent, innocent};

pub(super) fn all() -> Vec<Vector> {
    let images =
        IMAGES.iter().map(|&(stem, rule, comment, change)| refused(stem, rule, comment, two().but(change)));
    images.chain(pieces()).chain(locals()).chain(data()).chain(zip64()).collect()
}

fn second() -> Entry {
    Entry::deflated("data/second.txt", b"second file")
}

fn two() -> Image {
    beside_innocent([second()])
}

/// A vector's name, the rule that refuses it, what is wrong with it, and the change that makes it so.
type RefusedImage = (&'static str, &'static str, &'static str, fn(&mut Image));

/// Vectors in which the end record, the directory or the bytes around them are wrong.
const IMAGES: &[RefusedImage] = &[
    ("end-in-comment", "end-ambiguous", "the comment is another end record", |image| {
        image.end.comment = Image::default().bytes();
    }),
    ("comment-too-long", "junk-after", "the comment is said to go on after the file's end", |image| {
        image.end.comment_length = Some(9);
    }),
    ("junk-after", "junk-after", "bytes after the end record", |image| image.after = b"more".to_vec()),
    ("junk-before-directory", "junk-between", "bytes between the last entry and the directory", |image| {
        image.before_directory = b"hidden".to_vec();
        // The directory moves by the six bytes. With its old offset the fault would be that of the directory,
        // and not that of the gap before it.
        image.end.directory_offset += 6;
    }),
    ("count-low", "count-mismatch", "one entry fewer is declared", |image| image.end.count(1)),
    ("count-high", "count-mismatch", "one entry more is declared", |image| image.end.count(3)),
    ("disk", "multi-disk", "the end record says that this is disk 1", |image| image.end.disk = 1),
    ("directory-size", "directory-mismatch", "the directory is said to be one byte shorter", |image| {
        image.end.directory_size -= 1;
    }),
    ("directory-offset", "directory-mismatch", "the directory is said to lie behind the file", |image| {
        image.end.directory_offset = 0x7fff_0000;
    }),
    ("directory-signature", "count-mismatch", "a central record has another signature", |image| {
        image.entries[1].central.signature ^= 0x0100_0000;
    }),
    ("local-offset", "local-mismatch", "a local header is said to lie behind the file", |image| {
        image.entries[1].central.offset = 0x7fff_0000;
    }),
];

fn pieces() -> Vec<Vector> {
    let whole = two().bytes();
    let prefix = b"MZ not an entry";
    let behind = "bytes before the first entry, offsets counted from behind them";
    let shifted = Image::lay_out([innocent().after(prefix), second()]);
    let behind_directory = two().but(|image| image.after_directory = b"hidden".to_vec());
    let between = "bytes between the directory and the end record";
    let apart = beside_innocent([second().after(b"hidden")]);
    vec![
        refused("empty", "end-missing", "a file of no bytes", ""),
        refused("cut", "end-missing", "the last ten bytes are gone", &whole[..whole.len() - 10]),
        refused("glued", "directory-mismatch", "two whole archives, one after the other", whole.repeat(2)),
        refused("junk-before", "directory-mismatch", behind, [&prefix[..], &whole].concat()),
        refused("junk-before-counted", "junk-before", "bytes before the first entry, offsets right", shifted),
        refused("junk-between", "junk-between", "bytes between two entries", apart),
        refused("junk-after-directory", "directory-mismatch", between, behind_directory),
    ]
}

fn locals() -> [Vector; 7] {
    let differs = |stem: &str, what: &str, change: fn(&mut Header)| {
        let comment = format!("the local header has another {what}");
        refused(stem, "local-mismatch", &comment, beside_innocent([second().locally(change)]))
            .in_group("local")
    };
    [
        differs("signature", "signature", |header| header.signature ^= 0x0100_0000),
        differs("name", "name of the same length", |header| header.name = b"data/secona.txt".to_vec()),
        differs("method", "method", |header| header.method = 0),
        differs("size", "size", |header| header.size += 1),
        differs("compressed", "compressed size", |header| header.compressed += 1),
        differs("crc", "CRC", |header| header.crc ^= 1),
        differs("flags", "flag 0x800", |header| header.flags ^= 0x800),
    ]
}

fn data() -> [Vector; 8] {
    let described = |stem: &str, comment: &str, change: fn(&mut Vec<u8>)| {
        let mut entry = second().described(true);
        change(&mut entry.descriptor);
        refused(stem, "descriptor-mismatch", comment, beside_innocent([entry]))
    };
    let unnamed = |stem: &str, comment: &str, name: &[u8], flags: u16| {
        let entry = Entry::stored(name, b"data").both(|header| header.flags = flags);
        refused(stem, "name-encoding", comment, beside_innocent([entry]))
    };
    let unknown = beside_innocent([second().both(|header| header.method = 12)]);
    [
        refused("overlap", "entry-overlap", "an entry's data run into the next entry", overlapping()),
        described("descriptor-crc", "the descriptor has another CRC", |descriptor| descriptor[4] ^= 1),
        described("descriptor-size", "the descriptor has another size", |descriptor| descriptor[12] ^= 1),
        described("descriptor-absent", "flag bit 3 and no descriptor", Vec::clear),
        refused(
            "descriptor-within",
            "descriptor-mismatch",
            "stored data with a descriptor that fits, and a local header behind it",
            ended_within(),
        ),
        refused("method", "entry-method", "an entry is compressed by method 12", unknown),
        unnamed("encoding-flagged", "flag 0x800 and a name that is not UTF-8", b"caf\xe9.txt", 0x800),
        unnamed("encoding-unflagged", "no flag and a name of a local code page", b"caf\x82.txt", 0),
    ]
}

/// Stored data that a reader of a pipe takes to end before it does, and goes on with an entry that nobody else sees.
fn ended_within() -> Image {
    let seen = b"four";
    let hidden = Entry::stored("hidden.exe", b"MZ");
    let count = seen.len() as u32;
    let end = descriptor(true, crc32fast::hash(seen), count, count);
    let data = [&seen[..], &end, &hidden.local.local_bytes(), b"MZ"].concat();
    beside_innocent([Entry::stored("whole.bin", &data).described(true)])
}

/// The first entry's data swallow the second entry's local header.
fn overlapping() -> Image {
    let second = Entry::stored("second.txt", b"second");
    let swallowed = [second.local.local_bytes(), b"second".to_vec()].concat();
    let first = Entry::stored("first.bin", &swallowed);
    let offset = first.local.local_bytes().len();
    Image::lay_out([first, second.phantom(offset)])
}

fn zip64() -> [Vector; 3] {
    let ended = |stem: &str, comment: &str, change: fn(&mut Zip64End)| {
        refused(stem, "zip64-mismatch", comment, two().with_wrong_zip64_end(change))
    };
    let counted = "the zip64 end record counts one entry more than the end record";
    let alone = "a size of 0xFFFFFFFF and a zip64 field that holds only the other";
    let half = beside_innocent([second().both(Header::use_half_of_zip64)]);
    [
        ended("zip64-locator-alone", "a zip64 locator without its end record", |end| {
            end.without_record = true;
        }),
        ended("zip64-count", counted, |end| end.count(3)),
        refused("zip64-sentinel-alone", "zip64-mismatch", alone, half),
    ]
}
