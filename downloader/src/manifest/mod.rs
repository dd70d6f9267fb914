//! The manifest of a content folder: names, sizes and BLAKE3 digests, written while it is unpacked and kept outside it.
//!
//! Each file or folder is one line of JSON, in no particular order; the summary is the last line:
//!
//! ```json
//! {"name":"setup.exe","size":48128,"blake3":"kN…="}
//! {"folder":"logs"}
//! {"version":2,"mac":"…","files":1,"folders":1,"bytes":48128,"settled":true,"staging":".app.waybill-…","folder":"…",
//!  "boot":"…","time":1795241400}
//! ```
//!
//! Version 1 has `sha256` in the place of `blake3`. It is still read, and the next check that reads every byte and
//! finds the folder whole replaces it by version 2.
//!
//! It is complete before the folder is renamed into its place: a manifest without its folder does no harm. It vouches for
//! the one folder that it was written for, by the name of its staging and by its identity. Of another folder in the same
//! place, or of other staging for the same content, names and sizes say nothing: a loss of power leaves files of the
//! right size that are full of zeros.

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
use waybill_disk::private_file;
use waybill_disk::{boot, folder_identity, staging_name};
use waybill_schemas::{Blake3Digest, JsonFault, Mac, Sha256Digest};

/// The last line of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Summary {
    version: u32,
    /// The MAC of the content that was unpacked.
    pub(crate) mac: Mac,
    /// The folder's absolute path, for people and for the sweep; `None` where it is not valid Unicode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) destination: Option<PathBuf>,
    /// Number of files.
    pub(crate) files: u64,
    /// Number of folders that have an entry of their own in the payload.
    pub(crate) folders: u64,
    /// Sum of all files' sizes in bytes.
    pub(crate) bytes: u64,
    /// Whether the files were known to survive a loss of power.
    pub(crate) settled: bool,
    /// The name of the staging folder in which the files were settled before this was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) staging: Option<String>,
    /// The [identity](folder_identity) of the folder that this describes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    /// The boot in which the files were written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) boot: Option<String>,
    /// When every byte was last known to be right, in seconds since 1970; 0 makes every check read all bytes.
    pub(crate) time: u64,
    /// The setup file's name, where the document gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) setup_file: Option<String>,
}

impl Summary {
    /// How many lines precede the summary.
    fn entries(&self) -> u64 {
        self.files.saturating_add(self.folders)
    }

    /// Whether this was written for the folder at `path`, and not for an earlier one in its place.
    fn is_of(&self, path: &Path) -> bool {
        self.folder.is_some() && self.folder == folder_identity(path).ok()
    }
}

/// The version that is written; version 1 is read, too.
const VERSION: u32 = 2;

/// The most bytes of a line. Names of 1,024 UTF-16 units and paths of 32,767 are far below.
const MOST_LINE: u64 = 256 << 10;

/// A manifest whose summary was read.
#[derive(Debug)]
pub(crate) struct Manifest {
    path: PathBuf,
    /// The manifest's last line.
    pub(crate) summary: Summary,
}

impl Manifest {
    /// Whether this was written for the staged folder `content`, after its files had been settled: a manifest gets its name
    /// only then.
    pub(crate) fn is_of_staging(&self, content: &Path) -> bool {
        self.summary.staging.is_some()
            && self.summary.staging.as_deref() == staging_name(content)
            && self.summary.is_of(content)
    }

    /// Opens the manifest at `path`. `None` where there is none, or where it is damaged, which is logged as a warning.
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
}

fn read_summary(mut file: File) -> io::Result<Summary> {
    // The summary is the last line, so reading from the end opens a manifest of any length, and one that was cut off
    // has no summary.
    let start = file.metadata()?.len().saturating_sub(MOST_LINE);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.take(MOST_LINE).read_to_end(&mut tail)?;
    let lines = tail.strip_suffix(b"\n").ok_or_else(|| io::Error::other("its last line is not whole"))?;
    let last = lines.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let summary: Summary = serde_json::from_slice(last)
        .map_err(|error| damaged(&format!("a summary that is none: {}", JsonFault::from(&error).reason)))?;
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

/// Any line but the last, as it is parsed: a file with its size and one digest, or a folder.
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

/// A line whose fields are valid.
#[derive(Debug, PartialEq, Eq)]
enum Entry {
    File { name: EntryName, size: u64, digest: LineDigest },
    Folder(EntryName),
}

/// The digest of a file; its kind depends on the manifest's version.
#[derive(Debug, PartialEq, Eq)]
enum LineDigest {
    /// The SHA-256 of version 1.
    Sha256(Sha256Digest),
    /// The BLAKE3 of version 2.
    Blake3(Blake3Digest),
}

/// The lines before the summary, handed out one at a time to several threads.
struct Entries {
    version: u32,
    rest: Mutex<Rest>,
}

struct Rest {
    lines: BufReader<File>,
    left: u64,
}

impl Entries {
    /// Opens the manifest at `path`, whose last line is `summary`.
    fn open(path: &Path, summary: &Summary) -> io::Result<Self> {
        let lines = BufReader::with_capacity(64 << 10, private_file::open(path)?);
        Ok(Self { version: summary.version, rest: Mutex::new(Rest { lines, left: summary.entries() }) })
    }

    /// Reads the next line into `line`; false after the last, when only the summary is left.
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

    /// The next entry; `None` after the last.
    fn next(&self, line: &mut Vec<u8>) -> io::Result<Option<Entry>> {
        if self.read(line)? { entry(line, self.version).map(Some) } else { Ok(None) }
    }
}

/// Parses a line. It is our own file, but a name is checked all the same before it becomes a path.
fn entry(line: &[u8], version: u32) -> io::Result<Entry> {
    let name = |text: String| {
        EntryName::parse(text.as_bytes(), true).map_err(|_| damaged("a name that no archive has"))
    };
    // serde's error names an unknown field, such as a digest of another algorithm.
    let line = serde_json::from_slice(line)
        .map_err(|error| damaged(&format!("a line that is no entry: {}", JsonFault::from(&error).reason)))?;
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

/// The error for a manifest that is damaged, which differs from that for one that cannot be read.
fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Seconds since 1970; 0 for an earlier time.
fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs()
}

#[cfg(test)]
mod tests;
