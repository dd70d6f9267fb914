//! Makes a content folder from the app's folder, by way of a package and a server.

use crate::request::RehearsalRequest;
use crate::stage::{PassedWith, PhaseOutcome, Stages};
use intunewin::{ArchivePolicy, FileSource, OpenError, Package};
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_downloader::{Destination, FetchOptions, FetchRequest, Location, ProxyChoice, Wanted, fetch};
use waybill_packager::lint::{Subject, lint};
use waybill_packager::pack::{PackOutput, PackRequest, PackSource, pack};
use waybill_packager::walk::WalkOptions;
use waybill_publisher::{PublishRequest, publish};
use waybill_schemas::codes::Class;
use waybill_schemas::open_regular;
use waybill_schemas::report::delivery::PublishReport;
use waybill_schemas::report::lint::LintReport;
use waybill_schemas::report::rehearsal::{Phase, PhaseDetails};
use waybill_schemas::{counted, exactly};
use waybill_server::{RunningServer, Server, ServerOptions};

/// Lints app.json and its sources. An error stops the rehearsal before anything is installed.
pub(crate) fn lint_phase(request: &RehearsalRequest, stages: &mut Stages<'_>, context: &Context<'_>) {
    stages.run(Phase::Lint, || {
        let (folder, app) = (&request.folder, request.app.document.clone());
        let subject = Subject::of_app(folder, app, &WalkOptions::default(), context);
        let outcome = subject.map(|subject| classify(lint(subject, &request.allowances)));
        (outcome.unwrap_or_else(PhaseOutcome::from), ())
    });
}

fn classify(report: LintReport) -> PhaseOutcome {
    let (errors, warnings) = (report.counts.errors, report.counts.warnings);
    let counted = |count: u32, thing: &str| format!("{count} {thing}{}", if count == 1 { "" } else { "s" });
    let first = report.findings.iter().find(|finding| finding.allowed.is_none());
    let first = first.map(|finding| format!(": {} {}", finding.code, finding.message)).unwrap_or_default();
    let outcome = match (errors, warnings) {
        (0, 0) => PhaseOutcome::passed("nothing found"),
        (0, _) => PhaseOutcome::passed(format!("{}{first}", counted(warnings, "warning"))),
        (_, 0) => PhaseOutcome::failed(Class::Refused, format!("{}{first}", counted(errors, "error"))),
        _ => {
            let counts = format!("{}, {}", counted(errors, "error"), counted(warnings, "warning"));
            PhaseOutcome::failed(Class::Refused, format!("{counts}{first}"))
        }
    };
    outcome.with(PhaseDetails::Lint(Box::new(report)))
}

/// Packs, publishes, serves on loopback and fetches. Returns the content folder where all of it passed.
pub(crate) fn deliver(
    request: &RehearsalRequest,
    root: &Path,
    stages: &mut Stages<'_>,
    context: &Context<'_>,
) -> Option<PathBuf> {
    let package = stages.attempt(Phase::Pack, || pack_phase(request, root, context))?;
    let (server, document) = stages.attempt(Phase::Serve, || serve_phase(&package, root, context))?;
    let folder = stages.attempt(Phase::Fetch, || fetch_phase(&document, root, context));
    // The content is on the disk, and an installer may run for an hour: no port stays open for that.
    server.stop();
    folder
}

fn pack_phase(request: &RehearsalRequest, root: &Path, context: &Context<'_>) -> PassedWith<PathBuf> {
    let source = PackSource::App(Box::new(request.app.document.clone()));
    let mut request = PackRequest::new(source, PackOutput::Folder(root.join("Package")));
    request.options.force = true;
    // A rehearsal only reads app.json. Filled in, it would be another document than the one that was linted.
    request.options.fill_document = false;
    let report = pack(&request, context)?;
    let package = PathBuf::from(&report.package);
    let (files, bytes) = (report.entries.files, report.sizes.package);
    let outcome = PhaseOutcome::passed(format!("{}, {}", counted(files, "file"), exactly(bytes)));
    Ok((outcome.with(PhaseDetails::Pack(Box::new(report))), package))
}

fn serve_phase(package: &Path, root: &Path, context: &Context<'_>) -> PassedWith<(RunningServer, PathBuf)> {
    let public = root.join("Public");
    make_folder(&public)?;
    // It starts before there is anything to serve, because the document names the content by a URL with the
    // port that the system gave.
    let server = Server::start(ServerOptions::new(&public))?;
    let report = publish_package(package, &public, &root.join("Keys"), &server.url(), context)?;
    let document = PathBuf::from(&report.document);
    let outcome = PhaseOutcome::passed(format!("published, and served at {}", server.url()));
    Ok((outcome.with(PhaseDetails::Publish(Box::new(report))), (server, document)))
}

fn make_folder(folder: &Path) -> Result<(), PhaseOutcome> {
    fs_err::create_dir_all(folder).map_err(|error| PhaseOutcome::failed(Class::Machine, error.to_string()))
}

fn publish_package(
    package: &Path,
    public: &Path,
    keys: &Path,
    url: &str,
    context: &Context<'_>,
) -> Result<PublishReport, PhaseOutcome> {
    let policy = ArchivePolicy::default();
    let source = open_regular(package).and_then(FileSource::from_file).map_err(OpenError::Io)?;
    let content = Package::open(source, &policy)?.into_content(context)?;
    // Beside the public tree and not in it, as on a real server: publishing refuses to put a document with
    // keys there, and the server to serve it.
    make_folder(keys)?;
    let mut request = PublishRequest::new(package, public);
    request.document = Some(keys.join("app.content.json"));
    request.base_url = Some(url.to_owned());
    request.force = true;
    Ok(publish(content, &request, context)?)
}

fn fetch_phase(document: &Path, root: &Path, context: &Context<'_>) -> PassedWith<PathBuf> {
    let request = FetchRequest {
        what: Wanted::Described(Location::File(document.to_owned())),
        destination: Destination::Cache { app: "app".to_owned(), revision: "1".to_owned() },
        root: root.to_owned(),
        options: FetchOptions::default().with(|fetch| {
            fetch.force = true;
            // A proxy would look for loopback on its own machine.
            fetch.proxy = ProxyChoice::Direct;
        }),
    };
    let report = fetch(&request, context)?;
    let (folder, files) = (PathBuf::from(&report.folder), report.files);
    let received = report.download.as_ref().map_or(0, |phase| phase.received);
    let outcome = PhaseOutcome::passed(format!(
        "{} downloaded, MAC and digest hold, {} unpacked and moved into place",
        exactly(received),
        counted(files, "file")
    ));
    Ok((outcome.with(PhaseDetails::Fetch(Box::new(report))), folder))
}
