//! The last step of every output: a rename that the system may hold up for a moment, and making it durable.

use std::io;
use std::path::Path;
use std::time::Duration;
use tempfile::NamedTempFile;
use waybill_context::{Cancelled, Context};

/// How often, and how far apart, a rename is tried again on Windows.
const ATTEMPTS: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);

/// Why something was not moved into its place.
#[derive(Debug)]
pub(crate) enum NotMoved {
    Io(io::Error),
    Cancelled,
}

impl From<Cancelled> for NotMoved {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

/// Moves a finished file into its place, over what is there only with `replace`, and makes the move durable. While it
/// is tried again and again the user may still want to stop.
pub(crate) fn persist(
    file: NamedTempFile,
    path: &Path,
    replace: bool,
    context: &Context<'_>,
) -> Result<(), NotMoved> {
    let mut held = Some(file);
    patiently(context, || {
        let Some(file) = held.take() else { return Ok(()) };
        let moved = if replace { file.persist(path) } else { file.persist_noclobber(path) };
        moved.map(drop).map_err(|refused| {
            held = Some(refused.file);
            refused.error
        })
    })?;
    sync_folder(folder_of(path));
    Ok(())
}

fn patiently(context: &Context<'_>, mut attempt: impl FnMut() -> io::Result<()>) -> Result<(), NotMoved> {
    for _ in 1..ATTEMPTS {
        match attempt() {
            Err(error) if is_passing(&error) => {}
            outcome => return outcome.map_err(NotMoved::Io),
        }
        context.check()?;
        context.clock().sleep(PAUSE);
    }
    attempt().map_err(NotMoved::Io)
}

/// On Windows a virus scanner or indexer opens new files and holds them for a moment; the rename is then refused
/// with access denied (5) or a sharing violation (32).
fn is_passing(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32))
}

/// The folder that `path` lies in.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A rename is durable only with its folder. It has happened by then, and some network file systems settle no folder:
/// a failure is no reason to call the work undone. Windows has no such call and needs none.
#[cfg(unix)]
pub(crate) fn sync_folder(folder: &Path) {
    if let Err(error) = std::fs::File::open(folder).and_then(|folder| folder.sync_all()) {
        tracing::warn!(folder = %folder.display(), %error, "the folder could not be synced");
    }
}

#[cfg(not(unix))]
pub(crate) fn sync_folder(_: &Path) {}
