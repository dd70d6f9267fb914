//! Where the document goes, and by which URL it names the content: decided before anything is written.

use super::error::PublishError;
use super::{PublishRequest, layout};
use crate::into_place::folder_of;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use waybill_schemas::{ContentUrl, Mac};

/// Where the document goes, and what it says of where the content lies.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Placement {
    /// The document's path, as it was given.
    pub(super) document: PathBuf,
    /// The content's URL.
    pub(super) url: ContentUrl,
    /// Whether the document lies in the public tree.
    pub(super) in_public: bool,
    /// Whether the package does, which has keys of its own.
    pub(super) package_in_public: bool,
}

impl Placement {
    /// As the request asks. Folders that are not there yet are taken by their names, so ask again once they are:
    /// names that differ in case only may be one folder.
    ///
    /// # Errors
    /// A document that would lie in the public tree unasked; a content that it could not name; a base URL that is none.
    pub(super) fn of(request: &PublishRequest, mac: &Mac) -> Result<Self, PublishError> {
        let document = document_path(request);
        let public =
            resolved(&request.public).map_err(|error| PublishError::write(&request.public, error))?;
        let from = resolved(folder_of(&document)).map_err(|error| PublishError::write(&document, error))?;
        let in_public = from.starts_with(&public);
        if in_public && !request.with_keys {
            return Err(PublishError::KeysInPublic { document, public: request.public.clone() });
        }
        let url = match (&request.base_url, public.strip_prefix(&from)) {
            (Some(base), _) => layout::url_below(base, mac)?,
            (None, Ok(way)) => layout::url_down(way, mac)?,
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
    name.push(layout::DOCUMENT_SUFFIX);
    if request.with_keys { request.public.join(name) } else { PathBuf::from(name) }
}

/// The path without links, as far as it exists.
fn resolved(path: &Path) -> io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let (mut there, mut missing) = (absolute.as_path(), Vec::new());
    loop {
        match there.canonicalize() {
            Ok(found) => return Ok(missing.iter().rev().fold(found, |path, name| path.join(name))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (Some(parent), Some(name)) = (there.parent(), there.file_name()) else {
                    return Err(error);
                };
                missing.push(name);
                there = parent;
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const MAC: Mac = Mac::new([1; 32]);

    fn place(
        root: &Path,
        public: &str,
        document: Option<&str>,
        with: &[&str],
    ) -> Result<Placement, PublishError> {
        let request = PublishRequest {
            package: root.join("my app.intunewin"),
            public: root.join(public),
            document: document.map(|document| root.join(document)),
            base_url: with.contains(&"base").then(|| "https://cdn.example".to_owned()),
            with_keys: with.contains(&"keys"),
            ..PublishRequest::default()
        };
        Placement::of(&request, &MAC)
    }

    fn url(placement: Result<Placement, PublishError>) -> String {
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
                    let refused = matches!(
                        outcome,
                        Err(PublishError::KeysInPublic { .. } | PublishError::Write { .. })
                    );
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
}
