//! OpenSSL decrypts our packages and computes the same MAC and digest; we accept packages that OpenSSL encrypted.

use intunewin::{ArchivePolicy, EncryptedContent};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::Command;
use waybill_context::Context;
use waybill_schemas::{DigestAlgorithm, EncryptionInfo, FileDigest, Mac, Profile};
use waybill_support::noise::PseudoRandom;
use waybill_tests::sealed_package::{SealedPackage, seal};
use waybill_tests::witness;

const PAYLOADS: usize = 100;

#[test]
fn openssl_opens_what_we_seal_and_we_open_what_openssl_seals() {
    if !witness::present("openssl", &["version"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let openssl = Openssl { folder: folder.path() };
    let mut random = PseudoRandom::new(1);
    for number in 0..PAYLOADS {
        let length = if number < 35 { number } else { random.below(100_000) };
        let payload = random.bytes(length);
        let sealed = seal(&payload, "install.cmd", number as u8).unwrap();
        openssl.opens(&sealed, &payload);
        openssl.seals(&sealed.info, &payload);
    }
}

/// The `openssl` command in a working folder.
struct Openssl<'a> {
    folder: &'a Path,
}

impl Openssl<'_> {
    fn run(&self, arguments: &[&str], input: &[u8]) -> Vec<u8> {
        fs::write(self.folder.join("input"), input).unwrap();
        let output = Command::new("openssl")
            .args(arguments)
            .args(if arguments[0] == "enc" { ["-in", "input"].as_slice() } else { &["input"] })
            .current_dir(self.folder)
            .output()
            .unwrap();
        assert!(output.status.success(), "openssl: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn cipher(&self, direction: &str, info: &EncryptionInfo, input: &[u8]) -> Vec<u8> {
        let key = hex(info.encryption_key.expose());
        let iv = hex(info.initialization_vector.as_bytes());
        self.run(&["enc", direction, "-aes-256-cbc", "-K", &key, "-iv", &iv], input)
    }

    fn mac(&self, info: &EncryptionInfo, input: &[u8]) -> Mac {
        let key = format!("hexkey:{}", hex(info.mac_key.expose()));
        let mac = self.run(&["dgst", "-sha256", "-binary", "-mac", "HMAC", "-macopt", &key], input);
        Mac::new(mac.try_into().unwrap())
    }

    fn digest(&self, input: &[u8]) -> FileDigest {
        FileDigest::new(self.run(&["dgst", "-sha256", "-binary"], input).try_into().unwrap())
    }

    fn opens(&self, sealed: &SealedPackage, payload: &[u8]) {
        let (length, content) = (payload.len(), sealed.content());
        assert_eq!(self.mac(&sealed.info, &content[32..]), sealed.info.mac, "{length} bytes");
        assert!(self.cipher("-d", &sealed.info, &content[48..]) == payload, "{length} bytes");
        assert_eq!(self.digest(payload), sealed.info.file_digest, "{length} bytes");
    }

    /// Encrypts the payload with the keys and the IV of `info`, and asserts that we accept the result. MAC and digest
    /// are computed by OpenSSL.
    fn seals(&self, info: &EncryptionInfo, payload: &[u8]) {
        let ciphertext = self.cipher("-e", info, payload);
        let authenticated = [info.initialization_vector.as_bytes().as_slice(), &ciphertext].concat();
        let info = EncryptionInfo {
            mac: self.mac(info, &authenticated),
            file_digest: self.digest(payload),
            profile_identifier: Profile::Version1,
            file_digest_algorithm: DigestAlgorithm::Sha256,
            ..info.clone()
        };
        let content = [info.mac.as_bytes().as_slice(), &authenticated].concat();
        let size = Some(payload.len() as u64);
        let content = EncryptedContent::new(content, info, size, &ArchivePolicy::default()).unwrap();
        let mut found = Vec::new();
        content.authenticate(&Context::silent()).unwrap().payload().read_to_end(&mut found).unwrap();
        assert!(found == payload, "{} bytes", payload.len());
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
