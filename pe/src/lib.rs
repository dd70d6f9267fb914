//! Windows programs (PE files): architecture, sections, resources, version. Only headers, resource directories and
//! the version resource are read, so that a setup program of several GB costs a few KB.

mod headers;
#[cfg(any(test, feature = "sample"))]
mod tests;
mod version_info;

use object::read::ReadCache;
use std::cell::Cell;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;
use waybill_schemas::codes::{Classified, Code, source};
use waybill_schemas::open_regular;

pub use headers::ResourceName;
#[cfg(any(test, feature = "sample"))]
pub use tests::sample;
pub use version_info::{Version, VersionInfo};

/// Largest version resource that is read, in bytes.
const MAX_VERSION_RESOURCE: u64 = 64 * 1024;
/// Resource type of a version resource.
const RT_VERSION: u32 = 16;

/// Why something is not a program that can be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProgramError {
    /// The file could not be opened, or could not be read as far as its headers lead.
    #[error("the program cannot be read")]
    Read(#[source] std::io::Error),
    /// The headers are missing, damaged or cut off.
    #[error("the file is not a Windows program: {what}")]
    NotAProgram {
        /// The first fault that was found.
        what: String,
    },
}

impl Classified for ProgramError {
    fn code(&self) -> &'static Code {
        match self {
            Self::Read(_) => &source::INIT_IO,
            Self::NotAProgram { .. } => &source::PROGRAM_UNREADABLE,
        }
    }
}

/// The processor a program is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Machine {
    /// 32-bit x86; installers for any architecture are often this.
    X86,
    /// 64-bit x86, AMD64 in the header.
    X64,
    /// 64-bit ARM, ARM64 in the header.
    Arm64,
    /// 32-bit ARM, ARMNT in the header.
    Arm,
    /// Another processor, by its number in the header.
    Other(u16),
}

impl Machine {
    /// Its name in app.json's list of architectures.
    pub const fn architecture(self) -> Option<&'static str> {
        match self {
            Self::X86 => Some("x86"),
            Self::X64 => Some("x64"),
            Self::Arm64 => Some("arm64"),
            Self::Arm => Some("arm"),
            Self::Other(_) => None,
        }
    }
}

/// Which process Windows makes of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadedAs {
    /// A process for exactly this processor.
    Machine(Machine),
    /// A process as wide as the system: a .NET program that is made for no processor ("AnyCPU"), such as
    /// PSAppDeployToolkit's launcher. Its header says 32-bit x86 all the same.
    AnyCpu,
}

/// A section of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// Its name; eight bytes at most.
    pub name: String,
    /// Where its bytes are in the file.
    pub file_range: Range<u64>,
}

/// A Windows program, as far as its headers go.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Program {
    /// The processor it is made for.
    pub machine: Machine,
    /// Its sections, in the order of the headers.
    pub sections: Vec<Section>,
    /// What follows the last section and precedes a signature at the end: where most installers keep their files.
    /// Empty where there is nothing.
    pub overlay: Range<u64>,
    /// Its version resource, where it has one that can be read.
    pub version: Option<VersionInfo>,
    resources: Vec<headers::Resource>,
    is_any_cpu: bool,
}

impl Program {
    /// Reads the program at `path`.
    ///
    /// # Errors
    /// The file cannot be opened, or is not a program.
    pub fn read(path: &Path) -> Result<Self, ProgramError> {
        let file = open_regular(path).map_err(ProgramError::Read)?;
        Self::from_reader(BufReader::new(file))
    }

    /// Reads a program from anything that can be read and sought.
    ///
    /// # Errors
    /// The reader fails, or what it reads is not a program.
    pub fn from_reader<R: Read + Seek>(reader: R) -> Result<Self, ProgramError> {
        let (reader, failure) = FailureRecorder::new(reader);
        let program = Self::from_data(&ReadCache::new(reader));
        match failure.take() {
            Some(error) => Err(ProgramError::Read(error)),
            None => program,
        }
    }

    fn from_data<R: Read + Seek>(data: &ReadCache<R>) -> Result<Self, ProgramError> {
        let headers = headers::read(data)?;
        let resources = headers::list_resources(data, &headers);
        let version = resources.iter().find(|resource| resource.kind == ResourceName::Number(RT_VERSION));
        let version = version
            // Bounded: the length is what the file says.
            .filter(|resource| resource.file_range.end - resource.file_range.start <= MAX_VERSION_RESOURCE);
        let version = version.and_then(|resource| headers::bytes(data, &resource.file_range));
        Ok(Self {
            machine: headers.machine,
            version: version.and_then(VersionInfo::parse),
            sections: headers.sections,
            overlay: headers.overlay,
            is_any_cpu: headers.is_any_cpu,
            resources,
        })
    }

    /// The process that Windows makes of it, by its machine and its CLR header. This is what decides whether the
    /// process has the variables, files and registry of a 32-bit or of a 64-bit one.
    pub fn loaded_as(&self) -> LoadedAs {
        if self.is_any_cpu { LoadedAs::AnyCpu } else { LoadedAs::Machine(self.machine) }
    }

    /// Where in the file the bytes of the section of this name are.
    pub fn section(&self, name: &str) -> Option<Range<u64>> {
        self.sections.iter().find(|section| section.name == name).map(|section| section.file_range.clone())
    }

    /// Where in the file the bytes of a resource are.
    pub fn resource(&self, kind: &ResourceName, name: &ResourceName) -> Option<Range<u64>> {
        let mut resources = self.resources.iter();
        let found = resources.find(|resource| &resource.kind == kind && &resource.name == name)?;
        Some(found.file_range.clone())
    }
}

/// A reader that remembers what went wrong: behind it, a failure of the disk looks like a file that is no program.
struct FailureRecorder<R> {
    reader: R,
    failure: Rc<Cell<Option<io::Error>>>,
}

impl<R> FailureRecorder<R> {
    /// Wraps `reader`; the cell holds the first failure afterwards.
    fn new(reader: R) -> (Self, Rc<Cell<Option<io::Error>>>) {
        let failure = Rc::default();
        (Self { reader, failure: Rc::clone(&failure) }, failure)
    }

    /// Keeps the first error, and passes on its kind alone: an error itself cannot be copied.
    fn recorded<T>(&self, outcome: io::Result<T>) -> io::Result<T> {
        outcome.map_err(|error| {
            let kind = error.kind();
            // The reading code tries again after an interruption: it is no failure, and kept as one
            // it would hide what the file is.
            if kind != ErrorKind::Interrupted {
                let first = self.failure.take().unwrap_or(error);
                self.failure.set(Some(first));
            }
            kind.into()
        })
    }
}

impl<R: Read> Read for FailureRecorder<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let outcome = self.reader.read(buffer);
        self.recorded(outcome)
    }
}

/// Seeking takes offsets from the file itself: one that leads nowhere is the file's fault.
impl<R: Seek> Seek for FailureRecorder<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.reader.seek(position)
    }
}
