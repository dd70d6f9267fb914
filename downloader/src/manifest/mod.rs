//! What a content folder holds: names, sizes and SHA-256, written while it is unpacked and kept outside of it.
//!
//! One line of JSON a file or folder, in no particular order, then the summary:
//!
//! ```json
//! {"name":"setup.exe","size":48128,"sha256":"kN…="}
//! {"folder":"logs"}
//! {"version":1,"mac":"…","files":1,"folders":1,"bytes":48128,"settled":true,"boot":"…","time":1795241400}
//! ```
//!
//! It is whole before the folder is renamed into its place: a manifest of a folder that is not there does no harm.

mod check;
mod compare;
mod entries;
mod fault;
mod walk;
mod writer;

pub use fault::Fault;

pub(crate) use check::{Depth, Verdict};
pub(crate) use writer::{Described, ManifestWriter};

use intunewin::EntryName;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use waybill_context::Cancelled;
use waybill_disk::boot;
use waybill_disk::private_file;
use waybill_schemas::codes::{Classified, Code, package, root};
use waybill_schemas::{Mac, Sha256Digest};

/// Why a folder was not held against its manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// The manifest cannot be read or written.
    #[error("cannot use the manifest {}", path.display())]
    Io {
        /// The manifest.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Interrupted.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl Classified for ManifestError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Io { source, .. } if waybill_disk::space::is_full(source) => &root::DISK_FULL,
            Self::Io { .. } => &root::STATE_FAILED,
            Self::Cancelled(_) => &package::INTERRUPTED,
        }
    }
}

/// The last line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    version: u32,
    /// The content that was unpacked.
    pub(crate) mac: Mac,
    /// Where, for people and for sweeping; `None` where the path is no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) destination: Option<PathBuf>,
    /// Files.
    pub(crate) files: u64,
    /// Folders that the payload names by themselves.
    pub(crate) folders: u64,
    /// Bytes of all files.
    pub(crate) bytes: u64,
    /// True where the files survive a loss of power since then.
    pub(crate) settled: bool,
    /// The boot in which they were written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) boot: Option<String>,
    /// When every byte was last known to be right, in seconds since 1970.
    pub(crate) time: u64,
    /// The setup file, where the document says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) setup_file: Option<String>,
}

impl Summary {
    /// Lines before it.
    fn entries(&self) -> u64 {
        self.files.saturating_add(self.folders)
    }
}

const VERSION: u32 = 1;

/// Longest line: a name of 1,024 units, or a destination of 32,767, is far below.
const MOST_LINE: u64 = 256 << 10;

/// A manifest that is whole at its end.
#[derive(Debug)]
pub(crate) struct Manifest {
    path: PathBuf,
    summary: Summary,
}

impl Manifest {
    /// Opens the manifest at `path`. One that is damaged counts as none, and that is told.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        let judged = match private_file::open(path) {
            Ok(file) => read_summary(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => Err(error),
        };
        match judged {
            Ok(summary) => Some(Self { path: path.to_owned(), summary }),
            Err(error) => {
                tracing::warn!(manifest = %path.display(), %error, "the manifest is damaged and counts as none");
                None
            }
        }
    }

    /// What it says at its end.
    pub(crate) fn summary(&self) -> &Summary {
        &self.summary
    }
}

fn read_summary(mut file: File) -> io::Result<Summary> {
    let start = file.metadata()?.len().saturating_sub(MOST_LINE);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.take(MOST_LINE).read_to_end(&mut tail)?;
    let lines = tail.strip_suffix(b"\n").ok_or_else(|| io::Error::other("its last line is not whole"))?;
    let last = lines.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let summary: Summary = serde_json::from_slice(last)?;
    let is_text = |text: &String| EntryName::parse(text.as_bytes(), true).is_ok();
    if summary.version != VERSION {
        Err(io::Error::other("it is of another version"))
    } else if summary.boot.as_ref().is_some_and(|id| !boot::is_plausible(id))
        || !summary.setup_file.iter().all(is_text)
    {
        Err(io::Error::other("its summary is absurd"))
    } else {
        Ok(summary)
    }
}

/// Any line but the last. Both fields of a file, or the one of a folder.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha256: Option<Sha256Digest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
}

/// Seconds since 1970; 0 before it.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

#[cfg(test)]
mod tests;
