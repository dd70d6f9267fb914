//! Content files sealed step by step, each step open to a fault.

use super::document::Document;
use aes::Aes256;
use aes::cipher::{Block, BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// The keys and the IV of one package: fixed, so that the vectors never change.
#[derive(Clone)]
pub(super) struct Keys {
    pub(super) encryption: [u8; 32],
    pub(super) mac: [u8; 32],
    pub(super) iv: [u8; 16],
}

impl Keys {
    /// Three values that differ for every `seed`.
    pub(super) fn from_seed(seed: u8) -> Self {
        let make = |purpose: &str| <[u8; 32]>::from(Sha256::digest([purpose.as_bytes(), &[seed]].concat()));
        let mut iv = [0; 16];
        iv.copy_from_slice(&make("iv")[..16]);
        Self { encryption: make("encryption key"), mac: make("mac key"), iv }
    }

    /// Encrypts `padded`, whose length is a multiple of 16, with AES-256-CBC.
    pub(super) fn encrypt(&self, padded: &[u8]) -> Vec<u8> {
        type Encryptor = cbc::Encryptor<Aes256>;
        let mut encryptor = Encryptor::new(&self.encryption.into(), &self.iv.into());
        let mut ciphertext = Vec::new();
        for chunk in padded.as_chunks::<16>().0 {
            let mut block = Block::<Encryptor>::from(*chunk);
            encryptor.encrypt_block(&mut block);
            ciphertext.extend_from_slice(&block);
        }
        ciphertext
    }
}

/// HMAC-SHA-256 of `message`, 32 bytes.
pub(super) fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let Ok(mut hmac) = Hmac::<Sha256>::new_from_slice(key) else {
        unreachable!("HMAC takes keys of any length")
    };
    hmac.update(message);
    hmac.finalize().into_bytes().to_vec()
}

/// SHA-256 of `message`, 32 bytes.
pub(super) fn sha256(message: &[u8]) -> Vec<u8> {
    Sha256::digest(message).to_vec()
}

/// The payload with PKCS#7 padding, which is 1 to 16 bytes.
pub(super) fn pad(payload: &[u8]) -> Vec<u8> {
    let count = 16 - payload.len() % 16;
    [payload.to_vec(), vec![count as u8; count]].concat()
}

/// A content file in its parts, and the document that describes it.
#[derive(Clone)]
pub(super) struct Sealed {
    pub(super) mac: Vec<u8>,
    pub(super) iv: Vec<u8>,
    pub(super) ciphertext: Vec<u8>,
    pub(super) document: Document,
}

impl Sealed {
    /// A content with nothing wrong.
    pub(super) fn new(keys: &Keys, payload: &[u8]) -> Self {
        Self::of_padded(keys, payload, &pad(payload))
    }

    /// A content with the padding of `padded`, and nothing else wrong.
    pub(super) fn of_padded(keys: &Keys, payload: &[u8], padded: &[u8]) -> Self {
        let document = Document {
            size: payload.len().to_string(),
            encryption_key: keys.encryption.to_vec(),
            digest: sha256(payload),
            ..Document::default()
        };
        Self { mac: Vec::new(), iv: keys.iv.to_vec(), ciphertext: keys.encrypt(padded), document }
            .authenticated(&keys.mac)
    }

    /// Sets the MAC over IV and ciphertext as they are now, and both IV and MAC in the document.
    pub(super) fn authenticated(self, mac_key: &[u8]) -> Self {
        let message = [self.iv.clone(), self.ciphertext.clone()].concat();
        self.with_mac(mac_key, hmac(mac_key, &message))
    }

    /// Sets any MAC, in the content and in the document.
    pub(super) fn with_mac(mut self, mac_key: &[u8], mac: Vec<u8>) -> Self {
        self.document.mac_key = mac_key.to_vec();
        self.document.iv = self.iv.clone();
        self.document.mac = mac.clone();
        self.mac = mac;
        self
    }

    /// The bytes of the content file.
    pub(super) fn content(&self) -> Vec<u8> {
        [self.mac.clone(), self.iv.clone(), self.ciphertext.clone()].concat()
    }
}
