//! The summary of a transform: an OLE property set (MS-OLEPS) with one section.

/// FMTID_SummaryInformation as it lies in the file.
const FORMAT: [u8; 16] =
    [0xE0, 0x85, 0x9F, 0xF2, 0xF9, 0x4F, 0x68, 0x10, 0xAB, 0x91, 0x08, 0x00, 0x2B, 0x27, 0xB3, 0xD9];
const VT_I2: u32 = 2;
const VT_I4: u32 = 3;
const VT_LPSTR: u32 = 30;

/// "Revision Number" names the product before and after; "Character Count" holds which faults are overlooked (all of
/// them) and what is checked before it is applied (nothing).
pub(super) fn summary(product: &str, upgrade: &str) -> Vec<u8> {
    const ALL_FAULTS: i32 = 0x3F;
    let revision = format!("{product};{product};{upgrade}");
    section(&[
        (1, number(VT_I2, 1252)),
        (2, text("Transform")),
        (3, text("What the company wants of Hello MSI from Waybill")),
        (4, text("Waybill")),
        (7, text("x64;1033")),
        (9, text(&revision)),
        (14, number(VT_I4, 200)),
        (16, number(VT_I4, ALL_FAULTS)),
    ])
}

fn section(properties: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut at = 8 + 8 * properties.len();
    let (mut index, mut values) = (Vec::new(), Vec::<u8>::new());
    for (id, value) in properties {
        index.extend(id.to_le_bytes());
        index.extend(length(at));
        at += value.len();
        values.extend(value);
    }
    let mut bytes = vec![0xFE, 0xFF, 0, 0, 0x0A, 0, 2, 0];
    bytes.extend([0; 16]);
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(FORMAT);
    bytes.extend(48_u32.to_le_bytes());
    bytes.extend(length(at));
    bytes.extend(length(properties.len()));
    bytes.extend(index);
    bytes.extend(values);
    bytes
}

fn number(kind: u32, value: i32) -> Vec<u8> {
    [kind.to_le_bytes(), value.to_le_bytes()].concat()
}

fn text(text: &str) -> Vec<u8> {
    let mut bytes = VT_LPSTR.to_le_bytes().to_vec();
    bytes.extend(length(text.len() + 1));
    bytes.extend(text.as_bytes());
    bytes.push(0);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn length(of: usize) -> [u8; 4] {
    u32::try_from(of).unwrap_or(u32::MAX).to_le_bytes()
}
