//! What is in a folder, counted without remembering a name.

use std::fs::ReadDir;
use std::io;
use std::path::Path;
use waybill_context::{Cancelled, Context};

/// More components than any archive's names have.
const MOST_DEPTH: usize = 80;

/// Everything below a folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    /// Files.
    pub(super) files: u64,
    /// Folders in which nothing is.
    pub(super) empty: u64,
}

impl Count {
    /// Both together: what a person can count.
    pub(super) fn all(&self) -> u64 {
        self.files + self.empty
    }
}

/// Why counting ended early.
#[derive(Debug)]
pub(super) enum Stop {
    Cancelled(Cancelled),
    /// A link, a device, or folders deeper than any archive's; its path.
    Foreign(String),
    Io(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

struct Open {
    entries: ReadDir,
    seen: bool,
}

/// Counts what is below `folder`, never through a link.
pub(super) fn count(folder: &Path, context: &Context<'_>) -> Result<Count, Stop> {
    let mut count = Count::default();
    if !folder.symlink_metadata()?.is_dir() {
        return Err(Stop::Foreign(folder.display().to_string()));
    }
    let mut open = vec![Open { entries: std::fs::read_dir(folder)?, seen: true }];
    while let Some(top) = open.last_mut() {
        let Some(entry) = top.entries.next().transpose()? else {
            count.empty += u64::from(!top.seen);
            open.pop();
            continue;
        };
        top.seen = true;
        context.check().map_err(Stop::Cancelled)?;
        let kind = entry.file_type()?;
        if kind.is_file() {
            count.files += 1;
        } else if kind.is_dir() && open.len() < MOST_DEPTH {
            open.push(Open { entries: std::fs::read_dir(entry.path())?, seen: false });
        } else {
            let path = entry.path();
            return Err(Stop::Foreign(path.strip_prefix(folder).unwrap_or(&path).display().to_string()));
        }
    }
    Ok(count)
}
