//! Whole packages with a tiny payload and one fault each, and those that must be read.

use super::archive::innocent;
use super::sealed::{Keys, Sealed};
use super::vector::{Expect, Vector};
use super::zip_image::{Entry, Image};

mod container;
mod content;
mod digest;
mod foreign;
mod mac;
mod metadata;
mod readers;
mod streams;

/// All of them.
pub(super) fn all() -> Vec<Vector> {
    let groups = [
        readers::all(),
        foreign::all(),
        container::all(),
        streams::all(),
        metadata::all(),
        mac::all(),
        digest::all(),
        content::all(),
    ];
    let vectors: Vec<Vector> = groups.into_iter().flatten().collect();
    assert!(vectors.len() >= 120, "{} package vectors", vectors.len());
    vectors
}

const DOCUMENT_NAME: &str = "IntuneWinPackage/Metadata/Detection.xml";

/// The keys of every package here but those that are mixed with another's.
fn keys() -> Keys {
    Keys::from_seed(1)
}

/// The payload of most packages here.
fn payload() -> Image {
    Image::lay_out(vec![innocent()])
}

/// Its content and document, as they should be.
fn sealed() -> Sealed {
    Sealed::new(&keys(), &payload().bytes())
}

/// The outer zip around any content and any document, as Microsoft's tool lays it out.
fn outer(file_name: &str, content: &[u8], document: &[u8]) -> Image {
    let plain = |name: &str, bytes: &[u8]| Entry::stored(name, bytes).both(|header| header.flags = 0);
    let content = plain(&format!("IntuneWinPackage/Contents/{file_name}"), content);
    Image::lay_out(vec![content, plain(DOCUMENT_NAME, document)])
}

/// The outer zip around a sealed content and its document.
fn package(sealed: &Sealed) -> Image {
    outer(&sealed.document.file_name, &sealed.content(), sealed.document.text().as_bytes())
}

/// A package around this payload that is read and unpacks to the payload's entries.
fn read(name: &str, comment: &str, payload: &Image, change: impl FnOnce(Sealed) -> Vec<u8>) -> Vector {
    let sealed = Sealed::new(&keys(), &payload.bytes());
    Vector::new(name, Expect::Success, comment, change(sealed)).unpacking_to(payload)
}
