//! Keys, MACs and digests, of fixed lengths and in base64 in every document; and the encryption info that they make up.
//! Keys are wiped when they are dropped, and never printed.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Standard alphabet, padding read whether it is there or not (`docs/package-format.md`, reader case 9).
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a base64 value is not the bytes it should be. Never holds the value itself: it may be a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BytesError {
    /// Not base64 at all.
    #[error("not base64")]
    NotBase64,
    /// Base64 of another number of bytes.
    #[error("{actual} bytes where {expected} are needed")]
    Length {
        /// Bytes that the type holds.
        expected: usize,
        /// Bytes that were given.
        actual: usize,
    },
}

fn decode<const N: usize>(text: &str) -> Result<[u8; N], BytesError> {
    // What was decoded is wiped even if its length is wrong: it may be most of a key.
    let bytes = Zeroizing::new(LENIENT.decode(text.trim()).map_err(|_| BytesError::NotBase64)?);
    <[u8; N]>::try_from(bytes.as_slice()).map_err(|_| BytesError::Length { expected: N, actual: bytes.len() })
}

/// Decodes base64 of any length, padded or not, in one line or several, as scripts stand in app.json.
#[cfg(feature = "full")]
pub(crate) fn decode_lenient(text: &str) -> Result<Vec<u8>, BytesError> {
    let text: String = text.split_ascii_whitespace().collect();
    LENIENT.decode(text).map_err(|_| BytesError::NotBase64)
}

/// True where `text` is base64 whose final `=` were left off; such text is read, and lint reports it as WB403.
pub(crate) fn lacks_padding(text: &str) -> bool {
    !text.trim().len().is_multiple_of(4)
}

macro_rules! base64_bytes {
    ($name:ident, $length:literal, $about:literal) => {
        impl $name {
            /// Its length in bytes.
            pub const LENGTH: usize = $length;

            /// Wraps raw bytes, which need no check.
            pub const fn new(bytes: [u8; $length]) -> Self {
                Self(bytes)
            }

            /// Decodes standard base64, with or without padding.
            ///
            /// # Errors
            /// The text is not base64, or has another length than [`Self::LENGTH`].
            pub fn from_base64(text: &str) -> Result<Self, BytesError> {
                decode(text).map(Self)
            }

            /// The bytes as standard base64 with padding.
            pub fn to_base64(&self) -> String {
                STANDARD.encode(self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&Zeroizing::new(self.to_base64()))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                // serde hands out a `String` of its own, which would be freed with the key in it.
                let text = Zeroizing::new(String::deserialize(deserializer)?);
                Self::from_base64(&text).map_err(D::Error::custom)
            }
        }

        own_schema!($name, inline, {
            "type": "string",
            "contentEncoding": "base64",
            "description": concat!($about, ": ", $length, " bytes in standard base64"),
            "pattern": format!("^[A-Za-z0-9+/]{{{}}}={{0,{}}}$", usize::div_ceil($length * 4, 3), (3 - $length % 3) % 3),
        });
    };
}

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// Wiped when dropped; `Debug` prints `[redacted]`.
        #[derive(Clone, Zeroize, ZeroizeOnDrop)]
        pub struct $name([u8; 32]);

        impl $name {
            /// The raw key, which only the cipher and the MAC need.
            pub const fn expose(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("[redacted]")
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                // How long a comparison takes must not tell how much of a guessed key is right.
                subtle::ConstantTimeEq::ct_eq(&self.0[..], &other.0[..]).into()
            }
        }

        impl Eq for $name {}

        base64_bytes!($name, 32, "a secret key");
    };
}

macro_rules! public {
    ($(#[$doc:meta])* $name:ident, $length:literal, $about:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name([u8; $length]);

        impl $name {
            /// The bytes as they are, not encoded.
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }

            /// The bytes as lower-case hexadecimal digits.
            pub fn to_hex(&self) -> String {
                self.0.iter().map(|byte| format!("{byte:02x}")).collect()
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}({})", stringify!($name), self.to_hex())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(&self.to_hex())
            }
        }

        base64_bytes!($name, $length, $about);
    };
}

secret! {
    /// The AES-256 key that decrypts the content.
    EncryptionKey
}
secret! {
    /// The HMAC-SHA-256 key that authenticates the content.
    MacKey
}
public! {
    /// The initialization vector of AES-CBC.
    InitializationVector, 16, "the initialization vector"
}
public! {
    /// HMAC-SHA-256 over IV ‖ ciphertext. It identifies a content.
    Mac, 32, "the MAC over IV and ciphertext"
}
public! {
    /// SHA-256 of the payload (the inner zip).
    FileDigest, 32, "the SHA-256 of the payload"
}
public! {
    /// BLAKE3 of an unpacked file.
    Blake3Digest, 32, "a BLAKE3 digest"
}
public! {
    /// SHA-256 of a document, or of a piece of a content.
    Sha256Digest, 32, "a SHA-256"
}

/// The one profile there is: AES-256-CBC, HMAC-SHA-256 over IV ‖ ciphertext.
pub const PROFILE_IDENTIFIER: &str = "ProfileVersion1";

/// The one digest algorithm there is.
pub const FILE_DIGEST_ALGORITHM: &str = "SHA256";

/// Keys, IV, MAC and digest of one content. JSON names are those of Graph's `fileEncryptionInfo`.
///
/// `Debug` shows no key. Serialising it writes the keys: only documents that are meant to carry them do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[cfg_attr(
    feature = "json-schema",
    schemars(description = "Keys, IV, MAC and digest of one content: Graph's fileEncryptionInfo.")
)]
pub struct EncryptionInfo {
    /// The key that decrypts the content.
    pub encryption_key: EncryptionKey,
    /// The key that authenticates the content.
    pub mac_key: MacKey,
    /// The IV, which is bytes 32..48 of the content.
    pub initialization_vector: InitializationVector,
    /// The MAC, which is bytes 0..32 of the content.
    pub mac: Mac,
    /// Always `ProfileVersion1`.
    pub profile_identifier: Profile,
    /// SHA-256 of the payload.
    pub file_digest: FileDigest,
    /// Always `SHA256`.
    pub file_digest_algorithm: DigestAlgorithm,
}

/// The encryption profile; another one is refused when the document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum Profile {
    /// AES-256-CBC with PKCS#7, HMAC-SHA-256.
    #[default]
    #[serde(rename = "ProfileVersion1")]
    Version1,
}

/// The digest's algorithm; another one is refused when the document is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub enum DigestAlgorithm {
    /// SHA-256, the only one.
    #[default]
    #[serde(rename = "SHA256")]
    Sha256,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_never_print() {
        let key = EncryptionKey::new([7; 32]);
        assert_eq!(format!("{key:?}"), "[redacted]");
        let error = EncryptionKey::from_base64("c2VjcmV0").unwrap_err();
        assert_eq!(error.to_string(), "6 bytes where 32 are needed");
    }

    #[test]
    fn base64_is_read_with_and_without_padding_and_written_with() {
        let mac = Mac::new([1; 32]);
        let text = mac.to_base64();
        assert!(text.ends_with('=') && !lacks_padding(&text));
        let bare = text.trim_end_matches('=');
        assert!(lacks_padding(bare));
        assert_eq!(Mac::from_base64(bare), Ok(mac));
        assert_eq!(Mac::from_base64("§"), Err(BytesError::NotBase64));
    }

    #[test]
    fn json_is_graphs_and_debug_holds_no_key() {
        let info = EncryptionInfo {
            encryption_key: EncryptionKey::new([1; 32]),
            mac_key: MacKey::new([2; 32]),
            initialization_vector: InitializationVector::new([3; 16]),
            mac: Mac::new([4; 32]),
            profile_identifier: Profile::Version1,
            file_digest: FileDigest::new([5; 32]),
            file_digest_algorithm: DigestAlgorithm::Sha256,
        };
        let json = serde_json::to_value(&info).unwrap();
        assert_eq!(json["profileIdentifier"], PROFILE_IDENTIFIER);
        assert_eq!(json["fileDigestAlgorithm"], FILE_DIGEST_ALGORITHM);
        assert_eq!(serde_json::from_value::<EncryptionInfo>(json).unwrap(), info);
        let debug = format!("{info:?}");
        assert!(debug.contains("encryption_key: [redacted]") && debug.contains("mac_key: [redacted]"));
    }
}
