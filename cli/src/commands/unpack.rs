//! `waybill unpack`: writes the files of a package, or its payload.

use crate::args::PackageArgs;
use crate::error::Failure;
use crate::files::{PackageReader, shown, spare};
use crate::session::Session;
use crate::text::{Bytes, GOOD, STRONG, counted, printable};
use clap::Args;
use intunewin::{AuthenticatedContent, ContentFolder, UnpackError, UnpackOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use waybill_schemas::report::package::UnpackReport;

/// Unpack a package into a folder, after checking everything about it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill unpack app.intunewin --output app
  waybill unpack app.intunewin --output payload.zip --payload-only

The files appear under the folder's name all at once, when MAC, digest, names,
sizes and CRCs hold; else nothing does.")]
pub(crate) struct UnpackArgs {
    /// The package
    package: PathBuf,
    /// The folder to unpack into; an empty one is replaced
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Write the decrypted payload itself, an ordinary zip: to DIR/PACKAGE.zip, or to DIR where it ends in .zip
    #[arg(long)]
    payload_only: bool,
    /// Replace what is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    reading: PackageArgs,
}

impl UnpackArgs {
    /// The path of the payload with `--payload-only`.
    fn payload_file(&self) -> PathBuf {
        let is_zip =
            |path: &Path| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip"));
        if is_zip(&self.output) && !self.output.is_dir() {
            return self.output.clone();
        }
        let mut name = self.package.file_stem().unwrap_or_default().to_owned();
        name.push(".zip");
        self.output.join(name)
    }
}

/// Authenticates a package, and writes its files or its payload into place.
pub(crate) fn run(args: &UnpackArgs, session: &Session) -> Result<(), Failure> {
    let package = shown(&args.package);
    let context = session.context();
    let about = |failure: Failure| failure.about(&package);
    // Checked before anything is opened: with --force the folder is replaced as a whole, and a package in it would be
    // lost.
    spare(&args.output, &[(&args.package, "the package is in it")])?;
    let reader = PackageReader::new(&args.reading)?;
    let input = reader.open(&args.package).map_err(about)?;
    let setup_file = input.setup_file().map(str::to_owned);
    let content = input
        .into_content(&context)
        .map_err(Failure::from)
        .and_then(|content| Ok(content.authenticate(&context)?))
        .map_err(about)?;
    let (output, files, bytes) = if args.payload_only {
        let file = args.payload_file();
        let bytes = content.write_payload(&file, args.force, &context)?;
        (shown(&file), 1, bytes)
    } else {
        let folder = unpack(args, content, session)?;
        (shown(&args.output), folder.files, folder.bytes)
    };
    let report = UnpackReport { package, output, payload_only: args.payload_only, files, bytes, setup_file };
    session.output.summary(&report, write_unpacked)
}

fn unpack(
    args: &UnpackArgs,
    content: AuthenticatedContent,
    session: &Session,
) -> Result<ContentFolder, Failure> {
    let mut options = UnpackOptions::default();
    (options.policy, options.force) = (args.reading.limits.policy(), args.force);
    content.unpack(&args.output, &options, &session.context()).map_err(|error| {
        // Only an error of the archive is about the package. A full disk or a folder in use has its own path in the
        // message.
        let of_package = matches!(error, UnpackError::Archive(_));
        let failure = Failure::from(error);
        if of_package { failure.about(&shown(&args.package)) } else { failure }
    })
}

/// Writes where the files are, how many, and what to install with.
fn write_unpacked(report: &UnpackReport, out: &mut dyn Write) -> io::Result<()> {
    let output = printable(&report.output);
    if report.payload_only {
        return writeln!(
            out,
            "{GOOD}wrote{GOOD:#} the payload to {STRONG}{output}{STRONG:#}, {}",
            Bytes(report.bytes)
        );
    }
    let files = counted(report.files, "file");
    writeln!(
        out,
        "{GOOD}unpacked{GOOD:#} {files}, {}, into {STRONG}{output}{STRONG:#}",
        Bytes(report.bytes)
    )?;
    match &report.setup_file {
        Some(setup_file) => writeln!(out, "setup file: {}", printable(setup_file)),
        None => Ok(()),
    }
}
