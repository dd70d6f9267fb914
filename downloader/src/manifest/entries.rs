//! A manifest's entries, one at a time, for several threads.

use super::{Line, MOST_LINE};
use intunewin::EntryName;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use waybill_disk::private_file;
use waybill_schemas::Sha256Digest;

/// A line, judged.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    File { name: EntryName, size: u64, sha256: Sha256Digest },
    Folder(EntryName),
}

/// Everything but the summary.
pub(super) struct Entries(Mutex<Rest>);

struct Rest {
    lines: BufReader<File>,
    left: u64,
}

impl Entries {
    /// The first `count` lines of the manifest at `path`.
    pub(super) fn open(path: &Path, count: u64) -> io::Result<Self> {
        let lines = BufReader::with_capacity(64 << 10, private_file::open(path)?);
        Ok(Self(Mutex::new(Rest { lines, left: count })))
    }

    /// The next line as it stands, into `line`; false behind the last, and then the summary alone is left.
    pub(super) fn read(&self, line: &mut Vec<u8>) -> io::Result<bool> {
        let mut rest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
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
    pub(super) fn next(&self, line: &mut Vec<u8>) -> io::Result<Option<Entry>> {
        if self.read(line)? { judge(line).map(Some) } else { Ok(None) }
    }
}

/// It is our own file; a name is judged all the same before it becomes a path.
fn judge(line: &[u8]) -> io::Result<Entry> {
    let name = |text: String| {
        EntryName::parse(text.as_bytes(), true).map_err(|_| damaged("a name that no archive has"))
    };
    match serde_json::from_slice(line).map_err(|_| damaged("a line that is no entry"))? {
        Line { name: Some(text), size: Some(size), sha256: Some(sha256), folder: None } => {
            Ok(Entry::File { name: name(text)?, size, sha256 })
        }
        Line { name: None, size: None, sha256: None, folder: Some(text) } => Ok(Entry::Folder(name(text)?)),
        _ => Err(damaged("a line that is neither a file nor a folder")),
    }
}

/// Tells a manifest that is damaged from one that cannot be read.
fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
