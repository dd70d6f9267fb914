//! Renames files and folders, which Windows refuses for a moment where another program holds them, and syncs folders
//! and trees so that a rename lasts. What must be on the disk before a rename makes it visible: `docs/architecture.md`,
//! "Crash safety".

use std::io;
use std::path::Path;
use std::time::Duration;
use waybill_context::Context;

/// How long a rename is tried again on Windows while a virus scanner or an indexer holds the file or a file in the
/// folder.
const PATIENCE: Duration = Duration::from_secs(10);

/// Renames a file or folder. Where a virus scanner or an indexer holds it, Windows refuses the rename: it is tried
/// again for ten seconds by the context's clock.
///
/// # Errors
/// The system's last error; interruption ends the waiting.
pub fn rename(from: &Path, to: &Path, context: &Context<'_>) -> io::Result<()> {
    // Not by fs_err, which hides the system's code behind its own text.
    while_held(context, || std::fs::rename(from, to))
}

/// Tries again while the error says that another program holds the file, ten seconds at most.
///
/// # Errors
/// The last one; interruption ends the waiting.
pub fn while_held(context: &Context<'_>, attempt: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    repeat(context, is_held, attempt)
}

fn repeat(
    context: &Context<'_>,
    is_held: impl Fn(&io::Error) -> bool,
    mut attempt: impl FnMut() -> io::Result<()>,
) -> io::Result<()> {
    let (mut waited, mut pause) = (Duration::ZERO, Duration::from_millis(10));
    loop {
        match attempt() {
            // The pauses are summed because the clock may be set meanwhile. They start short, as most scans are.
            Err(error) if is_held(&error) && waited < PATIENCE && context.check().is_ok() => {
                context.clock().sleep(pause);
                waited += pause;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
            outcome => return outcome,
        }
    }
}

/// Whether the error is Windows' `ERROR_ACCESS_DENIED` or `ERROR_SHARING_VIOLATION`.
pub(crate) fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32))
}

/// Above this number of files, flushing each one costs more than it is worth.
#[cfg(windows)]
const MOST_FLUSHES: u64 = 1_000;

/// Whether each file of a tree of so many is to be flushed by itself. Windows has no call for a whole volume that we
/// may use, so files are flushed one by one there, up to a limit. On other systems one call at the end covers them all.
#[cfg(windows)]
pub fn flushes_each_file(files: u64) -> bool {
    files <= MOST_FLUSHES
}

/// Whether each file of a tree of so many is to be flushed by itself: never here, one sync at the end covers them all.
#[cfg(not(windows))]
pub fn flushes_each_file(_files: u64) -> bool {
    false
}

/// Whether a tree of so many files survives a loss of power once it was flushed and synced. On Windows this holds only
/// up to the limit of [`flushes_each_file`]; on macOS and the BSDs never, because their `sync` may return early.
pub fn is_tree_settled(files: u64) -> bool {
    cfg!(target_os = "linux") || flushes_each_file(files)
}

/// Makes everything below `folder` durable, with the rest of its file system.
#[cfg(target_os = "linux")]
pub(crate) fn sync_tree(folder: &Path) -> io::Result<()> {
    let folder = std::fs::File::open(folder)?;
    Ok(rustix::fs::syncfs(&folder)?)
}

/// macOS and the BSDs have no `syncfs`; `sync` covers every volume.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn sync_tree(_folder: &Path) -> io::Result<()> {
    rustix::fs::sync();
    Ok(())
}

/// Does nothing: on Windows files are flushed one by one.
#[cfg(windows)]
pub(crate) fn sync_tree(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes renames and removals in `folder` durable. They have happened by then, and some network file systems cannot
/// sync a directory, so a failure is only logged.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) {
    if let Err(error) = std::fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::warn!(folder = %folder.display(), %error, "the folder could not be synced");
    }
}

/// Does nothing: NTFS journals renames by itself, and a directory cannot be flushed.
#[cfg(windows)]
pub fn sync_folder(_folder: &Path) {}

/// The folder that holds `path`; the current one for a bare name.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;
    use waybill_support::clock::TestClock;

    fn refused() -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    #[test]
    fn what_is_held_is_tried_again_for_ten_seconds() {
        let clock = TestClock::default();
        let context = Context::new(&(), &(), &clock);
        assert!(repeat(&context, |_| true, refused).is_err());
        let slept = clock.slept();
        assert!((10.0..11.5).contains(&slept.as_secs_f64()), "{slept:?}");

        let mut left = 3;
        let mut soon = || {
            left -= 1;
            if left == 0 { Ok(()) } else { refused() }
        };
        repeat(&context, |_| true, &mut soon).unwrap();
    }

    #[test]
    fn other_errors_and_interruption_end_it_at_once() {
        let (clock, stop) = (TestClock::default(), AtomicBool::new(true));
        assert!(repeat(&Context::new(&(), &(), &clock), |_| false, refused).is_err());
        assert!(repeat(&Context::new(&(), &stop, &clock), |_| true, refused).is_err());
        assert_eq!(clock.slept(), Duration::ZERO);
    }

    #[test]
    fn only_windows_two_errors_mean_that_somebody_holds_it() {
        for (code, held) in [(5, cfg!(windows)), (32, cfg!(windows)), (2, false), (13, false)] {
            assert_eq!(is_held(&io::Error::from_raw_os_error(code)), held, "{code}");
        }
    }
    /// Acts like a virus scanner: the rename succeeds once it has released the file.
    #[cfg(windows)]
    #[test]
    fn a_file_that_is_held_for_a_moment_is_renamed_after_it() {
        use std::os::windows::fs::OpenOptionsExt;

        let temporary = tempfile::tempdir().unwrap();
        let (from, to) = (temporary.path().join("from"), temporary.path().join("to"));
        std::fs::write(&from, "scanned").unwrap();
        let held = std::fs::File::options().read(true).share_mode(0).open(&from).unwrap();
        let clock = TestClock::default();
        clock.at_sleep(1, move || drop(held));
        rename(&from, &to, &Context::new(&(), &(), &clock)).unwrap();
        assert!(clock.slept() > Duration::ZERO && to.is_file());
    }
}
