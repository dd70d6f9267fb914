//! Two names for one file on Windows, and files that are folders too.

use super::super::vector::Vector;
use super::super::zip_image::Entry;
use super::beside_innocent;

pub(super) fn all() -> Vec<Vector> {
    let pair = |stem: &str, rule: &str, comment: &str, names: [&str; 2]| {
        let entry = |name: &str| Entry::stored(name, if name.ends_with('/') { b"" } else { name.as_bytes() });
        Vector::refused(format!("duplicate-{stem}"), rule, comment, beside_innocent(names.map(entry)).bytes())
    };
    let twice = "name-duplicate";
    let both = "name-prefix";
    vec![
        pair("same", twice, "the same name twice", ["data/file.txt", "data/file.txt"]),
        pair("case", twice, "names that differ in case", ["data/file.txt", "data/File.TXT"]),
        pair(
            "case-wide",
            twice,
            "names that differ in the case of an accented letter",
            ["data/é.txt", "data/É.txt"],
        ),
        pair(
            "composition",
            twice,
            "a letter composed and decomposed",
            ["data/\u{e9}.txt", "data/e\u{301}.txt"],
        ),
        pair("kelvin", twice, "the letter K and the Kelvin sign", ["data/K.txt", "data/\u{212a}.txt"]),
        pair("separator", twice, "one name with each separator", ["data/file.txt", "data\\file.txt"]),
        pair("folder", twice, "an empty folder twice, in another case", ["data/", "Data/"]),
        pair("file-folder", both, "a file and an empty folder", ["data", "data/"]),
        pair("file-prefix", both, "a file, then a file below it", ["data", "data/file.txt"]),
        pair(
            "prefix-file",
            both,
            "a file, then its folder as a file in another case",
            ["data/file.txt", "DATA"],
        ),
    ]
}
