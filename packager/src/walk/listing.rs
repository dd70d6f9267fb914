//! One folder's names and kinds, sorted by the bytes of the names, and where the links among them lead.

use super::finding::SourceProblem;
use std::fs::{DirEntry, FileType, Metadata};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What a directory entry is, before any link is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChildKind {
    File,
    Folder,
    /// A symbolic link, or on Windows a junction.
    Link,
    /// A socket, pipe or device.
    Special,
}

impl From<FileType> for ChildKind {
    fn from(kind: FileType) -> Self {
        match kind {
            kind if kind.is_symlink() => Self::Link,
            kind if kind.is_dir() => Self::Folder,
            kind if kind.is_file() => Self::File,
            _ => Self::Special,
        }
    }
}

/// One name in a folder.
pub(super) struct Child<'a> {
    pub(super) leaf: &'a str,
    pub(super) kind: ChildKind,
    /// False where the system's name is not Unicode and `leaf` only resembles it.
    pub(super) is_unicode: bool,
}

struct Item {
    name: Range<u32>,
    kind: ChildKind,
    is_unicode: bool,
}

/// A folder's children; held for every folder between the root and where the walk is.
#[derive(Default)]
pub(super) struct Listing {
    names: String,
    items: Vec<Item>,
}

impl Listing {
    /// Reads the folder's names and kinds; errors of single entries are given to `report` and left out.
    pub(super) fn read(folder: &Path, mut report: impl FnMut(io::Error)) -> io::Result<Self> {
        let mut listing = Self::default();
        for child in std::fs::read_dir(folder)? {
            if let Err(error) = child.and_then(|child| listing.add(&child)) {
                report(error);
            }
        }
        let Self { names, items } = &mut listing;
        // By bytes, as no host or language orders them otherwise: the payload is the same everywhere.
        items.sort_unstable_by(|left, right| text(names, left).as_bytes().cmp(text(names, right).as_bytes()));
        Ok(listing)
    }

    fn add(&mut self, child: &DirEntry) -> io::Result<()> {
        let kind = ChildKind::from(child.file_type()?);
        let name = child.file_name();
        let start = offset(self.names.len());
        // One text for all names: a folder may hold 200,000 of them.
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

    /// True where a child of this name is there and is no folder.
    pub(super) fn has_file(&self, leaf: &str) -> bool {
        let found =
            self.items.binary_search_by(|item| text(&self.names, item).as_bytes().cmp(leaf.as_bytes()));
        found.is_ok_and(|index| self.items.get(index).is_some_and(|item| item.kind != ChildKind::Folder))
    }
}

fn text<'a>(names: &'a str, item: &Item) -> &'a str {
    names.get(item.name.start as usize..item.name.end as usize).unwrap_or_default()
}

/// A folder's names together stay far below 4 GiB on every file system.
fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Where a link leads.
pub(super) struct LinkTarget {
    pub(super) real: PathBuf,
    pub(super) metadata: Metadata,
}

/// Follows the symbolic link or junction at `path` to its end, which must lie below the canonical `root`.
pub(super) fn follow_link(path: &Path, root: &Path) -> Result<LinkTarget, SourceProblem> {
    let real = std::fs::canonicalize(path).map_err(broken)?;
    // Paths are compared component by component: as text, `source-old` beside `source` would lie inside.
    if !real.starts_with(root) {
        return Err(SourceProblem::LinkOutside { target: real });
    }
    let metadata = std::fs::metadata(&real).map_err(SourceProblem::Unreadable)?;
    Ok(LinkTarget { real, metadata })
}

/// A link to itself ends with an error of the system's own ("too many levels"): it leads to nothing, too.
fn broken(error: io::Error) -> SourceProblem {
    match error.kind() {
        io::ErrorKind::PermissionDenied => SourceProblem::Unreadable(error),
        _ => SourceProblem::LinkBroken(error),
    }
}
