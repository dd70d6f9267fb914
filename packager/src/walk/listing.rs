//! Lists one folder, sorted by the bytes of the names, and follows the links in it.

use super::finding::SourceProblem;
use std::fs::{DirEntry, FileType, Metadata};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// An entry of a folder.
pub(super) struct Child<'a> {
    pub(super) leaf: &'a str,
    /// The kind of the entry, before any link is followed. A junction of Windows is a link, too.
    pub(super) kind: FileType,
    /// Whether the system's name is valid Unicode; otherwise `leaf` only resembles it.
    pub(super) is_unicode: bool,
}

struct Item {
    name: Range<u32>,
    kind: FileType,
    is_unicode: bool,
}

/// The children of a folder. One is held for every folder from the root to where the walk is.
#[derive(Default)]
pub(super) struct Listing {
    names: String,
    items: Vec<Item>,
}

impl Listing {
    /// Reads the names and kinds in a folder. Errors of single entries go to `report`, and those entries are left out.
    pub(super) fn read(folder: &Path, mut report: impl FnMut(io::Error)) -> io::Result<Self> {
        let mut listing = Self::default();
        for child in std::fs::read_dir(folder)? {
            if let Err(error) = child.and_then(|child| listing.add(&child)) {
                report(error);
            }
        }
        let Self { names, items } = &mut listing;
        // By bytes, which is the same on every system and in every language, so that the payload is the same.
        items.sort_unstable_by(|left, right| text(names, left).as_bytes().cmp(text(names, right).as_bytes()));
        Ok(listing)
    }

    fn add(&mut self, child: &DirEntry) -> io::Result<()> {
        let kind = child.file_type()?;
        let name = child.file_name();
        let start = offset(self.names.len());
        // One text for all names, because a folder may have 200,000 of them.
        self.names.push_str(&name.to_string_lossy());
        let item = Item { name: start..offset(self.names.len()), kind, is_unicode: name.to_str().is_some() };
        self.items.push(item);
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    pub(super) fn get(&self, index: usize) -> Option<Child<'_>> {
        let item = self.items.get(index)?;
        Some(Child { leaf: text(&self.names, item), kind: item.kind, is_unicode: item.is_unicode })
    }

    /// Whether there is a child of this name that is not a folder.
    pub(super) fn has_file(&self, leaf: &str) -> bool {
        let found =
            self.items.binary_search_by(|item| text(&self.names, item).as_bytes().cmp(leaf.as_bytes()));
        found.is_ok_and(|index| self.items.get(index).is_some_and(|item| !item.kind.is_dir()))
    }
}

fn text<'a>(names: &'a str, item: &Item) -> &'a str {
    names.get(item.name.start as usize..item.name.end as usize).unwrap_or_default()
}

/// Converts an offset. The names in a folder together stay far below 4 GiB on every file system.
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Follows the symbolic link or junction at `path` to its end, which must be below the canonical `root`. Returns its
/// real path and metadata.
pub(super) fn follow_link(path: &Path, root: &Path) -> Result<(PathBuf, Metadata), SourceProblem> {
    let real = std::fs::canonicalize(path).map_err(broken)?;
    // Paths are compared by components: as text, `source-old` beside `source` would be inside.
    if !real.starts_with(root) {
        return Err(SourceProblem::LinkOutside { target: real });
    }
    let metadata = std::fs::metadata(&real).map_err(SourceProblem::Unreadable)?;
    Ok((real, metadata))
}

/// The problem for an error of following a link. One to itself has its own error ("too many levels"), but leads to
/// nothing, too.
fn broken(error: io::Error) -> SourceProblem {
    match error.kind() {
        io::ErrorKind::PermissionDenied => SourceProblem::Unreadable(error),
        _ => SourceProblem::LinkBroken(error),
    }
}
