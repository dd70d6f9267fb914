//! Renames: what must reach the disk before one makes it visible (`docs/architecture.md`, "Crash safety"), the rename itself,
//! which Windows refuses for a moment where something holds the file, and the folder that makes it last.

use std::io;
use std::path::Path;
use std::time::Duration;
use waybill_context::Context;

/// A virus scanner or an indexer may hold a fresh file for a moment, and Windows then refuses to rename it or its folder.
const PATIENCE: Duration = Duration::from_secs(10);

/// Renames a file or folder. On Windows a virus scanner or an indexer may hold it for a moment, and the rename is then
/// refused: it is tried again for ten seconds on the context's clock.
///
/// # Errors
/// What the system reports at last; interruption ends the waiting.
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
            // Counted in what was slept: the clock may be set meanwhile. Short pauses first, as most scans are short.
            Err(error) if is_held(&error) && waited < PATIENCE && context.check().is_ok() => {
                context.clock().sleep(pause);
                waited += pause;
                pause = (pause * 2).min(Duration::from_secs(1));
            }
            outcome => return outcome,
        }
    }
}

/// `ERROR_ACCESS_DENIED` and `ERROR_SHARING_VIOLATION`.
pub(crate) fn is_held(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32))
}

/// Above so many files each file's own flush costs more than it is worth.
#[cfg(windows)]
const MOST_FLUSHES: u64 = 1_000;

/// Whether each of so many files is to be flushed by itself: Windows has no call for a whole volume that we may use, so it
/// is done there up to a number of files. Elsewhere one call at the end serves all.
#[cfg(windows)]
pub fn flushes_each_file(files: u64) -> bool {
    files <= MOST_FLUSHES
}

/// Whether each of so many files is to be flushed by itself: never, one `syncfs` at the end serves all.
#[cfg(not(windows))]
pub fn flushes_each_file(_files: u64) -> bool {
    false
}

/// Whether so many files survive a loss of power once they were flushed and the tree was synced: on Windows those that
/// were flushed one by one. `sync` of macOS and the BSDs may return before it is done.
pub fn is_tree_settled(files: u64) -> bool {
    cfg!(target_os = "linux") || flushes_each_file(files)
}

/// Settles everything below `folder`.
#[cfg(target_os = "linux")]
pub(crate) fn sync_tree(folder: &Path) -> io::Result<()> {
    let folder = std::fs::File::open(folder)?;
    Ok(rustix::fs::syncfs(&folder)?)
}

/// macOS and the BSDs know no `syncfs`; `sync` settles every volume.
#[cfg(all(unix, not(target_os = "linux")))]
pub(crate) fn sync_tree(_folder: &Path) -> io::Result<()> {
    rustix::fs::sync();
    Ok(())
}

/// Done file by file.
#[cfg(windows)]
pub(crate) fn sync_tree(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// Settles renames and removals in `folder`. They have happened by then, and some network file systems settle no
/// directory: a failure is logged, and is no reason to call the work undone.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) {
    if let Err(error) = std::fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::warn!(folder = %folder.display(), %error, "the folder could not be synced");
    }
}

/// NTFS journals renames by itself; a directory cannot be flushed.
#[cfg(windows)]
pub fn sync_folder(_folder: &Path) {}

/// The folder that `path` lies in; the current one for a bare name.
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
    /// What a virus scanner does: the rename succeeds as soon as it lets go.
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
