use crate::DosTime;
use crate::policy::{ArchivePolicy, EntryName, fold_name};
use crate::source::{SharedSource, Source};
use crate::zip::ArchiveError;
use crate::zip::central::{CentralReader, CentralRecord};
use crate::zip::data::{Extractor, extract_each};
use crate::zip::record::method;
use crate::zip::structure::{Survey, checked_name, survey};
use std::io::Write;
use std::sync::Arc;
use waybill_context::{Context, Stage};

/// An archive whose names, structure and declared sizes keep every rule of an [`ArchivePolicy`].
///
/// ```
/// use intunewin::{Archive, ArchiveError, ArchivePolicy, DosTime, KnownEntry, Method, PayloadWriter};
/// use waybill_context::Context;
///
/// let mut payload = PayloadWriter::new(Vec::new());
/// let entry = KnownEntry { name: "CON.txt", modified: DosTime::MIN, method: Method::Stored, crc: 0, size: 0, compressed: 0 };
/// payload.entry(entry, b"")?;
/// let refused = Archive::open(payload.finish()?, &ArchivePolicy::default(), &Context::silent()).unwrap_err();
/// let ArchiveError::Refused(violations) = refused else { panic!("{refused}") };
/// assert_eq!(violations[0].rule.id, "name-reserved");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Archive {
    pub(crate) source: SharedSource,
    survey: Survey,
    policy: ArchivePolicy,
}

/// An entry of an [`Archive`], whose name keeps every rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArchiveEntry {
    /// The entry's name.
    pub name: EntryName,
    /// Size of the unpacked bytes, as declared.
    pub size: u64,
    /// Size of the entry's data in the archive, in bytes.
    pub compressed: u64,
    /// CRC-32 of the unpacked bytes, as declared.
    pub crc: u32,
    /// Whether the data is deflated; otherwise it is stored.
    pub deflated: bool,
    /// When it was last changed.
    pub modified: DosTime,
}

impl ArchiveEntry {
    fn new(record: &CentralRecord, name: EntryName) -> Self {
        Self {
            name,
            size: record.size,
            compressed: record.compressed,
            crc: record.header.crc,
            deflated: record.header.method == method::DEFLATED,
            modified: DosTime::from_fields(record.header.date, record.header.time),
        }
    }
}

impl Archive {
    /// Checks names, structure and declared sizes, which is everything that can be checked without inflating.
    ///
    /// # Errors
    /// All broken rules that can be found at once; I/O; interruption.
    pub fn open(
        source: impl Source + 'static,
        policy: &ArchivePolicy,
        context: &Context<'_>,
    ) -> Result<Self, ArchiveError> {
        Self::shared(Arc::new(source), policy, context)
    }

    pub(crate) fn shared(
        source: SharedSource,
        policy: &ArchivePolicy,
        context: &Context<'_>,
    ) -> Result<Self, ArchiveError> {
        let survey = survey(&*source, policy, context)?;
        Ok(Self { source, survey, policy: policy.clone() })
    }

    /// Number of entries that are files.
    pub fn file_count(&self) -> u64 {
        self.survey.files
    }

    /// Number of entries that are folders. Most packages have entries for empty folders only.
    pub fn folder_count(&self) -> u64 {
        self.survey.folders
    }

    /// Sum of the declared unpacked sizes, in bytes.
    pub fn unpacked_size(&self) -> u64 {
        self.survey.unpacked
    }

    /// Number of entries whose names are not ASCII and lack the flag for UTF-8. They are read as UTF-8; lint reports
    /// them.
    pub fn unmarked_names(&self) -> u64 {
        self.survey.unmarked_names
    }

    /// Visits every entry in the order of the directory, one at a time, so that memory does not grow with their number.
    ///
    /// # Errors
    /// I/O; the visitor's own error ends the visit.
    pub fn visit<E: From<ArchiveError>>(
        &self,
        mut visitor: impl FnMut(ArchiveEntry) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut reader = CentralReader::new(&*self.source, self.survey.directory);
        while let Some(record) = reader.next()? {
            let name = checked_name(&record, &self.policy).map_err(ArchiveError::from)?;
            visitor(ArchiveEntry::new(&record, name))?;
        }
        Ok(())
    }

    /// The first `most` bytes of the file called `name`, compared without case; `None` where there is no such file.
    ///
    /// # Errors
    /// I/O, or data that breaks a rule.
    pub fn read_file(&self, name: &str, most: usize) -> Result<Option<Vec<u8>>, ArchiveError> {
        let Some(record) = self.find(name)? else { return Ok(None) };
        let mut bytes = Vec::new();
        let mut enough = false;
        let extracted = Extractor::new().extract(&*self.source, &record, &Context::silent(), &mut |piece| {
            // The extractor checks size and CRC at the end, which is not reached where only the beginning is read.
            let room = most - bytes.len();
            bytes.extend_from_slice(&piece[..piece.len().min(room)]);
            enough = piece.len() > room;
            if enough { Err(std::io::ErrorKind::Interrupted.into()) } else { Ok(()) } // the rest is not needed
        });
        if !enough {
            extracted?;
        }
        Ok(Some(bytes))
    }

    /// Writes the file called `name`, compared without case, to `sink` and returns its size in bytes; `None` where
    /// there is no such file.
    ///
    /// # Errors
    /// I/O; data that breaks a rule; interruption. What was written to `sink` must then be discarded.
    pub fn copy_file(
        &self,
        name: &str,
        sink: &mut dyn Write,
        context: &Context<'_>,
    ) -> Result<Option<u64>, ArchiveError> {
        let Some(record) = self.find(name)? else { return Ok(None) };
        Extractor::new().extract(&*self.source, &record, context, &mut |piece| sink.write_all(piece))?;
        Ok(Some(record.size))
    }

    fn find(&self, name: &str) -> Result<Option<CentralRecord>, ArchiveError> {
        // A package holds its setup file's name as somebody typed it, and Windows ignores the case.
        let wanted = fold_name(name);
        let mut reader = CentralReader::new(&*self.source, self.survey.directory);
        while let Some(record) = reader.next()? {
            let entry = checked_name(&record, &self.policy)?;
            if !entry.is_folder() && fold_name(entry.as_str()) == wanted {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    /// Inflates every entry and checks its size and CRC, without writing anything. Uses 8 of `threads` at most.
    ///
    /// # Errors
    /// The first entry whose data breaks a rule; I/O; interruption.
    pub fn check_data(&self, threads: usize, context: &Context<'_>) -> Result<(), ArchiveError> {
        let meter = context.meter(Stage::Check, Some(self.survey.unpacked));
        self.for_each_entry(threads, context, &|extractor, record, _| {
            extractor.extract(&*self.source, record, context, &mut |bytes| {
                meter.advance(bytes.len() as u64);
                Ok(())
            })
        })
    }

    /// Calls `work` for every entry on several threads, the largest entries first.
    pub(crate) fn for_each_entry<E: From<ArchiveError> + Send>(
        &self,
        threads: usize,
        context: &Context<'_>,
        work: &(dyn Fn(&mut Extractor, &CentralRecord, EntryName) -> Result<(), E> + Sync),
    ) -> Result<(), E> {
        let reader = CentralReader::new(&*self.source, self.survey.directory);
        extract_each(reader, &self.survey.large, threads, &|extractor, record| {
            // Small entries are inflated whole and look at the cancel flag only here: most entries are small.
            context.check().map_err(ArchiveError::from)?;
            let name = checked_name(record, &self.policy).map_err(ArchiveError::from)?;
            work(extractor, record, name)
        })
    }
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Archive({} files, {} bytes)", self.survey.files, self.survey.unpacked)
    }
}
