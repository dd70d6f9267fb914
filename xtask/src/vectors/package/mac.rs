//! Contents that do not authenticate.

use super::super::sealed::{Keys, Sealed, hmac, sha256};
use super::super::vector::{Expect, Vector};
use super::{keys, outer, package, payload, sealed};

pub(super) fn all() -> Vec<Vector> {
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
