//! One process at a time: a `.lock` file that is never deleted, held as long as its handle is open.
//!
//! The system releases the lock when the process ends, however that happens, so a lock is never stale. The process id
//! of the holder is written to a `.pid` file beside it, because locked bytes cannot be read on Windows. A content's
//! lock is always taken before a destination's, so no two processes wait for each other.

use crate::private_file;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_context::{Cancelled, Context};
use waybill_schemas::codes::{Classified, Code, package, root};

/// Why a lock was not taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another process held the lock until the wait was over.
    #[error("another waybill{} holds {}", holder.map(|pid| format!(" (process {pid})")).unwrap_or_default(), path.display())]
    Held {
        /// The lock file.
        path: PathBuf,
        /// The id of the process that holds it, where its `.pid` file can be read.
        holder: Option<u32>,
    },
    /// The caller's cancel flag was set while waiting for the lock.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    /// The lock file cannot be made or locked.
    #[error("cannot lock {}", path.display())]
    Io {
        /// The lock file that could not be opened or locked.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
}

impl Classified for LockError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Held { .. } => &root::LOCKED,
            Self::Cancelled(_) => &package::INTERRUPTED,
            Self::Io { .. } => &root::STATE_FAILED,
        }
    }
}

/// A lock that is held until this is dropped.
#[derive(Debug)]
pub struct Lock {
    /// The system's lock lasts as long as this handle is open.
    #[cfg_attr(not(unix), expect(dead_code, reason = "held open for its lock"))]
    file: File,
    pid: PathBuf,
}

/// How long to wait between two attempts to take a lock that another process holds.
const PAUSE: Duration = Duration::from_millis(250);

impl Lock {
    /// Takes the lock at `path`, and waits for it up to `wait`. A warning names the process that is waited for, once.
    ///
    /// # Errors
    /// Another process holds the lock until the wait is over; interruption; a file that cannot be locked.
    pub fn acquire(path: &Path, wait: Duration, context: &Context<'_>) -> Result<Self, LockError> {
        let failed = |source| LockError::Io { path: path.to_owned(), source };
        let file = private_file::open_or_create(path).map_err(failed)?;
        lock_within(&file, path, wait, context)?;
        // Windows locks the bytes against reading, too, so the holder writes its process id beside the lock.
        Ok(Self::held(file, path.with_extension("pid")))
    }

    /// Whether the locked file is the one at `path` now: one that was removed meanwhile holds nobody off who comes
    /// later. Windows removes no file that somebody has open.
    pub fn is_of(&self, path: &Path) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let there = path.symlink_metadata();
            let own = self.file.metadata();
            own.and_then(|own| there.map(|there| (own.dev(), own.ino()) == (there.dev(), there.ino())))
                .unwrap_or(false)
        }
        #[cfg(not(unix))]
        path.symlink_metadata().is_ok()
    }

    fn held(file: File, pid: PathBuf) -> Self {
        if let Err(error) = write_pid(&pid) {
            tracing::debug!(%error, "the holder of the lock is not written down");
        }
        Self { file, pid }
    }
}

/// Locks an open file, and waits for that up to `wait`. The lock lasts as long as the handle is open. A warning names the
/// process that is waited for, once, where it left a `.pid` file beside `path`.
///
/// # Errors
/// Those of [`Lock::acquire`].
pub fn lock_within(file: &File, path: &Path, wait: Duration, context: &Context<'_>) -> Result<(), LockError> {
    let holder = || read_pid(&path.with_extension("pid"));
    let mut left = wait;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(source)) => {
                return Err(LockError::Io { path: path.to_owned(), source });
            }
            // The system has no wait with a limit for such locks, and none that Ctrl-C would end, so they are tried
            // again and again.
            Err(TryLockError::WouldBlock) if left.is_zero() => {
                return Err(LockError::Held { path: path.to_owned(), holder: holder() });
            }
            Err(TryLockError::WouldBlock) => {
                if left == wait {
                    let holder = holder().map_or_else(String::new, |pid| format!(", process {pid}"));
                    tracing::warn!("waiting for another waybill{holder}, which holds {}", path.display());
                }
                let pause = PAUSE.min(left);
                context.sleep(pause)?;
                left -= pause;
            }
        }
    }
}

/// The `.pid` file is removed before the lock is released, or it could be the next holder's that is removed.
impl Drop for Lock {
    fn drop(&mut self) {
        if let Err(error) = private_file::remove(&self.pid) {
            tracing::debug!(%error, "the note of the lock's holder stays behind");
        }
    }
}

fn write_pid(path: &Path) -> io::Result<()> {
    use std::io::Write as _;
    private_file::create(path)?.write_all(std::process::id().to_string().as_bytes())
}

fn read_pid(path: &Path) -> Option<u32> {
    let mut text = String::new();
    private_file::open(path).ok()?.take(16).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;
    use std::time::SystemTime;
    use waybill_context::Clock;

    /// Adds up what was slept, and can release a lock or cancel after some time.
    #[derive(Default)]
    struct Sleeper {
        slept: Mutex<Duration>,
        release: Mutex<Option<(Duration, Lock)>>,
        cancel: AtomicBool,
        cancels: bool,
    }

    impl Clock for Sleeper {
        fn now(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH
        }
        fn sleep(&self, duration: Duration) {
            let mut slept = self.slept.lock().unwrap();
            *slept += duration;
            self.release.lock().unwrap().take_if(|(after, _)| *slept >= *after);
            self.cancel.store(self.cancels, std::sync::atomic::Ordering::Relaxed);
        }
    }

    fn acquire(path: &Path, wait: u64, clock: &Sleeper) -> Result<Lock, LockError> {
        Lock::acquire(path, Duration::from_secs(wait), &Context::new(&(), &clock.cancel, clock))
    }

    #[test]
    fn a_second_one_is_refused_at_once_and_told_by_whom() {
        let folder = tempfile::tempdir().unwrap();
        let (path, clock) = (folder.path().join("a.lock"), Sleeper::default());
        let held = acquire(&path, 0, &clock).unwrap();
        let error = acquire(&path, 0, &clock).unwrap_err();
        assert!(matches!(error, LockError::Held { holder: Some(pid), .. } if pid == std::process::id()));
        assert!(error.to_string().contains(&format!("(process {})", std::process::id())), "{error}");
        assert_eq!((error.code().id, error.code().class.exit_code()), ("locked", 6));
        assert_eq!(*clock.slept.lock().unwrap(), Duration::ZERO);
        drop(held);
        assert!(path.exists() && !path.with_extension("pid").exists());
        acquire(&path, 0, &clock).unwrap();
    }

    #[test]
    fn waiting_ends_with_the_lock_or_with_the_time() {
        let folder = tempfile::tempdir().unwrap();
        let (path, clock) = (folder.path().join("a.lock"), Sleeper::default());
        let held = acquire(&path, 0, &clock).unwrap();
        assert!(matches!(acquire(&path, 3, &clock), Err(LockError::Held { .. })));
        assert_eq!(*clock.slept.lock().unwrap(), Duration::from_secs(3));
        *clock.release.lock().unwrap() = Some((Duration::from_secs(4), held));
        acquire(&path, 3, &clock).unwrap();
        assert_eq!(*clock.slept.lock().unwrap(), Duration::from_secs(4));
    }

    #[test]
    fn the_last_pause_is_as_long_as_what_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let (path, clock) = (folder.path().join("a.lock"), Sleeper::default());
        let _held = acquire(&path, 0, &clock).unwrap();
        let wait = PAUSE + Duration::from_millis(1);
        let error = Lock::acquire(&path, wait, &Context::new(&(), &(), &clock)).unwrap_err();
        assert!(matches!(error, LockError::Held { .. }));
        assert_eq!(*clock.slept.lock().unwrap(), wait);
    }

    #[test]
    fn waiting_can_be_interrupted() {
        let folder = tempfile::tempdir().unwrap();
        let (path, clock) = (folder.path().join("a.lock"), Sleeper { cancels: true, ..Sleeper::default() });
        let _held = acquire(&path, 0, &clock).unwrap();
        assert!(matches!(acquire(&path, 60, &clock), Err(LockError::Cancelled(_))));
        assert!(*clock.slept.lock().unwrap() < PAUSE, "not even the first pause to its end");
    }

    #[test]
    fn a_note_that_is_none_is_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let (path, clock) = (folder.path().join("a.lock"), Sleeper::default());
        let _held = acquire(&path, 0, &clock).unwrap();
        std::fs::write(path.with_extension("pid"), "nonsense").unwrap();
        let error = acquire(&path, 0, &clock).unwrap_err();
        assert!(matches!(error, LockError::Held { holder: None, .. }));
        assert!(error.to_string().starts_with("another waybill holds "), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_no_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.lock");
        std::fs::write(folder.path().join("victim"), "").unwrap();
        std::os::unix::fs::symlink("victim", &path).unwrap();
        let error = acquire(&path, 0, &Sleeper::default()).unwrap_err();
        assert_eq!(error.code().id, "state-failed");
    }
}
