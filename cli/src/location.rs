//! Where a content lies: a path or a URL, and the URL that stands in no process list.

use crate::error::Failure;
use crate::package_input::shown;
use std::path::{Path, PathBuf};
use waybill_downloader::{Location, SecretUrl};
use waybill_schemas::codes::{command, fetch as codes};
use waybill_schemas::read_bounded;
use zeroize::Zeroizing;

/// A path, or an http(s) URL.
pub(crate) fn location(text: &str) -> Result<Location, Failure> {
    if !text.contains("://") {
        return Ok(Location::File(PathBuf::from(text)));
    }
    SecretUrl::parse(text).map(Location::Url).ok_or_else(|| {
        let message = "what is to be fetched is no http(s) URL with a host and without a user name";
        let hint = "give a path, or a URL such as https://cdn.example/7zip.content.json";
        Failure::new(&command::USAGE, message).with_hint(hint)
    })
}

/// The URL in this file, else in WAYBILL_URL: both keep a token out of the process list.
pub(crate) fn content_url(file: Option<&Path>) -> Result<Option<SecretUrl>, Failure> {
    let (place, text) = match file {
        Some(file) => (shown(file), Zeroizing::new(String::from_utf8_lossy(&small_file(file)?).into_owned())),
        None => match std::env::var("WAYBILL_URL") {
            Ok(text) if !text.trim().is_empty() => ("WAYBILL_URL".to_owned(), Zeroizing::new(text)),
            _ => return Ok(None),
        },
    };
    let text = text.trim();
    let one = (!text.contains(char::is_whitespace)).then(|| SecretUrl::parse(text)).flatten(); // parsing drops newlines
    one.map(Some).ok_or_else(|| {
        Failure::new(&codes::SOURCE_UNUSABLE, "this is not one http(s) URL and nothing else")
            .about(&place)
            .with_hint("give the whole URL, its query included, without quotes and without a user name")
    })
}

/// A small file, or stdin for `-`.
pub(crate) fn small_file(file: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    const LIMIT: usize = 1 << 20;
    let outcome = if file == Path::new("-") {
        read_bounded(std::io::stdin().lock(), LIMIT)
    } else {
        std::fs::File::open(file).and_then(|file| read_bounded(file, LIMIT))
    };
    outcome.map_err(|error| {
        Failure::new(&command::INPUT_UNREADABLE, "this cannot be read").caused_by(&error).about(&shown(file))
    })
}
