//! Headers that give an entry another name, kind or size for some readers, and what packers write into them.

use super::super::records::{Header, extra, zip64_extra};
use super::super::vector::{Vector, refused};
use super::super::zip_image::{Entry, Image};
use super::{UNIX, accepted, beside_innocent};

pub(super) fn all() -> Vec<Vector> {
    let vectors = names().into_iter().chain(fields()).chain(ends()).chain(sizes()).chain(attributes());
    vectors.chain(versions()).chain([legal()]).collect()
}

fn second() -> Entry {
    Entry::stored("data/second.txt", b"../../etc/passwd")
}

/// A vector in which the second entry's local header has these extra fields, and one of its central header.
fn each(stem: &str, rule: &str, comment: &str, fields: &[u8]) -> [Vector; 2] {
    let vector = |which: &str, entry: Entry| {
        let comment = format!("{comment}, in the {which} header alone");
        refused(&format!("{stem}-{which}"), rule, &comment, beside_innocent([entry]))
    };
    let set = |header: &mut Header| header.extra = fields.to_vec();
    [vector("local", second().locally(set)), vector("central", second().centrally(set))]
}

/// An Info-ZIP Unicode Path field for the entry with this name in its header.
fn second_name(of: &[u8], name: &str) -> Vec<u8> {
    extra(0x7075, &[&[1][..], &crc32fast::hash(of).to_le_bytes(), name.as_bytes()].concat())
}

fn names() -> Vec<Vector> {
    let of = second().central.name;
    let other = second_name(&of, "data/evil.exe");
    let twice = [second_name(&of, "data/second.txt"), second_name(&of, "data/second.txt")].concat();
    let empty = extra(0x7075, b"\x01");
    [
        each("second-name", "unicode-path", "a Unicode Path field with another name", &other),
        each("second-name-empty", "unicode-path", "a Unicode Path field without a name", &empty),
        each("second-name-twice", "extra-field", "two Unicode Path fields", &twice),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn fields() -> Vec<Vector> {
    // libarchive's field: a bitmap, then what was made by, and the external attributes, here those of a link.
    let link = [&[5][..], &UNIX.to_le_bytes(), &(0o120_777_u32 << 16).to_le_bytes()].concat();
    let asi = [&0o120_777_u16.to_le_bytes()[..], &[16, 0, 0, 0, 0, 0, 0, 0], b"../../etc/passwd"].concat();
    let asi = [&crc32fast::hash(&asi).to_le_bytes()[..], &asi].concat();
    let pkware = [&[0; 12][..], b"../../etc/passwd"].concat();
    [
        each(
            "libarchive-link",
            EXTRA,
            "a field by which libarchive takes the file for a link",
            &extra(0x6c78, &link),
        ),
        each("asi-link", EXTRA, "a field of ASi for Unix that holds a link", &extra(0x756e, &asi)),
        each(
            "pkware-link",
            EXTRA,
            "a field of PKWARE for Unix that holds a link's target",
            &extra(0xd, &pkware),
        ),
        each("aes-field", EXTRA, "a field about AES, and no flag", &extra(0x9901, b"\x02\0AE\x03\0\0")),
        each(
            "strong-field",
            EXTRA,
            "a field about strong encryption, and no flag",
            &extra(0x17, &[2, 0, 1, 0x66]),
        ),
        each("unknown-field", EXTRA, "a field that nobody knows", &extra(0xfeed, b"evil.exe")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const EXTRA: &str = "extra-field";

fn ends() -> Vec<Vector> {
    let times = extra(0x5455, &[1, 0, 0, 0, 0]);
    let overrun = [&times[..], &extra(0x7075, b"\x01CRC.data/second.txt")[..12]].concat();
    let tail = [&times[..], &[0, 0, 0]].concat();
    [
        each("field-overrun", EXTRA, "an extra field that goes on after the header", &overrun),
        each("field-tail", EXTRA, "three bytes after the last extra field", &tail),
        each("times-empty", EXTRA, "a field of times without any byte", &extra(0x5455, b"")),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn sizes() -> [Vector; 3] {
    let local = second().locally(|header| header.extra = zip64_extra(&[3, 3]));
    // Asked for the compressed size alone, .NET takes the second value of a field that has all of them.
    let central = second().centrally(|header| {
        header.compressed = u32::MAX;
        header.extra = extra(1, &[&16_u64.to_le_bytes()[..], &3_u64.to_le_bytes(), &[0; 12]].concat());
    });
    let unasked = "a zip64 field with other sizes that no short field asks for";
    let position = "a whole zip64 field, of which the compressed size is asked for and stands first";
    let ones = second().described(true).locally(|header| header.compressed = u32::MAX);
    [
        refused(
            "described-ones",
            "local-mismatch",
            "a descriptor, and a local size that refers to a zip64 field that is not there",
            beside_innocent([ones]),
        ),
        refused("zip64-unasked-local", "local-mismatch", unasked, beside_innocent([local])),
        refused("zip64-position-central", "zip64-mismatch", position, beside_innocent([central])),
    ]
}

fn attributes() -> Vec<Vector> {
    let vector = |stem: &str, rule: &str, comment: &str, made_by: u16, attributes: u32| {
        let entry = second().centrally(|header| (header.made_by, header.attributes) = (made_by, attributes));
        refused(stem, rule, comment, beside_innocent([entry]))
    };
    let empty = Entry::stored("data", b"").centrally(|header| header.attributes = 0x10);
    let empty = beside_innocent([empty]);
    vec![
        vector("folder-bit", "type-mismatch", "a file with data and the attribute of a folder", 0, 0x10),
        refused("folder-bit-empty", "type-mismatch", "an empty file with the attribute of a folder", empty),
        vector(
            "folder-bit-unix",
            "type-mismatch",
            "a file of Unix with the attribute of a folder",
            UNIX,
            0x81a4_0010,
        ),
        vector("reparse", "type-special", "the attribute of a reparse point", 0, 0x420),
        vector("reparse-ntfs", "type-special", "the same, made on NTFS", 10 << 8 | 20, 0x400),
        vector("volume", "type-special", "the attribute of a volume's label", 0, 0x08),
        vector("device", "type-special", "the attribute of a device", 0, 0x40),
        vector("link-of-dos", "type-special", "the mode of a link, made on FAT", 0, 0o120_777 << 16),
        vector(
            "link-of-macos",
            "type-special",
            "the mode of a link, made on macOS",
            19 << 8 | 20,
            0o120_777 << 16,
        ),
        vector("door", "type-special", "a mode that few systems have", UNIX, 0o150_644 << 16),
        vector(
            "folder-mode",
            "type-mismatch",
            "the mode of a folder and no separator at the end",
            0,
            0o040_755 << 16,
        ),
    ]
}

fn versions() -> Vec<Vector> {
    let needed = |stem: &str, comment: &str, entry: Entry| {
        refused(stem, "entry-version", comment, beside_innocent([entry]))
    };
    let made_by = |stem: &str, system: u16, comment: &str| {
        needed(stem, comment, second().centrally(|header| header.made_by = system << 8 | 20))
    };
    vec![
        needed("version-none", "version 99.9 needed", second().both(|header| header.needed = 999)),
        needed(
            "version-local",
            "version 25.5 needed by the local header",
            second().locally(|header| header.needed = 255),
        ),
        needed("version-6", "version 6.3 needed by stored data", second().both(|header| header.needed = 63)),
        made_by("made-by-amiga", 1, "made by an Amiga, whose attributes are others"),
        made_by("made-by-vms", 2, "made by OpenVMS, whose names end in versions"),
        made_by("made-by-nobody", 200, "made by a system that does not exist"),
    ]
}

/// What Info-ZIP, 7-Zip, libarchive, macOS and Java write into their headers.
fn legal() -> Vector {
    let file = |name: &str, made_by: u16, attributes: u32, local: Vec<u8>, central: Vec<u8>| {
        Entry::deflated(name, b"some text").locally(|header| header.extra = local.clone()).centrally(
            |header| {
                header.extra = central.clone();
                (header.made_by, header.attributes) = (made_by, attributes);
            },
        )
    };
    let time = |length: usize| extra(0x5455, &[&[3][..], &vec![0; length]].concat());
    let owner = extra(0x7875, b"\x01\x04\0\0\0\0\x04\0\0\0\0");
    let ntfs = extra(0x000a, &[&[0, 0, 0, 0, 1, 0, 24, 0][..], &[0; 24]].concat());
    let unix = 0o100_644 << 16;
    let second_name = second_name(b"named.txt", "named.txt");
    let image = Image::lay_out([
        file("info-zip.txt", UNIX, unix, [time(8), owner.clone()].concat(), [time(4), owner].concat()),
        file("7-zip.txt", 63, 0x8020, vec![], ntfs),
        file("7-zip-unix.txt", 3 << 8 | 63, 0x81a4_8000, vec![], vec![]),
        file("macos.txt", 21 | 3 << 8, unix, extra(0x5855, &[0; 12]), extra(0x5855, &[0; 8])),
        file("winrar.txt", 11 << 8 | 20, 0x2027, vec![], vec![]),
        file("java.jar", 20, 0, extra(0xcafe, b""), vec![]),
        file("android.txt", 20, 0, extra(0xd935, &[4, 0, 0]), vec![]),
        file("named.txt", 20, 0, second_name.clone(), second_name),
        file("growing.txt", 45, 0, extra(0xa220, &[0x28, 0xa0, 16, 0]), vec![]),
    ]);
    accepted("packers", "extra fields, attributes and systems that packers write", &image)
}
