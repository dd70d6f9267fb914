//! `waybill fetch`: downloads a content by its document, package or URL, and unpacks it into a folder.

use crate::args::{LONGEST_WAIT, Limits, RootArgs, Size, whole_number};
use crate::error::Failure;
use crate::files::{content_url, location, read_encryption_info, shown, spare, trusted};
use crate::session::Session;
use crate::text::{Bytes, Fields, GOOD, STRONG, counted, lasted, printable, write_wrapped};
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use waybill_downloader::{
    Destination, DownloadError, FetchError, FetchOptions, FetchRequest, Location, PlaceError, SecretUrl,
    Unfinished, Wanted, fetch,
};
use waybill_schemas::codes::{command, documents, fetch as codes, package, root};
use waybill_schemas::report::delivery::{DownloadReport, FetchReport, ValidateReport};

/// Download, authenticate and unpack a content, going on where an earlier run stopped
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill fetch 7zip.content.json --output apps/7zip
  waybill fetch https://cdn.example/7zip.content.json --output apps/7zip --limit-rate 2MiB
  waybill fetch https://files.example/7zip.intunewin --output apps/7zip
  waybill fetch --url-file fresh-url.txt 7zip.content.json --output apps/7zip

The folder appears all at once, when MAC, digest, names, sizes and CRCs hold; else
nothing does. Interrupted in whatever way, the same command goes on from what is
held. A signed URL belongs into --url-file or WAYBILL_URL, where no process list
shows it.")]
pub(crate) struct FetchArgs {
    /// A content.json or an .intunewin package, by path or URL; with --encryption-info a bare content's URL.
    /// A URL that is signed is left out here and given in --url-file or WAYBILL_URL
    #[arg(value_name = "DOCUMENT|PACKAGE|URL")]
    source: Option<String>,
    /// The folder for the files; an empty one is replaced
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// Requests at once, 1 to 8; more than one needs the piece hashes of `waybill publish`
    #[arg(long, value_name = "N", default_value = "1", value_parser = whole_number::<u8>(1..=8))]
    connections: u8,
    /// Bytes per second at most, e.g. 2MiB
    #[arg(long, value_name = "RATE")]
    limit_rate: Option<Size>,
    /// Drop what an earlier run holds and start anew
    #[arg(long)]
    no_resume: bool,
    /// Keep the encrypted content below the root afterwards
    #[arg(long)]
    keep_content: bool,
    /// Digest a folder that is there in full before it is called whole
    #[arg(long)]
    check: bool,
    /// Replace what is there
    #[arg(long)]
    force: bool,
    /// How long to wait where another waybill works on the same content or folder
    #[arg(long, value_name = "SECONDS", default_value = "0", value_parser = whole_number::<u64>(0..=LONGEST_WAIT))]
    wait_lock: u64,
    /// Take the URL from this file (`-`: stdin) or from WAYBILL_URL: beside a document the content's, whatever the
    /// document says; alone the document's or package's own
    #[arg(long, value_name = "FILE")]
    url_file: Option<PathBuf>,
    /// Keys of a bare content: a Detection.xml, a content.json or Graph's fileEncryptionInfo
    #[arg(long, value_name = "FILE")]
    encryption_info: Option<PathBuf>,
    /// Certificates (PEM) to trust besides the system's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    #[command(flatten)]
    root: RootArgs,
    #[command(flatten)]
    limits: Limits,
}

/// Fetches a content, and prints what each phase did.
pub(crate) fn run(args: &FetchArgs, session: &Session) -> Result<(), Failure> {
    let root = args.root.folder();
    let source = args.source.as_deref().map_or(Path::new(""), Path::new);
    spare(&args.output, &[(&root, "the folder of state is in it"), (source, "the document is in it")])?;
    // Read once, because it may come from stdin.
    let mut content_url = content_url(args.url_file.as_deref())?;
    let request = FetchRequest {
        what: wanted(args, &mut content_url)?,
        destination: Destination::Folder(args.output.clone()),
        root,
        options: options(args, content_url)?,
    };
    let report = fetch(&request, &session.context()).map_err(|error| {
        let of_content = is_of_content(&error);
        let failure = told(error, !args.no_resume);
        if of_content { failure.about(&subject(&request.what)) } else { failure }
    })?;
    session.output.summary(&report, write_fetched)
}

/// Whether an error is about the content itself, whose message does not name it.
fn is_of_content(error: &FetchError) -> bool {
    match error {
        FetchError::Unfinished(unfinished) => is_of_content(&unfinished.error),
        FetchError::Authenticate(_)
        | FetchError::Place(PlaceError::Archive(_))
        | FetchError::Download(DownloadError::Receive(_)) => true,
        _ => false,
    }
}

/// The source as it was given; a URL without its query.
fn subject(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Described(Location::File(path)) => shown(path),
        Wanted::Described(Location::Url(url)) | Wanted::Bare { url, .. } => url.to_string(),
        _ => "the content".to_owned(), // kinds that this command does not know
    }
}

/// The failure, with a hint that says what is held and how to continue.
fn told(error: FetchError, resumed: bool) -> Failure {
    let going_on = error.unfinished().map(|unfinished| going_on(unfinished, resumed));
    let failure = Failure::from(error);
    match hint(failure.id(), going_on) {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

/// A hint that replaces the table's, if there is a better one: what is held, and what the command does with it.
fn hint(id: &str, going_on: Option<(&str, String)>) -> Option<String> {
    if id == documents::DOCUMENT_NOT_JSON.id {
        let what = "give the content.json that `waybill publish` wrote, or a package";
        return Some(format!("{what}; a bare content needs its URL and --encryption-info"));
    }
    let (again, from) = going_on?;
    if [package::INTERRUPTED.id, codes::NETWORK_FAILED.id].contains(&id) {
        Some(format!("{again}: {from}"))
    } else if id == root::DISK_FULL.id {
        Some(format!("make room, then {again}: {from}"))
    } else if id == codes::URL_REFUSED.id {
        Some(format!("get a fresh URL, give it with --url-file or in WAYBILL_URL, and {again}: {from}"))
    } else {
        None
    }
}

/// How to continue, and from where that continues.
fn going_on(unfinished: &Unfinished, resumed: bool) -> (&'static str, String) {
    let again = if resumed { "run the same command again" } else { "run it again without --no-resume" };
    let (held, size) = (Bytes(unfinished.held), Bytes(unfinished.size));
    let from = if unfinished.held == unfinished.size {
        format!("all {size} of the content are here")
    } else {
        format!("it goes on from {held} of {size}")
    };
    (again, from)
}

fn options(args: &FetchArgs, content_url: Option<SecretUrl>) -> Result<FetchOptions, Failure> {
    let extra_roots = match &args.ca_file {
        Some(file) => trusted(file)?,
        None => Vec::new(),
    };
    let limit_rate = args.limit_rate.map(|rate| rate.0);
    if limit_rate.is_some_and(|rate| rate < SLOWEST) {
        let message = "--limit-rate is under 4 KiB a second: servers break off what is as slow as that";
        return Err(Failure::new(&command::USAGE, message).with_hint("give at least --limit-rate 4KiB"));
    }
    Ok(FetchOptions::default().with(|fetch| {
        fetch.connections = args.connections.into();
        fetch.limit_rate = limit_rate;
        fetch.resume = !args.no_resume;
        fetch.keep_content = args.keep_content;
        fetch.check_in_full = args.check;
        fetch.force = args.force;
        fetch.wait_lock = Duration::from_secs(args.wait_lock);
        fetch.policy = args.limits.policy();
        fetch.content_url = content_url;
        fetch.extra_roots = extra_roots;
    }))
}

const SLOWEST: u64 = 4096;

/// The content to fetch: by a document or package (path or URL), or a bare content by its URL. Without a source
/// argument, the separate URL is that of the document or package, and is taken out of `content_url`.
fn wanted(args: &FetchArgs, content_url: &mut Option<SecretUrl>) -> Result<Wanted, Failure> {
    let location = args.source.as_deref().map(location).transpose()?;
    let Some(document) = &args.encryption_info else {
        let location = location.or_else(|| content_url.take().map(Location::Url));
        return location.map(Wanted::Described).ok_or_else(|| {
            let hint = "name a content.json or a package, by path or URL; a signed URL goes into --url-file";
            no_url("nothing to fetch is named").with_hint(hint)
        });
    };
    let given = read_encryption_info(document).map_err(|failure| failure.about(&shown(document)))?;
    let url = match (location, content_url.as_ref()) {
        (Some(Location::Url(url)), _) => url,
        (None, Some(url)) => url.clone(),
        (Some(Location::File(path)), _) => {
            let hint = "a content that is here already: `waybill unpack --encryption-info`";
            return Err(no_url("--encryption-info goes with a URL").about(&shown(&path)).with_hint(hint));
        }
        (None, None) => {
            let hint = "give it as an argument, or where it is signed with --url-file or in WAYBILL_URL";
            return Err(no_url("the content's URL is missing").with_hint(hint));
        }
    };
    let name = document.file_stem().unwrap_or_default().to_string_lossy();
    // The stem of `7zip.content.json` is `7zip.content`, whose second half does not belong to the app's name.
    let name = name.strip_suffix(".content").unwrap_or(&name).to_owned();
    Ok(Wanted::Bare { url, info: Box::new(given.encryption_info), size: given.content_size, name })
}

fn no_url(message: &str) -> Failure {
    Failure::new(&command::USAGE, message)
}

/// Writes where the files are, what each phase took, and what was unusual about the servers.
fn write_fetched(report: &FetchReport, out: &mut dyn Write) -> io::Result<()> {
    let name = printable(&report.name);
    let verb = if report.changed { "fetched" } else { "already there:" };
    writeln!(
        out,
        "{GOOD}{verb}{GOOD:#} {STRONG}{name}{STRONG:#}, {}, {}",
        counted(report.files, "file"),
        Bytes(report.bytes)
    )?;
    let mut fields = Fields::default();
    fields.add("folder", &report.folder);
    fields.add_some("setup file", report.setup_file.as_ref());
    fields.add_some("download", report.download.as_ref().map(download));
    fields.add_some("validate", report.validate.as_ref().map(|phase| validate(phase, report)));
    fields.add_some("unpack", report.unpack.map(|phase| at_rate(phase.bytes, phase.seconds)));
    fields.write(2, out)?;
    if report.observations.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{STRONG}On the way{STRONG:#}")?;
    report.observations.iter().try_for_each(|seen| {
        let times = if seen.times > 1 { format!(" ({} times)", seen.times) } else { String::new() };
        write_wrapped("  ", 4, &format!("{}: {}{times}", seen.rule, printable(&seen.seen)), out)
    })
}

fn download(phase: &DownloadReport) -> String {
    if phase.requests == 0 {
        return format!("nothing: all {} were here", Bytes(phase.size));
    }
    let mut told = at_rate(phase.received, phase.seconds);
    if phase.resumed_from > 0 {
        told += &format!(", going on from {}", Bytes(phase.resumed_from));
    }
    if phase.retries > 0 {
        told += &format!(", {}", counted(phase.retries, "retry").replace("retrys", "retries"));
    }
    told
}

/// How the content was authenticated: one on this machine was read for it, one from a server as it came.
fn validate(phase: &ValidateReport, report: &FetchReport) -> String {
    let took = lasted(phase.seconds);
    let mut told = match report.download {
        Some(_) => format!("MAC and digest hold, {took} after the last byte"),
        None => format!("MAC and digest hold, {} in {took}", Bytes(phase.payload)),
    };
    if phase.pieces_mended > 0 {
        told += &format!(", {} repaired", counted(phase.pieces_mended, "piece"));
    }
    if phase.restarts > 0 {
        told += ", after a restart";
    }
    told
}

fn at_rate(bytes: u64, seconds: f64) -> String {
    let rate = Bytes((bytes as f64 / seconds.max(0.001)) as u64);
    format!("{} in {}, {rate}/s", Bytes(bytes), lasted(seconds))
}
