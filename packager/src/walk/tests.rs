use super::*;
use crate::exclude::{LeftOut, LeftOutReason};
use std::fs;
use std::sync::atomic::AtomicBool;
use tempfile::TempDir;
use waybill_context::SystemClock;
use waybill_schemas::codes::Classified as _;

/// A folder with these files, each of which holds its name, and an empty folder for each name that ends in `/`.
fn tree(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = name
            .trim_end_matches('/')
            .split('/')
            .fold(folder.path().to_path_buf(), |path, leaf| path.join(leaf));
        if name.ends_with('/') {
            fs::create_dir_all(&path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, name).unwrap();
        }
    }
    folder
}

fn listed(folder: &TempDir, options: &WalkOptions) -> Result<SourceList, WalkError> {
    walk(folder.path(), options, &Context::silent())
}

fn names(list: &SourceList) -> Vec<String> {
    list.iter().map(|entry| entry.name()).collect()
}

fn excluding(globs: &[&str]) -> WalkOptions {
    WalkOptions { exclusions: Exclusions::new(globs).unwrap(), ..WalkOptions::default() }
}

fn reasons(left_out: &LeftOut) -> Vec<(String, u64, String)> {
    left_out.first().iter().map(|entry| (entry.name.clone(), entry.files, entry.why.to_string())).collect()
}

fn found(error: &WalkError) -> Vec<String> {
    let WalkError::Refused { findings, .. } = error else { panic!("{error}") };
    findings.iter().map(|finding| format!("{} {}", finding.name, finding.problem.code().id)).collect()
}

#[test]
fn order_is_depth_first_by_bytes_and_empty_folders_are_kept() {
    let folder = tree(&["b.txt", "a-1", "a/z", "a/B", "Z", "ä", "empty/", "a/hollow/deep/"]);
    let list = listed(&folder, &WalkOptions::default()).unwrap();
    assert_eq!(names(&list), ["Z", "a/B", "a/hollow/deep/", "a/z", "a-1", "b.txt", "empty/", "ä"]);
    assert_eq!(list.total_bytes(), "Z".len() as u64 + 3 + 3 + 3 + 5 + 2);
    for entry in list.iter().filter(|entry| !entry.is_folder()) {
        assert_eq!(fs::read_to_string(entry.path()).unwrap(), entry.name());
        assert_eq!(fs::metadata(entry.path()).unwrap().modified().unwrap(), entry.modified());
    }
    assert!(list.left_out().is_empty());
}

#[test]
fn what_is_left_out_is_counted_with_reasons() {
    let folder =
        tree(&["setup.exe", "a.pdb", "logs/1.log", "logs/2.log", "sub/keep.tmp", "sub/x.tmp", "app.json"]);
    fs::write(folder.path().join(".waybillignore"), "*.tmp\n").unwrap();
    fs::write(folder.path().join("sub").join(".waybillignore"), "!keep.tmp\n").unwrap();
    let list = listed(&folder, &excluding(&["*.pdb", "logs/"])).unwrap();
    assert_eq!(names(&list), ["setup.exe", "sub/keep.tmp"]);
    assert_eq!(list.left_out().files(), 7);
    let expected = [
        (".waybillignore", 1, "an ignore file"),
        ("a.pdb", 1, "excluded by *.pdb"),
        ("app.json", 1, "the app's document"),
        ("logs/", 2, "excluded by logs/"),
        ("sub/.waybillignore", 1, "an ignore file"),
        ("sub/x.tmp", 1, "*.tmp in .waybillignore"),
    ];
    let expected: Vec<_> = expected.map(|(name, files, why)| (name.into(), files, why.into())).into();
    assert_eq!(reasons(list.left_out()), expected);
}

#[test]
fn a_gitignore_and_a_deeper_app_document_are_packed() {
    let folder =
        tree(&[".gitignore", ".hidden", "resources/app.json", "App.Unix.JSON", ".app.json.waybill-1"]);
    let list = listed(&folder, &WalkOptions::default()).unwrap();
    assert_eq!(names(&list), [".gitignore", ".hidden", "resources/app.json"]);
    assert_eq!(list.left_out().first()[0].why, LeftOutReason::AppDocument);
}

#[test]
fn the_output_file_and_its_leftovers_are_never_packed() {
    let folder = tree(&["setup.exe", "out/x.intunewin", "out/.x.intunewin.waybill-1a2b", "out/y.intunewin"]);
    let output = folder.path().join("out").join("..").join("out").join("x.intunewin");
    let list = listed(&folder, &WalkOptions { output: Some(output), ..WalkOptions::default() }).unwrap();
    assert_eq!(names(&list), ["out/y.intunewin", "setup.exe"]);
    assert!(list.left_out().first().iter().all(|entry| entry.why == LeftOutReason::OutputFile));
    let nowhere = Some(folder.path().join("not-yet").join("x.intunewin"));
    assert_eq!(listed(&folder, &WalkOptions { output: nowhere, ..WalkOptions::default() }).unwrap().len(), 4);
}

fn limited(max_entries: u64, max_package: u64) -> ArchivePolicy {
    let mut policy = ArchivePolicy::default();
    policy.max_entries = max_entries;
    policy.max_package = max_package;
    policy
}

#[test]
fn limits_are_named() {
    let folder = tree(&["a", "b", "c/d"]);
    let policy = limited(2, u64::MAX);
    let error = listed(&folder, &WalkOptions { policy, ..WalkOptions::default() }).unwrap_err();
    assert!(error.to_string().contains("more than 2 entries"), "{error}");
    assert_eq!(error.code().id, "source-too-many-entries");
    let policy = limited(u64::MAX, 4);
    let error = listed(&folder, &WalkOptions { policy, ..WalkOptions::default() }).unwrap_err();
    assert!(error.to_string().contains("holds 5 bytes, over the limit on package bytes (4)"), "{error}");
    let policy = limited(3, 5);
    assert_eq!(listed(&folder, &WalkOptions { policy, ..WalkOptions::default() }).unwrap().len(), 3);
}

#[test]
fn a_missing_folder_a_file_and_an_empty_folder_are_refused() {
    let folder = tree(&["file", "empty/"]);
    let error = |leaf: &str| {
        walk(&folder.path().join(leaf), &WalkOptions::default(), &Context::silent()).unwrap_err()
    };
    assert_eq!((error("nowhere").code().id, error("file").code().id), ("source-missing", "source-missing"));
    assert_eq!(error("empty").code().id, "source-empty");
    let all = walk(folder.path(), &excluding(&["*"]), &Context::silent()).unwrap_err();
    assert_eq!(all.code().id, "source-empty");
}

#[test]
fn unusable_ignore_files_are_found_with_their_line() {
    let folder = tree(&["setup.exe", "sub/x"]);
    fs::write(folder.path().join(".waybillignore"), "ok\n{a\n").unwrap();
    fs::write(folder.path().join("sub").join(".waybillignore"), b"\xff").unwrap();
    let error = listed(&folder, &WalkOptions::default()).unwrap_err();
    assert_eq!(found(&error), [".waybillignore ignore-file", "sub/.waybillignore ignore-file"]);
    let text = error.to_string();
    assert!(text.contains("line 2: \"{a\" is not in gitignore syntax: "), "{text}");
}

#[test]
fn a_walk_can_be_interrupted() {
    let folder = tree(&["a"]);
    let stop = AtomicBool::new(true);
    let context = Context::new(&(), &stop, &SystemClock);
    let error = walk(folder.path(), &WalkOptions::default(), &context).unwrap_err();
    assert!(matches!(error, WalkError::Cancelled));
}

#[test]
fn catalogue_files_come_under_their_fixed_folder() {
    let (folder, catalog) =
        (tree(&["install.cmd"]), tree(&["app.cat", "more/b.cat", "app.json", ".waybillignore"]));
    let with = |path: PathBuf| WalkOptions { catalog: Some(path), ..excluding(&["*.cat"]) };
    let list = listed(&folder, &with(catalog.path().to_path_buf())).unwrap();
    let fixed = CATALOG_FOLDER;
    let expected = ["install.cmd".to_owned()].into_iter().chain(
        ["", ".waybillignore", "app.cat", "app.json", "more/b.cat"].map(|leaf| format!("{fixed}/{leaf}")),
    );
    assert_eq!(names(&list), expected.collect::<Vec<_>>());
    assert_eq!(fs::read_to_string(list.get(5).unwrap_or(list.get(4).unwrap()).path()).unwrap(), "more/b.cat");
    let empty = tree(&[]);
    for path in [empty.path().to_path_buf(), folder.path().join("nowhere"), folder.path().join("install.cmd")]
    {
        assert_eq!(listed(&folder, &with(path)).unwrap_err().code().id, "catalog-refused");
    }
    fs::create_dir(folder.path().join(fixed.to_lowercase())).unwrap();
    let taken = listed(&folder, &with(catalog.path().to_path_buf())).unwrap_err();
    assert_eq!(taken.code().id, "catalog-refused");
}

#[test]
fn paths_over_260_characters_are_walked() {
    let folder = tempfile::tempdir().unwrap();
    let mut path = fs::canonicalize(folder.path()).unwrap();
    let leaf = "a-component-of-exactly-thirty-characters".get(..30).unwrap();
    for _ in 0..12 {
        path.push(leaf);
    }
    fs::create_dir_all(&path).unwrap();
    fs::write(path.join("deep.txt"), "deep").unwrap();
    let list = listed(&folder, &WalkOptions::default()).unwrap();
    let entry = list.get(0).unwrap();
    assert_eq!(entry.name().len(), 12 * 31 + 8);
    assert_eq!(fs::read_to_string(entry.path()).unwrap(), "deep");
}

/// The deeper a folder, the longer its name and path: the walk must not pay for each level with all levels above it.
#[test]
fn what_lies_too_deep_is_not_entered() {
    let levels = |count: usize| format!("{}/", vec!["d"; count].join("/"));
    assert_eq!(listed(&tree(&[&levels(64)]), &WalkOptions::default()).unwrap().len(), 1);
    let folder = tree(&["setup.exe", &levels(66)]);
    let error = listed(&folder, &WalkOptions::default()).unwrap_err();
    assert_eq!(found(&error), [format!("{} name-too-long", levels(65).trim_end_matches('/'))]);
    assert_eq!(error.code().id, "name-too-long");
    assert_eq!(listed(&folder, &excluding(&["/d"])).unwrap().len(), 1, "left out, it does not matter");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_inside_are_followed() {
        let folder = tree(&["real/x.txt", "file.txt"]);
        symlink("real", folder.path().join("link")).unwrap();
        symlink("real/x.txt", folder.path().join("y.txt")).unwrap();
        let list = listed(&folder, &WalkOptions::default()).unwrap();
        assert_eq!(names(&list), ["file.txt", "link/x.txt", "real/x.txt", "y.txt"]);
        assert_eq!(fs::read_to_string(list.get(1).unwrap().path()).unwrap(), "real/x.txt");
        assert_eq!(list.get(3).unwrap().size(), 10);
    }

    /// `open` itself would wait for ever here, because nobody writes to the pipe.
    #[cfg(target_os = "linux")]
    #[test]
    fn an_ignore_file_that_is_a_pipe_is_not_opened() {
        use rustix::fs::{CWD, FileType, Mode, mknodat};
        let folder = tree(&["setup.exe", "sub/x"]);
        let pipe = folder.path().join(".waybillignore");
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RWXU, 0).unwrap();
        symlink(&pipe, folder.path().join("sub").join(".waybillignore")).unwrap();
        let error = listed(&folder, &WalkOptions::default()).unwrap_err();
        assert_eq!(found(&error), [".waybillignore ignore-file", "sub/.waybillignore ignore-file"]);
        assert!(error.to_string().contains("a pipe, a socket or a device"), "{error}");
    }

    #[test]
    fn all_unusable_entries_are_found_at_once() {
        let (folder, outside) = (tree(&["a/b/c.txt", "ok"]), tree(&["secret"]));
        let at = |leaf: &str| folder.path().join(leaf);
        symlink(outside.path().join("secret"), at("out-file")).unwrap();
        symlink(outside.path(), at("out-folder")).unwrap();
        symlink("nowhere", at("broken")).unwrap();
        symlink("self", at("self")).unwrap();
        symlink("..", at("a/b/up")).unwrap();
        fs::write(folder.path().join(std::ffi::OsStr::from_bytes(b"bad\xff")), "").unwrap();
        fs::write(at("back\\slash"), "").unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        let error = listed(&folder, &WalkOptions::default()).unwrap_err();
        let expected = [
            "a/b/up link-loop",
            "back\\slash name-backslash",
            "bad\u{fffd} name-not-unicode",
            "broken link-broken",
            "out-file link-outside",
            "out-folder link-outside",
            "self link-broken",
            "socket special-file",
        ];
        assert_eq!(found(&error), expected);
        assert_eq!(error.code().id, "source-refused");
        let globs = ["up", "back*", "bad*", "broken", "out-*", "self", "socket"];
        assert_eq!(names(&listed(&folder, &excluding(&globs)).unwrap()), ["a/b/c.txt", "ok"]);
    }

    #[test]
    fn links_that_lead_to_each_other_end() {
        let folder = tree(&["a/x", "b/y"]);
        symlink("../b", folder.path().join("a/to-b")).unwrap();
        symlink("../a", folder.path().join("b/to-a")).unwrap();
        let error = listed(&folder, &WalkOptions::default()).unwrap_err();
        assert_eq!(found(&error), ["a/to-b/to-a link-loop", "b/to-a/to-b link-loop"]);
    }

    #[test]
    fn links_that_multiply_stop_at_the_limit() {
        let folder = tree(&["level0/file"]);
        for level in 1..30 {
            let here = folder.path().join(format!("level{level}"));
            fs::create_dir(&here).unwrap();
            for twin in ["a", "b"] {
                symlink(format!("../level{}", level - 1), here.join(twin)).unwrap();
            }
        }
        let policy = limited(1000, u64::MAX);
        let error = listed(&folder, &WalkOptions { policy, ..WalkOptions::default() }).unwrap_err();
        assert_eq!(error.code().id, "source-too-many-entries");
    }

    #[test]
    fn an_unreadable_folder_is_the_machines_fault() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tree(&["shut/x", "ok"]);
        let shut = folder.path().join("shut");
        fs::set_permissions(&shut, fs::Permissions::from_mode(0o000)).unwrap();
        if fs::read_dir(&shut).is_err() {
            let error = listed(&folder, &WalkOptions::default()).unwrap_err();
            assert_eq!(
                (found(&error), error.code().class.exit_code()),
                (vec!["shut source-unreadable".into()], 1)
            );
        } // else: running as root, who reads everything
        fs::set_permissions(&shut, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Cancels when it is read for the seventh time.
#[derive(Default)]
struct Patience(std::sync::atomic::AtomicUsize);

impl waybill_context::Cancel for Patience {
    fn is_cancelled(&self) -> bool {
        self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 6
    }
}

#[test]
fn counting_what_is_left_out_can_be_interrupted() {
    let folder = tree(&["logs/1", "logs/2", "logs/3", "logs/4", "logs/5", "logs/6", "logs/7"]);
    let patience = Patience::default();
    let context = Context::new(&(), &patience, &SystemClock);
    let error = walk(folder.path(), &excluding(&["logs/"]), &context).unwrap_err();
    assert!(matches!(error, WalkError::Cancelled));
}
