//! `waybill publish`: publishes a package's content for any web server.

use crate::args::PackageArgs;
use crate::error::Failure;
use crate::files::{PackageReader, shown};
use crate::session::Session;
use crate::text::{Bytes, Fields, GOOD, STRONG, WARNING, counted, printable, write_list};
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;
use waybill_publisher::{PublishError, PublishRequest, publish};
use waybill_schemas::report::delivery::PublishReport;

/// Publish a package's content for any web server, its keys in a document apart
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill publish 7zip.intunewin --to public --base-url https://cdn.example/apps
  waybill publish 7zip.intunewin --to public       (the document lies above public/)
  waybill publish 7zip.intunewin --to lab --with-keys

Writes DIR/<MAC>/content.bin and pieces.json, which hold no key and never change,
and 7zip.content.json, which holds the keys: keep it as you keep a password.
Serve DIR, and only DIR; docs/publishing.md says how.")]
pub(crate) struct PublishArgs {
    /// The package
    package: PathBuf,
    /// The public tree: the folder that is served
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
    /// Where the secret document goes; PACKAGE.content.json in the current folder by default
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
    /// The URL that DIR is served under; a query (SAS) goes to the end of the content's URL
    #[arg(long, value_name = "URL", env = "WAYBILL_BASE_URL", hide_env_values = true)]
    base_url: Option<String>,
    /// Put the document, with its keys, into DIR too: for labs
    #[arg(long)]
    with_keys: bool,
    /// Repair a damaged content, and replace a document that says something else
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    reading: PackageArgs,
}

/// Publishes a package's content, and prints where its files are.
pub(crate) fn run(args: PublishArgs, session: &Session) -> Result<(), Failure> {
    let package = shown(&args.package);
    let context = session.context();
    let about = |failure: Failure| failure.about(&package);
    let reader = PackageReader::new(&args.reading)?;
    let input = reader.open(&args.package).map_err(about)?;
    // A package holds its keys, so it must not be in the folder that is served.
    let package_has_keys = input.package().is_some();
    let content = input.into_content(&context).map_err(|error| about(error.into()))?;
    let mut request = PublishRequest::new(args.package, args.to);
    request.package_has_keys = package_has_keys;
    request.document = args.document;
    request.base_url = args.base_url;
    request.with_keys = args.with_keys;
    request.force = args.force;
    request.policy = reader.policy().clone();
    let report = publish(content, &request, &context).map_err(|error| {
        let of_package = matches!(error, PublishError::Authenticate(_) | PublishError::Archive(_));
        let failure = Failure::from(error);
        if of_package { about(failure) } else { failure }
    })?;
    session.output.summary(&report, write_published)
}

/// Writes where every file is, and every note.
fn write_published(report: &PublishReport, out: &mut dyn Write) -> io::Result<()> {
    let package = printable(&report.package);
    let pieces = counted(report.piece_count, "piece");
    writeln!(
        out,
        "{GOOD}{}{GOOD:#} {STRONG}{package}{STRONG:#}, {}, {pieces}",
        verb(report),
        Bytes(report.size_encrypted)
    )?;
    let mut fields = Fields::default();
    fields.add("public", &report.public_folder);
    fields.add("secret", &report.document);
    fields.add("url", &report.url);
    fields.write(2, out)?;
    if report.document_already_there {
        writeln!(out, "  the document was there and says the same")?;
    }
    write_list("To look at", WARNING, "!", &report.notes, out)
}

fn verb(report: &PublishReport) -> &'static str {
    match (report.already_there, report.mended) {
        (true, _) => "already there:",
        (_, true) => "repaired",
        _ => "published",
    }
}
