//! The device of a case: a root, a destination, and the assertions about them.

use crate::lab::Published;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use waybill_context::Context;
use waybill_downloader::{Destination, FetchError, FetchOptions, FetchRequest, ProxyChoice, Wanted, fetch};
use waybill_schemas::report::delivery::FetchReport;
use waybill_support::folder_listing::{Listing, list};

/// The result of a fetch.
pub(crate) type Fetched = Result<FetchReport, Box<FetchError>>;

/// Folders on the disk, which outlive the processes that are killed.
pub(crate) struct Device {
    /// Holds root and destinations; removed when the device is dropped.
    folder: TempDir,
    pub(crate) options: FetchOptions,
}

/// What is at a destination between two runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum There {
    /// No folder at all.
    Nothing,
    /// The files that were there before, byte for byte.
    Former,
    /// The files of the content, byte for byte.
    Whole,
}

impl Device {
    pub(crate) fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap())
    }

    /// Makes a device in an existing folder, for example on another volume.
    pub(crate) fn within(folder: TempDir) -> Self {
        fs::create_dir(folder.path().join("apps")).unwrap();
        let options = FetchOptions::default().with(|fetch| {
            fetch.proxy = ProxyChoice::Direct;
            fetch.threads = 2;
        });
        Self { folder, options }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.path().join("root")
    }

    pub(crate) fn apps(&self) -> PathBuf {
        self.path().join("apps")
    }

    pub(crate) fn destination(&self) -> PathBuf {
        self.apps().join("app")
    }

    /// The path of the partial file of a content.
    pub(crate) fn partial(&self, content: &Published) -> PathBuf {
        self.incoming().join(format!("{}.partial", content.mac))
    }

    /// The path of the journal of a partial file.
    pub(crate) fn journal(&self, content: &Published) -> PathBuf {
        self.incoming().join(format!("{}.journal", content.mac))
    }

    fn incoming(&self) -> PathBuf {
        self.root().join("Content").join("Incoming")
    }

    pub(crate) fn manifests(&self) -> PathBuf {
        self.root().join("Content").join("Manifests")
    }

    /// The size of the partial file, 0 if there is none.
    pub(crate) fn held(&self, content: &Published) -> u64 {
        self.partial(content).metadata().map_or(0, |partial| partial.len())
    }

    /// Puts another folder at the destination, which only `force` replaces, and sets `force`.
    pub(crate) fn fill_destination(&mut self) {
        for (path, bytes) in former() {
            let path = self.destination().join(path);
            match bytes {
                None => fs::create_dir_all(path).unwrap(),
                Some(bytes) => {
                    fs::create_dir_all(path.parent().unwrap()).unwrap();
                    fs::write(path, bytes).unwrap();
                }
            }
        }
        self.options.force = true;
    }

    pub(crate) fn request(&self, content: &Published) -> FetchRequest {
        FetchRequest {
            what: Wanted::Described(content.document.clone()),
            destination: Destination::Folder(self.destination()),
            root: self.root(),
            options: self.options.clone(),
        }
    }

    /// Fetches in this process.
    pub(crate) fn fetch(&self, content: &Published) -> Fetched {
        fetch(&self.request(content), &Context::silent()).map_err(Box::new)
    }

    /// What is at the destination. Fails the test if it is incomplete.
    #[track_caller]
    pub(crate) fn there(&self, content: &Published) -> There {
        if self.destination().symlink_metadata().is_err() {
            return There::Nothing;
        }
        let files = list(&self.destination()).unwrap();
        if files == former() {
            return There::Former;
        }
        assert!(files == content.files, "half a folder at the destination: {}", difference(&files, content));
        There::Whole
    }

    /// Whether the former folder is complete beside the destination, where a replacement has moved it.
    pub(crate) fn former_is_aside(&self) -> bool {
        let mut names = names(&self.apps()).into_iter();
        names.any(|name| name.starts_with(".app.old-") && list(&self.apps().join(name)).unwrap() == former())
    }

    /// Asserts that the files are in place and that nothing else is left but locks and the manifest.
    #[track_caller]
    pub(crate) fn assert_done(&self, content: &Published) {
        assert_eq!(self.there(content), There::Whole);
        assert_eq!(names(&self.apps()), ["app"], "beside the destination");
        assert_eq!(names(&self.path().join("root").join("Cache")), [""; 0], "in the cache");
        let incoming = names(&self.incoming());
        assert!(incoming.iter().all(|name| name.ends_with(".lock")), "left in Incoming: {incoming:?}");
        let manifests = names(&self.manifests());
        let kinds: Vec<_> = manifests.iter().filter_map(|name| name.rsplit('.').next()).collect();
        assert_eq!(kinds, ["jsonl", "lock"], "in Manifests: {manifests:?}");
    }
}

/// The files of a folder that is replaced.
fn former() -> Listing {
    let file = |text: &str| Some(text.as_bytes().to_vec());
    [("mine", None), ("mine/precious.txt", file("precious")), ("setup.cmd", file("another one"))]
        .into_iter()
        .map(|(path, bytes)| (path.to_owned(), bytes))
        .collect()
}

/// The names in a folder, sorted; empty if there is no such folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn difference(files: &Listing, content: &Published) -> String {
    let missing = content.files.keys().filter(|path| !files.contains_key(*path)).count();
    let wrong = files.iter().filter(|(path, bytes)| content.files.get(*path) != Some(bytes)).count();
    format!("{} entries, {missing} missing, {wrong} wrong", files.len())
}
