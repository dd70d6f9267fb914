//! The transform of examples/msi-transform. No tool on Linux writes one: msitools builds, dumps and changes databases, and
//! Windows Installer's own generator needs Windows.
//!
//! A transform is a compound file like a database: a string pool of its own, and of each table that changes a stream of
//! changed rows (Windows Installer, "Database Transforms"; the layout of rows as wine's `msi_table_apply_transform`
//! reads it).

mod summary;

use std::error::Error;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};

/// The class of a transform's root storage.
const CLASS: &str = "000C1082-0000-0000-C000-000000000046";
/// Windows-1252.
const CODE_PAGE: u16 = 1252;

/// The product that it is for, as hello.wxs has it.
const PRODUCT: &str = "{0B0E7A52-6D0A-4E57-9B1D-5A1C0F6E7A01}1.0.0";
const UPGRADE: &str = "{7B7A5C52-54E8-4C8D-8F0B-1B8D2F9C1A02}";

/// The strings it uses, by their number from 1.
const STRINGS: [&str; 4] = ["GREETING", "as the company wants it", "COMPANY", "Contoso"];

/// Writes the file.
pub(crate) fn write() -> Result<String, Box<dyn Error>> {
    fs::write(path(), build()?)?;
    Ok("1 transform written".to_owned())
}

/// Compares it.
pub(crate) fn check() -> Result<String, Box<dyn Error>> {
    if fs::read(path())? == build()? {
        Ok("1 transform is current".to_owned())
    } else {
        Err(format!("not current: {}; run `cargo xtask transform`", path().display()).into())
    }
}

fn path() -> PathBuf {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    project.join("examples").join("msi-transform").join("source").join("company.mst")
}

fn build() -> Result<Vec<u8>, Box<dyn Error>> {
    let mut file = cfb::CompoundFile::create_with_version(cfb::Version::V3, Cursor::new(Vec::new()))?;
    file.set_storage_clsid("/", CLASS.parse()?)?;
    let mut put = |name: String, bytes: &[u8]| -> std::io::Result<()> {
        file.create_stream(format!("/{name}"))?.write_all(bytes)
    };
    put("\u{5}SummaryInformation".to_owned(), &summary::summary(PRODUCT, UPGRADE))?;
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

/// `Property` has two columns of strings, the first of which is its key. A row that is changed begins with a bit for each
/// changed column; one that is added with 1 and the number of columns in the upper byte.
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
