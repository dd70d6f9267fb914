use super::WriteError;
use waybill_schemas::{EncryptionKey, InitializationVector, MacKey};
use zeroize::Zeroizing;

/// What a content is sealed with: two keys and the IV, fresh for every package.
///
/// The keys are wiped when this is dropped; `Debug` shows none.
#[derive(Debug, Clone)]
pub struct PackageKeys {
    encryption: EncryptionKey,
    mac: MacKey,
    initialization_vector: InitializationVector,
}

impl PackageKeys {
    /// Fresh random keys and IV from the system.
    ///
    /// # Errors
    /// [`WriteError::Random`] where the system has no random bytes to give.
    pub fn generate() -> Result<Self, WriteError> {
        let mut initialization_vector = [0; 16];
        fill(&mut initialization_vector)?;
        Ok(Self {
            encryption: EncryptionKey::new(*random_key()?),
            mac: MacKey::new(*random_key()?),
            initialization_vector: InitializationVector::new(initialization_vector),
        })
    }

    /// Given keys and IV: **for test vectors alone**. Two contents under the same keys and IV betray what they
    /// have in common; every real package takes [`PackageKeys::generate`].
    pub const fn for_test_vectors(
        encryption: EncryptionKey,
        mac: MacKey,
        initialization_vector: InitializationVector,
    ) -> Self {
        Self { encryption, mac, initialization_vector }
    }

    /// Encrypts the content.
    pub const fn encryption(&self) -> &EncryptionKey {
        &self.encryption
    }

    /// Authenticates the content.
    pub const fn mac(&self) -> &MacKey {
        &self.mac
    }

    /// Starts the chain; bytes 32..48 of the content.
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
