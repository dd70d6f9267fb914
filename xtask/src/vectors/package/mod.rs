//! Whole packages with a tiny payload and one fault each, and those that must be read.

use super::archive::innocent;
use super::deflate::{literals, zero_bytes, zeros};
use super::sealed::{Keys, Sealed, hmac, sha256};
use super::vector::{Expect, Vector};
use super::zip_image::{Entry, Image};

mod container;
mod content;
mod metadata;
mod readers;

/// All of them.
pub(super) fn all() -> Vec<Vector> {
    let groups = [
        readers::all(),
        foreign(),
        container::all(),
        streams(),
        metadata::all(),
        mac(),
        digest(),
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

fn foreign() -> Vec<Vector> {
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
        other("foreign-payload", "a payload that nobody sealed", &payload().bytes()),
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

fn streams() -> Vec<Vector> {
    let vector = |name: &str, comment: &str, entries: Vec<Entry>| {
        Vector::new(format!("stream-{name}"), Expect::Container, comment, Image::lay_out(entries).bytes())
    };
    let [content, document] =
        <[Entry; 2]>::try_from(package(&sealed()).entries).unwrap_or_else(|_| unreachable!());
    let plain = content.data.clone();
    let packed =
        |data: Vec<u8>| Entry::new(&content.local.name, &plain, 8, data).both(|header| header.flags = 0);
    let whole = literals(&plain);
    let mut broken = whole.clone();
    broken[0] |= 0b110; // block type 3 does not exist
    let bomb = |size: u32| {
        Entry::new(DOCUMENT_NAME, &zero_bytes(1000), 8, zeros(1000))
            .both(move |header| (header.flags, header.size) = (0, size))
    };
    let with_content = |data: Vec<u8>| vec![packed(data), document.clone()];
    vec![
        vector("invalid", "the content's deflate stream starts with an invalid block", with_content(broken)),
        vector(
            "cut",
            "the content's deflate stream ends too early",
            with_content(whole[..whole.len() / 2].to_vec()),
        ),
        vector(
            "trailing",
            "bytes after the content's deflate stream",
            with_content([whole.clone(), b"more".to_vec()].concat()),
        ),
        vector(
            "longer",
            "the content unpacks to more than declared",
            vec![packed(whole.clone()).both(|header| header.size -= 16), document.clone()],
        ),
        vector(
            "shorter",
            "the content unpacks to less than declared",
            vec![packed(whole.clone()).both(|header| header.size += 16), document.clone()],
        ),
        vector(
            "document-bomb",
            "Detection.xml is said to unpack to 4 GiB",
            vec![content.clone(), bomb(u32::MAX - 1)],
        ),
        vector(
            "content-bomb",
            "the content is said to unpack to 4 GiB",
            vec![packed(whole.clone()).both(|header| header.size = u32::MAX - 15), document.clone()],
        ),
    ]
}

fn mac() -> Vec<Vector> {
    [flips(), blocks(), mixtures(), computed_otherwise()].into_iter().flatten().collect()
}

fn changed(name: &str, comment: &str, change: impl FnOnce(&mut Sealed)) -> Vector {
    let mut sealed = sealed();
    change(&mut sealed);
    Vector::new(format!("mac-{name}"), Expect::Mac, comment, package(&sealed).bytes())
}

fn flips() -> Vec<Vector> {
    vec![
        changed("flip-mac-first", "the first bit of the content's MAC is flipped", |sealed| {
            sealed.mac[0] ^= 0x80;
        }),
        changed("flip-mac-last", "the last bit of the content's MAC is flipped", |sealed| {
            sealed.mac[31] ^= 1;
        }),
        changed("flip-iv-first", "the first bit of the content's IV is flipped", |sealed| {
            sealed.iv[0] ^= 0x80;
        }),
        changed("flip-iv-last", "the last bit of the content's IV is flipped", |sealed| sealed.iv[15] ^= 1),
        changed("flip-first", "the first bit of the ciphertext is flipped", |sealed| {
            sealed.ciphertext[0] ^= 0x80;
        }),
        changed("flip-middle", "a bit in the middle is flipped", |sealed| {
            let middle = sealed.ciphertext.len() / 2;
            sealed.ciphertext[middle] ^= 0x10;
        }),
        changed("flip-last", "the last bit of the ciphertext is flipped", |sealed| {
            sealed.ciphertext.iter_mut().last().into_iter().for_each(|byte| *byte ^= 1);
        }),
        changed("document-mac", "the document's MAC has a bit flipped, the content's is right", |sealed| {
            sealed.document.mac[31] ^= 1;
        }),
        changed("document-iv", "the document's IV has a bit flipped, the content's is right", |sealed| {
            sealed.document.iv[15] ^= 1;
        }),
        changed("both-macs", "both MACs have the same bit flipped", |sealed| {
            sealed.mac[0] ^= 1;
            sealed.document.mac[0] ^= 1;
        }),
        changed("both-ivs", "both IVs have the same bit flipped", |sealed| {
            sealed.iv[0] ^= 1;
            sealed.document.iv[0] ^= 1;
        }),
        changed("zeros", "both MACs are zeros", |sealed| {
            (sealed.mac, sealed.document.mac) = (vec![0; 32], vec![0; 32]);
        }),
    ]
}

fn blocks() -> Vec<Vector> {
    vec![
        changed("swapped", "two blocks are swapped", |sealed| {
            let (first, second) = sealed.ciphertext.split_at_mut(16);
            first.swap_with_slice(&mut second[..16]);
        }),
        changed("dropped", "the first block is gone", |sealed| drop(sealed.ciphertext.drain(..16))),
        changed("cut", "the last block is gone", |sealed| {
            sealed.ciphertext.truncate(sealed.ciphertext.len() - 16);
        }),
        changed("repeated", "the last block is there twice", |sealed| {
            sealed.ciphertext.extend_from_within(sealed.ciphertext.len() - 16..);
        }),
        changed("appended", "a block of zeros is appended", |sealed| sealed.ciphertext.extend([0; 16])),
    ]
}

fn mixtures() -> Vec<Vector> {
    let other = Sealed::new(&Keys::from_seed(2), &payload().bytes());
    vec![
        changed("other-document", "this content with another package's document", |sealed| {
            sealed.document = other.document.clone();
        }),
        changed("other-header", "another package's MAC and IV before this ciphertext", |sealed| {
            (sealed.mac, sealed.iv) = (other.mac.clone(), other.iv.clone());
        }),
        changed("other-ciphertext", "another package's ciphertext behind this MAC and IV", |sealed| {
            sealed.ciphertext = other.ciphertext.clone();
        }),
        changed("other-iv", "another package's IV in the content", |sealed| sealed.iv = other.iv.clone()),
        changed("other-mac-key", "another package's MAC key in the document", |sealed| {
            sealed.document.mac_key = other.document.mac_key.clone();
        }),
        changed("keys-swapped", "the two keys of the document are swapped", |sealed| {
            let document = &mut sealed.document;
            std::mem::swap(&mut document.encryption_key, &mut document.mac_key);
        }),
        changed("zero-mac-key", "a MAC key of zeros in the document", |sealed| {
            sealed.document.mac_key = vec![0; 32];
        }),
    ]
}

fn computed_otherwise() -> Vec<Vector> {
    let (keys, plain) = (keys(), payload().bytes());
    let sealed = sealed();
    let over = |name: &str, comment: &str, mac: Vec<u8>| {
        let bytes = package(&sealed.clone().with_mac(&keys.mac, mac)).bytes();
        Vector::new(name, Expect::Mac, comment, bytes)
    };
    let keyed = |message: &[&[u8]]| hmac(&keys.mac, &message.concat());
    let (iv, ciphertext) = (&sealed.iv[..], &sealed.ciphertext[..]);
    let right = keyed(&[iv, ciphertext]);
    let headless = outer("IntunePackage.intunewin", ciphertext, sealed.document.text().as_bytes());
    vec![
        Vector::new(
            "row-13-no-header",
            Expect::Mac,
            "a content without the 48-byte header",
            headless.bytes(),
        ),
        over("row-13-mac-ciphertext", "the MAC is over the ciphertext alone", keyed(&[ciphertext])),
        over("row-13-mac-payload", "the MAC is over the payload", keyed(&[&plain])),
        over("mac-over-iv-payload", "the MAC is over IV and payload", keyed(&[iv, &plain])),
        over(
            "mac-over-itself",
            "the MAC is over 32 zeros, IV and ciphertext",
            keyed(&[&[0; 32], iv, ciphertext]),
        ),
        over("mac-ciphertext-iv", "the MAC is over ciphertext and IV", keyed(&[ciphertext, iv])),
        over(
            "mac-encryption-key",
            "the MAC is made with the encryption key",
            hmac(&keys.encryption, &[iv, ciphertext].concat()),
        ),
        over(
            "mac-plain-sha256",
            "SHA-256 without a key in the MAC's place",
            sha256(&[iv, ciphertext].concat()),
        ),
        over("mac-half", "only half of the MAC, then zeros", [&right[..16], &[0; 16]].concat()),
        over("mac-reversed", "the MAC's bytes in the opposite order", right.iter().rev().copied().collect()),
    ]
}

fn digest() -> Vec<Vector> {
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
