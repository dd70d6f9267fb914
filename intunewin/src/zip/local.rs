//! Local headers and data descriptors: what they must share with the central directory.

use super::ZipError;
use super::central::{CentralRecord, find_extra};
use super::record::{Fields, LocalHeader, SENTINEL_32, extra_id, flag, signature};
use crate::policy::{Rule, Violation};
use crate::source::Source;

/// Reads the local header of `record`, compares it and returns the offset of the entry's data.
pub(crate) fn check(source: &dyn Source, record: &CentralRecord) -> Result<u64, ZipError> {
    let differs = |detail: &str| Violation::entry(Rule::LocalMismatch, &record.name, detail);
    let mut fixed = [0; LocalHeader::LEN];
    read(source, &mut fixed, record.header_offset, record)?;
    let local =
        LocalHeader::parse(&fixed).ok_or_else(|| differs("no local header where the directory points"))?;
    let mut variable = vec![0; usize::from(local.name_len) + usize::from(local.extra_len)];
    let variable_offset = record.header_offset + LocalHeader::LEN as u64;
    read(source, &mut variable, variable_offset, record)?;
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
    check_values(&local, extra, record).map_err(differs)?;
    Ok(variable_offset + variable.len() as u64)
}

/// CRC and sizes: those of the directory; with a descriptor nothing is said here, neither CRC nor sizes.
fn check_values(local: &LocalHeader, extra: &[u8], record: &CentralRecord) -> Result<(), &'static str> {
    if record.has_flag(flag::DESCRIPTOR) {
        let silent = |value| matches!(value, 0 | SENTINEL_32);
        let says_nothing = local.crc == 0 && silent(local.size) && silent(local.compressed);
        return if says_nothing { Ok(()) } else { Err("values beside a data descriptor") };
    }
    let mut zip64 = Fields(find_extra(extra, extra_id::ZIP64)?.unwrap_or_default());
    let mut long = |short: u32| match short {
        SENTINEL_32 => zip64.u64().ok_or("a zip64 value is missing"),
        short => Ok(u64::from(short)),
    };
    let (size, compressed) = (long(local.size)?, long(local.compressed)?);
    if local.crc != record.header.crc {
        return Err("CRC");
    }
    if size != record.size {
        return Err("size");
    }
    if compressed == record.compressed { Ok(()) } else { Err("compressed size") }
}

/// The lengths that a data descriptor can have: with or without signature, with 32-bit or 64-bit sizes.
const DESCRIPTOR_LENGTHS: [u64; 4] = [12, 16, 20, 24];

/// The longest data descriptor.
pub(crate) const LONGEST_DESCRIPTOR: u64 = 24;

/// True where the `gap` bytes after an entry's data are exactly its descriptor.
pub(crate) fn is_descriptor(bytes: &[u8], crc: u32, compressed: u64, size: u64) -> bool {
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

fn read(source: &dyn Source, out: &mut [u8], offset: u64, record: &CentralRecord) -> Result<(), ZipError> {
    let end = offset.checked_add(out.len() as u64);
    if end.is_none_or(|end| end > source.len()) {
        return Err(Violation::entry(Rule::LocalMismatch, &record.name, "outside the archive").into());
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
}
