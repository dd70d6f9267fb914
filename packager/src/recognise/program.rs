//! Recognises installers among programs, by the marks that their own loaders look for.

use super::{Confidence, Installer, InstallerKind};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use waybill_pe::{Program, ResourceName};

/// How many bytes of an overlay are searched for the header of NSIS; its own loader searches the whole file.
const NSIS_REACH: u64 = 1024 * 1024;
/// How many bytes of a program's sections are searched for Squirrel's mark.
const SQUIRREL_REACH: u64 = 8 * 1024 * 1024;
/// The largest manifest that is read, in bytes.
const MANIFEST: usize = 64 * 1024;

/// The first header of NSIS after its flags: 0xDEADBEEF, then a name.
const NSIS_MARK: &[u8; 16] = b"\xEF\xBE\xAD\xDENullsoftInst";
/// The start of Inno Setup's table of offsets. Six more bytes depend on the version.
const INNO_MARK: &[u8; 6] = b"rDlPtS";
/// The first number in Burn's section.
const BURN_MARK: [u8; 4] = 0x00F1_4300_u32.to_le_bytes();
/// SHA-256 of "squirrel bundle", after which a loader finds offset and length of its package.
const SQUIRREL_MARK: [u8; 32] = [
    0x94, 0xF0, 0xB1, 0x7B, 0x68, 0x93, 0xE0, 0x29, 0x37, 0xEB, 0x34, 0xEF, 0x53, 0xAA, 0xE7, 0xD4, 0x2B,
    0x54, 0xF5, 0x70, 0x7E, 0xF5, 0xD6, 0xF5, 0x78, 0x54, 0x98, 0x3E, 0x5E, 0x94, 0xED, 0x7D,
];

/// The kind by a mark, how certain it is, and what the mark is.
type Recognition = (InstallerKind, Confidence, &'static str);

/// Looks for the marks of one maker.
type Detector<R> = fn(&mut R, &Program) -> io::Result<Option<Recognition>>;

const fn certain(kind: InstallerKind, evidence: &'static str) -> Option<Recognition> {
    Some((kind, Confidence::Certain, evidence))
}

const fn likely(kind: InstallerKind, evidence: &'static str) -> Option<Recognition> {
    Some((kind, Confidence::Likely, evidence))
}

/// Recognises a file that starts with `MZ`.
pub(super) fn recognise<R: Read + Seek>(reader: &mut R) -> io::Result<Installer> {
    reader.rewind()?;
    let Ok(program) = Program::from_reader(&mut *reader) else {
        let evidence = "the mark of a program, but damaged or 16-bit headers";
        return Ok(Installer::new(InstallerKind::Unknown, Confidence::Likely, evidence));
    };
    let (kind, confidence, evidence) = recognition(reader, &program)?;
    let bundle_id = if kind == InstallerKind::Burn { bundle_id(reader, &program)? } else { None };
    Ok(Installer { kind, confidence, evidence, program: Some(program), bundle_id })
}

/// Looks for the most certain marks first: structures, then manifest and version.
fn recognition<R: Read + Seek>(reader: &mut R, program: &Program) -> io::Result<Recognition> {
    let detectors: [Detector<R>; 6] = [burn, nsis, inno, install_shield, squirrel, manifest];
    for detector in detectors {
        if let Some(recognition) = detector(reader, program)? {
            return Ok(recognition);
        }
    }
    let plain = (InstallerKind::Program, Confidence::Certain, "its headers, without an installer's mark");
    Ok(version_texts(program).unwrap_or(plain))
}

/// Burn's engine finds its containers through its own section: magic, version, the bundle's GUID, sizes.
fn burn<R: Read + Seek>(reader: &mut R, program: &Program) -> io::Result<Option<Recognition>> {
    let Some(section) = program.section(".wixburn") else { return Ok(None) };
    if read_at(reader, section.start, 4)? == BURN_MARK {
        return Ok(certain(InstallerKind::Burn, "the bundle header in its section .wixburn"));
    }
    Ok(likely(InstallerKind::Burn, "a section named .wixburn"))
}

fn bundle_id<R: Read + Seek>(reader: &mut R, program: &Program) -> io::Result<Option<String>> {
    let Some(section) = program.section(".wixburn") else { return Ok(None) };
    let head = read_at(reader, section.start, 24)?;
    Ok(head.get(8..24).filter(|_| head.starts_with(&BURN_MARK)).and_then(guid))
}

/// A GUID as Windows stores it: three numbers with the low byte first, then eight bytes.
fn guid(bytes: &[u8]) -> Option<String> {
    let bytes: [u8; 16] = bytes.try_into().ok()?;
    let hex = |range: &[usize]| range.iter().map(|at| format!("{:02X}", bytes[*at])).collect::<String>();
    let parts = [&[3, 2, 1, 0][..], &[5, 4], &[7, 6], &[8, 9], &[10, 11, 12, 13, 14, 15]].map(hex);
    (bytes != [0; 16]).then(|| format!("{{{}}}", parts.join("-")))
}

/// NSIS's loader searches its file for flags and mark in steps of 512 bytes. The compiler puts them at the start of the
/// overlay, which is on such a step.
fn nsis<R: Read + Seek>(reader: &mut R, program: &Program) -> io::Result<Option<Recognition>> {
    let Range { start, end } = program.overlay;
    let start = start.next_multiple_of(512) + 4;
    let found = find(reader, start..end.min(start + NSIS_REACH), 512, NSIS_MARK)?;
    Ok(found.and_then(|_| certain(InstallerKind::Nsis, "NSIS's header behind its sections")))
}

/// Inno Setup's loader reads its offsets from the resource RCDATA 11111. Before 5.1.5, offset 48 of the DOS header had
/// `Inno` and the offset of the table.
fn inno<R: Read + Seek>(reader: &mut R, program: &Program) -> io::Result<Option<Recognition>> {
    const RT_RCDATA: u32 = 10;
    let table = program.resource(&ResourceName::Number(RT_RCDATA), &ResourceName::Number(11111));
    if let Some(table) = table
        && read_at(reader, table.start, INNO_MARK.len())? == INNO_MARK
    {
        return Ok(certain(InstallerKind::InnoSetup, "Inno Setup's table of offsets in its resources"));
    }
    // Only likely: other linkers may use these four bytes of the header.
    let old = read_at(reader, 48, 4)? == b"Inno";
    Ok(if old { likely(InstallerKind::InnoSetup, "Inno Setup's mark in its DOS header") } else { None })
}

/// InstallShield's launcher has its files after its sections, which begin with one of two names and a zero.
fn install_shield<R: Read + Seek>(reader: &mut R, program: &Program) -> io::Result<Option<Recognition>> {
    let head = read_at(reader, program.overlay.start, 14)?;
    if head == b"InstallShield\0" || head == b"ISSetupStream\0" {
        return Ok(certain(InstallerKind::InstallShield, "InstallShield's file table behind its sections"));
    }
    Ok(None)
}

/// Squirrel.Windows has a zip as resource DATA 131. Its successors have a mark in their data, preceded by an offset and
/// a length that are zero until a package was added to the program.
fn squirrel<R: Read + Seek>(reader: &mut R, program: &Program) -> io::Result<Option<Recognition>> {
    let data = program.resource(&ResourceName::Text("DATA".into()), &ResourceName::Number(131));
    if let Some(data) = data
        && read_at(reader, data.start, 4)? == b"PK\x03\x04"
    {
        return Ok(certain(InstallerKind::Squirrel, "Squirrel's package in its resources"));
    }
    let mut left = SQUIRREL_REACH;
    for section in &program.sections {
        let Range { start, end } = section.file_range;
        let end = end.min(start + left);
        // All sections share one limit, because a file may declare thousands.
        left -= end.saturating_sub(start);
        if let Some(at) = find(reader, start..end, 1, &SQUIRREL_MARK)?
            // Every program of this kind has the mark; only one with a package has offset and length.
            && let Some(before) = at.checked_sub(16)
            && read_at(reader, before, 16)? != [0; 16]
        {
            return Ok(certain(InstallerKind::Squirrel, "Squirrel's bundle mark in its data"));
        }
    }
    Ok(None)
}

/// Recognises a toolkit by the manifest that it writes.
fn manifest<R: Read + Seek>(reader: &mut R, program: &Program) -> io::Result<Option<Recognition>> {
    const RT_MANIFEST: u32 = 24;
    let manifest = program.resource(&ResourceName::Number(RT_MANIFEST), &ResourceName::Number(1));
    let Some(manifest) = manifest else { return Ok(None) };
    let text = read_at(reader, manifest.start, MANIFEST.min((manifest.end - manifest.start) as usize))?;
    let says = |name: &str| text.windows(name.len()).any(|part| part == name.as_bytes());
    let names = [
        ("Nullsoft.NSIS.exehead", InstallerKind::Nsis),
        ("JR.Inno.Setup", InstallerKind::InnoSetup),
        ("InstallShield.Setup", InstallerKind::InstallShield),
    ];
    Ok(names.into_iter().find(|(name, _)| says(name)).and_then(|(_, kind)| likely(kind, "its manifest")))
}

/// Recognises a toolkit by the texts of the version resource.
fn version_texts(program: &Program) -> Option<Recognition> {
    let version = program.version.as_ref()?;
    let texts = [&version.comments, &version.file_description, &version.product_name, &version.company_name];
    let says = |name: &str| texts.iter().filter_map(|text| text.as_deref()).any(|text| text.contains(name));
    let names = [
        ("Inno Setup", InstallerKind::InnoSetup),
        ("InstallShield", InstallerKind::InstallShield),
        ("Nullsoft Install System", InstallerKind::Nsis),
    ];
    let (_, kind) = names.into_iter().find(|(name, _)| says(name))?;
    likely(kind, "its version information")
}

/// How many bytes are searched at a time.
const SEARCHED: usize = 64 * 1024;

/// Reads `most` bytes from `offset`, or fewer where the file ends.
pub(super) fn read_at<R: Read + Seek>(reader: &mut R, offset: u64, most: usize) -> io::Result<Vec<u8>> {
    reader.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::new();
    reader.take(most as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The first place of `pattern` in the range, at a multiple of `step` from its start.
fn find<R: Read + Seek>(
    reader: &mut R,
    range: Range<u64>,
    step: usize,
    pattern: &[u8],
) -> io::Result<Option<u64>> {
    // Each block starts on a step, and is read with as many bytes more as a pattern at its end needs.
    let stride = SEARCHED / step * step;
    let mut at = range.start;
    while at < range.end {
        let left = usize::try_from(range.end - at).unwrap_or(usize::MAX);
        let block = read_at(reader, at, left.min(stride + pattern.len() - 1))?;
        let mut places = (0..block.len()).step_by(step);
        if let Some(place) = places.find(|place| block[*place..].starts_with(pattern)) {
            return Ok(Some(at + place as u64));
        }
        if block.len() < stride {
            break;
        }
        at += stride as u64;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_found_across_blocks_and_only_on_steps() {
        let mut bytes = vec![0; 3 * SEARCHED];
        bytes[SEARCHED - 2..SEARCHED + 2].copy_from_slice(b"mark");
        bytes[2 * SEARCHED..2 * SEARCHED + 4].copy_from_slice(b"mark");
        let find = |range, step| find(&mut io::Cursor::new(&bytes), range, step, b"mark").unwrap();
        let all = bytes.len() as u64;
        assert_eq!(find(0..all, 1), Some(SEARCHED as u64 - 2));
        assert_eq!(find(0..all, 512), Some(2 * SEARCHED as u64));
        assert_eq!(find(0..SEARCHED as u64, 1), None);
        assert_eq!(find(2..all, 512), None);
        assert_eq!(find(all + 10..all + 20, 1), None);
    }
}
