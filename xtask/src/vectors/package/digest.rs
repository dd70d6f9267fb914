//! Packages that authenticate but whose payload is not the one that the document's digest is of.

use super::super::archive::innocent;
use super::super::sealed::{Sealed, sha256};
use super::super::vector::{Expect, Vector};
use super::super::zip_image::{Entry, Image};
use super::{keys, package, payload, sealed};

pub(super) fn all() -> Vec<Vector> {
    let right = sealed();
    let vector = |name: &str, comment: &str, digest: Vec<u8>| {
        let mut sealed = right.clone();
        sealed.document.digest = digest;
        Vector::new(name, Expect::Digest, comment, package(&sealed).bytes())
    };
    let flipped = |byte: usize, bit: u8| {
        let mut digest = right.document.digest.clone();
        digest[byte] ^= bit;
        digest
    };
    vec![
        vector("digest-flip-first", "the first bit of the digest is flipped", flipped(0, 0x80)),
        vector("digest-flip-last", "the last bit of the digest is flipped", flipped(31, 1)),
        vector("digest-zeros", "a digest of zeros", vec![0; 32]),
        vector("digest-of-nothing", "the digest of no bytes", sha256(b"")),
        vector("digest-of-file", "the digest of the setup file", sha256(&innocent().data)),
        vector("row-13-digest-content", "the digest of the content file", sha256(&right.content())),
        vector("row-13-digest-ciphertext", "the digest of the ciphertext", sha256(&right.ciphertext)),
        replaced(),
        garbled(),
    ]
}

/// Another payload of the same size, sealed with the same keys, with the first one's digest.
fn replaced() -> Vector {
    let other = Image::lay_out(vec![Entry::stored("install.cmd", b"@exit /b 1\r\n")]);
    let mut sealed = Sealed::new(&keys(), &other.bytes());
    sealed.document.digest = sha256(&payload().bytes());
    Vector::new(
        "digest-replaced",
        Expect::Digest,
        "another payload under a right MAC",
        package(&sealed).bytes(),
    )
}

/// A bit of the IV flipped before the MAC is made: a date in the payload's first block comes out wrong.
fn garbled() -> Vector {
    let mut sealed = sealed();
    sealed.iv[10] ^= 1;
    let sealed = sealed.authenticated(&keys().mac);
    let comment = "the payload was encrypted with another IV than the one under the right MAC";
    Vector::new("digest-other-iv", Expect::Digest, comment, package(&sealed).bytes())
}
