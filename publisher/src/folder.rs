//! A folder as a store: groups are folders in it, objects are files in those.

use crate::store::{Key, Put, Store, StoreError, Upload};
use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_disk::{
    MadeFolders, StagedFolder, StagingError, TargetFolder, shown, sync_folder, target_of_sibling,
};

/// A folder that a web server serves. What appears in it under a final name is whole and durable.
#[derive(Debug, Clone)]
pub struct FolderStore {
    root: PathBuf,
}

impl FolderStore {
    /// The store in the folder `root`, which is made when something is put into it.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn path(&self, key: &Key) -> PathBuf {
        key.as_str().split('/').fold(self.root.clone(), |path, component| path.join(component))
    }

    /// What a link or a junction leads to is somebody else's to name: nothing is written through one. Folders above the
    /// root may be links.
    fn refuse_others(&self) -> Result<(), StoreError> {
        match self.root.symlink_metadata() {
            Ok(there) if there.is_symlink() => Err(occupied(&self.root, "it is a link")),
            Ok(there) if !there.is_dir() => Err(occupied(&self.root, "it is a file")),
            _ => Ok(()),
        }
    }

    /// Removes what dead runs left of any group, so that a content that is never published again leaves nothing.
    fn sweep(&self, context: &Context<'_>) {
        let Ok(entries) = fs::read_dir(&self.root) else { return }; // a folder may be writable and not readable
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name();
            let group = name.to_str().and_then(target_of_sibling).filter(|group| is_content(group));
            if let Some(target) =
                group.and_then(|group| TargetFolder::new(&self.root.join(group), false).ok())
            {
                target.sweep(context);
            }
        }
    }

    /// The file of an object; `None` where there is none, a link or a folder among them.
    fn file(&self, key: &Key) -> Result<Option<(PathBuf, Metadata)>, StoreError> {
        let path = self.path(key);
        match path.symlink_metadata() {
            Ok(there) if there.is_file() => Ok(Some((path, there))),
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::read(&path, error)),
        }
    }
}

impl Store for FolderStore {
    fn upload(&self, group: &Key, context: &Context<'_>) -> Result<Box<dyn Upload + '_>, StoreError> {
        self.refuse_others()?;
        let failed = |error| StoreError::write(&self.root, error);
        let made = MadeFolders::make(&self.root).map_err(failed)?;
        self.sweep(context);
        let path = self.path(group);
        let target = TargetFolder::new(&path, false).map_err(|error| failed(io::Error::other(error)))?;
        let staged = StagedFolder::beside(target).map_err(failed)?;
        Ok(Box::new(FolderUpload { open: None, staged: Some(staged), made, path }))
    }

    fn get(&self, key: &Key) -> Result<Option<Box<dyn Read + Send>>, StoreError> {
        let Some((path, _)) = self.file(key)? else { return Ok(None) };
        let file = waybill_schemas::open_regular(&path).map_err(|error| StoreError::read(&path, error))?;
        Ok(Some(Box::new(file)))
    }

    fn head(&self, key: &Key) -> Result<Option<u64>, StoreError> {
        Ok(self.file(key)?.map(|(_, there)| there.len()))
    }

    fn list(&self, group: &Key) -> Result<Option<Vec<Key>>, StoreError> {
        self.refuse_others()?;
        let path = self.path(group);
        match path.symlink_metadata() {
            Ok(there) if there.is_dir() => {}
            Ok(there) if there.is_symlink() => return Err(occupied(&path, "it is a link")),
            Ok(_) => return Err(occupied(&path, "it is a file")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::read(&path, error)),
        }
        let entries = fs::read_dir(&path).map_err(|error| StoreError::read(&path, error))?;
        let name = |entry: fs::DirEntry| entry.file_name().into_string().ok();
        let names = entries.filter_map(Result::ok).filter_map(name);
        let mut keys: Vec<Key> = names.filter_map(|name| group.join(&name).ok()).collect();
        keys.sort();
        Ok(Some(keys))
    }

    fn location(&self, key: &Key) -> String {
        shown(&self.path(key))
    }
}

/// A group in a private folder beside its final one, which becomes whole before it appears.
struct FolderUpload {
    /// The object being written; dropped first, because Windows removes no folder that holds an open file.
    open: Option<OpenObject>,
    /// Taken once it was put.
    staged: Option<StagedFolder>,
    /// The folders on the way to the group; dropped last, because they are removed where they are empty.
    made: MadeFolders,
    /// Where the group will appear.
    path: PathBuf,
}

struct OpenObject {
    name: String,
    length: u64,
    file: File,
}

impl FolderUpload {
    fn staged(&self) -> Option<PathBuf> {
        self.staged.as_ref().map(StagedFolder::content)
    }

    /// Makes the object that is being written durable and closes it: Windows renames no folder that holds an open file.
    fn complete(&mut self) -> Result<(), StoreError> {
        let Some(OpenObject { name, length, file }) = self.open.take() else { return Ok(()) };
        // Durable before it appears, or a loss of power would leave a whole name over half a file.
        let synced = file.sync_all().and_then(|()| file.metadata());
        let path = self.path.join(&name);
        let actual = synced.map_err(|error| StoreError::write(&path, error))?.len();
        if actual != length {
            let text = format!("{actual} bytes were written instead of {length}");
            return Err(StoreError::write(&path, io::Error::new(io::ErrorKind::InvalidData, text)));
        }
        Ok(())
    }
}

impl Upload for FolderUpload {
    fn object(&mut self, name: &str, length: u64) -> Result<&mut dyn Write, StoreError> {
        self.complete()?;
        let path = self.path.join(name);
        check_name(name).map_err(|error| StoreError::write(&path, error))?;
        let file =
            self.staged().ok_or_else(already_put).and_then(|staged| File::create_new(staged.join(name)));
        let file = file.map_err(|error| StoreError::write(&path, error))?;
        Ok(&mut self.open.insert(OpenObject { name: name.to_owned(), length, file }).file)
    }

    fn put_if_absent(&mut self, context: &Context<'_>) -> Result<Put, StoreError> {
        self.complete()?;
        // Also an empty folder: the rename would replace that.
        if self.path.symlink_metadata().is_ok() {
            return Ok(Put::AlreadyThere);
        }
        let staged = self.staged.as_ref().ok_or_else(|| StoreError::write(&self.path, already_put()))?;
        // Each object is synced already; settling the whole file system would wait for everybody's writes.
        sync_folder(&staged.content());
        match staged.place(context) {
            Ok(_) => {
                self.staged = None;
                self.made.keep();
                Ok(Put::Written)
            }
            Err(StagingError::Cancelled(cancelled)) => Err(StoreError::Cancelled(cancelled)),
            // Another run may have put the group between the look above and the rename.
            Err(_) if self.path.symlink_metadata().is_ok() => Ok(Put::AlreadyThere),
            Err(_) if context.check().is_err() => Err(StoreError::Cancelled(waybill_context::Cancelled)),
            Err(StagingError::Move { source, .. }) => Err(StoreError::write(&self.path, source)),
            Err(error) => Err(StoreError::write(&self.path, io::Error::other(error))),
        }
    }

    fn replace(&mut self, name: &str, context: &Context<'_>) -> Result<(), StoreError> {
        self.complete()?;
        let to = self.path.join(name);
        check_name(name).map_err(|error| StoreError::write(&to, error))?;
        let staged = self.staged().ok_or_else(already_put);
        let moved = staged.and_then(|staged| waybill_disk::rename(&staged.join(name), &to, context));
        moved.map_err(|error| match context.check() {
            Err(cancelled) => StoreError::Cancelled(cancelled),
            Ok(()) => StoreError::write(&to, error),
        })?;
        // The object was synced before, and the rename survives a loss of power only once its folder is
        // synced, too.
        sync_folder(&self.path);
        Ok(())
    }
}

/// Whether a group is a content's, which is named by its MAC. Other hidden folders are not ours to remove.
fn is_content(group: &str) -> bool {
    group.len() == 64 && group.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// An object's name is one component of a key: anything else would lead out of the group.
fn check_name(name: &str) -> io::Result<()> {
    let is_component = Key::new(name).is_ok() && !name.contains('/');
    if is_component {
        Ok(())
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "no name of an object"))
    }
}

fn already_put() -> io::Error {
    io::Error::other("the upload has ended")
}

fn occupied(path: &Path, why: &'static str) -> StoreError {
    StoreError::Occupied { location: shown(path), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: &str) -> Key {
        Key::new(byte.repeat(32)).unwrap()
    }

    fn names(folder: &Path) -> Vec<String> {
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn objects_appear_together_and_once() {
        let (folder, context) = (tempfile::tempdir().unwrap(), Context::silent());
        let (store, group) = (FolderStore::new(folder.path().join("public")), key("0f"));
        assert_eq!(store.list(&group).unwrap(), None);
        for expected in [Put::Written, Put::AlreadyThere] {
            let mut upload = store.upload(&group, &context).unwrap();
            upload.object("b", 3).unwrap().write_all(b"bbb").unwrap();
            upload.object("a", 0).unwrap();
            assert_eq!(upload.put_if_absent(&context).unwrap(), expected);
        }
        let (a, b) = (group.join("a").unwrap(), group.join("b").unwrap());
        assert_eq!(store.list(&group).unwrap(), Some(vec![a.clone(), b.clone()]));
        assert_eq!((store.head(&a).unwrap(), store.head(&b).unwrap()), (Some(0), Some(3)));
        let mut bytes = Vec::new();
        store.get(&b).unwrap().unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"bbb");
        assert!(
            store.get(&group).unwrap().is_none() && store.head(&group.join("c").unwrap()).unwrap().is_none()
        );
        assert_eq!(names(&folder.path().join("public")), [group.as_str()], "nothing hidden stays");
    }

    #[test]
    fn an_object_has_the_length_it_was_announced_with() {
        let (folder, context) = (tempfile::tempdir().unwrap(), Context::silent());
        let store = FolderStore::new(folder.path());
        let mut upload = store.upload(&key("0f"), &context).unwrap();
        upload.object("a", 2).unwrap().write_all(b"abc").unwrap();
        let error = upload.put_if_absent(&context).unwrap_err();
        assert!(
            matches!(&error, StoreError::Write { source, .. } if source.to_string().starts_with("3 bytes"))
        );
        drop(upload);
        assert!(names(folder.path()).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn nothing_is_written_through_a_link() {
        let place = tempfile::tempdir().unwrap();
        let (real, link) = (place.path().join("real"), place.path().join("link"));
        std::fs::create_dir(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        for root in [link.clone(), place.path().join("dangling")] {
            let _ = std::os::unix::fs::symlink(place.path().join("absent"), &root);
            let store = FolderStore::new(&root);
            let refused = store.upload(&key("ab"), &Context::silent()).err().unwrap();
            assert!(matches!(refused, StoreError::Occupied { why: "it is a link", .. }), "{refused}");
            assert!(store.list(&key("ab")).is_err());
        }
        assert_eq!(names(&real), [""; 0]);
        assert!(!place.path().join("absent").exists());
        // A folder above the tree may be reached through one.
        assert!(FolderStore::new(link.join("public")).upload(&key("ab"), &Context::silent()).is_ok());
    }

    #[test]
    fn a_name_leads_nowhere_but_into_its_group() {
        let (folder, context) = (tempfile::tempdir().unwrap(), Context::silent());
        let store = FolderStore::new(folder.path().join("public"));
        let mut upload = store.upload(&key("0f"), &context).unwrap();
        for name in ["../evil", "/evil", "a/b", "..", ""] {
            assert!(upload.object(name, 1).is_err(), "{name}");
            assert!(upload.replace(name, &context).is_err(), "{name}");
        }
        drop(upload);
        assert!(names(folder.path()).is_empty(), "not even the store's folder, in which nothing is");
    }

    #[test]
    fn only_a_contents_folders_are_swept() {
        assert!(is_content(&"0f".repeat(32)));
        for other in ["app".to_owned(), "0f".repeat(31), "0g".repeat(32)] {
            assert!(!is_content(&other), "{other}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_what_is_not_whole() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let store = FolderStore::new(folder.path());
        let _upload = store.upload(&key("0f"), &Context::silent()).unwrap();
        let staged = folder.path().join(&names(folder.path())[0]);
        assert_eq!(staged.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn the_living_are_left_alone_and_the_dead_removed() {
        let (folder, context) = (tempfile::tempdir().unwrap(), Context::silent());
        let store = FolderStore::new(folder.path());
        let living = store.upload(&key("0f"), &context).unwrap();
        // Its process died: the lock is free, the folder stays.
        let dead = folder.path().join(format!(".{}.waybill-Ab12Cd34", key("ee")));
        fs::create_dir_all(dead.join("content")).unwrap();
        fs::write(dead.join("lock"), b"").unwrap();
        let other = folder.path().join(".app.waybill-Ab12Cd34");
        fs::create_dir(&other).unwrap();
        let third = store.upload(&key("0f"), &context).unwrap();
        assert!(!dead.exists() && other.exists());
        assert_eq!(names(folder.path()).len(), 3, "the living one is still there");
        drop((living, third));
        assert_eq!(names(folder.path()).len(), 1);
    }
}
