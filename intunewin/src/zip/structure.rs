//! The survey of an archive: everything that can be checked without inflating, in one pass over its headers. Local
//! headers and data descriptors must agree with the central directory.

use super::central::{CentralReader, CentralRecord, Directory, locate};
use super::record::{CentralHeader, Fields, LocalHeader, SENTINEL_32, attribute, flag, method, signature};
use super::{ArchiveError, extra, violation};
use crate::policy::{ArchivePolicy, CODE_PAGES, EntryName, NameSet, Violation, rules};
use crate::source::Source;
use waybill_context::Context;

/// The sums and large entries of an archive that keeps every rule about names, structure and declared sizes.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) directory: Directory,
    pub(crate) files: u64,
    pub(crate) folders: u64,
    /// Sum of the declared sizes in bytes.
    pub(crate) unpacked: u64,
    /// Number of names that are not ASCII and lack the flag for UTF-8. They are read as UTF-8; lint reports them.
    pub(crate) unmarked_names: u64,
    /// The entries over [`LARGE`], in no order. They are few enough to keep.
    pub(crate) large: Vec<CentralRecord>,
}

/// The unpacked size in bytes from which an entry is handed to a thread by itself.
pub(crate) const LARGE: u64 = 8 << 20;

/// The most findings that are collected.
const MOST_FINDINGS: usize = 100;

/// Where an entry's bytes are, and what its descriptor must say.
struct Extent {
    header: u64,
    end: u64,
    streamed: Option<(u32, u64, u64)>,
}

/// Checks names, structure and declared sizes of the archive in `source`.
///
/// Reads every header, and takes about 60 bytes of memory for each entry, most of which are freed at the end.
pub(crate) fn survey(
    source: &dyn Source,
    policy: &ArchivePolicy,
    context: &Context<'_>,
) -> Result<Survey, ArchiveError> {
    let directory = locate(source)?;
    policy.check_count(directory.entries)?;
    let mut survey =
        Survey { directory, files: 0, folders: 0, unpacked: 0, unmarked_names: 0, large: Vec::new() };
    let mut findings = Vec::new();
    // Findings about names and headers are collected, so that a person sees all of them at once. How the entries lie is
    // checked only where every header is right, because the extents come from the headers.
    let extents = read_headers(source, policy, context, &mut survey, &mut findings)?;
    if findings.is_empty() {
        check_readings(source, context, &survey)?;
        check_tiling(source, extents, directory.offset)?;
        return Ok(survey);
    }
    Err(ArchiveError::Refused(findings))
}

fn read_headers(
    source: &dyn Source,
    policy: &ArchivePolicy,
    context: &Context<'_>,
    survey: &mut Survey,
    findings: &mut Vec<Violation>,
) -> Result<Vec<Extent>, ArchiveError> {
    let mut reader = CentralReader::new(source, survey.directory);
    let most = survey.directory.len / CentralHeader::LEN as u64; // limited by the bytes that the directory has
    let mut extents = Vec::with_capacity(survey.directory.entries.min(most) as usize);
    let mut names = NameSet::default();
    while let Some(record) = reader.next()? {
        context.check()?;
        let judged = checked_name(&record, policy).and_then(|name| names.insert(&name).map(|()| name));
        match judged {
            Ok(name) if name.is_folder() => survey.folders += 1,
            Ok(_) => survey.files += 1,
            Err(violation) => findings.push(violation),
        }
        // A reader that goes by the local headers must see the same archive as one that goes by the directory.
        match check_local_header(source, &record) {
            Ok(data) => extents.push(extent(&record, data)),
            Err(ArchiveError::Refused(violations)) => findings.extend(violations),
            Err(error) => return Err(error),
        }
        survey.unpacked = survey.unpacked.saturating_add(record.size);
        // Folders without an entry of their own take memory, too: a few for each entry are enough.
        let overrun =
            policy.check_unpacked(survey.unpacked).and_then(|()| policy.check_count(names.len() / 4));
        if let Err(violation) = overrun {
            findings.push(violation);
            break;
        }
        survey.unmarked_names += u64::from(!record.is_utf8() && !record.name.is_ascii());
        // A hostile archive could have 200,000 of them.
        if findings.len() >= MOST_FINDINGS {
            break;
        }
        if record.size > LARGE {
            survey.large.push(record);
        }
    }
    Ok(extents)
}

/// Checks that no two names become one for readers that take names without the flag for UTF-8 for those of a code page.
fn check_readings(source: &dyn Source, context: &Context<'_>, survey: &Survey) -> Result<(), ArchiveError> {
    if survey.unmarked_names == 0 {
        return Ok(());
    }
    for page in &CODE_PAGES {
        let (mut reader, mut names) = (CentralReader::new(source, survey.directory), NameSet::default());
        while let Some(record) = reader.next()? {
            context.check()?;
            let is_read_otherwise = !record.is_utf8() && !record.name.is_ascii();
            let read = is_read_otherwise.then(|| page.read(&record.name));
            let name = EntryName::parse(read.as_ref().map_or(&record.name, |read| read.as_bytes()), true);
            // A name that is none in this code page cannot be another's there.
            let Ok(name) = name else { continue };
            if let Err(found) = names.insert(&name) {
                let detail = format!("for readers that read `{name}` by code page {}", page.number);
                return Err(Violation::entry(found.rule, &record.name, detail).into());
            }
        }
    }
    Ok(())
}

fn extent(record: &CentralRecord, data: u64) -> Extent {
    let streamed =
        record.has_flag(flag::DESCRIPTOR).then_some((record.header.crc, record.compressed, record.size));
    Extent { header: record.header_offset, end: data.saturating_add(record.compressed), streamed }
}

/// Checks what a record says by itself, and returns the entry's name.
pub(crate) fn checked_name(record: &CentralRecord, policy: &ArchivePolicy) -> Result<EntryName, Violation> {
    let refuse = |rule, detail: &str| Violation::entry(rule, &record.name, detail);
    let name = EntryName::parse(&record.name, record.is_utf8())?;
    if record.has_flag(flag::ENCRYPTED | flag::STRONG_ENCRYPTION | flag::MASKED) {
        return Err(refuse(&rules::ENTRY_ENCRYPTED, ""));
    }
    if record.has_flag(flag::PATCH) || !matches!(record.header.method, method::STORED | method::DEFLATED) {
        return Err(refuse(&rules::ENTRY_METHOD, &format!("method {}", record.header.method)));
    }
    if let Some(fault) = &record.fault {
        return Err((**fault).clone());
    }
    check_version(record.header.version_needed, "central")
        .map_err(|detail| refuse(&rules::ENTRY_VERSION, &detail))?;
    check_system(record)?;
    check_type(record, &name)?;
    // The bytes of a stored entry are copied by `compressed`, and reported by `size`.
    if record.header.method == method::STORED && record.compressed != record.size {
        let detail = format!("stored, yet {} bytes of {}", record.compressed, record.size);
        return Err(refuse(&rules::DATA_SIZE, &detail));
    }
    policy.check_ratio(&record.name, record.compressed, record.size)?;
    Ok(name)
}

/// The highest version (4.6) that readers of stored and deflated entries need to know. Info-ZIP's unzip leaves out
/// entries that need more.
const HIGHEST_VERSION: u16 = 46;

fn check_version(needed: u16, header: &str) -> Result<(), String> {
    match needed <= HIGHEST_VERSION {
        true => Ok(()),
        false => Err(format!("{header} header: version {}.{} needed", needed / 10, needed % 10)),
    }
}

/// The systems whose external attributes are those of Windows in the lower half and of Unix in the upper half (APPNOTE
/// 4.4.2): FAT, Unix, HPFS, Macintosh, NTFS, Info-ZIP's NTFS, VFAT and macOS. 7-Zip, for example, reads folders of an
/// Amiga from other bits.
const SYSTEMS: [u16; 8] = [0, 3, 6, 7, 10, 11, 14, 19];

fn check_system(record: &CentralRecord) -> Result<(), Violation> {
    let system = record.header.version_made_by >> 8;
    match SYSTEMS.contains(&system) {
        true => Ok(()),
        false => {
            Err(Violation::entry(&rules::ENTRY_VERSION, &record.name, format!("made by system {system}")))
        }
    }
}

/// Checks what the external attributes say of the entry's kind: the Unix file type in the upper half, and attributes of
/// Windows in the lower one. Microsoft's tool writes 0. Readers look at one half or the other, whatever system the entry
/// says that it was made by.
fn check_type(record: &CentralRecord, name: &EntryName) -> Result<(), Violation> {
    let attributes = record.header.external_attributes;
    let refuse = |rule, detail: String| Err(Violation::entry(rule, &record.name, detail));
    // A mode of 0 says nothing about the type, and the name alone decides by its last character.
    let mode = attributes >> 16;
    let of_mode = || format!("mode {mode:o}");
    match (mode & 0o170_000, name.is_folder()) {
        (0o040_000, false) | (0o100_000, true) => return refuse(&rules::TYPE_MISMATCH, of_mode()),
        (0 | 0o040_000 | 0o100_000, _) => {}
        _ => return refuse(&rules::TYPE_SPECIAL, of_mode()),
    }
    if attributes & attribute::SPECIAL != 0 {
        return refuse(&rules::TYPE_SPECIAL, format!("attributes {:#06x}", attributes & 0xffff));
    }
    if attributes & attribute::FOLDER != 0 && !name.is_folder() {
        return refuse(&rules::TYPE_MISMATCH, "the attribute of a folder".into());
    }
    // A folder has no bytes. One with bytes would be a file on systems that go by the data.
    if name.is_folder() && record.size > 0 {
        return refuse(&rules::TYPE_MISMATCH, format!("{} bytes", record.size));
    }
    Ok(())
}

/// Checks that the entries follow one another from byte 0 to the directory, with nothing but their descriptors between
/// them.
fn check_tiling(source: &dyn Source, mut extents: Vec<Extent>, directory: u64) -> Result<(), ArchiveError> {
    // The directory may list the entries in any order.
    extents.sort_unstable_by_key(|extent| extent.header);
    let first = extents.first().map_or(directory, |extent| extent.header);
    if first != 0 {
        return Err(violation(&rules::JUNK_BEFORE, format!("{first} bytes")));
    }
    for (at, extent) in extents.iter().enumerate() {
        let next = extents.get(at + 1).map_or(directory, |next| next.header);
        let gap = next.checked_sub(extent.end).ok_or_else(|| {
            violation(
                &rules::ENTRY_OVERLAP,
                format!("the entry at {} ends at {}, the next starts at {next}", extent.header, extent.end),
            )
        })?;
        check_gap(source, extent, gap)?;
    }
    Ok(())
}

fn check_gap(source: &dyn Source, extent: &Extent, gap: u64) -> Result<(), ArchiveError> {
    let Some((crc, compressed, size)) = extent.streamed else {
        return match gap {
            0 => Ok(()),
            gap => Err(violation(&rules::JUNK_BETWEEN, format!("{gap} bytes at {}", extent.end))),
        };
    };
    let mut bytes = [0; LONGEST_DESCRIPTOR as usize];
    let bytes = &mut bytes[..gap.min(LONGEST_DESCRIPTOR) as usize];
    source.read_exact_at(bytes, extent.end)?;
    match gap <= LONGEST_DESCRIPTOR && is_descriptor(bytes, crc, compressed, size) {
        true => Ok(()),
        false => Err(violation(&rules::DESCRIPTOR_MISMATCH, format!("{gap} bytes at {}", extent.end))),
    }
}

/// Reads the local header of `record`, compares them, and returns the offset of the entry's data.
pub(crate) fn check_local_header(source: &dyn Source, record: &CentralRecord) -> Result<u64, ArchiveError> {
    let differs = |detail: &str| Violation::entry(&rules::LOCAL_MISMATCH, &record.name, detail);
    let mut fixed = [0; LocalHeader::LEN];
    read_header(source, &mut fixed, record.header_offset, record)?;
    let local =
        LocalHeader::parse(&fixed).ok_or_else(|| differs("no local header where the directory points"))?;
    let mut variable = vec![0; usize::from(local.name_len) + usize::from(local.extra_len)];
    let variable_offset = record.header_offset + LocalHeader::LEN as u64;
    read_header(source, &mut variable, variable_offset, record)?;
    let (name, extra) = variable.split_at(local.name_len.into());
    if name != record.name {
        return Err(differs(&format!("named `{}` there", crate::policy::shown(name))).into());
    }
    if local.method != record.header.method {
        return Err(differs("method").into());
    }
    if local.flags != record.header.flags {
        return Err(differs("flags").into());
    }
    check_version(local.version_needed, "local")
        .map_err(|detail| Violation::entry(&rules::ENTRY_VERSION, &record.name, detail))?;
    let zip64 = extra::judge(extra, name, "local")?;
    check_values(&local, zip64.unwrap_or_default(), record).map_err(differs)?;
    Ok(variable_offset + variable.len() as u64)
}

/// CRC and sizes must be those of the directory.
fn check_values(local: &LocalHeader, zip64: &[u8], record: &CentralRecord) -> Result<(), &'static str> {
    if record.has_flag(flag::DESCRIPTOR) {
        return check_described(local, zip64, record);
    }
    let mut fields = Fields(zip64);
    let mut long = |short: u32| match short {
        SENTINEL_32 => fields.u64().ok_or("a zip64 value is missing"),
        short => Ok(u64::from(short)),
    };
    let (size, compressed) = (long(local.size)?, long(local.compressed)?);
    extra::check_zip64(zip64, zip64.len() - fields.0.len(), &[size, compressed])?;
    if local.crc != record.header.crc {
        return Err("CRC");
    }
    if size != record.size {
        return Err("size");
    }
    if compressed == record.compressed { Ok(()) } else { Err("compressed size") }
}

/// Values beside a data descriptor: each says nothing, or it is right already (libarchive writes the sizes that it knows).
fn check_described(local: &LocalHeader, zip64: &[u8], record: &CentralRecord) -> Result<(), &'static str> {
    // Writers that do not know a size write 0, and in a zip64 field all ones or the largest signed number, too.
    let silent = [0, u64::MAX, i64::MAX as u64];
    let rights = [record.size, record.compressed];
    let mut fields = Fields(zip64);
    let longs: Vec<u64> = std::iter::from_fn(|| fields.u64()).collect();
    let fits = |(value, right): (&u64, u64)| *value == right || silent.contains(value);
    let long_fits = matches!(zip64.len(), 0 | 16) && longs.iter().zip(rights).all(fits);
    // All ones refer to a zip64 field, and then both do.
    let shorts = [local.size, local.compressed];
    let refers = shorts.contains(&SENTINEL_32);
    let short_fits = match refers {
        true => shorts == [SENTINEL_32; 2] && longs.len() == 2,
        false => shorts.iter().zip(rights).all(|(short, right)| *short == 0 || u64::from(*short) == right),
    };
    match short_fits && long_fits && (local.crc == 0 || local.crc == record.header.crc) {
        true => Ok(()),
        false => Err("values beside a data descriptor"),
    }
}

/// Looks for a descriptor within stored data that only a descriptor ends. A reader that goes by local headers alone, as
/// from a pipe, would take it for the end, and what follows for the next entry.
pub(crate) struct FalseEnd {
    /// The last bytes, in which a descriptor may begin that goes on in the next ones.
    held: Vec<u8>,
    /// How many bytes lie before `held`.
    before: u64,
}

impl FalseEnd {
    /// For this entry's data; `None` where no descriptor ends it.
    pub(crate) fn of(record: &CentralRecord) -> Option<Self> {
        record.has_flag(flag::DESCRIPTOR).then(|| Self { held: Vec::new(), before: 0 })
    }

    /// Takes the next bytes. Returns the offset of a descriptor that gives the data before it as its size.
    pub(crate) fn find(&mut self, bytes: &[u8]) -> Option<u64> {
        self.held.extend_from_slice(bytes);
        let found = self.descriptor();
        let kept = self.held.len().min(LONGEST_DESCRIPTOR as usize - 1);
        self.before += (self.held.len() - kept) as u64;
        self.held.drain(..self.held.len() - kept);
        found
    }

    fn descriptor(&self) -> Option<u64> {
        let sign = signature::DESCRIPTOR.to_le_bytes();
        let starts = self.held.windows(sign.len()).enumerate().filter(|(_, bytes)| *bytes == sign);
        let ends_there = |at: usize| {
            let mut fields = Fields(&self.held[at + sign.len()..]);
            let (_, mut long) = (fields.u32(), Fields(fields.0));
            let size = self.before + at as u64;
            let short =
                fields.u32().map(u64::from) == Some(size) && fields.u32().map(u64::from) == Some(size);
            short || long.u64() == Some(size) && long.u64() == Some(size)
        };
        starts.map(|(at, _)| at).find(|at| ends_there(*at)).map(|at| self.before + at as u64)
    }
}

/// The lengths in bytes that a data descriptor can have: with or without signature, with 32-bit or 64-bit sizes.
const DESCRIPTOR_LENGTHS: [u64; 4] = [12, 16, 20, 24];

/// The length in bytes of the longest data descriptor.
const LONGEST_DESCRIPTOR: u64 = 24;

/// Whether the bytes after an entry's data are exactly its descriptor.
fn is_descriptor(bytes: &[u8], crc: u32, compressed: u64, size: u64) -> bool {
    if !DESCRIPTOR_LENGTHS.contains(&(bytes.len() as u64)) {
        return false;
    }
    let mut fields = Fields(bytes);
    if matches!(bytes.len(), 16 | 24) && fields.u32() != Some(signature::DESCRIPTOR) {
        return false;
    }
    let wide = bytes.len() >= 20;
    let mut number = |wide: bool| if wide { fields.u64() } else { fields.u32().map(u64::from) };
    number(false) == Some(crc.into()) && number(wide) == Some(compressed) && number(wide) == Some(size)
}

fn read_header(
    source: &dyn Source,
    out: &mut [u8],
    offset: u64,
    record: &CentralRecord,
) -> Result<(), ArchiveError> {
    let end = offset.checked_add(out.len() as u64);
    if end.is_none_or(|end| end > source.len()) {
        return Err(Violation::entry(&rules::LOCAL_MISMATCH, &record.name, "outside the archive").into());
    }
    Ok(source.read_exact_at(out, offset)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptors_come_in_four_lengths() {
        let (crc, compressed, size) = (7_u32, 8_u64, 9_u64);
        let short: Vec<u8> = [crc.to_le_bytes(), 8_u32.to_le_bytes(), 9_u32.to_le_bytes()].concat();
        let long: Vec<u8> = [&crc.to_le_bytes()[..], &compressed.to_le_bytes(), &size.to_le_bytes()].concat();
        for body in [short, long] {
            assert!(is_descriptor(&body, crc, compressed, size));
            let signed = [&signature::DESCRIPTOR.to_le_bytes()[..], &body].concat();
            assert!(is_descriptor(&signed, crc, compressed, size));
            assert!(!is_descriptor(&signed, crc, compressed, size + 1));
            assert!(!is_descriptor(&body[1..], crc, compressed, size));
        }
    }

    #[test]
    fn a_descriptor_within_the_data_is_found_however_it_comes() {
        let signed = |size: u32| {
            [&signature::DESCRIPTOR.to_le_bytes()[..], &[7; 4], &size.to_le_bytes(), &size.to_le_bytes()]
                .concat()
        };
        let found = |data: &[u8], step: usize| {
            let mut end = FalseEnd { held: Vec::new(), before: 0 };
            data.chunks(step).find_map(|bytes| end.find(bytes))
        };
        let data = [&[b'x'; 50][..], &signed(50), b"PK\x03\x04 and more"].concat();
        let long = [&[b'x'; 9][..], b"PK\x07\x08CRC.", &9_u64.to_le_bytes(), &9_u64.to_le_bytes()].concat();
        for step in [1, 7, 23, 1000] {
            assert_eq!((found(&data, step), found(&long, step)), (Some(50), Some(9)), "{step}");
            assert_eq!(found(&[&[b'x'; 50][..], &signed(49)].concat(), step), None, "of other data");
        }
    }
}
