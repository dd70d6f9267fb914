//! The headers and the resource directory, through `object`: it checks magics and bounds, and reads only what is asked
//! for. The directory (three levels: type, name, language) is read entry by entry, never a whole section.

use super::{Machine, ProgramError, RT_VERSION, Section};
use object::LittleEndian as LE;
use object::pe::{
    self, ImageCor20Header, ImageDosHeader, ImageNtHeaders32, ImageNtHeaders64, ImageResourceDataEntry,
    ImageResourceDirectory, ImageResourceDirectoryEntry,
};
use object::read::pe::{DataDirectories, ImageNtHeaders, SectionTable, optional_header_magic};
use object::read::{ReadCache, ReadCacheOps, ReadRef};
use std::ops::Range;

/// What the headers say, as far as sections, overlay and resources need it.
pub(super) struct Headers {
    pub(super) machine: Machine,
    pub(super) sections: Vec<Section>,
    pub(super) overlay: Range<u64>,
    /// Where in the file the resource directory starts.
    pub(super) resources: Option<u64>,
    /// Whether it is a .NET program that is made for no processor: the loader makes it as wide as the system is.
    pub(super) is_any_cpu: bool,
    /// The address of each section in memory, and its range in the file.
    pub(super) addresses: Vec<(u32, Range<u64>)>,
}

impl Headers {
    /// The file range of `size` bytes at an address; `None` where they are in no section.
    pub(super) fn file_range(&self, address: u32, size: u32) -> Option<Range<u64>> {
        self.addresses.iter().find_map(|(start, range)| {
            let begin = range.start + u64::from(address.checked_sub(*start)?);
            let end = begin + u64::from(size);
            (begin < range.end && end <= range.end).then_some(begin..end)
        })
    }
}

/// Reads the headers of a 32-bit or 64-bit program.
pub(super) fn read<R: ReadCacheOps>(data: &ReadCache<R>) -> Result<Headers, ProgramError> {
    match optional_header_magic(data).map_err(refused)? {
        pe::IMAGE_NT_OPTIONAL_HDR64_MAGIC => read_as::<ImageNtHeaders64, R>(data),
        // Another number than these two is refused there, with what is wrong about it.
        _ => read_as::<ImageNtHeaders32, R>(data),
    }
}

fn refused(error: object::read::Error) -> ProgramError {
    ProgramError::NotAProgram { what: error.to_string() }
}

fn read_as<H: ImageNtHeaders, R: ReadCacheOps>(data: &ReadCache<R>) -> Result<Headers, ProgramError> {
    let mut offset = ImageDosHeader::parse(data).map_err(refused)?.nt_headers_offset().into();
    let (headers, directories) = H::parse(data, &mut offset).map_err(refused)?;
    let table = headers.sections(data, offset).map_err(refused)?;
    let length = data.len().unwrap_or_default();
    let sections = sections(&table);
    let addresses = table.iter().map(|section| section.virtual_address.get(LE));
    let mut headers = Headers {
        machine: machine(headers.file_header().machine.get(LE)),
        overlay: overlay(&table, &directories, length),
        resources: None,
        is_any_cpu: false,
        addresses: addresses.zip(sections.iter().map(|section| section.file_range.clone())).collect(),
        sections,
    };
    let directory = directories.get(pe::IMAGE_DIRECTORY_ENTRY_RESOURCE);
    headers.resources = directory
        .and_then(|directory| headers.file_range(directory.virtual_address.get(LE), 0))
        .map(|range| range.start);
    let clr = directories.get(pe::IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR);
    headers.is_any_cpu =
        headers.machine == Machine::X86 && clr.is_some_and(|directory| is_any_cpu(data, &headers, directory));
    Ok(headers)
}

/// Whether the CLR header leaves the width of the process to the system (ECMA-335, partition II, 25.3.3; Microsoft,
/// "CorFlags.exe"). "32-bit preferred" is written as both flags together. Version 2.0 of the header is that of .NET
/// Framework 1.x, whose programs are always 32-bit; later compilers write 2.5.
fn is_any_cpu<R: ReadCacheOps>(
    data: &ReadCache<R>,
    headers: &Headers,
    directory: &pe::ImageDataDirectory,
) -> bool {
    let size = size_of::<ImageCor20Header>() as u32;
    let at = headers.file_range(directory.virtual_address.get(LE), size);
    let Some(mut at) = at.map(|range| range.start) else { return false };
    // A damaged header is none: Windows refuses to start such a program, whatever its width.
    let Ok(clr) = data.read::<ImageCor20Header>(&mut at) else { return false };
    let flags = clr.flags.get(LE).0;
    let has = |flag: pe::CorFlags| flags & flag.0 != 0;
    let version = (clr.major_runtime_version.get(LE), clr.minor_runtime_version.get(LE));
    has(pe::COMIMAGE_FLAGS_ILONLY)
        && !has(pe::COMIMAGE_FLAGS_32BITREQUIRED)
        && !has(pe::COMIMAGE_FLAGS_32BITPREFERRED)
        && version >= (2, 5)
}

fn sections(table: &SectionTable<'_>) -> Vec<Section> {
    let section = |header: &pe::ImageSectionHeader| {
        let (offset, size) = header.pe_file_range();
        let name = String::from_utf8_lossy(header.raw_name()).into_owned();
        Section { name, file_range: u64::from(offset)..u64::from(offset) + u64::from(size) }
    };
    table.iter().map(section).collect()
}

/// The range from the end of the last section to the end of the file, or to the signature where that comes last.
fn overlay(table: &SectionTable<'_>, directories: &DataDirectories<'_>, length: u64) -> Range<u64> {
    let start = table.max_section_file_offset().min(length);
    // The security directory is the one whose address is an offset in the file.
    let signature = directories.get(pe::IMAGE_DIRECTORY_ENTRY_SECURITY);
    let signature = signature.map(|directory| u64::from(directory.virtual_address.get(LE)));
    // An unsigned program has address 0 here, which is no place in the overlay. With that, or any other
    // address outside it, the overlay goes on to the end of the file.
    let end = signature.filter(|at| (start..length).contains(at)).unwrap_or(length);
    start..end
}

fn machine(machine: pe::Machine) -> Machine {
    match machine {
        pe::IMAGE_FILE_MACHINE_I386 => Machine::X86,
        pe::IMAGE_FILE_MACHINE_AMD64 => Machine::X64,
        pe::IMAGE_FILE_MACHINE_ARM64 => Machine::Arm64,
        pe::IMAGE_FILE_MACHINE_ARMNT => Machine::Arm,
        other => Machine::Other(other.0),
    }
}

/// The bytes of a range; the caller has bounded it.
pub(super) fn bytes<'a, R: ReadCacheOps>(data: &'a ReadCache<R>, range: &Range<u64>) -> Option<&'a [u8]> {
    data.read_bytes_at(range.start, range.end.checked_sub(range.start)?).ok()
}

/// Directory entries that are looked at, all levels together; large programs have some hundreds.
const MOST_ENTRIES: usize = 16 * 1024;
/// Resources that are kept, and units of a name: each resource holds its names, which a file may share endlessly.
const MOST_FOUND: usize = 1_024;
const LONGEST_NAME: u64 = 256;
/// The top bit of an entry: its name is a text rather than a number, or it leads to a directory rather than to data.
const FLAG: u32 = 0x8000_0000;

/// A resource's type or name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResourceName {
    /// One of the numbers that Windows or the program chose.
    Number(u32),
    /// A name, in upper case as resource compilers write it.
    Text(String),
}

/// One resource in one language; the languages of a resource follow one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resource {
    pub(super) kind: ResourceName,
    pub(super) name: ResourceName,
    pub(super) file_range: Range<u64>,
}

/// All resources; what is damaged, and what follows it, is left out.
pub(super) fn list_resources<R: ReadCacheOps>(data: &ReadCache<R>, headers: &Headers) -> Vec<Resource> {
    let Some(base) = headers.resources else { return Vec::new() };
    let mut lister = Lister { data, headers, base, left: MOST_ENTRIES, found: Vec::new() };
    lister.types();
    lister.found
}

struct Lister<'a, R: ReadCacheOps> {
    data: &'a ReadCache<R>,
    headers: &'a Headers,
    base: u64,
    left: usize,
    found: Vec<Resource>,
}

impl<'a, R: ReadCacheOps> Lister<'a, R> {
    /// The version first: detection rules compare it, and what comes before it in some files is more than is kept.
    fn types(&mut self) {
        let kinds = self.directory(0);
        let is_version = |kind: &&ImageResourceDirectoryEntry| kind.name_or_id.get(LE) == RT_VERSION;
        let others = kinds.iter().filter(|kind| !is_version(kind));
        for kind in kinds.iter().filter(is_version).chain(others) {
            let Some(names) = subdirectory(kind) else { continue };
            let Some(kind) = self.name(kind) else { continue };
            for name in self.directory(names) {
                let Some(languages) = subdirectory(name) else { continue };
                let Some(name) = self.name(name) else { continue };
                self.languages(&kind, &name, languages);
            }
        }
    }

    fn languages(&mut self, kind: &ResourceName, name: &ResourceName, at: u32) {
        for language in self.directory(at) {
            let at = language.offset_to_data_or_directory.get(LE);
            if at & FLAG == 0
                && self.found.len() < MOST_FOUND
                && let Some(file_range) = self.data_range(at)
            {
                self.found.push(Resource { kind: kind.clone(), name: name.clone(), file_range });
            }
        }
    }

    /// The entries of the directory at an offset from the first one.
    fn directory(&mut self, at: u32) -> &'a [ImageResourceDirectoryEntry] {
        let mut offset = self.base + u64::from(at);
        let Ok(head) = self.data.read::<ImageResourceDirectory>(&mut offset) else { return &[] };
        let named = usize::from(head.number_of_named_entries.get(LE));
        // Counts are what the file says, and entries may share one directory: a budget over all levels bounds
        // the work, whatever refers to what.
        let count = (named + usize::from(head.number_of_id_entries.get(LE))).min(self.left);
        self.left -= count;
        self.data.read_slice_at(offset, count).unwrap_or_default()
    }

    fn name(&self, entry: &ImageResourceDirectoryEntry) -> Option<ResourceName> {
        let name = entry.name_or_id.get(LE);
        if name & FLAG == 0 {
            return Some(ResourceName::Number(name));
        }
        let at = self.base + u64::from(name & !FLAG);
        let length = self.data.read_bytes_at(at, 2).ok()?;
        let length = Some(u64::from(u16::from_le_bytes(length.try_into().ok()?)))
            .filter(|length| *length <= LONGEST_NAME)?;
        let units = self.data.read_bytes_at(at + 2, length * 2).ok()?.chunks_exact(2);
        let units: Vec<u16> =
            units.map(|unit| unit.iter().rev().fold(0, |all, byte| all << 8 | u16::from(*byte))).collect();
        Some(ResourceName::Text(String::from_utf16_lossy(&units)))
    }

    fn data_range(&self, at: u32) -> Option<Range<u64>> {
        let entry: &ImageResourceDataEntry = self.data.read_at(self.base + u64::from(at)).ok()?;
        self.headers.file_range(entry.offset_to_data.get(LE), entry.size.get(LE))
    }
}

fn subdirectory(entry: &ImageResourceDirectoryEntry) -> Option<u32> {
    let at = entry.offset_to_data_or_directory.get(LE);
    (at & FLAG != 0).then_some(at & !FLAG)
}
