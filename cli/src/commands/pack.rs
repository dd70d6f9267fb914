//! `waybill pack`: packs a source folder, and prints what to enter in the portal.

use crate::args::{Size, choice, whole_number};
use crate::error::Failure;
use crate::files::{app_of_sources, as_argument, shown};
use crate::session::Session;
use crate::text::{Bytes, FAINT, Fields, GOOD, STRONG, WARNING, counted, lasted, printable, write_list};
use clap::Args;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use waybill_packager::exclude::Exclusions;
use waybill_packager::pack::{
    Level, OutputNameError, PackOptions, PackOutput, PackRequest, PackSource, pack,
};
use waybill_schemas::Quoted;
use waybill_schemas::app::{
    APP_DOCUMENT, APP_DOCUMENT_FOR_UNIX, AppFile, FilledField, SOURCE_FOLDER, is_app_folder,
};
use waybill_schemas::codes::command;
use waybill_schemas::report::pack::{LeftOutReport, PackReport};

/// Pack a source folder, or an app's folder, into an .intunewin package
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill pack ./7zip --setup 7z2301-x64.msi
  waybill pack ./7zip --setup 7z.msi -o 7zip-23.01.intunewin --exclude '*.pdb'
  waybill pack apps/7zip --output packages/   (holds app.json and source/)

Patterns have gitignore syntax, here and in .waybillignore files; nothing else
is ignored. SOURCE_DATE_EPOCH sets the time of every entry, so that the same
files give the same payload.")]
pub(crate) struct PackArgs {
    /// The source folder; or the app's folder, which holds app.json and source/
    source: PathBuf,
    /// The setup file, relative to the source folder; app.json names it for an app's folder
    #[arg(short, long, value_name = "FILE")]
    setup: Option<PathBuf>,
    /// The package, or the folder for it; the current folder by default
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// A folder of catalogue files for Windows 10 S mode
    #[arg(long, value_name = "DIR")]
    catalog: Option<PathBuf>,
    /// Leave out what matches; may be given several times
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// How hard to deflate: default is as small as Microsoft's tool, fast takes half the time, best ten times
    /// as much for a few per cent
    #[arg(long, default_value = "default", value_parser = choice(&LEVELS))]
    level: Level,
    /// Memory for blocks in work; the payload does not depend on it
    #[arg(long, value_name = "SIZE", default_value = "48MiB")]
    memory: Size,
    /// Threads; as many as there are processors by default
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>(1..=256))]
    threads: Option<usize>,
    /// Replace a package that is there
    #[arg(long)]
    force: bool,
}

/// The names of `--level`, and what they stand for.
const LEVELS: [(&str, Level); 4] =
    [("store", Level::Store), ("fast", Level::Fast), ("default", Level::Default), ("best", Level::Best)];

impl PackArgs {
    /// The request as the library takes it.
    pub(crate) fn into_request(self) -> Result<PackRequest, Failure> {
        let mut options = PackOptions::default();
        options.exclusions = Exclusions::new(&self.exclude)?;
        options.catalog = self.catalog;
        options.level = self.level;
        options.memory = self.memory.0;
        options.threads = self.threads.and_then(NonZeroUsize::new);
        options.force = self.force;
        options.source_date_epoch = source_date_epoch()?;
        let nothing_named = nothing_named(&self.source);
        if let Some(setup) = &self.setup {
            names_the_setup_file_once(&self.source, setup)?;
        }
        let source = PackSource::find(self.source, self.setup)?.ok_or(nothing_named)?;
        if let (PackSource::App(app), Some(output)) = (&source, &self.output) {
            outside_of_its_files(app, output)?;
        }
        let output = PackOutput::from_argument(self.output.unwrap_or_else(|| PathBuf::from(".")))
            .map_err(|error| other_kind_of_output(&error))?;
        let mut request = PackRequest::new(source, output);
        request.options = options;
        Ok(request)
    }
}

fn other_kind_of_output(error: &OutputNameError) -> Failure {
    let package = shown(&error.path.with_extension("intunewin"));
    let folder = shown(&error.path.join(""));
    Failure::new(&command::USAGE, error.to_string())
        .with_hint(format!("write `{package}` for a package, or `{folder}` for a folder to put it in"))
}

/// Refuses a setup file that is given for an app's folder, whose `app.json` names it: the folder around `source` would be
/// packed with all that lies in it.
fn names_the_setup_file_once(folder: &Path, setup: &Path) -> Result<(), Failure> {
    let is_app = is_app_folder(folder) && folder.join(SOURCE_FOLDER).is_dir();
    if !is_app || folder.join(setup).is_file() {
        return Ok(());
    }
    let document = shown(&folder.join(APP_DOCUMENT));
    let sources = as_argument(&shown(&folder.join(SOURCE_FOLDER)));
    let setup = as_argument(&shown(setup));
    Err(Failure::new(&command::USAGE, format!("{document} names the setup file, and --setup names one, too"))
        .with_hint(format!(
            "leave out --setup, or change setupFilePath in {document}; `waybill pack {sources} --setup {setup}` packs \
             the same files without the app"
        )))
}

/// Refuses a package among the files that are packed: the next one would hold it.
fn outside_of_its_files(app: &AppFile, output: &Path) -> Result<(), Failure> {
    let Some(sources) = app.sources.as_deref().filter(|folder| folder.ends_with(SOURCE_FOLDER)) else {
        return Ok(());
    };
    let Ok(files) = std::fs::canonicalize(sources) else { return Ok(()) };
    // The folders that are there already: the rest of the path is made later.
    let there = std::path::absolute(output).ok();
    let there =
        there.iter().flat_map(|path| path.ancestors()).find_map(|path| std::fs::canonicalize(path).ok());
    if !there.is_some_and(|folder| folder.starts_with(&files)) {
        return Ok(());
    }
    let message = format!("{} lies in {}, whose files are packed", shown(output), shown(sources));
    Err(Failure::new(&command::USAGE, message)
        .with_hint("give a place outside of it with --output, or none for the current folder"))
}

/// What is wrong with a file in the place of a folder.
fn file_for_a_folder(path: &Path) -> Failure {
    let source = shown(path);
    let folder = path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
    let folder = as_argument(&shown(folder));
    let name = path.file_name().unwrap_or_default();
    let is_named = |known: &str| name.eq_ignore_ascii_case(known);
    let is_package = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("intunewin"));
    let hint = if is_named(APP_DOCUMENT) || is_named(APP_DOCUMENT_FOR_UNIX) {
        format!("give the app's folder: `waybill pack {folder}`")
    } else if is_package {
        let package = as_argument(&source);
        format!("a package is packed already; `waybill unpack {package} --output <DIR>` gives its files")
    } else {
        let setup = as_argument(&shown(Path::new(name)));
        format!(
            "give the folder with the installer's files, and the file as --setup, e.g. `waybill pack {folder} --setup {setup}`"
        )
    };
    Failure::new(&command::INPUT_OF_ANOTHER_KIND, format!("{source} is a file, not a folder")).with_hint(hint)
}

fn nothing_named(path: &Path) -> Failure {
    let source = shown(path);
    if path.is_file() {
        return file_for_a_folder(path);
    }
    if !path.is_dir() {
        let code = if path.exists() { &command::INPUT_OF_ANOTHER_KIND } else { &command::INPUT_MISSING };
        return Failure::new(code, "no such folder").about(&source);
    }
    let failure =
        Failure::new(&command::USAGE, format!("{source} holds no app.json, and no --setup is given"));
    if let Some(app) = app_of_sources(path) {
        return failure.with_hint(format!("give the app's folder: `waybill pack {app}`"));
    }
    failure.with_hint(format!(
        "name the setup file with --setup, or give an app's folder; `waybill init {} --setup <FILE>` writes app.json",
        as_argument(&source)
    ))
}

/// Reads `SOURCE_DATE_EPOCH`, in seconds since 1970 (reproducible-builds.org); `None` where it is unset or empty.
pub(crate) fn source_date_epoch() -> Result<Option<SystemTime>, Failure> {
    let Some(text) = std::env::var_os("SOURCE_DATE_EPOCH").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let seconds = text.to_str().and_then(|text| text.parse().ok()).map(Duration::from_secs);
    let time = seconds.and_then(|seconds| SystemTime::UNIX_EPOCH.checked_add(seconds));
    // Refused and not ignored, as the specification demands: a build that is meant to be reproducible would differ
    // every time.
    time.map(Some).ok_or_else(|| {
        let text = text.to_string_lossy();
        Failure::new(
            &command::USAGE,
            format!("SOURCE_DATE_EPOCH is {text}, not seconds since 1970", text = Quoted(&text)),
        )
        .with_hint("set it to a whole number such as 1700000000, or unset it")
    })
}

/// Packs, and prints what was packed and what to enter in the portal.
pub(crate) fn run(args: PackArgs, session: &Session) -> Result<(), Failure> {
    pack_and_report(&args.into_request()?, session)
}

/// As [`run`], for a request from another command.
pub(crate) fn pack_and_report(request: &PackRequest, session: &Session) -> Result<(), Failure> {
    let report = pack(request, &session.context())?;
    session.output.summary(&report, write_packed)
}

/// Writes the page: the package, its largest files, what was left out, and what the portal asks for.
fn write_packed(report: &PackReport, out: &mut dyn Write) -> io::Result<()> {
    let seconds = report.seconds.scan + report.seconds.pack + report.seconds.publish;
    let package = printable(&report.package);
    writeln!(
        out,
        "{GOOD}packed{GOOD:#} {}, {}, into {STRONG}{package}{STRONG:#}, {}, in {}{}",
        counted(report.entries.files, "file"),
        Bytes(report.sizes.source),
        Bytes(report.sizes.package),
        lasted(seconds),
        rate(report.sizes.source, seconds),
    )?;
    write_largest(report, out)?;
    write_left_out(&report.left_out, out)?;
    write_portal(report, out)?;
    let notes: Vec<_> = report.notes.iter().map(|note| note.message.as_str()).collect();
    write_list("To look at", WARNING, "!", &notes, out)?;
    write_filled(report, out)
}

/// Which fields of app.json are others now.
fn write_filled(report: &PackReport, out: &mut dyn Write) -> io::Result<()> {
    let Some(document) = &report.app_document else { return Ok(()) };
    let document = printable(document);
    if report.filled_fields.is_empty() {
        return writeln!(out, "\nnothing to fill in: {STRONG}{document}{STRONG:#} says the same already");
    }
    writeln!(out, "\nfilled in {STRONG}{document}{STRONG:#}")?;
    let mut fields = Fields::default();
    for FilledField { field, before, after } in &report.filled_fields {
        let after = after.as_deref().unwrap_or("(removed)");
        let was = before.as_ref().map_or_else(String::new, |before| format!(" (was {before})"));
        fields.add(field, format!("{after}{was}"));
    }
    fields.write(2, out)
}

/// The rate, where packing lasted long enough for it to mean anything.
fn rate(bytes: u64, seconds: f64) -> String {
    if seconds < 1.0 { String::new() } else { format!(" ({}/s)", Bytes((bytes as f64 / seconds) as u64)) }
}

fn write_largest(report: &PackReport, out: &mut dyn Write) -> io::Result<()> {
    let rest = report.entries.files.saturating_sub(report.largest.len() as u64);
    writeln!(out, "\n{STRONG}Largest files{STRONG:#}")?;
    for file in &report.largest {
        writeln!(out, "  {:>12}  {}", Bytes(file.size), printable(&file.name))?;
    }
    if rest > 0 {
        writeln!(out, "  {:>12}  and {}", "", counted(rest, "smaller file"))?;
    }
    Ok(())
}

fn write_left_out(left_out: &LeftOutReport, out: &mut dyn Write) -> io::Result<()> {
    if left_out.files == 0 {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}{} left out{STRONG:#}", counted(left_out.files, "file"))?;
    let mut told = 0;
    for item in &left_out.first {
        told += item.files;
        let files = if item.name.ends_with('/') {
            format!("{}, ", counted(item.files, "file"))
        } else {
            String::new()
        };
        writeln!(out, "  {}  {FAINT}{files}{}{FAINT:#}", printable(&item.name), printable(&item.why))?;
    }
    match left_out.files.saturating_sub(told) {
        0 => Ok(()),
        rest => writeln!(out, "  and {}", counted(rest, "more file")),
    }
}

fn write_portal(report: &PackReport, out: &mut dyn Write) -> io::Result<()> {
    let portal = &report.portal;
    let mut fields = Fields::default();
    // The app's own name comes first, because the name in Detection.xml is often that of the setup file.
    let msi = report.msi_info.as_ref();
    let or_of_msi = |own: &Option<String>, of_msi: Option<&String>| own.as_ref().or(of_msi).cloned();
    fields.add("name", portal.name.as_ref().unwrap_or(&report.name));
    let publisher = or_of_msi(&portal.publisher, msi.and_then(|msi| msi.publisher.as_ref()));
    fields.add_some("publisher", publisher.as_deref());
    let version = or_of_msi(&portal.version, msi.and_then(|msi| msi.product_version.as_ref()));
    fields.add_some("version", version.as_deref());
    fields.add_some("install command", portal.install_command.as_deref());
    fields.add_some("uninstall command", portal.uninstall_command.as_deref());
    for rule in &portal.detection {
        fields.add("detection", rule);
    }
    writeln!(out, "\n{STRONG}For the portal{STRONG:#}")?;
    fields.write(2, out)?;
    if !portal.verified && portal.install_command.is_some() {
        writeln!(
            out,
            "  {WARNING}unverified:{WARNING:#} the commands follow from the kind of installer: try them first"
        )?;
    }
    Ok(())
}
