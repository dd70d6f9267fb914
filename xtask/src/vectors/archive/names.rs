//! Names that must not reach the disk: thirty faults, each with `/` and with `\`.

use super::super::vector::Vector;
use super::super::zip_image::Entry;
use super::beside_innocent;

/// What the vector is called, the rule, what is wrong, the name with slashes.
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

pub(super) fn all() -> Vec<Vector> {
    let long = format!("folder/{}", "x".repeat(256));
    let too_long: Fault<'_> = ("too-long", "name-too-long", "has a component of 256 UTF-16 units", &long);
    FAULTS
        .iter()
        .chain([&too_long])
        .flat_map(|fault| ["slash", "backslash"].map(|how| vector(fault, how)))
        .collect()
}

fn vector((stem, rule, wrong, name): &Fault<'_>, how: &str) -> Vector {
    let name = if how == "slash" { (*name).to_owned() } else { name.replace('/', "\\") };
    let image = beside_innocent([Entry::stored(name, b"evil")]);
    Vector::refused(
        format!("name-{stem}-{how}"),
        rule,
        format_args!("a name that {wrong}, with {how}"),
        image.bytes(),
    )
}
