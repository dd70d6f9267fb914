//! The list of files that will be packed: flat and small, with 200,000 entries in about 15 MB.

use crate::exclude::LeftOut;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The index of the source folder in [`SourceList::folders`].
pub(super) const ROOT: u32 = 0;

/// The bytes of a name in [`SourceList::names`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    start: u32,
    length: u32,
}

#[derive(Debug)]
struct Folder {
    parent: u32,
    name: Span,
}

#[derive(Debug)]
struct Entry {
    /// The index of a file's folder, or of the folder itself.
    folder: u32,
    /// The last component of the name.
    name: Span,
    size: u64,
    /// Nanoseconds since 1970, UTC. Three centuries before and after cover a zip's years, 1980 to 2107.
    modified: i64,
    is_folder: bool,
}

/// The files that a walk found, in an order that is the same on every system: depth first, siblings by the bytes of
/// their UTF-8 names.
///
/// Holds only the last component of each name; [`SourceEntry::name`] and [`SourceEntry::path`] build the whole.
#[derive(Debug)]
pub struct SourceList {
    root: PathBuf,
    catalog: Option<(u32, PathBuf)>,
    names: String,
    folders: Vec<Folder>,
    entries: Vec<Entry>,
    total_bytes: u64,
    pub(super) left_out: LeftOut,
}

impl SourceList {
    /// An empty list. `root` is canonical; on Windows it is a `\\?\` path, so that long names work.
    pub(super) fn new(root: PathBuf) -> Self {
        let top = Folder { parent: ROOT, name: Span { start: 0, length: 0 } };
        Self {
            root,
            catalog: None,
            names: String::new(),
            folders: vec![top],
            entries: Vec::new(),
            total_bytes: 0,
            left_out: LeftOut::default(),
        }
    }

    /// The canonical path of the source folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Number of entries: files, and folders that have an entry of their own.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing will be packed.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Sum of the files' sizes in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.total_bytes
    }

    /// The files that were left out, and why.
    pub fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// The entry at `index`, in the order of the payload.
    pub fn get(&self, index: usize) -> Option<SourceEntry<'_>> {
        self.entries.get(index).map(|entry| SourceEntry { list: self, entry })
    }

    /// All entries, in the order of the payload.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = SourceEntry<'_>> {
        self.entries.iter().map(|entry| SourceEntry { list: self, entry })
    }

    /// The file with exactly this relative name.
    pub fn find(&self, name: &str) -> Option<SourceEntry<'_>> {
        let leaf = name.rsplit('/').next().unwrap_or(name);
        // Last components are compared first, because a whole name has to be put together.
        self.iter().find(|entry| !entry.is_folder() && entry.leaf() == leaf && entry.name() == name)
    }

    /// Whether an entry or folder directly in the source folder has this name, in any case.
    pub(super) fn holds_at_top(&self, leaf: &str) -> bool {
        let same = |span: Span| self.text(span).eq_ignore_ascii_case(leaf);
        let folders = self.folders.iter().skip(1).any(|folder| folder.parent == ROOT && same(folder.name));
        folders || self.entries.iter().any(|entry| entry.folder == ROOT && same(entry.name))
    }

    pub(super) fn folder_count(&self) -> usize {
        self.folders.len()
    }

    pub(super) fn add_folder(&mut self, parent: u32, leaf: &str) -> u32 {
        let name = self.keep(leaf);
        self.folders.push(Folder { parent, name });
        index(self.folders.len() - 1)
    }

    /// Adds the catalogue folder at `path`; in the payload it is the folder `leaf` below the root.
    pub(super) fn add_catalog(&mut self, leaf: &str, path: PathBuf) -> u32 {
        let folder = self.add_folder(ROOT, leaf);
        self.catalog = Some((folder, path));
        folder
    }

    pub(super) fn add_file(&mut self, folder: u32, leaf: &str, size: u64, modified: SystemTime) {
        let name = self.keep(leaf);
        self.entries.push(Entry { folder, name, size, modified: nanoseconds(modified), is_folder: false });
        // Sparse files can claim any size, and a sum that wrapped around would pass the limit on package bytes.
        self.total_bytes = self.total_bytes.saturating_add(size);
    }

    /// Gives `folder` an entry of its own.
    pub(super) fn add_folder_entry(&mut self, folder: u32, modified: SystemTime) {
        if let Some(Folder { name, .. }) = self.folders.get(folder as usize) {
            let (name, modified) = (*name, nanoseconds(modified));
            self.entries.push(Entry { folder, name, size: 0, modified, is_folder: true });
        }
    }

    pub(super) fn shrink(&mut self) {
        self.names.shrink_to_fit();
        self.folders.shrink_to_fit();
        self.entries.shrink_to_fit();
    }

    fn keep(&mut self, leaf: &str) -> Span {
        let span = Span { start: index(self.names.len()), length: index(leaf.len()) };
        self.names.push_str(leaf);
        span
    }

    fn text(&self, span: Span) -> &str {
        let start = span.start as usize;
        self.names.get(start..start + span.length as usize).unwrap_or_default()
    }

    /// The components of `folder`'s name from the root (or the catalogue folder) down, and the path that they are
    /// relative to.
    fn chain(&self, mut folder: u32, stop_at_catalog: bool) -> (Vec<&str>, &Path) {
        let mut leaves = Vec::new();
        // A folder is added after its parent, so every step leads to a smaller index and the loop ends.
        while folder != ROOT {
            if let Some((catalog, path)) = &self.catalog
                // On the disk the catalogue folder is elsewhere and has another name.
                && stop_at_catalog
                && *catalog == folder
            {
                leaves.reverse();
                return (leaves, path);
            }
            let Some(Folder { parent, name }) = self.folders.get(folder as usize) else { break };
            leaves.push(self.text(*name));
            folder = *parent;
        }
        leaves.reverse();
        (leaves, &self.root)
    }
}

/// Converts an index. The walk's limit on entries keeps every table far below 4 GiB.
fn index(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

/// Nanoseconds since 1970; times before 1677 and after 2262 are clamped.
fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    }
}

/// A time as the list holds it: clamped as in [`nanoseconds`], and on Windows in steps of 100 ns.
pub(crate) fn as_listed(time: SystemTime) -> SystemTime {
    from_nanoseconds(nanoseconds(time))
}

fn from_nanoseconds(nanoseconds: i64) -> SystemTime {
    let distance = Duration::from_nanos(nanoseconds.unsigned_abs());
    let time =
        if nanoseconds >= 0 { UNIX_EPOCH.checked_add(distance) } else { UNIX_EPOCH.checked_sub(distance) };
    time.unwrap_or(UNIX_EPOCH)
}

/// A file, or a folder that has an entry of its own because it is empty.
#[derive(Clone, Copy)]
pub struct SourceEntry<'a> {
    list: &'a SourceList,
    entry: &'a Entry,
}

impl<'a> SourceEntry<'a> {
    /// The name in the payload: relative, with `/` between components; that of a folder ends in `/`.
    pub fn name(&self) -> String {
        let (leaves, _) = self.list.chain(self.entry.folder, false);
        let mut name = leaves.iter().fold(String::new(), |name, leaf| name + leaf + "/");
        if !self.entry.is_folder {
            name.push_str(self.leaf());
        }
        name
    }

    /// The last component of the name, without a `/`.
    pub fn leaf(&self) -> &'a str {
        self.list.text(self.entry.name)
    }

    /// The path on the disk. On Windows it begins with `\\?\`, which is for opening and not for showing.
    pub fn path(&self) -> PathBuf {
        let (leaves, base) = self.list.chain(self.entry.folder, true);
        let mut path = base.to_path_buf();
        path.extend(leaves);
        if !self.entry.is_folder {
            path.push(self.leaf());
        }
        path
    }

    /// Size in bytes when it was listed; 0 for a folder.
    pub fn size(&self) -> u64 {
        self.entry.size
    }

    /// Time of the last modification when it was listed.
    pub fn modified(&self) -> SystemTime {
        from_nanoseconds(self.entry.modified)
    }

    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.entry.is_folder
    }
}

impl std::fmt::Debug for SourceEntry<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} ({} bytes)", self.name(), self.entry.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_are_rebuilt_from_leaves() {
        let mut list = SourceList::new(PathBuf::from("base"));
        let sub = list.add_folder(ROOT, "sub");
        let deep = list.add_folder(sub, "déep");
        let before = UNIX_EPOCH - Duration::from_nanos(1_500_000_000);
        list.add_file(deep, "a.txt", 7, before);
        list.add_folder_entry(deep, UNIX_EPOCH);
        let catalog = list.add_catalog("Cat_X", PathBuf::from("elsewhere"));
        list.add_folder_entry(catalog, UNIX_EPOCH);
        list.add_file(catalog, "app.cat", 3, UNIX_EPOCH);
        let names: Vec<String> = list.iter().map(|entry| entry.name()).collect();
        assert_eq!(names, ["sub/déep/a.txt", "sub/déep/", "Cat_X/", "Cat_X/app.cat"]);
        let paths: Vec<PathBuf> = list.iter().map(|entry| entry.path()).collect();
        let deep = Path::new("base").join("sub").join("déep");
        let elsewhere = PathBuf::from("elsewhere");
        assert_eq!(paths, [deep.join("a.txt"), deep, elsewhere.clone(), elsewhere.join("app.cat")]);
        assert_eq!((list.total_bytes(), list.get(0).unwrap().modified()), (10, before));
        assert!(list.find("sub/déep/a.txt").is_some() && list.find("a.txt").is_none());
        assert!(list.find("Cat_X/").is_none());
    }

    #[test]
    fn an_entry_costs_little() {
        // 200,000 files with names of 40 bytes: 200,000 * (32 + 40) = 14.4 MB.
        assert!(std::mem::size_of::<Entry>() <= 32);
    }
}
