//! A test vector: header lines, a blank line, and the bytes to be read.

use super::zip_image::Image;
use std::fmt::Display;

/// What a reader must make of it: success, or the class of refusal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Expect {
    Success,
    Container,
    Metadata,
    Mac,
    Digest,
    Content,
}

impl Expect {
    fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Container => "container",
            Self::Metadata => "metadata",
            Self::Mac => "mac",
            Self::Digest => "digest",
            Self::Content => "content",
        }
    }
}

/// A vector's name, what is wrong with it, and the change that makes it so.
pub(super) type Fault<T> = (&'static str, &'static str, fn(&mut T));

/// An archive that is refused by this rule of the archive policy.
pub(super) fn refused(name: &str, rule: &str, comment: &str, body: impl Into<Vec<u8>>) -> Vector {
    Vector::new(name, Expect::Content, comment, body).with("rule", rule)
}

/// A test vector that is being put together.
pub(super) struct Vector {
    /// The file name of the vector, without the folder of its group.
    pub(super) name: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Vector {
    pub(super) fn new(name: &str, expect: Expect, comment: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("expect", expect.word().to_owned()), ("comment", comment.to_owned())];
        Self { name: name.to_owned(), headers, body: body.into() }
    }

    /// Puts the group's name before the vector's own.
    pub(super) fn in_group(self, group: &str) -> Self {
        Self { name: format!("{group}-{}", self.name), ..self }
    }

    /// Adds a header line.
    pub(super) fn with(mut self, key: &'static str, value: impl Display) -> Self {
        self.headers.push((key, value.to_string()));
        self
    }

    /// Adds header lines for what unpacks from this payload: each entry's name with `/`, and a file's CRC.
    pub(super) fn unpacking_to(self, payload: &Image) -> Self {
        payload.entries.iter().fold(self, |vector, entry| {
            let path = String::from_utf8_lossy(&entry.central.name).replace('\\', "/");
            match path.strip_suffix('/') {
                Some(folder) => vector.with("folder", folder),
                None => vector.with("file", format_args!("{:08x} {path}", entry.central.crc)),
            }
        })
    }

    /// The vector as a file: header lines, a blank line, and the bytes.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut text = String::new();
        for (key, value) in &self.headers {
            assert!(!value.contains(['\n', '\r']), "{}: a header is one line", self.name);
            text.push_str(&format!("{key}: {value}\n"));
        }
        text.push('\n');
        [text.into_bytes(), self.body.clone()].concat()
    }
}
