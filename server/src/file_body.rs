//! The body of an answer: a part of a file, a text, or nothing. The log is told when it ends.

use crate::access_log::PendingRecord;
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::ops::Range;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::task::{JoinHandle, spawn_blocking};

/// Read at once; the next block is read while one is sent.
const BLOCK: u64 = 256 * 1024;

/// What is sent behind the headers.
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

    /// A text for people.
    pub(crate) fn text(text: String, record: PendingRecord) -> Self {
        let left = text.len() as u64;
        Self { source: Source::Text(text.into()), left, record }
    }

    /// A part of a file; reading begins at once. Only within a runtime.
    pub(crate) fn file(file: File, part: &Range<u64>, record: PendingRecord) -> Self {
        let left = part.end.saturating_sub(part.start);
        if left == 0 {
            return Self::empty(record);
        }
        let start = part.start;
        let read = spawn_blocking(move || {
            let mut file = file;
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

/// The next block of a file. One that became shorter than it was is an error: the length is promised already.
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
