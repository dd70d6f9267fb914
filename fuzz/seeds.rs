//! Writes the first corpus of every fuzz target below the given folder: test vectors, golden packages, a small MSI.

use msi::{Column, Insert, Package, PackageType, Value};
use std::error::Error;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;
use waybill_context::Context;
use waybill_support::tests_folder;
use waybill_support::vector_file::read_group;

type SeedResult<T> = Result<T, Box<dyn Error>>;

fn main() -> SeedResult<()> {
    let corpus = std::env::args().nth(1).ok_or("usage: seeds <FOLDER>")?;
    let corpus = Path::new(&corpus);
    for (group, target) in [("package", "package"), ("xml", "detection_xml"), ("archive", "unpack")] {
        for vector in read_group(group)? {
            seed(corpus, target, &vector.name, &vector.body)?;
        }
    }
    golden(corpus)?;
    seed(corpus, "msi_facts", "small.msi", &small_msi()?)
}

fn seed(corpus: &Path, target: &str, name: &str, bytes: &[u8]) -> SeedResult<()> {
    let folder = corpus.join(target);
    fs::create_dir_all(&folder)?;
    Ok(fs::write(folder.join(name), bytes)?)
}

/// Writes the small golden packages, their documents and payloads.
fn golden(corpus: &Path) -> SeedResult<()> {
    for entry in fs::read_dir(tests_folder().join("fixtures").join("golden"))? {
        let entry = entry?;
        if entry.metadata()?.len() > 16 << 10 {
            continue;
        }
        let (name, bytes) = (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?);
        seed(corpus, "package", &name, &bytes)?;
        let package = intunewin::Package::open(bytes, &intunewin::ArchivePolicy::default())?;
        seed(corpus, "detection_xml", &name, package.detection_xml())?;
        let context = Context::silent();
        let mut payload = Vec::new();
        package.into_content(&context)?.authenticate(&context)?.payload().read_to_end(&mut payload)?;
        seed(corpus, "unpack", &name, &payload)?;
    }
    Ok(())
}

/// Makes an MSI with the tables that our reader reads.
fn small_msi() -> SeedResult<Vec<u8>> {
    let mut package = Package::create(PackageType::Installer, Cursor::new(Vec::new()))?;
    package.summary_info_mut().set_subject("Subject");
    let text = |value: &str| Value::from(value);
    let tables = [
        (
            "Property",
            "Value",
            vec![
                [text("ProductCode"), text("{11111111-2222-3333-4444-555555555555}")],
                [text("ProductName"), text("Contoso")],
                [text("ProductVersion"), text("1.2.3")],
                [text("ALLUSERS"), text("1")],
            ],
        ),
        ("Directory", "DefaultDir", vec![[text("TARGETDIR"), text(".")]]),
        ("ServiceInstall", "Name", vec![[text("service"), text("service")]]),
        ("ODBCDataSource", "Name", vec![[text("source"), text("source")]]),
    ];
    for (table, column, rows) in tables {
        let columns =
            vec![Column::build(table).primary_key().id_string(72), Column::build(column).text_string(0)];
        package.create_table(table, columns)?;
        package.insert_rows(Insert::into(table).rows(rows.into_iter().map(Vec::from).collect()))?;
    }
    package.create_table(
        "Registry",
        vec![Column::build("Registry").primary_key().id_string(72), Column::build("Root").int16()],
    )?;
    package.insert_rows(Insert::into("Registry").row(vec![text("key"), Value::Int(2)]))?;
    Ok(package.into_inner()?.into_inner())
}
