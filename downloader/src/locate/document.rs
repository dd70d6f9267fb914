//! Locates a content by its content.json, from a file or a URL.

use super::{Bytes, Located, Locator, Target, check_reach};
use crate::error::LocateError;
use crate::request::Location;
use intunewin::{EncryptedContent, EntryName, FileSource};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use waybill_context::Context;
use waybill_schemas::{ContentDocument, DOCUMENT_LIMIT, EncryptionInfo, open_regular, read_regular};
use waybill_transport::{Client, FilePartRequest, Observations, SecretUrl};
use zeroize::Zeroizing;

/// The first bytes of a zip.
pub(super) const ZIP: &[u8] = b"PK\x03\x04";
/// How many bytes are requested first: enough for every content.json, and a package is recognised by its first bytes.
const FIRST: u64 = 64 << 10;

impl Locator<'_> {
    pub(super) fn file(&self, path: &Path) -> Result<Located, LocateError> {
        let failed = |source| LocateError::Read { path: path.to_owned(), source };
        let mut file = open_regular(path).map_err(failed)?;
        let mut first = Vec::new();
        file.by_ref().take(ZIP.len() as u64).read_to_end(&mut first).map_err(failed)?;
        if first == ZIP {
            let source = FileSource::from_file(file).map_err(failed)?;
            return self.package(source, &path.display().to_string());
        }
        drop(file);
        let bytes = read_file(path)?;
        let document = parse(&bytes, &path.display().to_string())?;
        let content = self.content_beside(&document, path)?;
        Ok(located(document, content))
    }

    /// The content on this machine: a relative URL names a file below the document's folder.
    fn content_beside(&self, document: &ContentDocument, path: &Path) -> Result<Bytes, LocateError> {
        let location = Some(Location::File(path.to_owned()));
        if let Some(url) = &self.options.content_url {
            return Ok(Bytes::Server(target(document, url.clone()), location));
        }
        if document.url.is_absolute() {
            let url = absolute(document, &path.display().to_string())?;
            return Ok(Bytes::Server(target(document, url), location));
        }
        let file = content_file(document, path)?;
        let source = open_regular(&file)
            .and_then(FileSource::from_file)
            .map_err(|source| LocateError::Read { path: file.clone(), source })?;
        let info = document.file_encryption_info.clone();
        let content = EncryptedContent::new(source, info, Some(document.size), &self.options.policy)
            .map_err(|source| LocateError::Content { path: file, source })?;
        Ok(Bytes::Here(Box::new(content)))
    }

    pub(super) fn url(&self, url: &SecretUrl) -> Result<Located, LocateError> {
        // Set before the first request, so that redirects of the document itself are limited, too.
        self.limit_reach(url);
        let range = Some((0, FIRST - 1));
        let small = FilePartRequest { url, range, limit: FIRST, secret: true };
        let first = self.client.read_part(&small, self.context, self.log)?;
        if first.bytes.starts_with(ZIP) {
            return self.package_in_parts(url, &first);
        }
        // A server without ranges sent no bytes to recognise a package by, so its name decides.
        let is_package = url.expose().path().to_ascii_lowercase().ends_with(".intunewin");
        if !first.is_range && is_package {
            return self.whole_package(url);
        }
        let is_all = first.is_range && first.total == Some(first.bytes.len() as u64);
        let bytes = if is_all { first.bytes } else { read_whole(url, self.client, self.context, self.log)? };
        let document = parse(&bytes, &url.to_string())?;
        let content = match &self.options.content_url {
            Some(url) => url.clone(),
            None => content_url_of(&document, url, self.client)?,
        };
        let content = Bytes::Server(target(&document, content), Some(Location::Url(url.clone())));
        Ok(located(document, content))
    }
}

/// The content's URL by a document that was read again.
pub(super) fn content_url(
    location: &Location,
    info: &EncryptionInfo,
    client: &Client,
    context: &Context<'_>,
    log: &Observations,
) -> Result<SecretUrl, LocateError> {
    let (document, place) = match location {
        Location::File(path) => {
            let place = path.display().to_string();
            (parse(&read_file(path)?, &place)?, place)
        }
        Location::Url(url) => {
            let bytes = read_whole(url, client, context, log)?;
            (parse(&bytes, &url.to_string())?, url.to_string())
        }
    };
    // A document that was replaced meanwhile describes another content, whose bytes must not follow those that are
    // held.
    if document.file_encryption_info.mac != info.mac {
        return Err(LocateError::OtherContent { place });
    }
    match location {
        Location::Url(url) => content_url_of(&document, url, client),
        Location::File(_) => absolute(&document, &place),
    }
}

fn read_file(path: &Path) -> Result<Zeroizing<Vec<u8>>, LocateError> {
    let failed = |source| LocateError::Read { path: path.to_owned(), source };
    read_regular(path, DOCUMENT_LIMIT).map_err(failed)
}

fn read_whole(
    url: &SecretUrl,
    client: &Client,
    context: &Context<'_>,
    log: &Observations,
) -> Result<Zeroizing<Vec<u8>>, LocateError> {
    let small = FilePartRequest { url, range: None, limit: DOCUMENT_LIMIT as u64, secret: true };
    Ok(client.read_part(&small, context, log)?.bytes)
}

fn parse(bytes: &[u8], place: &str) -> Result<ContentDocument, LocateError> {
    if bytes.starts_with(ZIP) {
        let why = "it is a package under another name; give it the ending .intunewin";
        return Err(LocateError::Unusable { place: place.to_owned(), why });
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let unusable = match text.first() {
        None => Some("it is empty"),
        Some(b'{') => None,
        Some(b'<') => Some("it is a page or another document in XML or HTML"),
        Some(_) => {
            Some("it begins neither with a brace, as a content.json does, nor with PK, as a package does")
        }
    };
    if let Some(why) = unusable {
        return Err(LocateError::Unusable { place: place.to_owned(), why });
    }
    ContentDocument::read(bytes).map_err(|source| LocateError::Document { place: place.to_owned(), source })
}

fn target(document: &ContentDocument, url: SecretUrl) -> Target {
    Target { url, offset: 0, total: Some(document.size_encrypted), size: document.size_encrypted }
}

fn located(document: ContentDocument, bytes: Bytes) -> Located {
    Located {
        name: document.name,
        size: document.size_encrypted,
        unpacked: Some(document.size_unpacked.unwrap_or(document.size)),
        setup_file: None,
        pieces_digest: document.pieces_digest,
        info: document.file_encryption_info,
        bytes,
    }
}

fn absolute(document: &ContentDocument, place: &str) -> Result<SecretUrl, LocateError> {
    let why = "its url is relative, and there is no server that it is relative to";
    let unusable = || LocateError::Unusable { place: place.to_owned(), why };
    SecretUrl::parse(document.url.as_str()).map_err(|_| unusable())
}

/// The content's URL, absolute or relative to the document's. A document from the internet may not name a private
/// address.
fn content_url_of(
    document: &ContentDocument,
    base: &SecretUrl,
    client: &Client,
) -> Result<SecretUrl, LocateError> {
    let why = "its url cannot be joined with the document's own";
    let unusable = || LocateError::Unusable { place: base.to_string(), why };
    let joined = base.expose().join(document.url.as_str()).map_err(|_| unusable())?;
    let url = SecretUrl::new(joined).map_err(|_| unusable())?;
    check_reach(client, base, &url)?;
    Ok(url)
}

/// The file below the document's folder that its relative URL names, with percent-encoding decoded. It must keep the
/// rules for names in packages, because `a/C:/x` would be on another drive on Windows.
fn content_file(document: &ContentDocument, path: &Path) -> Result<PathBuf, LocateError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let name = EntryName::parse(&decoded(document.url.without_query()), true).map_err(|_| {
        let why = "its url is relative, and names no file that every host may have";
        LocateError::Unusable { place: path.display().to_string(), why }
    })?;
    Ok(folder.join(name.to_path()))
}

/// Decodes percent-encoding; a `%` without two digits stays as it is.
fn decoded(text: &str) -> Vec<u8> {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let [first, tail @ ..] = rest {
        let code =
            tail.get(..2).and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        let (byte, tail) = match code {
            Some(code) if *first == b'%' => (code, &tail[2..]),
            _ => (*first, tail),
        };
        bytes.push(byte);
        rest = tail;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use waybill_schemas::ContentUrl;
    use waybill_transport::{ClientOptions, ProxyChoice, Reach};

    fn document(url: &str) -> ContentDocument {
        let key = "A".repeat(43) + "=";
        let text = format!(
            r#"{{"name":"a","url":"a","size":32,"sizeEncrypted":96,"fileEncryptionInfo":{{"encryptionKey":"{key}",
            "macKey":"{key}","initializationVector":"{}==","mac":"{key}","profileIdentifier":"ProfileVersion1",
            "fileDigest":"{key}","fileDigestAlgorithm":"SHA256"}}}}"#,
            "A".repeat(22)
        );
        ContentDocument {
            url: ContentUrl::new(url).unwrap(),
            ..ContentDocument::read(text.as_bytes()).unwrap()
        }
    }

    #[test]
    fn a_relative_url_is_a_file_below_the_document() {
        let at = Path::new("there").join("x.content.json");
        let file = |url: &str| content_file(&document(url), &at).ok();
        let below =
            |names: &[&str]| Some(names.iter().fold(PathBuf::from("there"), |path, name| path.join(name)));
        assert_eq!(file("ab/content.bin?sig=1"), below(&["ab", "content.bin"]));
        assert_eq!(file("my%20apps/%C3%BC%25/c"), below(&["my apps", "\u{fc}%", "c"]));
        for elsewhere in ["a/C:/x", "a/C:x", "a/x:stream", "a/NUL", "a/%00", "a/%FF", "a/b%"] {
            assert_eq!(file(elsewhere).is_some(), elsewhere == "a/b%", "{elsewhere}");
        }
    }

    #[test]
    fn a_document_from_the_internet_names_no_private_address() {
        let mut options = ClientOptions::default();
        options.proxy = ProxyChoice::Direct;
        let client = Client::start(&options).unwrap();
        let base = SecretUrl::parse("https://1.1.1.1/x.content.json").unwrap();
        let of = |url: &str| content_url_of(&document(url), &base, &client);
        assert!(of("http://192.168.0.1/a?sig=canary").is_ok(), "a document from a private network may");
        client.set_reach(Reach::Public);
        let error = of("http://192.168.0.1/a?sig=canary").unwrap_err();
        assert!(matches!(error, LocateError::Transport(waybill_transport::TransportError::Redirect { .. })));
        assert!(!error.to_string().contains("canary"), "{error}");
        assert!(of("http://localhost:80/a").is_err());
        assert!(of("a/content.bin").is_ok() && of("https://8.8.8.8/a").is_ok());
    }
}
