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
fn content_folders_may_lie_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    let (path, cache) = (folder.path().join("root"), folder.path().join("programs").join("Content"));
    let root = Root::open_with_cache(&path, &cache).unwrap();
    assert!(cache.is_dir() && root.cache() == cache && !path.join("Cache").exists());
    assert_eq!(root.former_cache(), Some(path.join("Cache")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(cache.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::set_permissions(&cache, std::fs::Permissions::from_mode(0o777)).unwrap();
        let error = Root::open_with_cache(&path, &cache).unwrap_err().to_string();
        assert!(error.ends_with("others may write to it"), "{error}");
    }
    let below = Root::open(&path).unwrap();
    assert_eq!((below.cache(), below.former_cache()), (path.join("Cache"), None));
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

/// Only root can give a folder to another user, so for other users this test checks nothing.
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

#[cfg(unix)]
#[test]
fn state_goes_where_the_xdg_specification_says() {
    let choose = |state: Option<&str>, home: Option<&str>, is_root| {
        choose(state.map(PathBuf::from), home.map(PathBuf::from), is_root).display().to_string()
    };
    assert_eq!(choose(Some("/s"), Some("/home/a"), false), "/s/waybill");
    assert_eq!(choose(Some("/s"), Some("/root"), true), "/s/waybill");
    assert_eq!(choose(Some("relative"), Some("/home/a"), false), "/home/a/.local/state/waybill");
    assert_eq!(choose(None, Some("/home/a"), false), "/home/a/.local/state/waybill");
    assert_eq!(choose(None, Some("/home/a"), true), "/var/lib/waybill");
    assert_eq!(choose(None, None, false), "/var/lib/waybill");
}

#[cfg(windows)]
#[test]
fn content_goes_to_program_files_for_the_machines_root_alone() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(content_of_the_machine(folder.path()).unwrap(), None);
    if Token::own().unwrap().is_elevated().unwrap() {
        let content = content_of_the_machine(&default_path()).unwrap().unwrap();
        assert!(content.ends_with(r"Program Files\Waybill\Content"), "{}", content.display());
    }
}

#[cfg(windows)]
#[test]
fn state_goes_to_program_data() {
    assert_eq!(choose(Some(r"D:\Data".into())), PathBuf::from(r"D:\Data\Waybill"));
    assert_eq!(choose(None), PathBuf::from(r"C:\ProgramData\Waybill"));
    assert_eq!(choose(Some("relative".into())), PathBuf::from(r"C:\ProgramData\Waybill"));
}

#[cfg(windows)]
#[test]
fn what_we_make_is_our_own() {
    let folder = tempfile::tempdir().unwrap();
    assert!(is_our_own(folder.path()).unwrap());
    let made = folder.path().join("new").join("root");
    create_closed(&made).unwrap();
    create_closed(&made).unwrap();
    assert!(made.is_dir() && is_our_own(&made).unwrap());
    assert!(is_our_own(&folder.path().join("absent")).is_err());
}
