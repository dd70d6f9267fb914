//! Seals the content: digest, encryption, MAC and CRC in one pass, a cache-sized piece at a time.

use super::WriteError;
use crate::crypto::{BLOCK, MacState};
use aes::Aes256;
use cbc::cipher::inout::InOutBuf;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use crc32fast::Hasher as Crc;
use sha2::{Digest, Sha256};
use std::io::{self, Write};
use waybill_schemas::{EncryptionKey, FileDigest, InitializationVector, Mac, MacKey};
use zeroize::Zeroizing;

/// Bytes that go through all four computations while they are in the cache.
const PIECE: usize = 64 * 1024;

/// Takes the payload and writes IV and ciphertext. The MAC, which precedes them, is known at the end.
pub(super) struct ContentSealer {
    cipher: cbc::Encryptor<Aes256>,
    mac: MacState,
    digest: Sha256,
    crc: Crc,
    piece: Box<[u8]>,
    held: usize,
    payload_len: u64,
}

/// The sums and the length of a sealed content.
pub(super) struct Sealed {
    pub(super) mac: Mac,
    pub(super) digest: FileDigest,
    /// CRC-32 of the whole content, MAC included.
    pub(super) crc: u32,
    pub(super) payload_len: u64,
    pub(super) content_len: u64,
}

impl ContentSealer {
    /// Writes the IV. Payload may be written next.
    pub(super) fn begin(keys: &PackageKeys, out: &mut impl Write) -> io::Result<Self> {
        let iv = keys.initialization_vector();
        let mut mac = MacState::new(keys.mac());
        let mut crc = Crc::new();
        mac.update(iv.as_bytes());
        crc.update(iv.as_bytes());
        out.write_all(iv.as_bytes())?;
        Ok(Self {
            cipher: cbc::Encryptor::new(keys.encryption().expose().into(), iv.as_bytes().into()),
            mac,
            digest: Sha256::new(),
            crc,
            piece: vec![0; PIECE].into_boxed_slice(),
            held: 0,
            payload_len: 0,
        })
    }

    /// Bytes of the payload that were taken so far.
    pub(super) const fn payload_len(&self) -> u64 {
        self.payload_len
    }

    /// Takes bytes of the payload, and writes every piece that is full.
    pub(super) fn write(&mut self, mut bytes: &[u8], out: &mut impl Write) -> io::Result<()> {
        self.payload_len += bytes.len() as u64;
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.held));
            self.piece[self.held..self.held + now.len()].copy_from_slice(now);
            self.held += now.len();
            bytes = later;
            if self.held == PIECE {
                // The digest is over the plaintext, so it is updated before the piece is encrypted in place.
                self.digest.update(&self.piece);
                self.seal_held(out)?;
            }
        }
        Ok(())
    }

    /// Encrypts the bytes in the piece, which are whole blocks, and writes them.
    fn seal_held(&mut self, out: &mut impl Write) -> io::Result<()> {
        let bytes = &mut self.piece[..self.held];
        let (blocks, _none) = InOutBuf::from(&mut *bytes).into_chunks();
        self.cipher.encrypt_blocks_inout(blocks);
        self.mac.update(bytes);
        self.crc.update(bytes);
        self.held = 0;
        out.write_all(bytes)
    }

    /// Adds PKCS#7 padding (1 to 16 bytes, each of which is the length) and ends the content.
    pub(super) fn finish(mut self, out: &mut impl Write) -> io::Result<Sealed> {
        self.digest.update(&self.piece[..self.held]);
        let padding = BLOCK - self.held % BLOCK;
        let padded = self.held + padding;
        // A full piece is sealed at once, so there is space for the padding.
        self.piece[self.held..padded].fill(u8::try_from(padding).unwrap_or(0));
        self.held = padded;
        self.seal_held(out)?;
        let mac = self.mac.finish();
        let ciphertext_len = self.payload_len + padding as u64;
        Ok(Sealed {
            digest: FileDigest::new(self.digest.finalize().into()),
            crc: crc_with_mac(mac, &self.crc),
            mac,
            payload_len: self.payload_len,
            content_len: (Mac::LENGTH + BLOCK) as u64 + ciphertext_len,
        })
    }
}

/// The CRC of the whole content, from its MAC and the CRC of the rest.
fn crc_with_mac(mac: Mac, rest: &Crc) -> u32 {
    let mut whole = Crc::new();
    // The MAC comes first and is known last, so the CRC of the rest is combined with that of the MAC.
    whole.update(mac.as_bytes());
    whole.combine(rest);
    whole.finalize()
}

/// The two keys and the IV that seal a content; fresh ones for every package.
///
/// The keys are wiped when this is dropped, and `Debug` prints none of them.
#[derive(Debug, Clone)]
pub struct PackageKeys {
    encryption: EncryptionKey,
    mac: MacKey,
    initialization_vector: InitializationVector,
}

impl PackageKeys {
    /// Makes random keys and an IV from the system's random bytes.
    ///
    /// # Errors
    /// [`WriteError::Random`] where the system has no random bytes.
    pub fn generate() -> Result<Self, WriteError> {
        let mut initialization_vector = [0; 16];
        fill(&mut initialization_vector)?;
        Ok(Self {
            encryption: EncryptionKey::new(*random_key()?),
            mac: MacKey::new(*random_key()?),
            initialization_vector: InitializationVector::new(initialization_vector),
        })
    }

    /// Given keys and IV, **for test vectors only**. Two contents under the same keys and IV reveal what they have in
    /// common; a real package must use [`PackageKeys::generate`].
    pub const fn for_test_vectors(
        encryption: EncryptionKey,
        mac: MacKey,
        initialization_vector: InitializationVector,
    ) -> Self {
        Self { encryption, mac, initialization_vector }
    }

    /// The key that encrypts the content (AES-256).
    pub const fn encryption(&self) -> &EncryptionKey {
        &self.encryption
    }

    /// The key of the content's MAC (HMAC-SHA-256).
    pub const fn mac(&self) -> &MacKey {
        &self.mac
    }

    /// The first block of the CBC chain; bytes 32 to 47 of the content.
    pub const fn initialization_vector(&self) -> InitializationVector {
        self.initialization_vector
    }
}

fn random_key() -> Result<Zeroizing<[u8; 32]>, WriteError> {
    let mut key = Zeroizing::new([0; 32]);
    fill(key.as_mut())?;
    Ok(key)
}

fn fill(bytes: &mut [u8]) -> Result<(), WriteError> {
    getrandom::fill(bytes).map_err(|error| WriteError::Random(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use cbc::cipher::BlockModeDecrypt;
    use hmac::{Hmac, KeyInit, Mac as _};
    use waybill_schemas::{EncryptionKey, InitializationVector, MacKey};

    fn keys() -> PackageKeys {
        PackageKeys::for_test_vectors(
            EncryptionKey::new([1; 32]),
            MacKey::new([2; 32]),
            InitializationVector::new([3; 16]),
        )
    }

    fn seal(payload: &[u8], step: usize) -> (Vec<u8>, Sealed) {
        let mut out = Vec::new();
        let mut sealer = ContentSealer::begin(&keys(), &mut out).unwrap();
        for part in payload.chunks(step) {
            sealer.write(part, &mut out).unwrap();
        }
        let sealed = sealer.finish(&mut out).unwrap();
        (out, sealed)
    }

    fn decrypt(ciphertext: &[u8]) -> Vec<u8> {
        let mut plain = ciphertext.to_vec();
        let (blocks, rest) = InOutBuf::from(plain.as_mut_slice()).into_chunks();
        assert!(rest.is_empty());
        cbc::Decryptor::<Aes256>::new(&[1; 32].into(), &[3; 16].into()).decrypt_blocks_inout(blocks);
        plain
    }

    fn check(payload: &[u8], step: usize) {
        let (out, sealed) = seal(payload, step);
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&[2; 32]).unwrap();
        mac.update(&out);
        assert_eq!(sealed.mac.as_bytes()[..], mac.finalize().into_bytes()[..]);
        assert_eq!(sealed.digest.as_bytes()[..], Sha256::digest(payload)[..]);
        let content = [sealed.mac.as_bytes(), out.as_slice()].concat();
        assert_eq!(sealed.content_len, content.len() as u64);
        assert_eq!(sealed.crc, crc32fast::hash(&content));
        assert_eq!(sealed.payload_len, payload.len() as u64);
        let plain = decrypt(&out[16..]);
        let padding = 16 - payload.len() % 16;
        assert_eq!(plain[payload.len()..], vec![padding as u8; padding]);
        assert!(plain[..payload.len()] == *payload, "{} bytes in steps of {step}", payload.len());
    }

    #[test]
    fn every_length_around_blocks_and_pieces_round_trips() {
        let payload: Vec<u8> =
            (0..3 * PIECE as u32 + 17).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        for length in
            [0, 1, 15, 16, 17, 31, 32, PIECE - 17, PIECE - 16, PIECE - 15, PIECE - 1, PIECE, PIECE + 1]
        {
            check(&payload[..length], usize::MAX);
        }
        for step in [1000, PIECE - 1, PIECE, PIECE + 1] {
            check(&payload, step);
        }
        check(&payload[..100], 1);
    }

    #[test]
    fn no_two_are_alike_and_none_is_shown() {
        let [one, two] = [PackageKeys::generate().unwrap(), PackageKeys::generate().unwrap()];
        assert_ne!(one.encryption(), two.encryption());
        assert_ne!(one.mac(), two.mac());
        assert_ne!(one.encryption().expose(), one.mac().expose());
        assert_ne!(one.initialization_vector(), two.initialization_vector());
        let shown = format!("{one:?}");
        assert_eq!(shown.matches("[redacted]").count(), 2, "{shown}");
    }
}
