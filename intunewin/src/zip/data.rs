//! Reads the bytes of entries on several threads: inflates and counts them, and checks size and CRC. Large entries go
//! first, then the rest in the order of the directory, in batches.

use super::ArchiveError;
use super::central::{CentralReader, CentralRecord};
use super::record::method;
use super::structure::FalseEnd;
use super::structure::LARGE;
use crate::policy::{Violation, rules};
use crate::source::Source;
use flate2::{Decompress, FlushDecompress, Status};
use std::sync::{Mutex, PoisonError};
use waybill_context::Context;

/// Receives the bytes of an entry, piece by piece.
pub(crate) type Sink<'a> = dyn FnMut(&[u8]) -> std::io::Result<()> + 'a;

/// The decompressors and buffers of one thread (1.5 MiB), used for one entry after the other.
pub(crate) struct Extractor {
    whole: libdeflater::Decompressor,
    stream: Decompress,
    input: Vec<u8>,
    output: Vec<u8>,
}

/// The largest entry that libdeflate inflates whole, which is nearly twice as fast: compressed and unpacked size in
/// bytes.
const WHOLE_INPUT: usize = 512 << 10;
const WHOLE_OUTPUT: usize = 1 << 20;

/// The header of gzip (RFC 1952) without options, and the length in bytes of its trailer, which is CRC and size.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
const GZIP_TRAILER: usize = 8;

/// Bytes of one step for a larger entry.
const STEP: usize = 256 << 10;

impl Extractor {
    pub(crate) fn new() -> Self {
        Self {
            whole: libdeflater::Decompressor::new(),
            stream: Decompress::new(false),
            input: vec![0; GZIP_HEADER.len() + WHOLE_INPUT + GZIP_TRAILER],
            output: vec![0; WHOLE_OUTPUT],
        }
    }

    /// Writes the entry's bytes to `sink`. After an error everything that was written must be discarded.
    pub(crate) fn extract(
        &mut self,
        source: &dyn Source,
        record: &CentralRecord,
        context: &Context<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), ArchiveError> {
        // The local header is read again here, because the file may have changed since the survey.
        let data = super::structure::check_local_header(source, record)?;
        let mut crc = crc32fast::Hasher::new();
        let mut checked = |bytes: &[u8]| {
            crc.update(bytes);
            sink(bytes)
        };
        // libdeflate needs the whole input and output at once, so its entries are limited to two buffers of fixed size.
        let small = record.compressed <= WHOLE_INPUT as u64 && record.size <= WHOLE_OUTPUT as u64;
        match record.header.method {
            method::STORED => self.copy(source, record, data, context, &mut checked)?,
            _ if small => self.inflate_whole(source, record, data, &mut checked)?,
            _ => self.inflate(source, record, data, context, &mut checked)?,
        }
        let actual = crc.finalize();
        if actual != record.header.crc {
            let detail = format!("expected {:08x}, got {actual:08x}", record.header.crc);
            return Err(Violation::entry(&rules::DATA_CRC, &record.name, detail).into());
        }
        Ok(())
    }

    fn copy(
        &mut self,
        source: &dyn Source,
        record: &CentralRecord,
        data: u64,
        context: &Context<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), ArchiveError> {
        let mut false_end = FalseEnd::of(record);
        let mut done = 0;
        while done < record.size {
            context.check()?;
            let count = (record.size - done).min(STEP as u64) as usize;
            source.read_exact_at(&mut self.input[..count], data + done)?;
            if let Some(at) = false_end.as_mut().and_then(|end| end.find(&self.input[..count])) {
                let detail = format!("its data holds another descriptor at {at}");
                return Err(Violation::entry(&rules::DESCRIPTOR_MISMATCH, &record.name, detail).into());
            }
            sink(&self.input[..count])?;
            done += count as u64;
        }
        Ok(())
    }

    /// libdeflate does not report where a stream ends, so it is framed as gzip, whose trailer must follow the stream at
    /// once.
    fn inflate_whole(
        &mut self,
        source: &dyn Source,
        record: &CentralRecord,
        data: u64,
        sink: &mut Sink<'_>,
    ) -> Result<(), ArchiveError> {
        let stream = GZIP_HEADER.len()..GZIP_HEADER.len() + record.compressed as usize;
        let framed = &mut self.input[..stream.end + GZIP_TRAILER];
        let output = &mut self.output[..record.size as usize];
        framed[..stream.start].copy_from_slice(&GZIP_HEADER);
        source.read_exact_at(&mut framed[stream.clone()], data)?;
        framed[stream.end..stream.end + 4].copy_from_slice(&record.header.crc.to_le_bytes());
        framed[stream.end + 4..].copy_from_slice(&(record.size as u32).to_le_bytes());
        if self.whole.gzip_decompress(framed, output).is_ok_and(|actual| actual as u64 == record.size) {
            return Ok(sink(output)?);
        }
        // The frame does not fit. Inflating the stream alone shows which of size, CRC and stream is wrong.
        match self.whole.deflate_decompress(&framed[stream], output) {
            Ok(actual) if actual as u64 != record.size => Err(wrong_size(record, &actual.to_string())),
            Ok(_) if crc32fast::hash(output) == record.header.crc => Err(bad_deflate(record, HIDDEN)),
            Ok(_) => Ok(sink(output)?), // the caller reports the wrong CRC
            Err(libdeflater::DecompressionError::InsufficientSpace) => Err(wrong_size(record, "more")),
            Err(libdeflater::DecompressionError::BadData) => Err(bad_deflate(record, "")),
        }
    }

    // Inflates an entry in steps, which may be of any size.
    fn inflate(
        &mut self,
        source: &dyn Source,
        record: &CentralRecord,
        data: u64,
        context: &Context<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<(), ArchiveError> {
        self.stream.reset(false);
        let (mut read, mut held, mut from) = (0_u64, 0, 0);
        loop {
            context.check()?;
            if from == held {
                held = (record.compressed - read).min(STEP as u64) as usize;
                source.read_exact_at(&mut self.input[..held], data + read)?;
                (read, from) = (read + held as u64, 0);
            }
            let (before_in, before_out) = (self.stream.total_in(), self.stream.total_out());
            let status = self
                .stream
                .decompress(&self.input[from..held], &mut self.output[..STEP], FlushDecompress::None)
                .map_err(|_| bad_deflate(record, ""))?;
            let (consumed, produced) =
                (self.stream.total_in() - before_in, self.stream.total_out() - before_out);
            from += consumed as usize;
            // Checked before the sink gets the bytes, because an entry must not write more than it declares.
            if self.stream.total_out() > record.size {
                return Err(wrong_size(record, "more"));
            }
            sink(&self.output[..produced as usize])?;
            match status {
                // Bytes after the end of the stream would be seen only by readers that go by the sizes.
                Status::StreamEnd if from < held || read < record.compressed => {
                    return Err(bad_deflate(record, HIDDEN));
                }
                Status::StreamEnd if self.stream.total_out() == record.size => return Ok(()),
                Status::StreamEnd => return Err(wrong_size(record, &self.stream.total_out().to_string())),
                Status::Ok | Status::BufError if consumed + produced == 0 => {
                    return Err(bad_deflate(record, "it ends early"));
                }
                Status::Ok | Status::BufError => {}
            }
        }
    }
}

const HIDDEN: &str = "it ends before its bytes do";

fn wrong_size(record: &CentralRecord, actual: &str) -> ArchiveError {
    Violation::entry(&rules::DATA_SIZE, &record.name, format!("expected {}, got {actual}", record.size))
        .into()
}

fn bad_deflate(record: &CentralRecord, detail: &str) -> ArchiveError {
    Violation::entry(&rules::DATA_DEFLATE, &record.name, detail).into()
}

/// The most threads; with more of them the disk is the limit.
const MOST_THREADS: usize = 8;

/// Small entries that a thread takes at once: neighbours in the archive, so their bytes are read in order.
const BATCH: usize = 32;

/// The entries that are left, behind one lock.
struct EntryQueue<'a> {
    large: Vec<&'a CentralRecord>,
    reader: CentralReader<'a>,
    stopped: bool,
}

enum Portion<'a> {
    Large(&'a CentralRecord),
    Small(Vec<CentralRecord>),
}

impl<'a> EntryQueue<'a> {
    fn take(&mut self) -> Result<Option<Portion<'a>>, ArchiveError> {
        if self.stopped {
            return Ok(None);
        }
        if let Some(record) = self.large.pop() {
            return Ok(Some(Portion::Large(record)));
        }
        let mut batch = Vec::with_capacity(BATCH);
        while batch.len() < BATCH {
            match self.reader.next()? {
                Some(record) if record.size > LARGE => {}
                Some(record) => batch.push(record),
                None => break,
            }
        }
        Ok((!batch.is_empty()).then_some(Portion::Small(batch)))
    }
}

/// Calls `work` for all entries. The first error stops every thread at its next entry, and is returned.
pub(crate) fn extract_each<E: From<ArchiveError> + Send>(
    reader: CentralReader<'_>,
    large: &[CentralRecord],
    threads: usize,
    work: &(dyn Fn(&mut Extractor, &CentralRecord) -> Result<(), E> + Sync),
) -> Result<(), E> {
    let mut large: Vec<_> = large.iter().collect();
    large.sort_by_key(|record| record.size); // taken from the end
    let queue = Mutex::new(EntryQueue { large, reader, stopped: false });
    // A large entry that starts last would keep one thread busy while the others have nothing to do.
    let threads = threads.clamp(1, MOST_THREADS);
    std::thread::scope(|scope| {
        let helpers: Vec<_> = (1..threads).map(|_| scope.spawn(|| drain(&queue, work))).collect();
        let mine = drain(&queue, work);
        let theirs = helpers.into_iter().map(|helper| match helper.join() {
            Ok(outcome) => outcome,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        std::iter::once(mine).chain(theirs).collect()
    })
}

fn drain<E: From<ArchiveError>>(
    queue: &Mutex<EntryQueue<'_>>,
    work: &(dyn Fn(&mut Extractor, &CentralRecord) -> Result<(), E> + Sync),
) -> Result<(), E> {
    let mut extractor = Extractor::new();
    let lock = || queue.lock().unwrap_or_else(PoisonError::into_inner);
    let mut do_all = || -> Result<(), E> {
        loop {
            let portion = lock().take()?;
            match portion {
                None => return Ok(()),
                Some(Portion::Large(record)) => work(&mut extractor, record)?,
                Some(Portion::Small(batch)) => {
                    for record in &batch {
                        work(&mut extractor, record)?;
                    }
                }
            }
        }
    };
    // The other threads notice at their next batch; what they do until then is discarded.
    do_all().inspect_err(|_| lock().stopped = true)
}
