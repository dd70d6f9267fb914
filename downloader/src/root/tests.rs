use super::*;

fn root(folder: &tempfile::TempDir) -> Root {
    Root::open(&folder.path().join("new").join("root")).unwrap()
}

#[test]
fn a_root_is_made_with_its_folders_and_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let root = root(&folder);
    for name in ["Content/Incoming", "Content/Manifests", "Cache", "Logs"] {
        let path = root.path().join(name);
        assert!(path.is_dir(), "{name}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o700, "{name}");
        }
    }
    assert_eq!(Root::open(root.path()).unwrap(), root);
}

#[test]
fn a_file_is_no_root() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::fs::write(&path, "").unwrap();
    let error = Root::open(&path).unwrap_err();
    assert_eq!(error.code().id, "root-unusable");
    assert!(error.to_string().ends_with("it is a link or a file"), "{error}");
}

#[cfg(unix)]
#[test]
fn what_is_not_ours_alone_is_refused() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = tempfile::tempdir().unwrap();
    let root = root(&folder);
    let refused = |expected: &str| {
        let error = Root::open(root.path()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    };
    let allow = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    for (name, mode) in [("", 0o770), ("Content", 0o702), ("Content/Incoming", 0o720), ("Cache", 0o777)] {
        let path = root.path().join(name);
        allow(&path, mode);
        refused("others may write to it");
        allow(&path, 0o755);
        Root::open(root.path()).unwrap();
    }
    let cache = root.cache();
    std::fs::rename(&cache, cache.with_extension("real")).unwrap();
    symlink(cache.with_extension("real"), &cache).unwrap();
    refused("it is a link or a file");
    std::fs::remove_file(&cache).unwrap();
    std::fs::write(&cache, "").unwrap();
    refused("it is a link or a file");

    let link = folder.path().join("link");
    symlink(root.path(), &link).unwrap();
    assert!(matches!(Root::open(&link), Err(RootError::Foreign { .. })));
    let dangling = folder.path().join("dangling");
    symlink("nowhere", &dangling).unwrap();
    assert!(matches!(Root::open(&dangling), Err(RootError::Foreign { .. })));
}

/// Only root can give a folder away; elsewhere this says nothing.
#[cfg(unix)]
#[test]
fn somebody_elses_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let root = root(&folder);
    if std::os::unix::fs::chown(root.path(), Some(12_345), None).is_err() {
        return;
    }
    let error = Root::open(root.path()).unwrap_err().to_string();
    assert!(error.ends_with("it belongs to another user"), "{error}");
}

#[test]
fn a_download_has_files_of_its_mac() {
    let folder = tempfile::tempdir().unwrap();
    let incoming = root(&folder).incoming(&Mac::new([0xab; 32]));
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
    let at = root.cache_folder("7-zip.x64_en", "12").unwrap();
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
        let error = root.cache_folder(app, revision).unwrap_err();
        assert_eq!(error.code().id, "cache-name", "{app:?} {revision:?}");
    }
}

#[test]
fn a_destination_has_one_manifest_whichever_way_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let root = root(&folder);
    let plain = root.manifest_path(&folder.path().join("apps").join("one"));
    let name = plain.file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!((name.len(), &name[32..]), (38, ".jsonl"));
    assert_ne!(root.manifest_path(&folder.path().join("apps").join("two")), plain);
    let mut slash = folder.path().join("apps").join("one").into_os_string();
    slash.push(std::path::MAIN_SEPARATOR_STR);
    assert_eq!(root.manifest_path(Path::new(&slash)), plain);
    std::fs::create_dir_all(folder.path().join("apps").join("one")).unwrap();
    assert_eq!(root.manifest_path(&folder.path().join("apps").join("one")), plain, "made meanwhile");
    assert_eq!(root.manifest_path(&folder.path().join("apps").join("..").join("apps").join("one")), plain);
    assert_eq!(root.destination_lock(&folder.path().join("apps").join("one")), plain.with_extension("lock"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("apps", folder.path().join("link")).unwrap();
        assert_eq!(root.manifest_path(&folder.path().join("link").join("one")), plain);
    }
    #[cfg(windows)]
    assert_eq!(root.manifest_path(&folder.path().join("APPS").join("One")), plain);
}
