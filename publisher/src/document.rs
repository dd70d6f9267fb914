//! The secret document: where it goes and by which URL it names the content, which is decided before anything is
//! written. It is private from its first byte, appears whole or not at all, and replaces a document that says something
//! else only by force.

use crate::store::StoreError;
use crate::{CONTENT, PublishError, PublishRequest};
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};
use waybill_context::{Cancelled, Context};
use waybill_disk::{FileAccess, MadeFolders, NewFile, folder_of};
use waybill_schemas::{ContentDocument, ContentUrl, DOCUMENT_LIMIT, Mac, read_regular};

/// What a document's name ends in.
const DOCUMENT_SUFFIX: &str = ".content.json";

/// Where the document goes, and by which URL it names the content.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct DocumentPlacement {
    /// The document's path, as it was given.
    pub(crate) document: PathBuf,
    /// The URL by which the document names the content.
    pub(crate) url: ContentUrl,
    /// Whether the document lies in the public tree.
    pub(crate) in_public: bool,
    /// Whether the package does, which has keys of its own.
    pub(crate) package_in_public: bool,
}

impl DocumentPlacement {
    /// Decides as the request asks. Folders that are not there yet are taken by their names, so ask again once they
    /// are: names that differ in case only may be one folder.
    ///
    /// # Errors
    /// The document would lie in the public tree unasked or outside it against what was asked, it could not name the content, or the base URL is not
    /// absolute.
    pub(crate) fn decide(request: &PublishRequest, mac: &Mac) -> Result<Self, PublishError> {
        let document = document_path(request);
        let public = resolved(&request.public)?;
        let from = resolved(folder_of(&document))?;
        // Both without links, so that no other spelling of the public tree hides in the way.
        let in_public = from.starts_with(&public);
        if in_public && !request.with_keys {
            return Err(PublishError::KeysInPublic { document, public: request.public.clone() });
        }
        // There is one document, and it cannot be in both places.
        if request.with_keys && !in_public {
            return Err(PublishError::KeysElsewhere { document, public: request.public.clone() });
        }
        let url = match (&request.base_url, public.strip_prefix(&from)) {
            (Some(base), _) => url_below(base, mac)?,
            (None, Ok(way)) => url_down(way, mac)?,
            (None, Err(_)) => {
                return Err(PublishError::OutOfReach { document, public: request.public.clone() });
            }
        };
        let package_in_public = request.package_has_keys
            && request.package.canonicalize().is_ok_and(|package| package.starts_with(&public));
        Ok(Self { document, url, in_public, package_in_public })
    }
}

fn document_path(request: &PublishRequest) -> PathBuf {
    if let Some(document) = &request.document {
        return document.clone();
    }
    let mut name = request.package.file_stem().map_or_else(|| OsString::from("app"), OsString::from);
    name.push(DOCUMENT_SUFFIX);
    if request.with_keys { request.public.join(name) } else { PathBuf::from(name) }
}

/// The path without links, as far as it exists.
fn resolved(path: &Path) -> Result<PathBuf, StoreError> {
    let failed = |error| StoreError::write(path, error);
    let absolute = std::path::absolute(path).map_err(failed)?;
    let (mut there, mut missing) = (absolute.as_path(), Vec::new());
    loop {
        match there.canonicalize() {
            Ok(found) => return Ok(missing.iter().rev().fold(found, |path, name| path.join(name))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (Some(parent), Some(name)) = (there.parent(), there.file_name()) else {
                    return Err(failed(error));
                };
                missing.push(name);
                there = parent;
            }
            Err(error) => return Err(failed(error)),
        }
    }
}

/// The URL of a content below `base`, whose query (a SAS token) is kept.
fn url_below(base: &str, mac: &Mac) -> Result<ContentUrl, PublishError> {
    let (path, query) = match base.split_once('?') {
        Some((path, query)) => (path, format!("?{query}")),
        None => (base, String::new()),
    };
    let url = format!("{}/{mac}/{CONTENT}{query}", path.trim_end_matches('/'));
    let url = ContentUrl::new(url).map_err(PublishError::Url)?;
    if url.is_absolute() { Ok(url) } else { Err(PublishError::BaseUrlRelative) }
}

/// The URL of a content in the folder that `way` leads down to from its document.
fn url_down(way: &Path, mac: &Mac) -> Result<ContentUrl, PublishError> {
    let mut url = String::new();
    for component in way.components() {
        if let Component::Normal(name) = component {
            encode(name.as_encoded_bytes(), &mut url);
            url.push('/');
        }
    }
    ContentUrl::new(format!("{url}{mac}/{CONTENT}")).map_err(PublishError::Url)
}

/// Percent-encodes everything but the unreserved characters (RFC 3986, 2.3).
fn encode(name: &[u8], out: &mut String) {
    for &byte in name {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(byte.into());
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

/// The document of the content that is there already; nothing where there is none, or where `force` lets another content's
/// document or a foreign file be replaced.
///
/// # Errors
/// There is a document of another content, or something else, and it is not to be replaced.
pub(crate) fn find(
    path: &Path,
    mac: &Mac,
    force: bool,
) -> Result<Option<Box<ContentDocument>>, PublishError> {
    match read(path)? {
        ExistingFile::Document(there) if there.file_encryption_info.mac == *mac => Ok(Some(there)),
        ExistingFile::Absent => Ok(None),
        _ if force => Ok(None),
        ExistingFile::Document(_) => Err(exists(path, "is another content's")),
        ExistingFile::Other => Err(exists(path, "is no content.json")),
    }
}

/// Writes the document, mode 0600; false where it was there and says the same.
pub(crate) fn write(
    document: &ContentDocument,
    path: &Path,
    force: bool,
    context: &Context<'_>,
) -> Result<bool, PublishError> {
    match find(path, &document.file_encryption_info.mac, force)? {
        Some(there) if says_the_same(&there, document) => return Ok(false),
        Some(_) if !force => return Err(exists(path, "says something else of the same content")),
        _ => {}
    }
    put(&document.write()?, path, force, context)?;
    Ok(true)
}

fn put(bytes: &[u8], path: &Path, force: bool, context: &Context<'_>) -> Result<(), PublishError> {
    let failed = |error| PublishError::Store(StoreError::write(path, error));
    let mut made = MadeFolders::make(folder_of(path)).map_err(failed)?;
    let new = NewFile::create(path, FileAccess::Private).map_err(failed)?;
    new.file().write_all(bytes).map_err(failed)?;
    new.put(force, context).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(path, "was written by another program just now"),
        io::ErrorKind::Interrupted => PublishError::Cancelled(Cancelled),
        _ => failed(error),
    })?;
    made.keep();
    Ok(())
}

enum ExistingFile {
    Absent,
    Document(Box<ContentDocument>),
    Other,
}

fn read(path: &Path) -> Result<ExistingFile, PublishError> {
    let failed = |error| PublishError::Store(StoreError::read(path, error));
    let bytes = match read_regular(path, DOCUMENT_LIMIT) {
        Ok(bytes) => bytes,
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound => return Ok(ExistingFile::Absent),
            io::ErrorKind::IsADirectory | io::ErrorKind::InvalidInput => return Ok(ExistingFile::Other),
            _ => return Err(failed(error)),
        },
    };
    let document = ContentDocument::read(&bytes).map(Box::new);
    Ok(document.map_or(ExistingFile::Other, ExistingFile::Document))
}

/// Whether two documents agree. Fields that another program added are not compared, and may stay.
fn says_the_same(there: &ContentDocument, document: &ContentDocument) -> bool {
    let there = ContentDocument { other: document.other.clone(), ..there.clone() };
    there == *document
}

fn exists(path: &Path, says: &'static str) -> PublishError {
    PublishError::DocumentExists { document: path.to_path_buf(), says }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use waybill_schemas::ContentUrlFault;

    const MAC: Mac = Mac::new([0xAB; 32]);

    fn place(
        root: &Path,
        public: &str,
        document: Option<&str>,
        with: &[&str],
    ) -> Result<DocumentPlacement, PublishError> {
        let request = PublishRequest {
            package: root.join("my app.intunewin"),
            public: root.join(public),
            document: document.map(|document| root.join(document)),
            base_url: with.contains(&"base").then(|| "https://cdn.example".to_owned()),
            with_keys: with.contains(&"keys"),
            ..PublishRequest::default()
        };
        DocumentPlacement::decide(&request, &MAC)
    }

    fn url(placement: Result<DocumentPlacement, PublishError>) -> String {
        placement.unwrap().url.as_str().replace(&MAC.to_hex(), "MAC")
    }

    #[test]
    fn a_document_above_the_public_tree_needs_no_base_url() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("there")).unwrap();
        for public in ["there", "new"] {
            let place = |document, with: &[&str]| place(root.path(), public, Some(document), with);
            assert_eq!(url(place("app.content.json", &[])), format!("{public}/MAC/content.bin"));
            assert_eq!(url(place("app.content.json", &["base"])), "https://cdn.example/MAC/content.bin");
            assert_eq!(
                url(place("secret/app.content.json", &["base"])),
                "https://cdn.example/MAC/content.bin"
            );
            let error = place("secret/app.content.json", &[]).unwrap_err();
            assert!(matches!(error, PublishError::OutOfReach { .. }), "{error}");
        }
        assert_eq!(url(place(root.path(), "a/b c", Some("x.json"), &[])), "a/b%20c/MAC/content.bin");
    }

    #[test]
    fn keys_in_the_public_tree_have_to_be_asked_for() {
        let root = tempfile::tempdir().unwrap();
        for public in ["there", "new"] {
            let _ = fs::create_dir(root.path().join("there"));
            for below in ["x.json", "../new/x.json", "sub/x.json", &format!("{MAC}/x.json")] {
                let document = format!("{public}/{below}");
                for with in [&[][..], &["base"]] {
                    let outcome = place(root.path(), public, Some(&document), with);
                    // Through a folder that is not there `..` leads nowhere: refused too, as unusable.
                    let refused =
                        matches!(outcome, Err(PublishError::KeysInPublic { .. } | PublishError::Store(_)));
                    let outside = public == "there" && below.starts_with("..");
                    assert!(refused || outside, "{document}");
                }
            }
            let document = format!("{public}/x.json");
            let placed = place(root.path(), public, Some(&document), &["keys"]).unwrap();
            assert!(placed.in_public);
            assert_eq!(url(Ok(placed)), "MAC/content.bin");
            let deeper = place(root.path(), public, Some(&format!("{public}/sub/x.json")), &["keys"]);
            assert!(matches!(deeper, Err(PublishError::OutOfReach { .. })));
        }
    }

    #[test]
    fn the_default_is_named_after_the_package() {
        let root = tempfile::tempdir().unwrap();
        let placed = place(root.path(), "public", None, &["keys"]).unwrap();
        assert_eq!(placed.document, root.path().join("public").join("my app.content.json"));
        let elsewhere = place(root.path(), "public", None, &["base"]).unwrap();
        assert_eq!(elsewhere.document, Path::new("my app.content.json"));
        assert!(!elsewhere.in_public);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_hides_nothing() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("public")).unwrap();
        std::os::unix::fs::symlink(root.path().join("public"), root.path().join("link")).unwrap();
        let error = place(root.path(), "public", Some("link/x.json"), &["base"]).unwrap_err();
        assert!(matches!(error, PublishError::KeysInPublic { .. }), "{error}");
        let error = place(root.path(), "link", Some("public/x.json"), &["base"]).unwrap_err();
        assert!(matches!(error, PublishError::KeysInPublic { .. }), "{error}");
    }

    #[test]
    fn the_query_of_a_base_url_is_kept_at_the_end() {
        let rest = format!("{}/content.bin", "ab".repeat(32));
        for (base, url) in [
            ("https://cdn.example", format!("https://cdn.example/{rest}")),
            ("https://cdn.example/apps/", format!("https://cdn.example/apps/{rest}")),
            ("http://[::1]:80/a?sv=1&sig=x%2Fy", format!("http://[::1]:80/a/{rest}?sv=1&sig=x%2Fy")),
        ] {
            assert_eq!(url_below(base, &MAC).unwrap().as_str(), url);
        }
    }

    #[test]
    fn a_base_url_is_absolute_and_http() {
        for base in ["", "apps", "cdn.example/apps", "/srv/www"] {
            let error = url_below(base, &MAC).unwrap_err();
            assert!(matches!(error, PublishError::BaseUrlRelative | PublishError::Url(_)), "{base}: {error}");
        }
        let fault = |base: &str| match url_below(base, &MAC).unwrap_err() {
            PublishError::Url(fault) => fault,
            other => panic!("{base}: {other}"),
        };
        assert_eq!(fault("ftp://cdn.example"), ContentUrlFault::Scheme);
        assert_eq!(fault("https://"), ContentUrlFault::Scheme);
        assert_eq!(fault("https://u:p@cdn.example"), ContentUrlFault::Host);
        assert_eq!(fault("https://cdn.example/a b"), ContentUrlFault::Character);
        assert_eq!(fault("https://cdn.example/a#b"), ContentUrlFault::Character);
    }

    #[test]
    fn names_on_the_way_down_are_percent_encoded() {
        let url = |way: &Path| url_down(way, &MAC).map(|url| url.as_str().to_owned()).unwrap();
        let rest = format!("{}/content.bin", "ab".repeat(32));
        assert_eq!(url(Path::new("")), rest);
        let way = Path::new("my apps").join("50 % (ü)?#");
        assert_eq!(url(&way), format!("my%20apps/50%20%25%20%28%C3%BC%29%3F%23/{rest}"));
    }
}
