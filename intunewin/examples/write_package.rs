//! Packs the files of one folder, but not of its subfolders, without compression.
//!
//! `cargo run -p intunewin --example write_package -- folder setup.exe app.intunewin`

use intunewin::{DosTime, KnownEntry, Method, PackageMetadata, PackageWriter, PayloadWriter};
use std::fs::File;
use std::path::PathBuf;
use std::time::SystemTime;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [folder, setup_file, output] = arguments.as_slice() else {
        return Err("a folder, its setup file and the package to write?".into());
    };
    let mut payload = PayloadWriter::new(PackageWriter::create(File::create_new(output)?)?);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    files.retain(|path| path.is_file());
    files.sort();
    for path in files {
        let (bytes, metadata) = (std::fs::read(&path)?, path.metadata()?);
        let name = path.file_name().ok_or("a file without a name")?.to_string_lossy();
        let (size, crc) = (bytes.len() as u64, crc32fast::hash(&bytes));
        let modified = DosTime::from_system_time(metadata.modified()?);
        let (name, method) = (name.as_ref(), Method::Stored);
        payload.entry(KnownEntry { name, modified, method, crc, size, compressed: size }, &bytes)?;
    }
    let metadata = PackageMetadata {
        name: setup_file.clone(),
        setup_file: setup_file.clone(),
        msi_info: None,
        written: SystemTime::now(),
    };
    let package = payload.finish()?.finish(metadata)?;
    package.out.sync_all()?;
    Ok(())
}
