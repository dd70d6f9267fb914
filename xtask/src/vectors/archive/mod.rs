//! The inner zips that unpacking must accept or refuse, in the groups that `docs/archive-policy.md` counts.

use super::deflate::{zero_bytes, zeros};
use super::records::{Header, extra};
use super::vector::{Expect, Vector, refused};
use super::zip_image::{Entry, Image};

mod bombs;
mod headers;
mod structure;

/// All archive vectors; each group checks its own number.
pub(super) fn all() -> Vec<Vector> {
    let groups = [
        ("name", 60, names()),
        ("structure", 36, structure::all()),
        ("header", 45, headers::all()),
        ("bomb", 10, bombs::all()),
        ("limit", 10, limits()),
        ("duplicate", 15, duplicates()),
        ("mode", 5, modes()),
        ("encrypted", 5, encrypted()),
        ("legal", 6, legal()),
    ];
    let checked = groups.into_iter().flat_map(|(group, count, vectors)| {
        assert_eq!(count, vectors.len(), "the group {group}");
        vectors.into_iter().map(move |vector| vector.in_group(group))
    });
    checked.collect()
}

/// The file that is in every archive, and that nothing is wrong with.
pub(super) fn innocent() -> Entry {
    Entry::stored("install.cmd", b"@exit /b 0\r\n")
}

/// An archive of the innocent file and these entries.
fn beside_innocent(entries: impl IntoIterator<Item = Entry>) -> Image {
    Image::lay_out(std::iter::once(innocent()).chain(entries))
}

/// An archive that unpacks.
fn accepted(name: &str, comment: &str, image: &Image) -> Vector {
    Vector::new(name, Expect::Success, comment, image.bytes()).unpacking_to(image)
}

/// A vector's name, the rule that refuses it, what is wrong, and the entry's name with slashes.
type Fault<'a> = (&'a str, &'a str, &'a str, &'a str);

const FAULTS: [Fault<'static>; 29] = [
    ("absolute", "name-absolute", "starts at the root", "/evil.exe"),
    ("drive", "name-drive", "starts with a drive", "C:/evil.exe"),
    ("drive-relative", "name-drive", "is relative to a drive's current folder", "C:folder/evil.exe"),
    ("share", "name-absolute", "is a network share", "//server/share/evil.exe"),
    ("verbatim", "name-absolute", "is a verbatim path", "//?/C:/evil.exe"),
    ("parent", "name-parent", "climbs out", "../evil.exe"),
    ("parent-inside", "name-parent", "climbs out further in", "folder/../../evil.exe"),
    ("parent-cancelled", "name-parent", "holds a .. that cancels out", "folder/../evil.exe"),
    ("parent-last", "name-parent", "ends in ..", "folder/.."),
    ("dot", "name-trailing", "holds a component of one dot", "folder/./evil.exe"),
    ("stream", "name-colon", "names an alternate data stream", "folder/install.cmd:evil.exe"),
    ("stream-folder", "name-colon", "names a folder's index stream", "folder::$INDEX_ALLOCATION/evil.exe"),
    ("control", "name-control", "holds a control character", "folder/evil\u{1f}.exe"),
    ("nul", "name-control", "holds NUL", "folder/evil.txt\0.exe"),
    ("less", "name-character", "holds <", "folder/evil<.exe"),
    ("greater", "name-character", "holds >", "folder/evil>.exe"),
    ("quote", "name-character", "holds a double quote", "folder/evil\".exe"),
    ("pipe", "name-character", "holds |", "folder/evil|.exe"),
    ("question", "name-character", "holds ?", "folder/evil?.exe"),
    ("asterisk", "name-character", "holds *", "folder/evil*.exe"),
    ("device", "name-reserved", "is the console", "folder/CON"),
    (
        "device-extension",
        "name-reserved",
        "is a device with an extension, in lower case",
        "folder/nul.tar.gz",
    ),
    ("device-folder", "name-reserved", "lies in a folder with a device's name", "Aux/evil.exe"),
    ("device-superscript", "name-reserved", "is a port with a superscript digit", "folder/COM\u{b9}.log"),
    ("device-space", "name-reserved", "is a device with a space before the extension", "folder/LPT1 .txt"),
    ("device-console", "name-reserved", "is the console's input", "folder/CONIN$"),
    ("dot-end", "name-trailing", "ends in a dot", "folder/evil.exe."),
    ("space-end", "name-trailing", "lies in a folder whose name ends in a space", "folder /evil.exe"),
    ("component-empty", "name-empty", "has an empty component", "folder//evil.exe"),
];

fn names() -> Vec<Vector> {
    let long = format!("folder/{}", "x".repeat(256));
    let too_long: Fault<'_> = ("too-long", "name-too-long", "has a component of 256 UTF-16 units", &long);
    let both = |fault| [named(fault, "slash", "/"), named(fault, "backslash", "\\")];
    FAULTS.iter().chain([&too_long]).flat_map(both).collect()
}

fn named((stem, rule, wrong, name): &Fault<'_>, how: &str, separator: &str) -> Vector {
    let image = beside_innocent([Entry::stored(name.replace('/', separator), b"evil")]);
    refused(&format!("{stem}-{how}"), rule, &format!("a name that {wrong}, with {how}"), image)
}

fn limits() -> Vec<Vector> {
    entries().into_iter().chain(sizes()).collect()
}

fn files(count: usize, size: usize) -> Image {
    Image::lay_out((0..count).map(|number| Entry::stored(format!("file{number}"), &vec![b'x'; size])))
}

fn over(stem: &str, rule: &str, limits: &str, comment: &str, image: Image) -> Vector {
    refused(stem, rule, comment, image).with("limits", limits)
}

fn met(stem: &str, limits: &str, comment: &str, image: &Image) -> Vector {
    accepted(stem, comment, image).with("limits", limits)
}

fn entries() -> [Vector; 4] {
    let many = files(1, 1).with_zip64_sentinels().but(|image| {
        image.zip64.iter_mut().for_each(|end| end.count(200_001));
    });
    let most = files(1, 1).but(|image| image.end.count(65_534));
    [
        over("entries-over", "limit-entries", "max-entries=3", "four entries", files(4, 1)),
        met("entries-met", "max-entries=3", "three entries", &files(3, 1)),
        refused("entries-200001", "limit-entries", "200,001 entries are declared", many),
        refused("entries-65534", "count-mismatch", "65,534 entries are declared, one is there", most),
    ]
}

fn sizes() -> [Vector; 6] {
    let package = files(2, 10);
    let less = format!("max-package={}", package.bytes().len() - 1);
    let real = Entry::new("zeros.bin", &zero_bytes(300_000), 8, zeros(300_000));
    let name = Entry::stored(format!("folder/{}", "x".repeat(255)), b"x");
    [
        over("unpacked-over", "limit-unpacked", "max-unpacked=99", "one file of 100 bytes", files(1, 100)),
        met("unpacked-met", "max-unpacked=100", "one file of 100 bytes", &files(1, 100)),
        over("unpacked-sum", "limit-unpacked", "max-unpacked=199", "two files of 100 bytes", files(2, 100)),
        over("package-over", "limit-package", &less, "an archive one byte over the limit", package),
        accepted("ratio-real", "zeros, as small as deflate can make them", &beside_innocent([real])),
        accepted("name-met", "a component of 255 UTF-16 units", &beside_innocent([name])),
    ]
}

/// A vector's name, the rule that refuses it, what is wrong, and two entry names that cannot both be there.
const PAIRS: [(&str, &str, &str, [&str; 2]); 13] = [
    ("same", TWICE, "the same name twice", ["data/file.txt", "data/file.txt"]),
    ("case", TWICE, "names that differ in case", ["data/file.txt", "data/File.TXT"]),
    ("case-wide", TWICE, "names that differ in the case of an accented letter", ["data/é.txt", "data/É.txt"]),
    ("composition", TWICE, "a letter composed and decomposed", ["data/\u{e9}.txt", "data/e\u{301}.txt"]),
    ("kelvin", TWICE, "the letter K and the Kelvin sign", ["data/K.txt", "data/\u{212a}.txt"]),
    (
        "zero-width",
        TWICE,
        "names that differ by a space of no width",
        ["data/file.txt", "data/fi\u{200b}le.txt"],
    ),
    (
        "direction",
        TWICE,
        "names that differ by a mark of direction",
        ["data/file.txt", "data/file\u{202e}.txt"],
    ),
    ("tag", TWICE, "names that differ by an invisible tag", ["data/file.txt", "data/file\u{e0041}.txt"]),
    ("separator", TWICE, "one name with each separator", ["data/file.txt", "data\\file.txt"]),
    ("folder", TWICE, "an empty folder twice, in another case", ["data/", "Data/"]),
    ("file-folder", PREFIX, "a file and an empty folder", ["data", "data/"]),
    ("file-prefix", PREFIX, "a file, then a file below it", ["data", "data/file.txt"]),
    ("prefix-file", PREFIX, "a file, then its folder as a file in another case", ["data/file.txt", "DATA"]),
];
const TWICE: &str = "name-duplicate";
const PREFIX: &str = "name-prefix";

fn duplicates() -> Vec<Vector> {
    let entry = |name: &str| Entry::stored(name, if name.ends_with('/') { b"" } else { name.as_bytes() });
    let pairs = PAIRS
        .map(|(stem, rule, comment, names)| refused(stem, rule, comment, beside_innocent(names.map(entry))));
    let by_page = BY_CODE_PAGE.map(|(stem, comment, [marked, unmarked])| {
        let unmarked = entry(unmarked).both(|header| header.flags = 0);
        refused(stem, TWICE, comment, beside_innocent([entry(marked), unmarked]))
    });
    pairs.into_iter().chain(by_page).collect()
}

/// A vector's name, what is wrong, a name with the flag for UTF-8, and one without it that is the first by a code page.
const BY_CODE_PAGE: [(&str, &str, [&str; 2]); 2] = [
    ("page-437", "a name that is another's by code page 437", ["data/├⌐.txt", "data/é.txt"]),
    ("page-1252", "a name that is another's by code page 1252", ["data/Ã©.txt", "data/é.txt"]),
];

/// The field "version made by" for Unix and version 3.0 of the specification.
const UNIX: u16 = 3 << 8 | 30;

fn modes() -> Vec<Vector> {
    let special = |stem: &str, mode: u32, comment: &str| {
        let link = Entry::stored("link", b"../../etc/passwd");
        let entry = link.centrally(|header| (header.made_by, header.attributes) = (UNIX, mode << 16));
        refused(stem, "type-special", comment, beside_innocent([entry]))
    };
    vec![
        special("link", 0o120_777, "a symbolic link out of the folder"),
        special("pipe", 0o010_644, "a named pipe"),
        special("character", 0o020_644, "a character device"),
        special("block", 0o060_644, "a block device"),
        special("socket", 0o140_644, "a socket"),
    ]
}

fn encrypted() -> Vec<Vector> {
    let flagged = |flags: u16| {
        Entry::stored("secret.txt", b"twelve bytes and the text").both(|header| header.flags |= flags)
    };
    let vector = |stem: &str, comment: &str, entry: Entry| {
        refused(stem, "entry-encrypted", comment, beside_innocent([entry]))
    };
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

fn legal() -> Vec<Vector> {
    let names = "names with backslashes, an empty folder and an empty file among them";
    let tools = "modes, comments and differing extra fields, as zip tools on Unix write them";
    vec![
        accepted("backslash", names, &backslashes()),
        accepted("zip64", "zip64 in every record, though nothing is large", &zip64()),
        accepted("descriptors", "sizes behind the data, with and without signature", &described()),
        accepted("unflagged", "a UTF-8 name without the UTF-8 flag", &unflagged()),
        accepted("unix", tools, &unix()),
        accepted("invisible", "names with joiners and other invisible characters", &invisible()),
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
    let large = Entry::deflated("data/file.txt", b"some text").both(Header::use_zip64);
    beside_innocent([large]).with_zip64_sentinels()
}

fn described() -> Image {
    // libarchive writes the size that it knows into the local header as well.
    let sized = Entry::deflated("sized.txt", b"some text").described(true);
    let size = sized.central.size;
    let sized = sized.locally(|header| header.size = size);
    beside_innocent([
        Entry::deflated("signed.txt", b"some text").described(true),
        Entry::deflated("unsigned.txt", b"some other text").described(false),
        Entry::stored("empty.txt", b"").described(true),
        sized,
    ])
}

fn unflagged() -> Image {
    beside_innocent([Entry::stored("data/über.txt", b"text").both(|header| header.flags = 0)])
}

fn invisible() -> Image {
    beside_innocent(
        ["data/می\u{200c}شود.txt", "data/gpj\u{202e}.exe", "data/\u{feff}file.txt"]
            .map(|name| Entry::stored(name, name.as_bytes())),
    )
}

fn unix() -> Image {
    let file = Entry::deflated("data/file.txt", b"some text")
        .both(|header| header.flags = 0)
        .locally(|header| header.extra = extra(0x5455, &[3, 0, 0, 0, 0, 0, 0, 0, 0]))
        .centrally(|header| {
            header.extra = extra(0x5455, &[3, 0, 0, 0, 0]);
            header.made_by = UNIX;
            header.attributes = 0o100_644 << 16;
            header.comment = b"a comment".to_vec();
        });
    let folder = Entry::stored("data/", b"").centrally(|header| {
        header.made_by = UNIX;
        header.attributes = 0o040_755 << 16 | 0x10;
    });
    beside_innocent([folder, file]).but(|image| image.end.comment = b"made by hand".to_vec())
}
