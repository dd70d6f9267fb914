//! The inner zips that unpacking must judge: 140 of them, in the groups that `docs/archive-policy.md` counts.

use super::vector::{Expect, Vector};
use super::zip_image::{Entry, Image};

mod bombs;
mod duplicates;
mod encrypted;
mod legal;
mod limits;
mod modes;
mod names;
mod structure;

/// All of them; each group checks its own number.
pub(super) fn all() -> Vec<Vector> {
    let groups = [
        (60, names::all()),
        (35, structure::all()),
        (10, bombs::all()),
        (10, limits::all()),
        (10, duplicates::all()),
        (5, modes::all()),
        (5, encrypted::all()),
        (5, legal::all()),
    ];
    for (count, group) in &groups {
        assert_eq!(*count, group.len(), "the group that starts with {}", group[0].name);
    }
    groups.into_iter().flat_map(|(_, group)| group).collect()
}

/// The file that is in every archive, and that nothing is wrong with.
pub(super) fn innocent() -> Entry {
    Entry::stored("install.cmd", b"@exit /b 0\r\n")
}

/// The innocent file and these.
fn beside_innocent(entries: impl IntoIterator<Item = Entry>) -> Image {
    Image::lay_out(std::iter::once(innocent()).chain(entries).collect())
}

/// An archive that unpacks.
fn accepted(name: &str, comment: &str, image: &Image) -> Vector {
    Vector::new(name, Expect::Success, comment, image.bytes()).unpacking_to(image)
}
