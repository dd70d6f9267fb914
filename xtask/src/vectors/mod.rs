//! The test vectors: files with one fault each, made without the crates they test.
//!
//! `tests/vectors/<group>/<name>` holds header lines, a blank line and the bytes. Every field of every record is
//! written here by hand, so the vectors are a witness of the format and no mirror of our own writer.

use super::generated::Generated;
use std::collections::BTreeMap;
use std::path::Path;

mod archive;
mod deflate;
mod document;
mod package;
mod records;
mod sealed;
mod vector;
mod xml;
mod zip_image;

/// The largest file that may be committed.
const LARGEST: usize = 8 * 1024;

/// Every vector as a generated file in the folder of its group. README.md lies beside these folders.
pub(crate) fn generated() -> Generated {
    let groups = [("archive", archive::all()), ("package", package::all()), ("xml", xml::all())];
    let mut files = BTreeMap::new();
    for (group, vectors) in groups {
        for vector in vectors {
            let (name, bytes) = (&vector.name, vector.bytes());
            let plain = |character: char| {
                character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-'
            };
            assert!(name.chars().all(plain), "{name}: lower case, digits and dashes only");
            assert!(bytes.len() <= LARGEST, "{name}: {} bytes", bytes.len());
            assert!(files.insert(Path::new(group).join(name), bytes).is_none(), "{name}: twice");
        }
    }
    let owns = |path: &Path| path.components().count() > 1;
    Generated { chore: "vectors", folder: "tests/vectors", owns, files }
}
