//! The transform of examples/msi-transform. No tool on Linux writes one: msitools builds, dumps and changes databases,
//! and Windows Installer's own generator needs Windows.
//!
//! A transform is a compound file like a database: a string pool of its own, and of each table that changes a stream of
//! changed rows (Windows Installer, "Database Transforms"; the layout of rows as wine's `msi_table_apply_transform`
//! reads it).

use super::generated::Generated;
use std::error::Error;
use std::io::{Cursor, Write as _};

/// The class of a transform's root storage.
const CLASS: &str = "000C1082-0000-0000-C000-000000000046";
/// The code page of the transform's strings, Windows-1252.
const CODE_PAGE: u16 = 1252;

/// The product that the transform is for, as hello.wxs has it.
const PRODUCT: &str = "{0B0E7A52-6D0A-4E57-9B1D-5A1C0F6E7A01}1.0.0";
const UPGRADE: &str = "{7B7A5C52-54E8-4C8D-8F0B-1B8D2F9C1A02}";

/// The strings of the transform, by their number from 1.
const STRINGS: [&str; 4] = ["GREETING", "as the company wants it", "COMPANY", "Contoso"];

/// The transform as a generated file. The other files in its folder are not made by a program.
pub(crate) fn generated() -> Result<Generated, Box<dyn Error>> {
    Ok(Generated {
        chore: "transform",
        folder: "examples/msi-transform/source",
        owns: |path| path.extension().is_some_and(|extension| extension == "mst"),
        files: [("company.mst".into(), build()?)].into(),
    })
}

fn build() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    file.set_storage_clsid("/", CLASS.parse()?)?;
    let mut put = |name: String, bytes: &[u8]| -> std::io::Result<()> {
        file.create_stream(format!("/{name}"))?.write_all(bytes)
    };
    put("\u{5}SummaryInformation".to_owned(), &summary(PRODUCT, UPGRADE))?;
    put(table("_StringPool"), &string_pool())?;
    put(table("_StringData"), STRINGS.concat().as_bytes())?;
    put(table("Property"), &property_rows())?;
    file.flush()?;
    Ok(file.into_inner().into_inner())
}

/// Code page, then length and count of references of each string; the first entry is the code page itself.
fn string_pool() -> Vec<u8> {
    let header = [CODE_PAGE, 0];
    let entries = STRINGS.iter().flat_map(|text| [u16::try_from(text.len()).unwrap_or(u16::MAX), 1]);
    header.into_iter().chain(entries).flat_map(u16::to_le_bytes).collect()
}

/// `Property` has two columns of strings, the first of which is its key. A row that is changed begins with a bit for
/// each changed column; one that is added with 1 and the number of columns in the upper byte.
fn property_rows() -> Vec<u8> {
    const SECOND_COLUMN: u16 = 0b10;
    const ADDED: u16 = 2 << 8 | 1;
    let changed = [SECOND_COLUMN, 1, 2];
    let added = [ADDED, 3, 4];
    changed.into_iter().chain(added).flat_map(u16::to_le_bytes).collect()
}

/// The name of a table's stream: two characters in one, of an alphabet of 64, behind a mark.
fn table(name: &str) -> String {
    const ALPHABET: &str = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._";
    let digits: Vec<u32> =
        name.chars().filter_map(|c| ALPHABET.find(c)).filter_map(|at| u32::try_from(at).ok()).collect();
    let packed = digits.chunks(2).map(|pair| match pair {
        [first, second] => 0x3800 + first + (second << 6),
        [last] => 0x4800 + last,
        _ => 0,
    });
    std::iter::once(0x4840).chain(packed).filter_map(char::from_u32).collect()
}

/// FMTID_SummaryInformation as it lies in the file.
const FORMAT: [u8; 16] =
    [0xE0, 0x85, 0x9F, 0xF2, 0xF9, 0x4F, 0x68, 0x10, 0xAB, 0x91, 0x08, 0x00, 0x2B, 0x27, 0xB3, 0xD9];
const VT_I2: u32 = 2;
const VT_I4: u32 = 3;
const VT_LPSTR: u32 = 30;

/// "Revision Number" names the product before and after; "Character Count" holds which faults are overlooked (all of
/// them) and what is checked before it is applied (nothing).
fn summary(product: &str, upgrade: &str) -> Vec<u8> {
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
    // Offsets count from the section's start: its length and its count come first, then
    // eight bytes for each property.
    let mut at = 8 + 8 * properties.len();
    let (mut index, mut values) = (Vec::new(), Vec::<u8>::new());
    for (id, value) in properties {
        index.extend(id.to_le_bytes());
        index.extend(length(at));
        at += value.len();
        values.extend(value);
    }
    // Byte order, format 0, and the system that wrote it: Windows (2) in version
    // 10. The class behind it is empty.
    let mut bytes = vec![0xFE, 0xFF, 0, 0, 0x0A, 0, 2, 0];
    bytes.extend([0; 16]);
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(FORMAT);
    // There is one section, which begins right behind this header of 48 bytes.
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
    // The length counts the terminating zero, but not the bytes that pad the value to a multiple of four.
    bytes.extend(length(text.len() + 1));
    bytes.extend(text.as_bytes());
    bytes.push(0);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn length(of: usize) -> [u8; 4] {
    u32::try_from(of).unwrap_or(u32::MAX).to_le_bytes()
}
