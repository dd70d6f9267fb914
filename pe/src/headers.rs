//! The headers, through `object`: it checks magics and bounds, and reads only what is asked for.

use super::{Machine, ProgramError, Section};
use object::LittleEndian as LE;
use object::pe::{self, ImageDosHeader, ImageNtHeaders32, ImageNtHeaders64};
use object::read::pe::{DataDirectories, ImageNtHeaders, SectionTable, optional_header_magic};
use object::read::{ReadCache, ReadCacheOps, ReadRef};
use std::ops::Range;

/// What the rest needs of the headers.
pub(super) struct Headers {
    pub(super) machine: Machine,
    pub(super) sections: Vec<Section>,
    pub(super) overlay: Range<u64>,
    /// Where in the file the resource directory starts.
    pub(super) resources: Option<u64>,
    /// Sections as memory sees them: address, then the file range behind it.
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
        addresses: addresses.zip(sections.iter().map(|section| section.file_range.clone())).collect(),
        sections,
    };
    let directory = directories.get(pe::IMAGE_DIRECTORY_ENTRY_RESOURCE);
    headers.resources = directory
        .and_then(|directory| headers.file_range(directory.virtual_address.get(LE), 0))
        .map(|range| range.start);
    Ok(headers)
}

fn sections(table: &SectionTable<'_>) -> Vec<Section> {
    let section = |header: &pe::ImageSectionHeader| {
        let (offset, size) = header.pe_file_range();
        let name = String::from_utf8_lossy(header.raw_name()).into_owned();
        Section { name, file_range: u64::from(offset)..u64::from(offset) + u64::from(size) }
    };
    table.iter().map(section).collect()
}

/// From the last section's end to the file's, or to the signature's start where that comes last.
fn overlay(table: &SectionTable<'_>, directories: &DataDirectories<'_>, length: u64) -> Range<u64> {
    let start = table.max_section_file_offset().min(length);
    // The security directory is the one whose address is an offset in the file.
    let signature = directories.get(pe::IMAGE_DIRECTORY_ENTRY_SECURITY);
    let signature = signature.map(|directory| u64::from(directory.virtual_address.get(LE)));
    let end = signature.filter(|at| (start..length).contains(at)).unwrap_or(length);
    start..end
}

fn machine(machine: pe::Machine) -> Machine {
    match machine {
        pe::IMAGE_FILE_MACHINE_I386 => Machine::X86,
        pe::IMAGE_FILE_MACHINE_AMD64 => Machine::X64,
        pe::IMAGE_FILE_MACHINE_ARM64 => Machine::Arm64,
        other => Machine::Other(other.0),
    }
}

/// The bytes of a range; the caller has bounded it.
pub(super) fn bytes<'a, R: ReadCacheOps>(data: &'a ReadCache<R>, range: &Range<u64>) -> Option<&'a [u8]> {
    data.read_bytes_at(range.start, range.end.checked_sub(range.start)?).ok()
}
