//! Tests of what dead runs left, and of what a live run still works on.

use super::*;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;
use waybill_support::clock::TestClock;

/// The sorted names in `folder`.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// A staging folder as a dead run leaves it, with a lock that nobody holds.
fn dead(parent: &Path, random: &str, file: &str) -> PathBuf {
    let private = parent.join(format!(".app.waybill-{random}"));
    std::fs::create_dir_all(private.join(CONTENT)).unwrap();
    std::fs::write(private.join(LOCK), "").unwrap();
    std::fs::write(private.join(CONTENT).join(file), "unpacked").unwrap();
    private
}

fn folder_with(path: &Path, file: &str) {
    std::fs::create_dir(path).unwrap();
    std::fs::write(path.join(file), "").unwrap();
}

fn target(path: &Path) -> TargetFolder {
    TargetFolder::new(path, false).unwrap()
}

fn stage(path: &Path) -> Result<StagedFolder, StagingError> {
    StagedFolder::create(target(path), &Context::silent())
}

/// Stages a folder with one file and publishes it.
fn fill(path: &Path, file: &str) -> Result<(), StagingError> {
    let staged = stage(path)?;
    std::fs::write(staged.content().join(file), "new").unwrap();
    staged.settle()?;
    staged.publish(&Context::silent()).map(drop)
}

fn take_up(path: &Path, whole: &str, replace: bool) -> Result<Option<PathBuf>, StagingError> {
    let is_whole = |content: &Path| content.join(whole).is_file();
    TargetFolder::new(path, replace).unwrap().take_up(&is_whole, &Context::silent())
}

fn sweep(path: &Path) {
    target(path).sweep(&Context::silent());
}

#[test]
fn staging_sweeps_what_dead_runs_left_for_this_destination_alone() {
    let temporary = tempfile::tempdir().unwrap();
    let parent = temporary.path();
    dead(parent, "AAAAAAAA", "half");
    dead(parent, "bbbbbbbb", "half");
    folder_with(&parent.join(".app.trash-0011223344556677"), "litter");
    let others = [".app.waybill-my-notes", ".apple.waybill-AAAAAAAA", ".app.trash-", ".app.waybill-"];
    others.iter().for_each(|name| folder_with(&parent.join(name), "theirs"));
    std::fs::write(parent.join(".app.waybill-FFFFFFFF"), "a file").unwrap();
    fill(&parent.join("app"), "new.txt").unwrap();
    let mut kept: Vec<_> = others.iter().map(ToString::to_string).collect();
    kept.extend(["app".to_owned(), ".app.waybill-FFFFFFFF".to_owned()]);
    kept.sort();
    assert_eq!(names(parent), kept);
}

#[test]
fn a_live_runs_staging_is_never_touched() {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("app");
    let live = stage(&destination).unwrap();
    let before = names(temporary.path());
    target(&destination).sweep(&Context::new(
        &(),
        &(),
        &TestClock::at(SystemTime::now() + Duration::from_secs(3_600)),
    ));
    assert_eq!(target(&destination).take_up(&|_| true, &Context::silent()).unwrap(), None);
    assert_eq!(names(temporary.path()), before);
    assert_eq!(before.len(), 1);

    // A run must not take the folder that a live one moved aside for its own.
    folder_with(&temporary.path().join(".app.old-0011223344556677"), "old");
    sweep(&destination);
    assert!(!destination.exists());

    live.publish(&Context::silent()).unwrap();
    assert!(destination.is_dir());
    assert_eq!(names(temporary.path()), [".app.old-0011223344556677", "app"]);
}

#[test]
fn staging_that_has_no_lock_yet_is_given_a_minute() {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("app");
    std::fs::create_dir(temporary.path().join(".app.waybill-AAAAAAAA")).unwrap();
    let sweep = |ahead| {
        let clock = TestClock::at(SystemTime::now() + Duration::from_secs(ahead));
        target(&destination).sweep(&Context::new(&(), &(), &clock));
        names(temporary.path()).len()
    };
    assert_eq!(sweep(0), 1);
    assert_eq!(sweep(3_600), 0);
}

#[test]
fn an_interrupted_look_sweeps_nothing() {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("app");
    dead(temporary.path(), "AAAAAAAA", "whole");
    let stop = AtomicBool::new(false);
    let interrupted = |_: &Path| {
        stop.store(true, Ordering::Relaxed);
        false
    };
    let context = Context::new(&(), &stop, &waybill_context::SystemClock);
    let error = target(&destination).take_up(&interrupted, &context).unwrap_err();
    assert!(matches!(error, StagingError::Cancelled(_)), "{error}");
    assert_eq!(take_up(&destination, "whole", false).unwrap(), Some(destination));
}

#[test]
fn a_folder_that_is_whole_is_taken_up_and_the_rest_is_swept() {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("app");
    dead(temporary.path(), "AAAAAAAA", "half");
    dead(temporary.path(), "BBBBBBBB", "whole");
    std::fs::remove_dir_all(dead(temporary.path(), "CCCCCCCC", "whole").join(CONTENT)).unwrap();
    assert_eq!(take_up(&destination, "whole", false).unwrap(), Some(destination.clone()));
    assert_eq!(names(temporary.path()), ["app"]);
    assert_eq!(names(&destination), ["whole"]);
    assert_eq!(take_up(&destination, "whole", false).unwrap(), None);

    let missing = temporary.path().join("no").join("such").join("app");
    assert_eq!(take_up(&missing, "whole", false).unwrap(), None);
    assert_eq!(names(temporary.path()), ["app"], "nothing is made for it");
}

#[test]
fn none_is_taken_up_where_none_is_whole() {
    let temporary = tempfile::tempdir().unwrap();
    dead(temporary.path(), "AAAAAAAA", "half");
    assert_eq!(take_up(&temporary.path().join("app"), "whole", false).unwrap(), None);
    assert_eq!(names(temporary.path()), [""; 0]);
}

#[test]
fn what_fills_the_destination_stays_without_force() {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("app");
    folder_with(&destination, "mine");
    dead(temporary.path(), "AAAAAAAA", "whole");
    let error = take_up(&destination, "whole", false).unwrap_err();
    assert!(matches!(error, StagingError::Exists { .. }), "{error}");
    assert_eq!(names(&destination), ["mine"]);
    take_up(&destination, "whole", true).unwrap().expect("it is still there");
    assert_eq!(names(&destination), ["whole"]);
    assert_eq!(names(temporary.path()), ["app"]);
}

#[test]
fn a_forced_replacement_that_was_cut_is_undone_or_ended() {
    let temporary = tempfile::tempdir().unwrap();
    let (destination, old) = (temporary.path().join("app"), temporary.path().join(".app.old-00ff"));
    // Cut between its two renames: it is undone, and the staged folder is not taken for whole.
    folder_with(&old, "old");
    dead(temporary.path(), "AAAAAAAA", "half");
    assert_eq!(take_up(&destination, "whole", true).unwrap(), None);
    assert_eq!(names(temporary.path()), ["app"]);
    assert_eq!(names(&destination), ["old"]);
    // Cut after both renames: the old folder is removed.
    folder_with(&old, "older");
    sweep(&destination);
    assert_eq!(names(temporary.path()), ["app"]);
    assert_eq!(names(&destination), ["old"]);
    // The destination was filled between the renames, so nobody can tell which folder is wanted.
    folder_with(&old, "older");
    dead(temporary.path(), "AAAAAAAA", "half");
    sweep(&destination);
    assert_eq!(names(temporary.path()), [".app.old-00ff", "app"]);
}

/// Makes the rename of `content` to `destination` fail until it is dropped, because a file is in the way.
#[cfg(unix)]
fn hindrance(_content: &Path, destination: &Path) -> tempfile::NamedTempFile {
    let (name, parent) = (destination.file_name().unwrap(), destination.parent().unwrap());
    tempfile::Builder::new().prefix(name).rand_bytes(0).tempfile_in(parent).unwrap()
}

/// Makes the rename fail until it is dropped, because the folder is open. (On Windows an open file in it would do; wine
/// allows that.)
#[cfg(windows)]
fn hindrance(content: &Path, _destination: &Path) -> File {
    use std::os::windows::fs::OpenOptionsExt;
    const BACKUP_SEMANTICS: u32 = 0x0200_0000; // which opens folders, too
    File::options().read(true).share_mode(0).custom_flags(BACKUP_SEMANTICS).open(content).unwrap()
}

#[test]
fn what_could_not_be_moved_is_taken_up_by_the_next_run() {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("app");
    let staging = stage(&destination).unwrap();
    std::fs::write(staging.content().join("whole"), "").unwrap();
    let private = temporary.path().join(&names(temporary.path())[0]);
    let hindrance = hindrance(&private.join(CONTENT), &destination);
    let error = staging.publish(&Context::new(&(), &(), &TestClock::at(SystemTime::now()))).unwrap_err();
    let StagingError::Move { staging, .. } = error else { panic!("{error}") };
    assert!(staging.join("whole").is_file());
    drop(hindrance);
    assert_eq!(take_up(&destination, "whole", false).unwrap(), Some(destination.clone()));
    assert_eq!(names(temporary.path()), ["app"]);
}

#[test]
fn sweeps_at_the_same_time_never_take_what_a_run_fills() {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("app");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    sweep(&destination);
                }
            });
        }
        let runs = (0..100).try_for_each(|_| {
            let staging = stage(&destination)?;
            std::fs::write(staging.content().join("file"), "").unwrap();
            staging.publish(&Context::silent())?;
            std::fs::remove_file(destination.join("file")).unwrap(); // fails where the file did not arrive
            Ok::<_, StagingError>(())
        });
        done.store(true, Ordering::Relaxed);
        runs.unwrap();
    });
    sweep(&destination);
    assert_eq!(names(temporary.path()), ["app"]);
}

/// Neither Windows nor wine removes a folder in which a file is open. The sweep continues, and the next one removes it.
#[test]
fn what_is_still_open_is_no_obstacle() {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("app");
    let private = dead(temporary.path(), "AAAAAAAA", "held");
    let held = File::open(private.join(CONTENT).join("held")).unwrap();
    fill(&destination, "new.txt").unwrap();
    assert_eq!(names(&destination), ["new.txt"]);
    drop(held);
    sweep(&destination);
    assert_eq!(names(temporary.path()), ["app"]);
}

#[cfg(unix)]
#[test]
fn links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let temporary = tempfile::tempdir().unwrap();
    let (parent, theirs) = (temporary.path().join("folder"), temporary.path().join("theirs"));
    std::fs::create_dir(&parent).unwrap();
    let whole = dead(&theirs, "AAAAAAAA", "whole");
    symlink(&whole, parent.join(".app.waybill-AAAAAAAA")).unwrap();
    let private = dead(&parent, "BBBBBBBB", "whole");
    std::fs::remove_file(private.join(LOCK)).unwrap();
    symlink(whole.join(LOCK), private.join(LOCK)).unwrap();
    assert_eq!(take_up(&parent.join("app"), "whole", false).unwrap(), None);
    assert_eq!(names(&parent), [".app.waybill-AAAAAAAA", ".app.waybill-BBBBBBBB"]);
    assert_eq!(names(&whole), [CONTENT, LOCK]);
}

#[test]
fn a_sibling_names_its_target() {
    for (name, target) in [
        (".7zip_3.waybill-0123", Some("7zip_3")),
        (".a.old-b.trash-1", Some("a.old-b")),
        (".waybill-1", None),
        ("a.waybill-1", None),
        (".a.bad-1", None),
    ] {
        assert_eq!(crate::target_of_sibling(name), target, "{name}");
    }
}

#[test]
fn what_could_not_be_placed_is_still_in_staging_and_gone_with_it() {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("app");
    let staged = stage(&destination).unwrap();
    std::fs::write(staged.content().join("file"), "new").unwrap();
    folder_with(&destination, "of another run");
    assert!(matches!(staged.place(&Context::silent()), Err(StagingError::Exists { .. })));
    assert!(staged.content().join("file").is_file());
    drop(staged);
    assert_eq!(names(temporary.path()), ["app"]);
}
