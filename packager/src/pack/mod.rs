//! Packs in one pass: all threads deflate files, which are sealed in their order and written once.
//!
//! ```
//! use waybill_context::Context;
//! use waybill_packager::pack::{PackOutput, PackRequest, PackSource, pack};
//!
//! let folder = tempfile::tempdir()?;
//! let source = folder.path().join("source");
//! std::fs::create_dir(&source)?;
//! std::fs::write(source.join("install.cmd"), "exit 0\r\n")?;
//! let source = PackSource::Folder { folder: source, setup_file: "install.cmd".into() };
//! let request = PackRequest::new(source, PackOutput::Folder(folder.path().join("out")));
//! let report = pack(&request, &Context::silent())?;
//! assert!(report.package.ends_with("install.intunewin"));
//! assert_eq!((report.entries.files, report.sizes.source), (1, 8));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod assemble;
mod buffers;
mod code_table;
mod deflate;
mod error;
mod jobs;
mod pipeline;
mod request;
mod source_file;
mod stale;
mod subject;

pub use error::{FileChange, PackError};
pub use request::{Level, OutputNameError, PackOptions, PackOutput, PackRequest, PackSource};

use crate::exclude::LeftOutEntry;
use crate::setup_file::{self, SetupFile};
use crate::walk::{self, SourceList, WalkOptions};
use assemble::Assembler;
use intunewin::{PackageWriter, WrittenPackage};
use request::PackageDraft;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io::Write;
use std::path::PathBuf;
use std::time::SystemTime;
use subject::{AppDocumentFile, PackInput, SetupDescription};
use waybill_context::{Context, Stage};
use waybill_disk::shown;
use waybill_schemas::app::PackageFields;
use waybill_schemas::report::pack::{
    LeftOutItem, LeftOutReport, NamedSize, PackEntries, PackReport, PackSeconds, PackSizes,
};

/// Packs a source folder, or an app's folder, into a package.
///
/// Everything that can be refused is refused before the first byte, and all findings are reported at once. The package
/// gets its name only when it is complete and durable. After an error nothing is left, except an output folder that was
/// made. An app's document (`app.json`) is filled in afterwards; if that fails, the package stays.
///
/// The payload's bytes depend only on the files, their times (or [`PackOptions::source_date_epoch`]) and the level, not
/// on threads, memory or system. The package differs every time, because its keys are new.
///
/// # Errors
/// See [`PackError`].
pub fn pack(request: &PackRequest, context: &Context<'_>) -> Result<PackReport, PackError> {
    let started = context.clock().now();
    let prepared = PreparedPack::prepare(request, context)?;
    let scanned = context.clock().now();
    let draft = PackageDraft::create(&prepared.path, request.options.force)?;
    let (written, entries) = write(&prepared, &request.options, &draft, context)?;
    let packed = context.clock().now();
    draft.put(context)?;
    let times = [started, scanned, packed, context.clock().now()];
    // Only now, because a document must not describe a package that does not exist.
    let filled_fields = match prepared.filled_document() {
        Some(document) => document.fill(&prepared.package_fields(), &prepared.path)?,
        None => Vec::new(),
    };
    Ok(PackReport { filled_fields, ..report(&prepared, &written, entries, times) })
}

/// Writes the payload (the inner zip) of a request to `out` without sealing it, and returns the sum of the files' sizes
/// in bytes. Refuses what [`pack`] refuses, and makes nothing at the request's output.
///
/// # Errors
/// See [`PackError`].
pub fn write_payload(
    request: &PackRequest,
    out: impl Write + Send,
    context: &Context<'_>,
) -> Result<u64, PackError> {
    let prepared = PreparedPack::prepare(request, context)?;
    write_entries(&prepared, &request.options, out, context)?;
    Ok(prepared.list.total_bytes())
}

/// All that is known before the first byte is written.
struct PreparedPack {
    list: SourceList,
    setup_file: SetupFile,
    document: Option<AppDocumentFile>,
    setup: SetupDescription,
    path: PathBuf,
}

impl PreparedPack {
    /// Lists the source folder, finds the setup file, and checks the archive policy.
    fn prepare(request: &PackRequest, context: &Context<'_>) -> Result<Self, PackError> {
        let options = &request.options;
        let PackInput { folder, setup_file, document } =
            PackInput::read(&request.source, options.fill_document)?;
        let path = request.output.path(&setup_file);
        // Before the walk, which may take minutes.
        PackageDraft::check(&path, options.force)?;
        let walk_options = WalkOptions {
            exclusions: options.exclusions.clone(),
            output: Some(path.clone()),
            catalog: options.catalog.clone(),
            policy: options.policy.clone(),
        };
        let list = walk::walk(&folder, &walk_options, context)?;
        let setup_file = setup_file::locate(&list, &walk_options, &setup_file)?;
        let violations = options.policy.check_names(list.iter().map(|entry| entry.name()));
        if !violations.is_empty() {
            return Err(PackError::Refused(violations));
        }
        let written = options.source_date_epoch.unwrap_or_else(|| context.clock().now());
        let setup = SetupDescription::gather(&list, &walk_options, &setup_file, document.as_ref(), written);
        // Detection.xml is written last, so what it cannot hold must be found first.
        setup.metadata.check()?;
        Ok(Self { list, setup_file, document, setup, path })
    }

    /// The app's document, where it is filled in.
    fn filled_document(&self) -> Option<&AppDocumentFile> {
        self.document.as_ref().filter(|document| document.filled)
    }

    /// The fields of the app's document that packing decides.
    fn package_fields(&self) -> PackageFields {
        PackageFields {
            file_name: self.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            setup_file_path: self.setup_file.name().to_owned(),
            msi_information: self.setup.msi_information.clone(),
        }
    }
}

/// Writes the whole package into the draft.
fn write(
    prepared: &PreparedPack,
    options: &PackOptions,
    draft: &PackageDraft,
    context: &Context<'_>,
) -> Result<(WrittenPackage<()>, PackEntries), PackError> {
    let writer = PackageWriter::create(draft.file())?;
    let (writer, entries) = write_entries(prepared, options, writer, context)?;
    let WrittenPackage { info, content_len, package_len, .. } =
        writer.finish(prepared.setup.metadata.clone())?;
    options
        .policy
        .check_package_size(package_len)
        .map_err(|violation| PackError::Refused(vec![violation]))?;
    Ok((WrittenPackage { info, content_len, package_len, out: () }, entries))
}

/// Writes every entry of the payload.
fn write_entries<W: Write + Send>(
    prepared: &PreparedPack,
    options: &PackOptions,
    out: W,
    context: &Context<'_>,
) -> Result<(W, PackEntries), PackError> {
    let meter = context.meter(Stage::Pack, Some(prepared.list.total_bytes()));
    let assembler = Assembler::new(out, &prepared.list, options.source_date_epoch, &meter);
    pipeline::run(&prepared.list, options, assembler, context)
}

/// How many of the largest files the report names.
const LARGEST: usize = 10;

/// `times`: when packing started, listed, wrote and published.
fn report<W>(
    prepared: &PreparedPack,
    written: &WrittenPackage<W>,
    entries: PackEntries,
    times: [SystemTime; 4],
) -> PackReport {
    let info = &written.info;
    PackReport {
        package: shown(&prepared.path),
        name: info.name.clone(),
        setup_file: info.setup_file.clone(),
        sizes: sizes(&prepared.list, written),
        entries,
        left_out: left_out(&prepared.list),
        largest: largest(&prepared.list),
        file_digest: info.encryption_info.file_digest.to_hex(),
        mac: info.encryption_info.mac.to_hex(),
        msi_info: info.msi_info.clone(),
        portal: prepared.setup.portal.clone(),
        filled_fields: Vec::new(), // known once the document was filled in
        app_document: prepared.filled_document().map(|document| shown(&document.path)),
        notes: prepared.setup.notes.clone(),
        seconds: seconds(times),
    }
}

fn sizes<W>(list: &SourceList, written: &WrittenPackage<W>) -> PackSizes {
    let (payload, source) = (written.info.unencrypted_content_size, list.total_bytes());
    // A ratio for people, to whom the 53 bits of an f64 are enough.
    #[allow(clippy::cast_precision_loss)]
    let ratio = if source == 0 { 0.0 } else { payload as f64 / source as f64 };
    PackSizes { package: written.package_len, content: written.content_len, payload, source, ratio }
}

fn left_out(list: &SourceList) -> LeftOutReport {
    let item = |entry: &LeftOutEntry| LeftOutItem {
        name: entry.name.clone(),
        files: entry.files,
        why: entry.why.to_string(),
    };
    LeftOutReport {
        files: list.left_out().files(),
        first: list.left_out().first().iter().map(item).collect(),
    }
}

/// The largest files first; of equal ones, the first in the package.
fn largest(list: &SourceList) -> Vec<NamedSize> {
    // Only ten are kept instead of sorting all, because there may be 200,000 files.
    let mut heap = BinaryHeap::with_capacity(LARGEST + 1);
    for (at, entry) in list.iter().enumerate().filter(|(_, entry)| !entry.is_folder()) {
        heap.push((Reverse(entry.size()), at));
        if heap.len() > LARGEST {
            heap.pop();
        }
    }
    let places = heap.into_sorted_vec();
    let named = |(Reverse(size), at): &(Reverse<u64>, usize)| {
        list.get(*at).map(|entry| NamedSize { name: entry.name(), size: *size })
    };
    places.iter().filter_map(named).collect()
}

fn seconds([started, listed, written, published]: [SystemTime; 4]) -> PackSeconds {
    let between =
        |from: SystemTime, to: SystemTime| to.duration_since(from).unwrap_or_default().as_secs_f64();
    PackSeconds {
        scan: between(started, listed),
        pack: between(listed, written),
        publish: between(written, published),
    }
}

#[cfg(test)]
mod tests;
