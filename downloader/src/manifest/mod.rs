//! What a content folder holds: names, sizes and BLAKE3, written while it is unpacked and kept outside of it.
//!
//! One line of JSON a file or folder, in no particular order, then the summary:
//!
//! ```json
//! {"name":"setup.exe","size":48128,"blake3":"kN…="}
//! {"folder":"logs"}
//! {"version":2,"mac":"…","files":1,"folders":1,"bytes":48128,"settled":true,"boot":"…","time":1795241400}
//! ```
//!
//! Version 1 has a `sha256` in the place of `blake3`. It is read, and becomes version 2 at the next check that reads every
//! byte and finds the folder whole.
//!
//! It is whole before the folder is renamed into its place: a manifest of a folder that is not there does no harm.

mod check;
mod compare;
mod writer;

pub(crate) use check::Depth;
pub(crate) use writer::{Described, ManifestWriter};

use intunewin::EntryName;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use waybill_disk::boot;
use waybill_disk::private_file;
use waybill_schemas::{Blake3Digest, Mac, Sha256Digest};

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

/// What is written; the first is read too.
const VERSION: u32 = 2;

/// Longest line: a name of 1,024 units, or a destination of 32,767, is far below.
const MOST_LINE: u64 = 256 << 10;

/// A manifest that is whole at its end.
#[derive(Debug)]
pub(crate) struct Manifest {
    path: PathBuf,
    summary: Summary,
}

impl Manifest {
    /// Opens the manifest at `path`. One that is damaged counts as none, with a warning.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        let summary = match private_file::open(path) {
            Ok(file) => read_summary(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => Err(error),
        };
        match summary {
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
    // The summary is the last line, so one read from the end opens a manifest of any length, and one that was
    // cut off has no summary that could be taken for whole.
    let start = file.metadata()?.len().saturating_sub(MOST_LINE);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.take(MOST_LINE).read_to_end(&mut tail)?;
    let lines = tail.strip_suffix(b"\n").ok_or_else(|| io::Error::other("its last line is not whole"))?;
    let last = lines.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let summary: Summary = serde_json::from_slice(last)?;
    let is_text = |text: &String| EntryName::parse(text.as_bytes(), true).is_ok();
    if !(1..=VERSION).contains(&summary.version) {
        Err(io::Error::other("it is of another version"))
    } else if summary.boot.as_ref().is_some_and(|id| !boot::is_plausible(id))
        || !summary.setup_file.iter().all(is_text)
    {
        Err(io::Error::other("its summary is absurd"))
    } else {
        Ok(summary)
    }
}

/// Any line but the last: a file with its size and one digest, or a folder.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Line {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<Sha256Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    blake3: Option<Blake3Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
}

/// A line that is sound.
#[derive(Debug, PartialEq, Eq)]
enum Entry {
    File { name: EntryName, size: u64, digest: LineDigest },
    Folder(EntryName),
}

/// The digest of a file, by the version of the manifest.
#[derive(Debug, PartialEq, Eq)]
enum LineDigest {
    /// Version 1.
    Sha256(Sha256Digest),
    /// Version 2.
    Blake3(Blake3Digest),
}

/// Every line but the summary, one at a time, for several threads.
struct Entries {
    version: u32,
    rest: Mutex<Rest>,
}

struct Rest {
    lines: BufReader<File>,
    left: u64,
}

impl Entries {
    /// The lines before the `summary` of the manifest at `path`.
    fn open(path: &Path, summary: &Summary) -> io::Result<Self> {
        let lines = BufReader::with_capacity(64 << 10, private_file::open(path)?);
        Ok(Self { version: summary.version, rest: Mutex::new(Rest { lines, left: summary.entries() }) })
    }

    /// The next line as it stands, into `line`; false behind the last, and then the summary alone is left.
    fn read(&self, line: &mut Vec<u8>) -> io::Result<bool> {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(left) = rest.left.checked_sub(1) else {
            (&mut rest.lines).take(MOST_LINE).skip_until(b'\n')?;
            let is_end = rest.lines.fill_buf()?.is_empty();
            return if is_end { Ok(false) } else { Err(damaged("more lines than its summary says")) };
        };
        rest.left = left;
        line.clear();
        (&mut rest.lines).take(MOST_LINE).read_until(b'\n', line)?;
        if line.ends_with(b"\n") { Ok(true) } else { Err(damaged("a line is not whole")) }
    }

    /// The next entry; `None` behind the last.
    fn next(&self, line: &mut Vec<u8>) -> io::Result<Option<Entry>> {
        if self.read(line)? { entry(line, self.version).map(Some) } else { Ok(None) }
    }
}

/// It is our own file; a name is checked all the same before it becomes a path.
fn entry(line: &[u8], version: u32) -> io::Result<Entry> {
    let name = |text: String| {
        EntryName::parse(text.as_bytes(), true).map_err(|_| damaged("a name that no archive has"))
    };
    // serde names the field that it does not know: a digest of an algorithm that is not ours.
    let line = serde_json::from_slice(line)
        .map_err(|error| damaged(&format!("a line that is no entry: {error}")))?;
    let (file, size, digest) = match line {
        Line { name: None, size: None, sha256: None, blake3: None, folder: Some(text) } => {
            return Ok(Entry::Folder(name(text)?));
        }
        Line { name: Some(text), size: Some(size), sha256: Some(digest), blake3: None, folder: None } => {
            (text, size, LineDigest::Sha256(digest))
        }
        Line { name: Some(text), size: Some(size), sha256: None, blake3: Some(digest), folder: None } => {
            (text, size, LineDigest::Blake3(digest))
        }
        _ => return Err(damaged("a line that is neither a file with one digest nor a folder")),
    };
    if (version == 1) != matches!(digest, LineDigest::Sha256(_)) {
        return Err(damaged("a digest of another algorithm than its version has"));
    }
    Ok(Entry::File { name: name(file)?, size, digest })
}

/// Tells a manifest that is damaged from one that cannot be read.
fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Seconds since 1970; 0 before it.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

#[cfg(test)]
mod tests;
