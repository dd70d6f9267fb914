//! `waybill init`: drafts app.json from an installer or a manifest of winget, and prints what to check in it.

use crate::args::choice;
use crate::error::Failure;
use crate::files::{as_argument, shown, trusted};
use crate::session::Session;
use crate::text::{Fields, GOOD, STRONG, WARNING, printable, write_list};
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;
use waybill_packager::exclude::Exclusions;
use waybill_packager::init::{Deferral, InitError, InitRequest, app_document_path, init, update};
use waybill_packager::winget::{Manifest, WINGET_RECORD, WingetError, WingetRequest, init_from_winget};
use waybill_schemas::app::{SOURCE_FOLDER, is_app_folder};
use waybill_schemas::codes::{command, fetch, winget};
use waybill_schemas::report::pack::{
    Confidence, FieldUpdate, InitReport, InstallerReport, KeptEdit, UpdateReport, WingetReport,
};
use waybill_schemas::secrets::mask;

/// Write an app.json from what the installer is, or from a manifest of winget
#[derive(Debug, Args)]
#[command(
    override_usage = "waybill init [OPTIONS] [--setup <FILE>] <SOURCE>
       waybill init [OPTIONS] --update <SOURCE>
       waybill init [OPTIONS] --winget <DIR|FILE>",
    after_help = "Examples:
  waybill init apps/7zip/source --setup 7z2301-x64.msi
  waybill init ./tool --setup tool.msi --output apps/tool/app.json
  waybill init apps/7zip/source --setup 7z2408-x64.msi --update
  waybill init --winget manifests/7/7zip/7zip/25.01 --output apps/7zip
  waybill init --winget manifests/7/7zip/7zip/26.00 --output apps/7zip --update

An MSI answers for itself. For NSIS, Inno Setup, WiX Burn, InstallShield, Squirrel
and PSAppDeployToolkit the commands are proposed, and marked: try them before you
rely on them. Uninstall.ps1 and Detect.ps1 beside the setup file are taken.

With --winget the installer is downloaded, its SHA-256 checked before anything
reads it, and source/ and app.json are written."
)]
pub(crate) struct InitArgs {
    /// The source folder
    #[arg(required_unless_present = "winget", conflicts_with = "winget")]
    source: Option<PathBuf>,
    /// The setup file, relative to the source folder; by default the only one there, with --update the one that app.json
    /// names
    #[arg(short, long, value_name = "FILE", conflicts_with = "winget")]
    setup: Option<PathBuf>,
    /// Where app.json goes; beside a folder named source, else into the source folder, by default. With --winget the
    /// app's folder; one named after the package by default
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    /// Leave out what matches; may be given several times
    #[arg(long, value_name = "GLOB", conflicts_with = "winget")]
    exclude: Vec<String>,
    /// What it counts as when a user of PSAppDeployToolkit puts the installation off; as retry the user is asked again
    /// after 5 minutes
    #[arg(long, value_name = "failed|retry", default_value = "failed", value_parser = choice(DEFERRALS), conflicts_with = "winget")]
    defer: Deferral,
    /// Renew version, product code and what else the installer tells in the app.json that is there, and keep your edits
    #[arg(long, conflicts_with = "force")]
    update: bool,
    /// Replace an app.json that is there
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    winget: WingetArgs,
}

/// What makes an app of a manifest.
#[derive(Debug, Args)]
#[command(next_help_heading = "From a manifest of winget")]
struct WingetArgs {
    /// The manifest: the folder of one version, or one of its files
    #[arg(long, value_name = "DIR|FILE")]
    winget: Option<PathBuf>,
    /// The installer's file, where it is at hand; its SHA-256 must be the manifest's
    #[arg(long, value_name = "FILE", requires = "winget")]
    installer: Option<PathBuf>,
    /// Take an installer for this architecture
    #[arg(long, value_name = "ARCH", requires = "winget", value_parser = ["x64", "x86", "arm64", "arm", "neutral"])]
    architecture: Option<String>,
    /// Take an installer for this scope
    #[arg(long, value_name = "SCOPE", requires = "winget", value_parser = ["machine", "user"])]
    scope: Option<String>,
    /// Take an installer in this language, e.g. de-DE
    #[arg(long, value_name = "TAG", requires = "winget")]
    locale: Option<String>,
    /// Take an installer of this type, e.g. msi, inno, zip
    #[arg(long = "type", value_name = "TYPE", requires = "winget")]
    kind: Option<String>,
    /// Install into this folder
    #[arg(long, value_name = "DIR", requires = "winget")]
    install_location: Option<String>,
    /// The switches that make the installer silent, in place of the manifest's
    #[arg(long, value_name = "SWITCHES", requires = "winget", allow_hyphen_values = true)]
    silent: Option<String>,
    /// Certificates (PEM) to trust for the download besides the system's
    #[arg(long, value_name = "FILE", requires = "winget")]
    ca_file: Option<PathBuf>,
}

const DEFERRALS: &[(&str, Deferral)] = &[("failed", Deferral::Failed), ("retry", Deferral::Retry)];

/// Drafts an app document, and prints what to check in it.
pub(crate) fn run(args: InitArgs, session: &Session) -> Result<(), Failure> {
    let report = match args.winget.winget.clone() {
        Some(manifest) => from_winget(manifest, args, session)?,
        None => {
            refuse_stray(&args.winget)?;
            from_sources(args, session)?
        }
    };
    session.output.summary(&report, write_drafted)
}

/// Refuses options that say something about a manifest where none is given: the parser does not, once a source folder
/// stands there, which excludes `--winget`.
fn refuse_stray(wishes: &WingetArgs) -> Result<(), Failure> {
    let given = [
        ("--installer", wishes.installer.is_some()),
        ("--architecture", wishes.architecture.is_some()),
        ("--scope", wishes.scope.is_some()),
        ("--locale", wishes.locale.is_some()),
        ("--type", wishes.kind.is_some()),
        ("--install-location", wishes.install_location.is_some()),
        ("--silent", wishes.silent.is_some()),
        ("--ca-file", wishes.ca_file.is_some()),
    ];
    match given.into_iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((option, _)) => Err(Failure::new(
            &command::USAGE,
            format!("{option} is about a manifest of winget, and none is given"),
        )
        .with_hint(format!(
            "give the manifest with --winget in place of the source folder, or leave {option} out"
        ))),
    }
}

/// Refuses to update an app that was made from a manifest by what its installer tells: that knows less.
fn refuse_app_of_winget(request: &InitRequest) -> Result<(), Failure> {
    let document = app_document_path(&request.source, request.output.as_deref());
    let record = document.with_file_name(WINGET_RECORD);
    if record.symlink_metadata().is_err() {
        return Ok(());
    }
    let folder = record.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.map_or_else(|| ".".into(), |folder| as_argument(&shown(folder)));
    Err(Failure::new(&winget::WINGET_RECORD, "the app was made from a manifest of winget")
        .about(&shown(&record))
        .with_hint(format!(
            "update it by a newer manifest: waybill init --winget <MANIFEST> --output {folder} --update; or remove \
             {WINGET_RECORD}, if the app is to follow its installer alone"
        )))
}

fn from_sources(args: InitArgs, session: &Session) -> Result<InitReport, Failure> {
    let source = sources_of(args.source.unwrap_or_default());
    let mut request = InitRequest::new(source, args.setup.unwrap_or_default());
    request.output = args.output;
    request.force = args.force;
    request.deferral = args.defer;
    request.exclusions = Exclusions::new(&args.exclude)?;
    let context = session.context();
    let (path, draft, update) = if args.update {
        refuse_app_of_winget(&request)?;
        let (path, draft, report) = update(&request, &context)?;
        (path, draft, Some(report))
    } else {
        let (path, draft) = init(&request, &context).map_err(|error| with_choice(error, &request))?;
        (path, draft, None)
    };
    Ok(InitReport {
        document: shown(&path),
        installer: InstallerReport {
            kind: draft.kind.to_string(),
            confidence: draft.confidence,
            evidence: draft.evidence.to_owned(),
        },
        app: draft.app,
        notes: draft.notes.iter().map(ToString::to_string).collect(),
        update,
        winget: None,
    })
}

/// The error, with what to give where no setup file was given.
fn with_choice(error: InitError, request: &InitRequest) -> Failure {
    let InitError::NoneGiven { candidates, is_empty, .. } = &error else { return error.into() };
    let hint = match candidates.first() {
        Some(first) => format!("choose one, e.g. --setup {}", as_argument(first)),
        None if Manifest::open(&request.source).is_ok() => {
            format!(
                "the folder is a manifest of winget: waybill init --winget {}",
                as_argument(&shown(&request.source))
            )
        }
        None if *is_empty => "put the installer's files into the folder, or give another one".to_owned(),
        None => "name the file that installs the app with --setup FILE".to_owned(),
    };
    Failure::from(error).with_hint(hint)
}

/// The folder of the installer's files: of an app's folder its `source`, as pack and lint take it.
fn sources_of(given: PathBuf) -> PathBuf {
    let within = given.join(SOURCE_FOLDER);
    if is_app_folder(&given) && within.is_dir() { within } else { given }
}

fn from_winget(manifest: PathBuf, args: InitArgs, session: &Session) -> Result<InitReport, Failure> {
    let mut request = WingetRequest::new(manifest);
    let wishes = args.winget;
    request.output = args.output;
    request.force = args.force;
    request.update = args.update;
    request.installer = wishes.installer;
    request.choice.architecture = wishes.architecture;
    request.choice.scope = wishes.scope;
    request.choice.locale = wishes.locale;
    request.choice.kind = wishes.kind;
    request.choice.install_location = wishes.install_location;
    request.choice.silent = wishes.silent;
    if let Some(file) = &wishes.ca_file {
        request.client.extra_roots = trusted(file)?;
    }
    let made =
        init_from_winget(&request, &session.context()).map_err(|error| with_advice(error, &request))?;
    Ok(InitReport {
        document: shown(&made.document),
        installer: InstallerReport {
            kind: format!("of winget's type {}", made.kind),
            confidence: Confidence::Likely,
            evidence: format!("the manifest of {} {}", made.identifier, made.version),
        },
        app: made.app,
        notes: made.notes,
        update: made.update,
        winget: Some(WingetReport {
            package_identifier: made.identifier,
            package_version: made.version,
            chosen: made.chosen,
            dropped: made.dropped,
        }),
    })
}

/// The error, with what to try where only a manifest's user can err so.
fn with_advice(error: WingetError, request: &WingetRequest) -> Failure {
    let is_fetched = matches!(error, WingetError::Transport(_));
    let failure = Failure::from(error);
    if is_fetched && failure.id() == fetch::NOT_THERE.id {
        return failure.with_hint(
            "the vendor has removed or moved the file: take a newer manifest, or give the file with --installer FILE",
        );
    }
    if failure.id() == winget::WINGET_HASH.id && request.installer.is_some() {
        return failure.with_hint(
            "this is not the manifest's file: give the one of the manifest's version, or the manifest of the file's",
        );
    }
    if failure.id() == winget::WINGET_RECORD.id && request.update && request.output.is_none() {
        return failure.with_hint("without --output the app is looked for in a folder named after the package: give its folder with --output");
    }
    if failure.id() == command::INPUT_MISSING.id && request.manifest.symlink_metadata().is_err() {
        return failure.with_hint(
            "--winget takes a folder or file on this machine and no package's id: take the folder of one version from \
             https://github.com/microsoft/winget-pkgs, e.g. manifests/7/7zip/7zip/25.01",
        );
    }
    failure
}

/// Writes the document's main fields and every note.
fn write_drafted(report: &InitReport, out: &mut dyn Write) -> io::Result<()> {
    let verb = match &report.update {
        None => "wrote",
        Some(update) if update.changes.is_empty() => "up to date:",
        Some(_) => "updated",
    };
    writeln!(out, "{GOOD}{verb}{GOOD:#} {STRONG}{}{STRONG:#}", printable(&report.document))?;
    let app = &report.app;
    let mut fields = Fields::default();
    fields.add_some("setup file", app.setup_file_path.as_deref());
    fields.add("installer", format!("{}; {}", report.installer.kind, sureness(&report.installer)));
    fields.add_some("taken", report.winget.as_ref().map(|winget| winget.chosen.as_str()));
    fields.add_some("name", app.display_name.as_deref());
    fields.add_some("publisher", app.publisher.as_deref());
    fields.add_some("version", app.display_version.as_deref());
    fields.add_some("install command", app.install_command_line.as_deref().map(mask).as_deref());
    fields.add_some("uninstall command", app.uninstall_command_line.as_deref().map(mask).as_deref());
    fields.write(2, out)?;
    if let Some(update) = &report.update {
        write_update(update, out)?;
    }
    if let Some(winget) = &report.winget {
        write_list("Installers that were not taken", STRONG, "-", &winget.dropped, out)?;
    }
    write_list("To look at", WARNING, "!", &report.notes, out)?;
    writeln!(out, "\nnext: waybill lint {}", printable(&as_argument(&report.document)))
}

/// Writes what an update changed and kept, as a list that can go into a pull request as it is.
fn write_update(update: &UpdateReport, out: &mut dyn Write) -> io::Result<()> {
    let value = |value: &Option<String>| {
        value.as_deref().map_or("nothing".into(), |text| printable(text).into_owned())
    };
    let change = |change: &FieldUpdate| {
        format!("`{}`: {} -> {}", change.field, value(&change.before), value(&change.after))
    };
    let kept = |kept: &KeptEdit| {
        format!("`{}`: {}; init would write {}", kept.field, value(&kept.yours), value(&kept.proposed))
    };
    write_list("Changed", STRONG, "-", &update.changes.iter().map(change).collect::<Vec<_>>(), out)?;
    write_list("Kept as you have it", STRONG, "-", &update.kept.iter().map(kept).collect::<Vec<_>>(), out)
}

fn sureness(installer: &InstallerReport) -> String {
    let sure = match installer.confidence {
        Confidence::Guess => "a guess, by",
        Confidence::Likely => "likely, by",
        Confidence::Certain => "certain, by",
    };
    format!("{sure} {}", installer.evidence)
}
