//! Files below the folder that is served: found without leaving it, and read as the body of an answer.

use crate::access_log::PendingRecord;
use crate::conditions::{EntityTag, Validators};
use crate::published::Published;
use crate::request::Refusal;
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use intunewin::EntryName;
use std::fs::{File, Metadata};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::task::{JoinHandle, spawn_blocking};

/// Opens files below one folder.
pub(crate) struct ServedFolder(Root);

/// A directory handle. The kernel itself (or cap-std, component by component) keeps every path below it, links
/// included.
#[cfg(unix)]
type Root = cap_std::fs::Dir;

/// The path of the folder. Windows opens nothing relative to a handle without unsafe calls, so the whole path of what a
/// name leads to is compared with the folder's instead.
#[cfg(windows)]
type Root = std::path::PathBuf;

impl ServedFolder {
    #[cfg(unix)]
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        Root::open_ambient_dir(folder, cap_std::ambient_authority()).map(Self)
    }

    #[cfg(windows)]
    pub(crate) fn open(folder: &Path) -> io::Result<Self> {
        let folder = std::fs::canonicalize(folder)?;
        std::fs::read_dir(&folder)?; // a file is no folder
        Ok(Self(folder))
    }

    /// Opens a file to read. It may be a folder, which the caller has to check.
    #[cfg(unix)]
    pub(crate) fn open_file(&self, name: &EntryName) -> io::Result<File> {
        use cap_std::fs::OpenOptionsExt as _;
        // Opening a pipe would wait for its other end, and a terminal would become ours.
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        let mut options = cap_std::fs::OpenOptions::new();
        options.read(true).custom_flags(flags.bits().cast_signed());
        self.0.open_with(name.to_path(), &options).map(cap_std::fs::File::into_std)
    }

    #[cfg(windows)]
    pub(crate) fn open_file(&self, name: &EntryName) -> io::Result<File> {
        let path = std::fs::canonicalize(self.0.join(name.to_path()))?;
        let inside = path.strip_prefix(&self.0).map_err(|_| io::ErrorKind::PermissionDenied)?;
        // A short name (SECRET~1) may stand for one that is not served.
        let shown = inside.to_str().map(|inside| inside.replace('\\', "/"));
        let served = shown.as_deref().is_some_and(|inside| {
            !inside.split('/').any(|component| component.starts_with('.'))
                && Published::by_name(inside) == Published::by_name(name.as_str())
        });
        if served { File::open(path) } else { Err(io::ErrorKind::PermissionDenied.into()) }
    }
}

/// An open regular file. Everything said of it comes from this handle, so that a file put in its place meanwhile
/// changes nothing.
#[derive(Debug)]
pub(crate) struct ServedFile {
    pub(crate) file: File,
    pub(crate) length: u64,
    pub(crate) validators: Validators,
}

/// The year 10000, in seconds since 1970: HTTP's dates have four digits for the year.
const YEAR_10000: Duration = Duration::from_secs(253_402_300_800);

impl ServedFile {
    /// Opens the file that `name` leads to, unless it is none that publishing wrote and
    /// `everything` is false. It blocks on the file system.
    pub(crate) fn open(folder: &ServedFolder, name: &EntryName, everything: bool) -> Result<Self, Refusal> {
        let file = folder.open_file(name).map_err(|error| Refusal::not_opened(&error))?;
        let metadata = file.metadata().map_err(|error| Refusal::not_opened(&error))?;
        if !metadata.is_file() {
            return Err(Refusal::NotFound);
        }
        let length = metadata.len();
        if !everything {
            // A package under the name of a content holds its keys all the same.
            let published = Published::by_name(name.as_str()).ok_or(Refusal::NotPublished)?;
            let has_its_form = published.has_its_form(&file, length);
            if !has_its_form.map_err(|error| Refusal::not_opened(&error))? {
                return Err(Refusal::NotPublished);
            }
        }
        let validators =
            Validators { tag: EntityTag::new(&metadata), modified: modified(&metadata).ok().flatten() };
        Ok(Self { file, length, validators })
    }
}

/// The time of the last change in whole seconds, even if it lies in the future; `None` where HTTP cannot write it.
fn modified(metadata: &Metadata) -> io::Result<Option<SystemTime>> {
    let since = metadata.modified()?.duration_since(UNIX_EPOCH).ok();
    let since = since.filter(|since| *since < YEAR_10000);
    Ok(since.map(|since| UNIX_EPOCH + Duration::from_secs(since.as_secs())))
}

/// Bytes that are read at once; the next block is read while one is sent.
const BLOCK: u64 = 256 * 1024;

/// The body of an answer, which reports what was sent to the access log.
pub(crate) struct AnswerBody {
    source: Source,
    left: u64,
    record: PendingRecord,
}

enum Source {
    Nothing,
    Text(Bytes),
    File(JoinHandle<io::Result<(File, Vec<u8>)>>),
}

impl AnswerBody {
    /// No body, as HEAD and 304 have none.
    pub(crate) fn empty(record: PendingRecord) -> Self {
        Self { source: Source::Nothing, left: 0, record }
    }

    /// A text that a person reads.
    pub(crate) fn text(text: String, record: PendingRecord) -> Self {
        let left = text.len() as u64;
        Self { source: Source::Text(text.into()), left, record }
    }

    /// A part of a file. Reading begins at once, so this has to be called within a runtime.
    pub(crate) fn file(file: File, part: &Range<u64>, record: PendingRecord) -> Self {
        let left = part.end.saturating_sub(part.start);
        if left == 0 {
            return Self::empty(record);
        }
        let start = part.start;
        let read = spawn_blocking(move || {
            let mut file = file;
            // Also to 0, because the look at the form has read from this very handle and left its position
            // elsewhere.
            file.seek(SeekFrom::Start(start))?;
            read_block(file, left)
        });
        Self { source: Source::File(read), left, record }
    }

    fn sent(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes as u64);
        self.record.sent(bytes, self.left == 0);
    }
}

/// Reads the next block of a file. A file that became shorter is an error, because its length is promised already.
fn read_block(mut file: File, left: u64) -> io::Result<(File, Vec<u8>)> {
    let wanted = left.min(BLOCK);
    let mut block = Vec::with_capacity(usize::try_from(wanted).map_err(io::Error::other)?);
    file.by_ref().take(wanted).read_to_end(&mut block)?;
    if (block.len() as u64) < wanted {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((file, block))
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let block = match &mut self.source {
            Source::Nothing => return Poll::Ready(None),
            Source::Text(text) => {
                let text = std::mem::take(text);
                self.source = Source::Nothing;
                text
            }
            Source::File(read) => {
                let read = ready!(Pin::new(read).poll(context)).map_err(io::Error::other).flatten();
                // Taken out at once, because a task that has ended must not be polled again.
                self.source = Source::Nothing;
                let (file, block) = match read {
                    Ok(read) => read,
                    Err(error) => return Poll::Ready(Some(Err(error))),
                };
                let left = self.left.saturating_sub(block.len() as u64);
                if left > 0 {
                    self.source = Source::File(spawn_blocking(move || read_block(file, left)));
                }
                block.into()
            }
        };
        self.sent(block.len());
        Poll::Ready(Some(Ok(Frame::data(block))))
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
