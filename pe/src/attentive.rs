//! A reader that remembers what went wrong: behind it a failure of the disk and a file that is no program look the same.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::rc::Rc;

/// Passes everything on.
pub(super) struct Attentive<R> {
    reader: R,
    failure: Rc<Cell<Option<io::Error>>>,
}

impl<R> Attentive<R> {
    /// With where the first failure is to be found afterwards.
    pub(super) fn new(reader: R) -> (Self, Rc<Cell<Option<io::Error>>>) {
        let failure = Rc::default();
        (Self { reader, failure: Rc::clone(&failure) }, failure)
    }

    /// The kind is all that whoever reads on is told.
    fn heard<T>(&self, outcome: io::Result<T>) -> io::Result<T> {
        outcome.map_err(|error| {
            let kind = error.kind();
            if kind != ErrorKind::Interrupted {
                let first = self.failure.take().unwrap_or(error);
                self.failure.set(Some(first));
            }
            kind.into()
        })
    }
}

impl<R: Read> Read for Attentive<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let outcome = self.reader.read(buffer);
        self.heard(outcome)
    }
}

/// Seeking takes offsets from the file itself: one that leads nowhere is the file's fault.
impl<R: Seek> Seek for Attentive<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.reader.seek(position)
    }
}
