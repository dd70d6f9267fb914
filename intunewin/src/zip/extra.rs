//! Extra fields (APPNOTE.TXT, sections 4.5 and 4.6; Info-ZIP's `extrafld.txt`) of local and central headers.
//!
//! Only fields that are known to give an entry no other name, kind or size are let through. Every other one is refused,
//! because some reader may know it: libarchive, for example, takes a file for a link by a field of its own.

use super::record::{Fields, extra_id};
use crate::policy::{Violation, rules};

/// Checks the extra fields of one header of the entry called `name`, and returns the body of its zip64 field. `header`
/// says which header it is, for the message.
pub(crate) fn judge<'a>(
    extra: &'a [u8],
    name: &[u8],
    header: &'static str,
) -> Result<Option<&'a [u8]>, Violation> {
    let refuse = |rule, detail: String| Violation::entry(rule, name, format!("{header} header: {detail}"));
    let (mut fields, mut zip64, mut second_name) = (Fields(extra), None, None);
    while !fields.0.is_empty() {
        let Some((id, body)) = next(&mut fields) else {
            return Err(refuse(&rules::EXTRA_FIELD, "an extra field is cut short".into()));
        };
        let earlier = match id {
            extra_id::ZIP64 => zip64.replace(body),
            // A version byte and the CRC of the header's name come first. Not every reader looks at them, so they
            // excuse no other name.
            extra_id::UNICODE_PATH if body.get(5..) != Some(name) => {
                return Err(refuse(&rules::UNICODE_PATH, String::new()));
            }
            extra_id::UNICODE_PATH => second_name.replace(body),
            _ if is_harmless(id) => match is_well_formed(id, body, header == "local") {
                true => None,
                false => {
                    return Err(refuse(
                        &rules::EXTRA_FIELD,
                        format!("field {id:#06x} has a length that none has"),
                    ));
                }
            },
            _ => return Err(refuse(&rules::EXTRA_FIELD, format!("field {id:#06x} {}", reason(id)))),
        };
        if earlier.is_some() {
            return Err(refuse(&rules::EXTRA_FIELD, format!("field {id:#06x} is there twice")));
        }
    }
    Ok(zip64)
}

fn next<'a>(fields: &mut Fields<'a>) -> Option<(u16, &'a [u8])> {
    let (id, len) = (fields.u16()?, fields.u16()?);
    Some((id, fields.bytes(len.into())?))
}

/// Whether a field changes neither name nor kind nor size of the entry for anybody who knows it.
fn is_harmless(id: u16) -> bool {
    matches!(
        id,
        0x000a // NTFS: times (7-Zip, WinZip)
        | 0x000d // PKWARE for Unix: times, owner and group, where it is no longer
        | 0x4453 // access list of Windows (Info-ZIP)
        | 0x5455 | 0x5855 // times of Info-ZIP, the second with owner and group (macOS, too)
        | 0x6375 // a second comment; comments mean nothing here
        | 0x7855 | 0x7875 // owner and group (Info-ZIP, libarchive)
        | 0xa11e | 0xcafe | 0xd935 // padding and marks of Java and Android
        | extra_id::GROWTH_HINT
    )
}

/// Whether a harmless field has a length that its writers give it. With another some readers end the list of entries there:
/// libarchive where times are announced and missing.
fn is_well_formed(id: u16, body: &[u8], is_local: bool) -> bool {
    let (length, first) = (body.len(), body.first().copied().unwrap_or_default());
    match id {
        0x000a => length >= 4,
        // More than times, owner and group in 12 bytes is the target of a link, or a device.
        0x000d => length == 12,
        // A byte says which of three times there are; the directory has the first of them alone, or none.
        0x5455 => length == 1 + 4 * (first & 7).count_ones() as usize || !is_local && matches!(length, 1 | 5),
        0x5855 => matches!(length, 8 | 12),
        0x7855 => matches!(length, 0 | 4),
        // A version, and two numbers, each with its length before it.
        0x7875 => {
            let owner = body.get(1).map_or(0, |length| usize::from(*length));
            let group = body.get(2 + owner).map(|length| usize::from(*length));
            first == 1 && group.is_some_and(|group| length == 3 + owner + group)
        }
        _ => true,
    }
}

/// What is known of a field that is refused.
fn reason(id: u16) -> &'static str {
    match id {
        0x000d => "holds the target of a link or a device (PKWARE for Unix)",
        0x0017 | 0x9901 => "is about encryption",
        0x6c78 => "holds another kind of file for libarchive",
        0x756e => "holds another kind of file and the target of a link (ASi Unix)",
        _ => "is not known to be harmless",
    }
}

/// Checks a zip64 field from which `needed` bytes were taken, because that many short fields say that it has their
/// values.
///
/// Some readers take the values by their position (size, compressed size, offset, disk) whether they are asked for or
/// not (Java in local headers, .NET where all are there). So values that nobody asked for must be right, too.
pub(crate) fn check_zip64(body: &[u8], needed: usize, right: &[u64]) -> Result<(), &'static str> {
    if body.len() == needed {
        return Ok(());
    }
    let mut fields = Fields(body);
    for right in right {
        match fields.u64() {
            Some(value) if value == *right => {}
            Some(_) => return Err("its field holds other values than the header"),
            None => break,
        }
    }
    // Behind the three values of a central header there may be the number of a disk, which is always 0.
    match fields.0 {
        [] | [0, 0, 0, 0] => Ok(()),
        _ => Err("its field has a length that no set of values has"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(id: u16, body: &[u8]) -> Vec<u8> {
        [&id.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat()
    }

    fn rule(extra: &[u8]) -> Option<&'static str> {
        judge(extra, b"a.txt", "local").err().map(|violation| violation.rule.id)
    }

    #[test]
    fn what_packers_write_is_let_through() {
        for extra in [
            field(0x5455, &[3, 0, 0, 0, 0, 0, 0, 0, 0]),
            field(0x7875, b"\x01\x04\0\0\0\0\x04\0\0\0\0"),
            field(0x000a, &[0; 32]),
            field(0x000d, &[0; 12]),
            field(0xa220, &[0; 24]),
            [field(0x5855, &[0; 12]), field(0xcafe, b"")].concat(),
            field(0x7075, b"\x01CRC.a.txt"),
        ] {
            assert_eq!(rule(&extra), None, "{extra:02x?}");
        }
    }

    #[test]
    fn every_other_field_is_refused() {
        for id in (0..=u16::MAX).filter(|id| {
            !(is_harmless(*id) && is_well_formed(*id, b"evil.exe", true)) && *id != extra_id::ZIP64
        }) {
            let expected = if id == extra_id::UNICODE_PATH { "unicode-path" } else { "extra-field" };
            assert_eq!(rule(&field(id, b"evil.exe")), Some(expected), "{id:#06x}");
        }
        assert_eq!(rule(&field(0x000d, &[0; 13])), Some("extra-field"));
        // libarchive ends the list where a time is announced and missing.
        for times in [&[][..], &[3, 0, 0, 0, 0], &[0, 0]] {
            assert_eq!(rule(&field(0x5455, times)), Some("extra-field"), "{times:?}");
        }
        assert!(
            judge(&field(0x5455, &[3, 0, 0, 0, 0]), b"a.txt", "central").is_ok(),
            "the directory has the first alone"
        );
        assert_eq!(rule(&field(0x7075, b"\x01CR")), Some("unicode-path"));
    }

    #[test]
    fn fields_end_where_the_extra_ends() {
        let whole = field(0x5455, &[1, 0, 0, 0, 0]);
        for cut in 1..whole.len() {
            assert_eq!(rule(&whole[..cut]), Some("extra-field"), "{cut}");
        }
        assert_eq!(rule(&[&whole[..], &[0]].concat()), Some("extra-field"));
        for (id, body) in [(1, &[0; 8][..]), (0x7075, b"\x01CRC.a.txt")] {
            assert_eq!(rule(&field(id, body).repeat(2)), Some("extra-field"));
        }
    }

    #[test]
    fn zip64_values_that_nobody_asked_for_must_be_right() {
        let body = |values: &[u64]| values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>();
        let right = [5, 4, 3];
        assert!(check_zip64(&body(&[4]), 8, &right).is_ok()); // the compressed size alone was asked for
        assert!(check_zip64(&body(&[5, 4, 3]), 8, &right).is_ok());
        assert!(check_zip64(&[body(&right), vec![0; 4]].concat(), 0, &right).is_ok());
        assert!(check_zip64(&body(&[5, 9, 3]), 8, &right).is_err());
        assert!(check_zip64(&body(&[7]), 0, &right).is_err());
        assert!(check_zip64(&[body(&right), vec![1; 4]].concat(), 24, &right).is_err());
        assert!(check_zip64(&[5, 0, 0], 0, &right).is_err());
    }
}
