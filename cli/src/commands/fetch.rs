use crate::args::FetchArgs;
use crate::error::Failure;
use crate::location::{content_url, location, small_file};
use crate::own_ground::spare;
use crate::package_input::{read_encryption_info, shown};
use crate::report::bytes::Bytes;
use crate::report::fetch::write_fetched;
use crate::session::Session;
use std::path::Path;
use std::time::Duration;
use waybill_downloader::{
    Destination, DownloadError, FetchError, FetchOptions, FetchRequest, Location, PlaceError, SecretUrl,
    Unfinished, Wanted, certificates, fetch,
};
use waybill_schemas::codes::{command, documents, fetch as codes, package, root};

/// Fetches a content, and tells what each phase did.
pub(crate) fn run(args: &FetchArgs, session: &Session) -> Result<(), Failure> {
    let root = args.root.folder();
    let source = args.source.as_deref().map_or(Path::new(""), Path::new);
    spare(&args.output, &[(&root, "the folder of state is in it"), (source, "the document is in it")])?;
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

/// Whether it is about the content itself, and so does not say of which.
fn is_of_content(error: &FetchError) -> bool {
    match error {
        FetchError::Unfinished(unfinished) => is_of_content(&unfinished.error),
        FetchError::Authenticate(_)
        | FetchError::Place(PlaceError::Archive(_))
        | FetchError::Download(DownloadError::Receive(_)) => true,
        _ => false,
    }
}

/// What was named; of a URL without its query.
fn subject(wanted: &Wanted) -> String {
    match wanted {
        Wanted::Described(Location::File(path)) => shown(path),
        Wanted::Described(Location::Url(url)) | Wanted::Bare { url, .. } => url.to_string(),
    }
}

/// With a hint that knows what is held, and what fetch takes.
fn told(error: FetchError, resumed: bool) -> Failure {
    let going_on = error.unfinished().map(|unfinished| going_on(unfinished, resumed));
    let failure = Failure::from(error);
    match hint(failure.id(), going_on) {
        Some(hint) => failure.with_hint(hint),
        None => failure,
    }
}

/// Better than the table's, where there is one: what is held, and what the command does about it.
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

/// What to do, and what happens then.
fn going_on(unfinished: &Unfinished, resumed: bool) -> (&'static str, String) {
    let again = if resumed { "run the same command again" } else { "run it again without --no-resume" };
    let (held, size) = (Bytes(unfinished.held), Bytes(unfinished.size));
    let from = if unfinished.held == 0 {
        "nothing of the content is held yet".to_owned()
    } else if unfinished.held == unfinished.size {
        format!("all {size} of the content are here")
    } else {
        format!("it goes on from {held} of {size}")
    };
    (again, from)
}

fn options(args: &FetchArgs, content_url: Option<SecretUrl>) -> Result<FetchOptions, Failure> {
    let extra_roots = match &args.ca_file {
        Some(file) => certificates(&small_file(file)?).map_err(|error| {
            Failure::new(&command::INPUT_UNREADABLE, "this holds no certificates in PEM form")
                .caused_by(&error)
                .about(&shown(file))
                .with_hint(
                    "give text that begins with -----BEGIN CERTIFICATE-----, not a .cer file in DER form",
                )
        })?,
        None => Vec::new(),
    };
    let limit_rate = args.limit_rate.map(|rate| rate.0);
    if limit_rate.is_some_and(|rate| rate < SLOWEST) {
        let message = "--limit-rate is under 4 KiB a second: servers break off what is as slow as that";
        return Err(Failure::new(&command::USAGE, message).with_hint("give at least --limit-rate 4KiB"));
    }
    Ok(FetchOptions {
        connections: args.connections.into(),
        limit_rate,
        resume: !args.no_resume,
        keep_content: args.keep_content,
        check_in_full: args.check,
        force: args.force,
        wait_lock: Duration::from_secs(args.wait_lock),
        policy: args.limits.policy(),
        content_url,
        extra_roots,
        ..FetchOptions::default()
    })
}

const SLOWEST: u64 = 4096;

/// What to fetch: a document or package by path or URL, or a bare content by its URL. A URL apart from the arguments
/// that stands alone is the document's or package's own, and is taken.
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
    let name = name.strip_suffix(".content").unwrap_or(&name).to_owned();
    Ok(Wanted::Bare { url, info: Box::new(given.encryption_info), size: given.content_size, name })
}

fn no_url(message: &str) -> Failure {
    Failure::new(&command::USAGE, message)
}
