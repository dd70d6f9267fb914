//! The paths below the root that belong to a download, a content folder and a destination.

use intunewin::EntryName;
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use waybill_disk::Root;
use waybill_schemas::Mac;
use waybill_schemas::Quoted;
use waybill_schemas::codes::{self, Classified, Code};

/// An app and revision that cannot name a folder of the cache.
#[derive(Debug, thiserror::Error)]
#[error("{app}, revision {revision}, cannot name a folder of the cache", app = Quoted(app), revision = Quoted(revision))]
pub struct CacheNameError {
    /// The app's id as it was given.
    pub app: String,
    /// The app's revision as it was given.
    pub revision: String,
}

impl Classified for CacheNameError {
    fn code(&self) -> &'static Code {
        &codes::root::CACHE_NAME
    }
}

/// The folder `Cache/<app>_<revision>` below the root. An app has 1 to 100 letters, digits, `-`, `.` and `_`; a
/// revision the same without `_`, so that no two pairs share a folder.
///
/// # Errors
/// Other characters, or a name that not every system allows for a folder.
pub fn cache_folder(root: &Root, app: &str, revision: &str) -> Result<PathBuf, CacheNameError> {
    let is_word = |text: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        (1..=100).contains(&text.len()) && text.chars().all(is_plain)
    };
    let name = format!("{app}_{revision}");
    let is_name = is_word(app)
        && is_word(revision)
        && !app.starts_with('.')
        && !revision.contains('_')
        && [app, &name].into_iter().all(|name| EntryName::parse(name.as_bytes(), true).is_ok());
    if is_name {
        Ok(root.cache().join(name))
    } else {
        Err(CacheNameError { app: app.to_owned(), revision: revision.to_owned() })
    }
}

/// The manifest of the folder at `destination`. Its name is a digest of the destination's absolute path with links
/// resolved, so that a folder has one manifest and one lock however its path is written.
pub(crate) fn manifest_path(root: &Root, destination: &Path) -> PathBuf {
    let digest = Sha256::digest(identity(destination).as_os_str().as_encoded_bytes());
    let key: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    root.manifest_folder().join(key).with_extension("jsonl")
}

/// The lock file of the folder at `destination`.
pub(crate) fn destination_lock(root: &Root, destination: &Path) -> PathBuf {
    manifest_path(root, destination).with_extension("lock")
}

/// The absolute path of a folder that may not exist yet, with links above it resolved.
fn identity(destination: &Path) -> PathBuf {
    let absolute = std::path::absolute(destination).unwrap_or_else(|_| destination.to_owned());
    // Links are resolved from the parent upwards only. The destination itself may be missing now and exist at the next
    // run, which must not change the names of its manifest and lock.
    let real = absolute.parent().into_iter().flat_map(Path::ancestors).find_map(|there| {
        let rest = absolute.strip_prefix(there).ok()?;
        Some(std::fs::canonicalize(there).ok()?.join(rest))
    });
    let path: PathBuf = real.unwrap_or(absolute).components().collect(); // without a separator at the end
    // Windows ignores the case of names, and a name in two cases must not lead to two locks.
    if cfg!(windows) { intunewin::fold_name(&path.to_string_lossy()).into() } else { path }
}

/// The paths of one download's files, named by the content's MAC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Incoming {
    stem: PathBuf,
}

impl Incoming {
    /// The paths for the content with this MAC.
    pub(crate) fn new(root: &Root, mac: &Mac) -> Self {
        Self { stem: root.incoming_folder().join(mac.to_hex()) }
    }

    /// The paths whose names begin with `stem`; `None` unless that is a MAC in hexadecimal.
    pub(crate) fn named(root: &Root, stem: &str) -> Option<Self> {
        let is_digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        let is_mac = stem.len() == 2 * Mac::LENGTH && stem.chars().all(is_digit);
        is_mac.then(|| Self { stem: root.incoming_folder().join(stem) })
    }

    /// The partial file: the bytes of the content that are held, from the first on.
    pub(crate) fn partial(&self) -> PathBuf {
        self.stem.with_extension("partial")
    }

    /// The journal: where the held bytes came from.
    pub(crate) fn journal(&self) -> PathBuf {
        self.stem.with_extension("journal")
    }

    /// The lock that is held while this content is downloaded or removed.
    pub(crate) fn lock(&self) -> PathBuf {
        self.stem.with_extension("lock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root(folder: &tempfile::TempDir) -> Root {
        Root::open(&folder.path().join("new").join("root")).unwrap()
    }

    #[test]
    fn a_download_has_files_of_its_mac() {
        let folder = tempfile::tempdir().unwrap();
        let incoming = Incoming::new(&root(&folder), &Mac::new([0xab; 32]));
        let names = [incoming.partial(), incoming.journal(), incoming.lock()]
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned());
        let stem = "ab".repeat(32);
        let expected = ["partial", "journal", "lock"].map(|kind| format!("{stem}.{kind}"));
        assert_eq!(names, expected);
        assert!(incoming.partial().parent().unwrap().is_dir());
    }

    #[test]
    fn cache_folders_have_plain_names_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let root = root(&folder);
        let at = cache_folder(&root, "7-zip.x64_en", "12").unwrap();
        assert_eq!(at, root.cache().join("7-zip.x64_en_12"));
        for (app, revision) in [
            ("", "1"),
            ("a", ""),
            (".", "1"),
            ("..", "1"),
            (".hidden", "1"),
            ("a/b", "1"),
            (r"a\b", "1"),
            ("a", "../1"),
            ("a:b", "1"),
            ("a b", "1"),
            ("ä", "1"),
            ("a\0", "1"),
            ("CON", "1"),
            ("nul.txt", "1"),
            ("a", "1."),
            ("a", "1_2"), // else a + 1_2 and a_1 + 2 would share a folder
            (&"x".repeat(101), "1"),
        ] {
            let error = cache_folder(&root, app, revision).unwrap_err();
            assert_eq!(error.code().id, "cache-name", "{app:?} {revision:?}");
        }
    }

    #[test]
    fn a_destination_has_one_manifest_whichever_way_it_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let root = root(&folder);
        let plain = manifest_path(&root, &folder.path().join("apps").join("one"));
        let name = plain.file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!((name.len(), &name[32..]), (38, ".jsonl"));
        assert_ne!(manifest_path(&root, &folder.path().join("apps").join("two")), plain);
        let mut slash = folder.path().join("apps").join("one").into_os_string();
        slash.push(std::path::MAIN_SEPARATOR_STR);
        assert_eq!(manifest_path(&root, Path::new(&slash)), plain);
        std::fs::create_dir_all(folder.path().join("apps").join("one")).unwrap();
        assert_eq!(manifest_path(&root, &folder.path().join("apps").join("one")), plain, "made meanwhile");
        assert_eq!(
            manifest_path(&root, &folder.path().join("apps").join("..").join("apps").join("one")),
            plain
        );
        assert_eq!(
            destination_lock(&root, &folder.path().join("apps").join("one")),
            plain.with_extension("lock")
        );
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("apps", folder.path().join("link")).unwrap();
            assert_eq!(manifest_path(&root, &folder.path().join("link").join("one")), plain);
        }
        #[cfg(windows)]
        assert_eq!(manifest_path(&root, &folder.path().join("APPS").join("One")), plain);
    }
}
