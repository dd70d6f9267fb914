//! Whole packages with a tiny payload and one fault each, and those that must be read.

use super::archive::innocent;
use super::deflate::{literals, zero_bytes, zeros};
use super::sealed::{Keys, Sealed, hmac, sha256};
use super::vector::{Expect, Fault, Vector};
use super::zip_image::{Entry, Image};

mod container;
mod content;
mod metadata;
mod readers;

/// All package vectors, of which there are at least 120.
pub(super) fn all() -> Vec<Vector> {
    let groups = [
        readers::all(),
        foreign(),
        parts(),
        container::all(),
        streams(),
        metadata::all(),
        macs(),
        digests(),
        content::all(),
    ];
    let vectors: Vec<Vector> = groups.into_iter().flatten().collect();
    assert!(vectors.len() >= 120, "{} package vectors", vectors.len());
    vectors
}

const DOCUMENT_NAME: &str = "IntuneWinPackage/Metadata/Detection.xml";
const CONTENT_NAME: &str = "IntunePackage.intunewin";

/// The keys of every package here but those that are mixed with another's.
fn keys() -> Keys {
    Keys::from_seed(1)
}

/// The payload of most packages here.
fn payload() -> Image {
    Image::lay_out([innocent()])
}

/// The content and the document of that payload, with nothing wrong.
fn sealed() -> Sealed {
    Sealed::new(&keys(), &payload().bytes())
}

/// The content and the document of that payload, after `change`.
fn sealed_but(change: impl FnOnce(&mut Sealed)) -> Sealed {
    let mut sealed = sealed();
    change(&mut sealed);
    sealed
}

/// The outer zip around any content and any document, as Microsoft's tool lays it out.
fn outer(file_name: &str, content: &[u8], document: &[u8]) -> Image {
    let plain = |name: &str, bytes: &[u8]| Entry::stored(name, bytes).both(|header| header.flags = 0);
    let content = plain(&format!("IntuneWinPackage/Contents/{file_name}"), content);
    Image::lay_out([content, plain(DOCUMENT_NAME, document)])
}

/// The outer zip around a sealed content and its document.
fn package(sealed: &Sealed) -> Image {
    outer(&sealed.document.file_name, &sealed.content(), sealed.document.text().as_bytes())
}

/// The two entries of that package: the content, then Detection.xml.
fn content_and_document() -> [Entry; 2] {
    package(&sealed()).entries.try_into().unwrap_or_else(|_| unreachable!("a package has two entries"))
}

/// A package around this payload that is read and unpacks to the payload's entries.
fn read(name: &str, comment: &str, payload: &Image, change: impl FnOnce(Sealed) -> Image) -> Vector {
    let sealed = Sealed::new(&keys(), &payload.bytes());
    Vector::new(name, Expect::Success, comment, change(sealed)).unpacking_to(payload)
}

fn refused(name: &str, comment: &str, body: impl Into<Vec<u8>>) -> Vector {
    Vector::new(name, Expect::Container, comment, body)
}

fn foreign() -> Vec<Vector> {
    let whole = package(&sealed()).bytes();
    let zeros_after = |start: &[u8], zeros: usize| [start, &vec![0; zeros]].concat();
    let gzip = [b"\x1f\x8b\x08\0\0\0\0\0\0\x03", &whole[..300]].concat();
    let msi = zeros_after(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 504);
    let exe = zeros_after(b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0", 240);
    let seven = zeros_after(b"7z\xbc\xaf\x27\x1c\0\x04", 56);
    let page = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>";
    vec![
        refused("row-14-five-bytes", "a file of five bytes", b"PK\x03\x04\x14"),
        refused("row-14-not-a-zip", "a file of text", "This is not a package.\r\n"),
        refused("row-14-truncated", "half a package", &whole[..whole.len() / 2]),
        refused("foreign-empty", "a file of no bytes", ""),
        refused("foreign-byte", "a file of one byte", "P"),
        refused("foreign-zeros", "zeros, as a sparse or broken download leaves them", [0; 512]),
        refused("foreign-page", "a captive portal's page", page),
        refused("foreign-msi", "the start of an MSI", msi),
        refused("foreign-exe", "the start of a program", exe),
        refused("foreign-gzip", "a package in gzip", gzip),
        refused("foreign-seven", "the start of a 7z archive", seven),
        refused("foreign-payload", "a payload that nobody sealed", payload()),
        refused("foreign-zip", "a zip of no entries", Image::default()),
        refused("foreign-cut-content", "cut inside the content", &whole[..200]),
        refused("foreign-cut-document", "cut inside Detection.xml", &whole[..800]),
        refused("foreign-cut-directory", "cut inside the central directory", &whole[..whole.len() - 60]),
        refused("foreign-cut-end", "the last byte is gone", &whole[..whole.len() - 1]),
    ]
}

fn parts() -> Vec<Vector> {
    let [content, document] = content_and_document();
    let image = |entries: &[&Entry]| Image::lay_out(entries.iter().copied().cloned());
    let elsewhere = outer("Other.intunewin", &content.data, &document.data);
    let root = [Entry::stored(CONTENT_NAME, &content.data), Entry::stored("Detection.xml", &document.data)];
    let other = "a content, but not the one that FileName names";
    vec![
        refused("row-14-two-documents", "two Detection.xml", image(&[&content, &document, &document])),
        refused("parts-two-contents", "the content twice", image(&[&content, &document, &content])),
        refused("parts-no-document", "no Detection.xml", image(&[&content])),
        refused("parts-no-content", "no content", image(&[&document])),
        refused("parts-other-content", other, elsewhere),
        refused("parts-no-folders", "both files, but not in their folders", Image::lay_out(root)),
    ]
}

fn streams() -> Vec<Vector> {
    let [content, document] = content_and_document();
    let whole = literals(&content.data);
    let mut broken = whole.clone();
    broken[0] |= 0b110; // block type 3 does not exist
    let trailing = [&whole[..], b"more"].concat();
    let packed = |data: &[u8]| {
        Entry::new(&content.local.name, &content.data, 8, data.to_vec()).both(|header| header.flags = 0)
    };
    let longer = literals(&[&content.data[..], &[0; 16]].concat());
    let bomb_in_it = packed(&whole).both(|header| header.size = u32::MAX - 15);
    let bomb = Entry::new(DOCUMENT_NAME, &zero_bytes(1000), 8, zeros(1000))
        .both(|header| (header.flags, header.size) = (0, u32::MAX - 1));
    let vector = |stem: &str, comment: &str, content: Entry| {
        refused(&format!("stream-{stem}"), comment, Image::lay_out([content, document.clone()]))
    };
    let zeros_in_it = packed_zeros(&content.local.name);
    let huge = "Detection.xml is said to unpack to 4 GiB";
    vec![
        vector("invalid", "the content's deflate stream starts with an invalid block", packed(&broken)),
        vector("cut", "the content's deflate stream ends too early", packed(&whole[..whole.len() / 2])),
        vector("trailing", "bytes after the content's deflate stream", packed(&trailing)),
        vector("longer", "the content unpacks to more than declared", packed(&longer)),
        vector(
            "shorter",
            "the content unpacks to less than declared",
            packed(&literals(&content.data[16..])),
        ),
        vector("content-bomb", "the content is said to unpack to 4 GiB", bomb_in_it),
        vector("content-zeros", "the content is a million zeros in a few bytes", zeros_in_it)
            .with("rule", "limit-ratio"),
        refused("stream-document-bomb", huge, Image::lay_out([content.clone(), bomb])),
    ]
}

/// A content that no key ever gave: zeros, so that it deflates to next to nothing.
fn packed_zeros(name: &[u8]) -> Entry {
    let plain = zero_bytes(1 << 20);
    Entry::new(name, &plain, 8, zeros(plain.len())).both(|header| header.flags = 0)
}

/// Vectors in which the content, its header or what the document says of them was changed after authentication.
const CHANGED: &[Fault<Sealed>] = &[
    ("flip-mac-first", "the first bit of the content's MAC is flipped", |sealed| sealed.mac[0] ^= 0x80),
    ("flip-mac-last", "the last bit of the content's MAC is flipped", |sealed| sealed.mac[31] ^= 1),
    ("flip-iv-first", "the first bit of the content's IV is flipped", |sealed| sealed.iv[0] ^= 0x80),
    ("flip-iv-last", "the last bit of the content's IV is flipped", |sealed| sealed.iv[15] ^= 1),
    ("flip-first", "the first bit of the ciphertext is flipped", |sealed| sealed.ciphertext[0] ^= 0x80),
    ("flip-middle", "a bit in the middle is flipped", |sealed| {
        let middle = sealed.ciphertext.len() / 2;
        sealed.ciphertext[middle] ^= 0x10;
    }),
    ("flip-last", "the last bit of the ciphertext is flipped", |sealed| {
        let last = sealed.ciphertext.len() - 1;
        sealed.ciphertext[last] ^= 1;
    }),
    ("document-mac", "the document's MAC has a bit flipped, the content's is right", |sealed| {
        sealed.document.mac[31] ^= 1;
    }),
    ("document-iv", "the document's IV has a bit flipped, the content's is right", |sealed| {
        sealed.document.iv[15] ^= 1;
    }),
    ("both-macs", "both MACs have the same bit flipped", |sealed| {
        sealed.mac[0] ^= 1;
        sealed.document.mac[0] ^= 1;
    }),
    ("both-ivs", "both IVs have the same bit flipped", |sealed| {
        sealed.iv[0] ^= 1;
        sealed.document.iv[0] ^= 1;
    }),
    ("zeros", "both MACs are zeros", |sealed| {
        (sealed.mac, sealed.document.mac) = (vec![0; 32], vec![0; 32]);
    }),
    ("swapped", "two blocks are swapped", |sealed| {
        let (first, second) = sealed.ciphertext.split_at_mut(16);
        first.swap_with_slice(&mut second[..16]);
    }),
    ("dropped", "the first block is gone", |sealed| drop(sealed.ciphertext.drain(..16))),
    ("cut", "the last block is gone", |sealed| {
        sealed.ciphertext.truncate(sealed.ciphertext.len() - 16);
    }),
    ("repeated", "the last block is there twice", |sealed| {
        sealed.ciphertext.extend_from_within(sealed.ciphertext.len() - 16..);
    }),
    ("appended", "a block of zeros is appended", |sealed| sealed.ciphertext.extend([0; 16])),
    ("other-document", "this content with another package's document", |sealed| {
        sealed.document = other().document;
    }),
    ("other-header", "another package's MAC and IV before this ciphertext", |sealed| {
        (sealed.mac, sealed.iv) = (other().mac, other().iv);
    }),
    ("other-ciphertext", "another package's ciphertext behind this MAC and IV", |sealed| {
        sealed.ciphertext = other().ciphertext;
    }),
    ("other-iv", "another package's IV in the content", |sealed| sealed.iv = other().iv),
    ("other-mac-key", "another package's MAC key in the document", |sealed| {
        sealed.document.mac_key = other().document.mac_key;
    }),
    ("keys-swapped", "the two keys of the document are swapped", |sealed| {
        std::mem::swap(&mut sealed.document.encryption_key, &mut sealed.document.mac_key);
    }),
    ("zero-mac-key", "a MAC key of zeros in the document", |sealed| sealed.document.mac_key = vec![0; 32]),
];

/// The same payload under other keys.
fn other() -> Sealed {
    Sealed::new(&Keys::from_seed(2), &payload().bytes())
}

fn macs() -> Vec<Vector> {
    let vector =
        |name: &str, comment: &str, sealed: &Sealed| Vector::new(name, Expect::Mac, comment, package(sealed));
    let changed =
        |&(stem, comment, change): &Fault<Sealed>| vector(stem, comment, &sealed_but(change)).in_group("mac");
    let (keys, plain, sealed) = (keys(), payload().bytes(), sealed());
    let (iv, ciphertext) = (&sealed.iv[..], &sealed.ciphertext[..]);
    let keyed = |message: &[&[u8]]| hmac(&keys.mac, &message.concat());
    let over = |name: &str, comment: &str, mac: Vec<u8>| {
        vector(name, comment, &sealed.clone().with_mac(&keys.mac, mac))
    };
    let message = [iv, ciphertext].concat();
    let right = hmac(&keys.mac, &message);
    let reversed = right.iter().rev().copied().collect();
    let zeros_first = keyed(&[&[0; 32], &message]);
    let other_key = hmac(&keys.encryption, &message);
    let headless = outer(CONTENT_NAME, ciphertext, sealed.document.text().as_bytes());
    let computed = [
        Vector::new("row-13-no-header", Expect::Mac, "a content without the 48-byte header", headless),
        over("row-13-mac-ciphertext", "the MAC is over the ciphertext alone", keyed(&[ciphertext])),
        over("row-13-mac-payload", "the MAC is over the payload", keyed(&[&plain])),
        over("mac-over-iv-payload", "the MAC is over IV and payload", keyed(&[iv, &plain])),
        over("mac-over-itself", "the MAC is over 32 zeros, IV and ciphertext", zeros_first),
        over("mac-ciphertext-iv", "the MAC is over ciphertext and IV", keyed(&[ciphertext, iv])),
        over("mac-encryption-key", "the MAC is made with the encryption key", other_key),
        over("mac-plain-sha256", "SHA-256 without a key in the MAC's place", sha256(&message)),
        over("mac-half", "only half of the MAC, then zeros", [&right[..16], &[0; 16]].concat()),
        over("mac-reversed", "the MAC's bytes in the opposite order", reversed),
    ];
    CHANGED.iter().map(changed).chain(computed).collect()
}

fn digests() -> Vec<Vector> {
    let right = sealed();
    let vector = |name: &str, comment: &str, sealed: &Sealed| {
        Vector::new(name, Expect::Digest, comment, package(sealed))
    };
    let wrong = |name: &str, comment: &str, digest: Vec<u8>| {
        vector(name, comment, &sealed_but(|sealed| sealed.document.digest = digest))
    };
    let flipped = |name: &str, comment: &str, byte: usize, bit: u8| {
        vector(name, comment, &sealed_but(|sealed| sealed.document.digest[byte] ^= bit))
    };
    // A date in the payload's first block comes out wrong when the IV has another bit there.
    let other_iv = sealed_but(|sealed| sealed.iv[10] ^= 1).authenticated(&keys().mac);
    let iv_comment = "the payload was encrypted with another IV than the one under the right MAC";
    vec![
        flipped("digest-flip-first", "the first bit of the digest is flipped", 0, 0x80),
        flipped("digest-flip-last", "the last bit of the digest is flipped", 31, 1),
        wrong("digest-zeros", "a digest of zeros", vec![0; 32]),
        wrong("digest-of-nothing", "the digest of no bytes", sha256(b"")),
        wrong("digest-of-file", "the digest of the setup file", sha256(&innocent().data)),
        wrong("row-13-digest-content", "the digest of the content file", sha256(&right.content())),
        wrong("row-13-digest-ciphertext", "the digest of the ciphertext", sha256(&right.ciphertext)),
        vector("digest-replaced", "another payload under a right MAC", &replaced()),
        vector("digest-other-iv", iv_comment, &other_iv),
    ]
}

/// Another payload of the same size, sealed with the same keys, with the first one's digest.
fn replaced() -> Sealed {
    let other = Image::lay_out([Entry::stored("install.cmd", b"@exit /b 1\r\n")]);
    let mut sealed = Sealed::new(&keys(), &other.bytes());
    sealed.document.digest = sha256(&payload().bytes());
    sealed
}
