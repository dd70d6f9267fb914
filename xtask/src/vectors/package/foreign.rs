//! Files that are no packages, and parts of packages.

use super::super::vector::{Expect, Vector};
use super::super::zip_image::{Entry, Image};
use super::{outer, package, sealed};

pub(super) fn all() -> Vec<Vector> {
    let whole = package(&sealed()).bytes();
    let other = |name: &str, comment: &str, bytes: &[u8]| {
        Vector::new(name, Expect::Container, comment, bytes.to_vec())
    };
    let page = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>";
    let mut vectors = vec![
        other("row-14-five-bytes", "a file of five bytes", b"PK\x03\x04\x14"),
        other("row-14-not-a-zip", "a file of text", b"This is not a package.\r\n"),
        other("row-14-truncated", "half a package", &whole[..whole.len() / 2]),
        other("foreign-empty", "a file of no bytes", b""),
        other("foreign-byte", "a file of one byte", b"P"),
        other("foreign-zeros", "zeros, as a sparse or broken download leaves them", &[0; 512]),
        other("foreign-page", "a captive portal's page", page),
        other(
            "foreign-msi",
            "the start of an MSI",
            &[&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 504]].concat(),
        ),
        other(
            "foreign-exe",
            "the start of a program",
            &[&b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0"[..], &[0; 240]].concat(),
        ),
        other(
            "foreign-gzip",
            "a package in gzip",
            &[&b"\x1f\x8b\x08\0\0\0\0\0\0\x03"[..], &whole[..300]].concat(),
        ),
        other(
            "foreign-seven",
            "the start of a 7z archive",
            &[&b"7z\xbc\xaf\x27\x1c\0\x04"[..], &[0; 56]].concat(),
        ),
        other("foreign-payload", "a payload that nobody sealed", &super::payload().bytes()),
        other("foreign-zip", "a zip of no entries", &Image::lay_out(vec![]).bytes()),
        other("foreign-cut-content", "cut inside the content", &whole[..200]),
        other("foreign-cut-document", "cut inside Detection.xml", &whole[..800]),
        other("foreign-cut-directory", "cut inside the central directory", &whole[..whole.len() - 60]),
        other("foreign-cut-end", "the last byte is gone", &whole[..whole.len() - 1]),
    ];
    vectors.extend(parts());
    vectors
}

fn parts() -> Vec<Vector> {
    let (sealed, name) = (sealed(), "IntunePackage.intunewin");
    let image = package(&sealed);
    let vector = |name: &str, comment: &str, image: &Image| {
        Vector::new(name, Expect::Container, comment, image.bytes())
    };
    let only = |index: usize| Image::lay_out(vec![image.entries[index].clone()]);
    let twice =
        |index: usize| Image::lay_out([image.entries.clone(), vec![image.entries[index].clone()]].concat());
    let elsewhere = outer("Other.intunewin", &sealed.content(), sealed.document.text().as_bytes());
    let root: Vec<Entry> = [(name, sealed.content()), ("Detection.xml", sealed.document.text().into())]
        .map(|(name, data)| Entry::stored(name, &data))
        .into();
    vec![
        vector("row-14-two-documents", "two Detection.xml", &twice(1)),
        vector("parts-two-contents", "the content twice", &twice(0)),
        vector("parts-no-document", "no Detection.xml", &only(0)),
        vector("parts-no-content", "no content", &only(1)),
        vector("parts-other-content", "a content, but not the one that FileName names", &elsewhere),
        vector("parts-no-folders", "both files, but not in their folders", &Image::lay_out(root)),
    ]
}
