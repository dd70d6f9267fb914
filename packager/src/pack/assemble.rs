//! The ordered end of the pipeline: outcomes become entries of the payload.

use super::error::{Change, PackError};
use super::job::{Outcome, listed};
use super::plan::BlockWork;
use super::source_file::LargeFile;
use crate::walk::{SourceEntry, SourceList};
use crc32fast::Hasher as Crc;
use intunewin::{DosTime, KnownEntry, Method, PayloadWriter};
use std::io::Write;
use std::time::SystemTime;
use waybill_context::Meter;

/// Writes outcomes in their order.
pub(super) struct Assembler<'a, W> {
    payload: PayloadWriter<W>,
    list: &'a SourceList,
    /// The time of every entry, where one was given.
    time: Option<DosTime>,
    meter: &'a Meter<'a>,
    large: LargeProgress,
    counts: Counts,
}

/// The large file whose blocks are coming in.
#[derive(Default)]
struct LargeProgress {
    crc: Crc,
    /// What its header says, where it is stored.
    promised: Option<u32>,
}

/// How many entries were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) files: u64,
    pub(super) folders: u64,
    pub(super) stored: u64,
}

impl<'a, W: Write> Assembler<'a, W> {
    pub(super) fn new(
        out: W,
        list: &'a SourceList,
        every_time: Option<SystemTime>,
        meter: &'a Meter<'a>,
    ) -> Self {
        Self {
            payload: PayloadWriter::with_capacity(out, list.len(), 0),
            list,
            time: every_time.map(DosTime::from_system_time),
            meter,
            large: LargeProgress::default(),
            counts: Counts::default(),
        }
    }

    /// Writes the next outcome; the caller keeps the order.
    pub(super) fn take(&mut self, outcome: Outcome) -> Result<(), PackError> {
        match outcome {
            Outcome::Folder { index } => self.folder(index),
            Outcome::Whole { index, method, crc, data } => self.whole(index, method, crc, &data),
            Outcome::Block { file, work, offset, length, crc, data } => {
                let last = offset + length == file.size;
                match work {
                    BlockWork::Checksum => self.checksum(&crc, last),
                    BlockWork::Copy => self.copy(&file, offset == 0, last, &crc, &data)?,
                    BlockWork::Deflate => self.deflate(&file, offset == 0, last, &crc, &data)?,
                }
                if work != BlockWork::Checksum {
                    self.meter.advance(length);
                }
                Ok(())
            }
        }
    }

    fn time(&self, entry: &SourceEntry<'_>) -> DosTime {
        self.time.unwrap_or_else(|| DosTime::from_system_time(entry.modified()))
    }

    fn folder(&mut self, index: usize) -> Result<(), PackError> {
        let entry = listed(self.list, index)?;
        self.counts.folders += 1;
        Ok(self.payload.directory(&entry.name(), self.time(&entry))?)
    }

    fn whole(&mut self, index: usize, method: Method, crc: u32, data: &[u8]) -> Result<(), PackError> {
        let entry = listed(self.list, index)?;
        self.counts.files += 1;
        self.counts.stored += u64::from(method == Method::Stored);
        let (name, modified) = (entry.name(), self.time(&entry));
        let (size, compressed) = (entry.size(), data.len() as u64);
        self.payload.entry(KnownEntry { name: &name, modified, method, crc, size, compressed }, data)?;
        self.meter.advance(size);
        Ok(())
    }

    fn checksum(&mut self, crc: &Crc, last: bool) {
        self.large.crc.combine(crc);
        if last {
            self.large.promised = Some(std::mem::take(&mut self.large.crc).finalize());
        }
    }

    fn copy(
        &mut self,
        file: &LargeFile,
        first: bool,
        last: bool,
        crc: &Crc,
        data: &[u8],
    ) -> Result<(), PackError> {
        let entry = listed(self.list, file.index)?;
        if first {
            let (name, modified) = (entry.name(), self.time(&entry));
            let (size, crc) = (file.size, self.large.promised.unwrap_or_default());
            let known =
                KnownEntry { name: &name, modified, method: Method::Stored, crc, size, compressed: size };
            self.payload.begin_known(known)?;
        }
        self.payload.data(data)?;
        self.large.crc.combine(crc);
        if last {
            let LargeProgress { crc, promised } = std::mem::take(&mut self.large);
            file.is_unchanged(&entry)?;
            if Some(crc.finalize()) != promised {
                return Err(PackError::Changed { name: entry.name(), change: Change::Modified });
            }
            self.payload.end_known()?;
            self.counts.files += 1;
            self.counts.stored += 1;
        }
        Ok(())
    }

    fn deflate(
        &mut self,
        file: &LargeFile,
        first: bool,
        last: bool,
        crc: &Crc,
        data: &[u8],
    ) -> Result<(), PackError> {
        let entry = listed(self.list, file.index)?;
        if first {
            self.payload.begin_streamed(&entry.name(), self.time(&entry), file.size)?;
        }
        self.payload.data(data)?;
        self.large.crc.combine(crc);
        if last {
            file.is_unchanged(&entry)?;
            let crc = std::mem::take(&mut self.large).crc.finalize();
            self.payload.end_streamed(crc, file.size)?;
            self.counts.files += 1;
        }
        Ok(())
    }

    /// Ends the payload.
    pub(super) fn finish(self) -> Result<(W, Counts), PackError> {
        Ok((self.payload.finish()?, self.counts))
    }
}
