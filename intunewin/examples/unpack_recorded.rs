//! Unpacks a package and lists what it unpacked.
//!
//! `unpack_recorded PACKAGE DESTINATION` prints a line for each file, as `b3sum --check` reads it in DESTINATION. The
//! digests are computed while the files are written, and memory does not grow with their number.

use intunewin::{ArchivePolicy, EntryName, FileSource, Package, UnpackOptions, UnpackRecord};
use std::error::Error;
use std::io::{self, BufWriter, Stdout, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use waybill_context::Context;
use waybill_schemas::Blake3Digest;

/// A record that is printed to stdout.
struct List(Mutex<BufWriter<Stdout>>);

impl UnpackRecord for List {
    fn file(&self, name: &EntryName, _: u64, digest: &Blake3Digest) -> io::Result<()> {
        let mut list = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(list, "{digest}  {name}")
    }

    fn folder(&self, _: &EntryName) -> io::Result<()> {
        Ok(())
    }

    fn settled(&self, _: &Path, _: bool) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(package), Some(destination)) = (arguments.next(), arguments.next()) else {
        return Err("usage: unpack_recorded PACKAGE DESTINATION".into());
    };
    let context = Context::silent();
    let package = Package::open(FileSource::open(package)?, &ArchivePolicy::default())?;
    let content = package.into_content(&context)?.authenticate(&context)?;
    let list = List(Mutex::new(BufWriter::new(io::stdout())));
    content.unpack_recorded(Path::new(&destination), &UnpackOptions::default(), &list, &context)?;
    Ok(())
}
