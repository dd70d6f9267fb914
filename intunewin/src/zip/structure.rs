//! The survey: everything about an archive that can be judged without inflating it, in one pass over its headers.

use super::central::{CentralReader, CentralRecord};
use super::end::{Directory, locate};
use super::record::{CentralHeader, flag, method};
use super::{ZipError, local, violation};
use crate::policy::{ArchivePolicy, EntryName, NameSet, Rule, Violation};
use crate::source::Source;
use waybill_context::Context;

/// An archive that keeps every rule about names, structure and declared limits.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) directory: Directory,
    pub(crate) files: u64,
    pub(crate) folders: u64,
    /// Sum of the declared sizes.
    pub(crate) unpacked: u64,
    /// Names with non-ASCII characters that do not say they are UTF-8: read as UTF-8, worth a lint.
    pub(crate) unmarked_names: u64,
    /// The entries over [`LARGE`], unordered; few enough to keep.
    pub(crate) large: Vec<CentralRecord>,
}

/// From this unpacked size on, an entry is worth a thread of its own.
pub(crate) const LARGE: u64 = 8 << 20;

/// So many findings are enough.
const MOST_FINDINGS: usize = 100;

/// Where an entry's bytes lie, and what its descriptor must say.
struct Extent {
    header: u64,
    end: u64,
    streamed: Option<(u32, u64, u64)>,
}

/// Judges names, structure and declared limits of the archive in `source`.
///
/// Costs the headers' reading and about 60 bytes of memory an entry, most of them given back at the end.
pub(crate) fn survey(
    source: &dyn Source,
    policy: &ArchivePolicy,
    context: &Context<'_>,
) -> Result<Survey, ZipError> {
    let directory = locate(source)?;
    policy.check_count(directory.entries)?;
    let mut survey =
        Survey { directory, files: 0, folders: 0, unpacked: 0, unmarked_names: 0, large: Vec::new() };
    let mut findings = Vec::new();
    let extents = read_headers(source, policy, context, &mut survey, &mut findings)?;
    if findings.is_empty() {
        check_tiling(source, extents, directory.offset)?;
        return Ok(survey);
    }
    Err(ZipError::Refused(findings))
}

fn read_headers(
    source: &dyn Source,
    policy: &ArchivePolicy,
    context: &Context<'_>,
    survey: &mut Survey,
    findings: &mut Vec<Violation>,
) -> Result<Vec<Extent>, ZipError> {
    let mut reader = CentralReader::new(source, survey.directory);
    let most = survey.directory.len / CentralHeader::LEN as u64; // bounded by bytes that are really there
    let mut extents = Vec::with_capacity(survey.directory.entries.min(most) as usize);
    let mut names = NameSet::default();
    while let Some(record) = reader.next()? {
        context.check()?;
        let judged = judge(&record, policy).and_then(|name| names.insert(&name).map(|()| name));
        match judged {
            Ok(name) if name.is_folder() => survey.folders += 1,
            Ok(_) => survey.files += 1,
            Err(violation) => findings.push(violation),
        }
        match local::check(source, &record) {
            Ok(data) => extents.push(extent(&record, data)),
            Err(ZipError::Refused(violations)) => findings.extend(violations),
            Err(error) => return Err(error),
        }
        survey.unpacked = survey.unpacked.saturating_add(record.size);
        // Folders that names imply cost memory, too: a few for each entry are plenty.
        let overrun =
            policy.check_unpacked(survey.unpacked).and_then(|()| policy.check_count(names.len() / 4));
        if let Err(violation) = overrun {
            findings.push(violation);
            break;
        }
        survey.unmarked_names += u64::from(!record.is_utf8() && !record.name.is_ascii());
        if findings.len() >= MOST_FINDINGS {
            break;
        }
        if record.size > LARGE {
            survey.large.push(record);
        }
    }
    Ok(extents)
}

fn extent(record: &CentralRecord, data: u64) -> Extent {
    let streamed =
        record.has_flag(flag::DESCRIPTOR).then_some((record.header.crc, record.compressed, record.size));
    Extent { header: record.header_offset, end: data.saturating_add(record.compressed), streamed }
}

/// What a record says, judged by itself.
pub(crate) fn judge(record: &CentralRecord, policy: &ArchivePolicy) -> Result<EntryName, Violation> {
    let refuse = |rule, detail: &str| Violation::entry(rule, &record.name, detail);
    let name = EntryName::parse(&record.name, record.is_utf8())?;
    if record.unicode_path.as_ref().is_some_and(|path| *path != record.name) {
        return Err(refuse(Rule::UnicodePath, ""));
    }
    if record.has_flag(flag::ENCRYPTED | flag::STRONG_ENCRYPTION | flag::MASKED) {
        return Err(refuse(Rule::EntryEncrypted, ""));
    }
    if record.has_flag(flag::PATCH) || !matches!(record.header.method, method::STORED | method::DEFLATED) {
        return Err(refuse(Rule::EntryMethod, &format!("method {}", record.header.method)));
    }
    check_type(record, &name)?;
    if record.header.method == method::STORED && record.compressed != record.size {
        let detail = format!("stored, yet {} bytes of {}", record.compressed, record.size);
        return Err(refuse(Rule::DataSize, &detail));
    }
    policy.check_ratio(&record.name, record.compressed, record.size)?;
    Ok(name)
}

/// Unix file types in the upper half of the external attributes; Microsoft's tool writes 0 there.
fn check_type(record: &CentralRecord, name: &EntryName) -> Result<(), Violation> {
    let mode = record.header.external_attributes >> 16;
    let refuse = |rule| Err(Violation::entry(rule, &record.name, format!("mode {mode:o}")));
    match (mode & 0o170_000, name.is_folder()) {
        (0o040_000, false) | (0o100_000, true) => refuse(Rule::TypeMismatch),
        (0 | 0o040_000 | 0o100_000, _) => match name.is_folder() && record.size > 0 {
            true => Err(Violation::entry(Rule::TypeMismatch, &record.name, format!("{} bytes", record.size))),
            false => Ok(()),
        },
        _ => refuse(Rule::TypeSpecial),
    }
}

/// The entries lie one behind the other from byte 0 to the directory, with nothing between but their descriptors.
fn check_tiling(source: &dyn Source, mut extents: Vec<Extent>, directory: u64) -> Result<(), ZipError> {
    extents.sort_unstable_by_key(|extent| extent.header);
    let first = extents.first().map_or(directory, |extent| extent.header);
    if first != 0 {
        return Err(violation(Rule::JunkBefore, format!("{first} bytes")));
    }
    for (at, extent) in extents.iter().enumerate() {
        let next = extents.get(at + 1).map_or(directory, |next| next.header);
        let gap = next.checked_sub(extent.end).ok_or_else(|| {
            violation(
                Rule::EntryOverlap,
                format!("the entry at {} ends at {}, the next starts at {next}", extent.header, extent.end),
            )
        })?;
        check_gap(source, extent, gap)?;
    }
    Ok(())
}

fn check_gap(source: &dyn Source, extent: &Extent, gap: u64) -> Result<(), ZipError> {
    let Some((crc, compressed, size)) = extent.streamed else {
        return match gap {
            0 => Ok(()),
            gap => Err(violation(Rule::JunkBetween, format!("{gap} bytes at {}", extent.end))),
        };
    };
    let mut bytes = [0; local::LONGEST_DESCRIPTOR as usize];
    let bytes = &mut bytes[..gap.min(local::LONGEST_DESCRIPTOR) as usize];
    source.read_exact_at(bytes, extent.end)?;
    match gap <= local::LONGEST_DESCRIPTOR && local::is_descriptor(bytes, crc, compressed, size) {
        true => Ok(()),
        false => Err(violation(Rule::DescriptorMismatch, format!("{gap} bytes at {}", extent.end))),
    }
}
