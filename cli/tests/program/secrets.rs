//! The program prints no key unless it is asked to.

use super::run;
use super::workbench::{SEED, Workbench};
use waybill_schemas::{EncryptionKey, MacKey};

/// A key in every form that it might be printed in.
fn forms(key: [u8; 32], base64: &str) -> Vec<String> {
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let list = key.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    // Base64 without its first or last characters, too, which finds a key within a longer text.
    vec![
        base64[..40].to_owned(),
        base64[4..].to_owned(),
        hex[..32].to_owned(),
        hex[..32].to_uppercase(),
        list,
    ]
}

fn canaries() -> Vec<String> {
    let (encryption, mac) = ([SEED; 32], [SEED ^ 0xff; 32]);
    let mut canaries = forms(encryption, &EncryptionKey::new(encryption).to_base64());
    canaries.extend(forms(mac, &MacKey::new(mac).to_base64()));
    canaries
}

fn leaks(text: &str) -> bool {
    canaries().iter().any(|canary| text.contains(canary))
}

#[test]
fn no_output_holds_a_key() {
    let bench = Workbench::new();
    // The document with the keys, broken in the middle, because errors quote what they do not understand.
    let xml = std::fs::read_to_string(bench.file("Detection.xml")).unwrap();
    assert!(leaks(&xml), "the canary is not in the cage");
    std::fs::copy(bench.file("Detection.xml"), bench.file("other.intunewin")).unwrap();
    std::fs::write(bench.file("broken.xml"), xml.replace("</MacKey>", "")).unwrap();
    std::fs::write(bench.file("wrong.xml"), xml.replace("ProfileVersion1", "ProfileVersion2")).unwrap();
    std::fs::write(bench.file("long.xml"), xml.replace("</EncryptionKey>", "AAAA</EncryptionKey>")).unwrap();
    let commands: &[&[&str]] = &[
        &["inspect", "--files", "keys.intunewin"],
        &["inspect", "--metadata", "keys.intunewin"],
        &["inspect", "--diff", "keys.intunewin", "tiny.intunewin"],
        &["inspect", "content.bin", "--encryption-info", "Detection.xml"],
        &["verify", "--deep", "keys.intunewin", "content.bin"],
        &["verify", "content.bin", "--encryption-info", "Detection.xml"],
        &["verify", "tiny.intunewin", "--encryption-info", "Detection.xml"],
        &["verify", "flipped.intunewin", "--encryption-info", "broken.xml"],
        &["verify", "content.bin", "--encryption-info", "wrong.xml"],
        &["verify", "content.bin", "--encryption-info", "long.xml"],
        &["inspect", "Detection.xml"],
        &["unpack", "keys.intunewin", "--output", "out", "--force"],
        &["unpack", "keys.intunewin", "--output", "payload.zip", "--payload-only", "--force"],
        &["lint", "keys.intunewin"],
        &["publish", "keys.intunewin", "--to", "public"],
        &["publish", "keys.intunewin", "--to", "lab", "--with-keys"],
        &["publish", "keys.intunewin", "--to", "public", "--document", "other.intunewin"],
        &["publish", "content.bin", "--encryption-info", "Detection.xml", "--to", "public", "--force"],
        &["fetch", "keys.content.json", "--output", "fetched", "--root", "state", "--force"],
        &["fetch", "keys.intunewin", "--output", "fetched", "--root", "state", "--check"],
        &["fetch", "broken.xml", "--output", "fetched", "--root", "state"],
        &["explain", "mac-mismatch"],
    ];
    for command in commands {
        for extra in [&["-vv"][..], &["-vv", "--json"], &["--quiet"]] {
            let output = run(&bench, &[command, extra].concat());
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8_lossy(&text);
            assert!(!leaks(&text), "{command:?} {extra:?} tells a key:\n{text}");
        }
    }
}

#[test]
fn show_keys_shows_them() {
    let bench = Workbench::new();
    for extra in [&["--show-keys"][..], &["--show-keys", "--json"]] {
        let output = run(&bench, &[&["inspect", "keys.intunewin"], extra].concat());
        assert!(leaks(&String::from_utf8(output.stdout).unwrap()), "{extra:?}");
    }
}

#[test]
fn a_token_in_a_base_url_is_told_by_the_document_alone() {
    let bench = Workbench::new();
    let url = "https://account.blob.core.windows.net/apps?sv=1&sig=CANARY%2B";
    for (extra, exit) in
        [(&["-vv"][..], 0), (&["-vv", "--json"], 0), (&["-vv", "--document", "content.bin"], 2)]
    {
        let mut command = super::command(&bench, &["publish", "keys.intunewin", "--to", "public"]);
        let output = command.args(extra).env("WAYBILL_BASE_URL", url).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        assert!(output.status.code() == Some(exit) && !text.contains("CANARY"), "{extra:?}:\n{text}");
    }
    let mut help = super::command(&bench, &["publish", "--help"]);
    let help = help.env("WAYBILL_BASE_URL", url).output().unwrap();
    assert!(!String::from_utf8_lossy(&help.stdout).contains("CANARY"));
    let document = std::fs::read_to_string(bench.file("keys.content.json")).unwrap();
    assert!(document.contains("/content.bin?sv=1&sig=CANARY%2B\""), "{document}");
}
