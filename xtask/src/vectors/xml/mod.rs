//! Detection.xml by itself: 40 documents to be read or refused.

use super::document::Document;
use super::vector::{Expect, Vector};

mod accepted;
mod refused;

/// All of them.
pub(super) fn all() -> Vec<Vector> {
    let vectors: Vec<Vector> = accepted::all().into_iter().chain(refused::all()).collect();
    assert_eq!(40, vectors.len(), "xml vectors");
    vectors
}

/// A document that is read. The values that the reader must find are in the header.
fn read(name: &str, comment: &str, text: impl Into<Vec<u8>>) -> Vector {
    read_as(name, comment, text, &Document::default())
}

fn read_as(name: &str, comment: &str, text: impl Into<Vec<u8>>, values: &Document) -> Vector {
    Vector::new(name, Expect::Success, comment, text.into())
        .with("file-name", &values.file_name)
        .with("setup-file", &values.setup_file)
        .with("size", &values.size)
        .with("encryption-info", values.encryption_info_json())
}

/// A document that is refused.
fn refused(name: &str, comment: &str, text: impl Into<Vec<u8>>) -> Vector {
    Vector::new(format!("refused-{name}"), Expect::Metadata, comment, text.into())
}
