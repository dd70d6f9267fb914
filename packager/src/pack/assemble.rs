//! The ordered end of the pipeline, where finished jobs become entries of the payload.

use super::error::{FileChange, PackError};
use super::jobs::{Block, BlockWork, FinishedJob, listed};
use crate::walk::{SourceEntry, SourceList};
use crc32fast::Hasher as Crc;
use intunewin::{DosTime, KnownEntry, Method, PayloadWriter};
use std::io::Write;
use std::time::SystemTime;
use waybill_context::Meter;
use waybill_schemas::report::pack::PackEntries;

/// Writes finished jobs in their order.
pub(super) struct Assembler<'a, W> {
    payload: PayloadWriter<W>,
    list: &'a SourceList,
    /// The time of every entry, where the request gives one.
    time: Option<DosTime>,
    meter: &'a Meter<'a>,
    large: LargeProgress,
    entries: PackEntries,
}

/// The large file whose blocks are being written.
#[derive(Default)]
struct LargeProgress {
    crc: Crc,
    /// The CRC in its header, where it is stored.
    promised: Option<u32>,
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
            entries: PackEntries { files: 0, stored_files: 0, folders: 0 },
        }
    }

    /// Writes the next finished job; the caller keeps the order.
    pub(super) fn take(&mut self, outcome: FinishedJob) -> Result<(), PackError> {
        match outcome {
            FinishedJob::Folder { index } => self.folder(index),
            FinishedJob::Whole { index, method, crc, data } => self.whole(index, method, crc, &data),
            FinishedJob::Block { block, crc, .. } if block.work == BlockWork::Checksum => {
                self.checksum(&block, &crc);
                Ok(())
            }
            FinishedJob::Block { block, crc, data } => self.block(&block, &crc, &data),
        }
    }

    fn time(&self, entry: &SourceEntry<'_>) -> DosTime {
        self.time.unwrap_or_else(|| DosTime::from_system_time(entry.modified()))
    }

    fn folder(&mut self, index: usize) -> Result<(), PackError> {
        let entry = listed(self.list, index)?;
        self.entries.folders += 1;
        Ok(self.payload.directory(&entry.name(), self.time(&entry))?)
    }

    fn whole(&mut self, index: usize, method: Method, crc: u32, data: &[u8]) -> Result<(), PackError> {
        let entry = listed(self.list, index)?;
        self.entries.files += 1;
        self.entries.stored_files += u64::from(method == Method::Stored);
        let (name, modified) = (entry.name(), self.time(&entry));
        let (size, compressed) = (entry.size(), data.len() as u64);
        self.payload.entry(KnownEntry { name: &name, modified, method, crc, size, compressed }, data)?;
        self.meter.advance(size);
        Ok(())
    }

    /// Takes the CRC of a block from the first reading of a file that will be stored.
    fn checksum(&mut self, block: &Block, crc: &Crc) {
        self.large.crc.combine(crc);
        if block.is_last() {
            // The second reading must come to the same CRC.
            self.large.promised = Some(std::mem::take(&mut self.large.crc).finalize());
        }
    }

    fn block(&mut self, block: &Block, crc: &Crc, data: &[u8]) -> Result<(), PackError> {
        let entry = listed(self.list, block.file.index)?;
        if block.is_first() {
            self.begin_large(&entry)?;
        }
        self.payload.data(data)?;
        self.large.crc.combine(crc);
        if block.is_last() {
            block.file.check_unchanged()?;
            self.end_large(&entry)?;
        }
        self.meter.advance(block.length);
        Ok(())
    }

    /// Opens the entry of a large file: stored with the CRC of the first reading, or streamed.
    fn begin_large(&mut self, entry: &SourceEntry<'_>) -> Result<(), PackError> {
        let (name, modified, size) = (entry.name(), self.time(entry), entry.size());
        match self.large.promised {
            Some(crc) => {
                let method = Method::Stored;
                let known = KnownEntry { name: &name, modified, method, crc, size, compressed: size };
                Ok(self.payload.begin_known(known)?)
            }
            None => Ok(self.payload.begin_streamed(&name, modified, size)?),
        }
    }

    fn end_large(&mut self, entry: &SourceEntry<'_>) -> Result<(), PackError> {
        let LargeProgress { crc, promised } = std::mem::take(&mut self.large);
        let crc = crc.finalize();
        self.entries.files += 1;
        match promised {
            // The header with the first CRC is written already, so the package must be given up.
            Some(promised) if promised != crc => {
                Err(PackError::Changed { name: entry.name(), change: FileChange::Modified })
            }
            Some(_) => {
                self.entries.stored_files += 1;
                Ok(self.payload.end_known()?)
            }
            None => Ok(self.payload.end_streamed(crc, entry.size())?),
        }
    }

    /// Writes the directory of the payload, and returns the number of entries.
    pub(super) fn finish(self) -> Result<(W, PackEntries), PackError> {
        Ok((self.payload.finish()?, self.entries))
    }
}
