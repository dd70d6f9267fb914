//! Reading on a budget: the one bound that holds whatever the bytes say.

use std::cell::Cell;
use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

/// Bytes that may still be read; clones share it, so that it can be raised while a reader is lent out.
#[derive(Debug, Clone)]
pub(super) struct Budget(Rc<Cell<u64>>);

impl Budget {
    pub(super) fn new(bytes: u64) -> Self {
        Self(Rc::new(Cell::new(bytes)))
    }

    pub(super) fn set(&self, bytes: u64) {
        self.0.set(bytes);
    }
}

/// Fails once more than its budget of bytes has been read.
pub(super) struct Budgeted<R> {
    inner: R,
    budget: Budget,
}

impl<R> Budgeted<R> {
    pub(super) fn new(inner: R, budget: Budget) -> Self {
        Self { inner, budget }
    }
}

impl<R: Read> Read for Budgeted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        let left = self.budget.0.get().checked_sub(count as u64);
        self.budget.set(left.ok_or_else(exhausted)?);
        Ok(count)
    }
}

fn exhausted() -> io::Error {
    io::Error::other("more had to be read than an MSI of this size takes")
}

impl<R: Seek> Seek for Budgeted<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_again_counts_again_until_more_is_granted() {
        let budget = Budget::new(15);
        let mut reader = Budgeted::new(io::Cursor::new([0_u8; 10]), budget.clone());
        let mut buffer = [0; 10];
        reader.read_exact(&mut buffer).unwrap();
        reader.rewind().unwrap();
        assert!(reader.read_exact(&mut buffer).unwrap_err().to_string().contains("more had to be read"));
        budget.set(10);
        reader.rewind().unwrap();
        reader.read_exact(&mut buffer).unwrap();
    }
}
