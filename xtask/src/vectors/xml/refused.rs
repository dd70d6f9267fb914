//! Documents that are refused (`docs/package-format.md`, cases 12 and 14; `docs/archive-policy.md`, XML).

use super::super::document::{Document, edited};
use super::super::vector::Vector;
use super::refused;

pub(super) fn all() -> Vec<Vector> {
    [shape(), declarations(), fields(), values()].into_iter().flatten().collect()
}

fn shape() -> Vec<Vector> {
    let text = Document::default().text();
    let deep = format!("{}{}", "<a>".repeat(600), "</a>".repeat(600));
    vec![
        refused("empty", "no bytes", ""),
        refused("cut", "cut in the middle", &text[..text.len() / 2]),
        refused(
            "row-14-wrong-root",
            "another root element",
            text.replace("ApplicationInfo", "ApplicationData"),
        ),
        refused("row-14-junk", "text after the root", format!("{text}junk")),
        refused("two-roots", "two roots", format!("{text}{text}")),
        refused(
            "deep",
            "600 levels of elements",
            edited(&text, "  <EncryptionInfo>", &format!("{deep}<EncryptionInfo>")),
        ),
        refused("not-utf8", "a byte that is not UTF-8", bytes_with(&text, b'\xe9')),
    ]
}

/// The name's first letter replaced by any byte.
fn bytes_with(text: &str, byte: u8) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    if let Some(position) = text.find("install.cmd") {
        bytes[position] = byte;
    }
    bytes
}

fn declarations() -> Vec<Vector> {
    let text = Document::default().text();
    let named = |value: &str| edited(&text, "<Name>install.cmd<", &format!("<Name>{value}<"));
    let laughs = "<!DOCTYPE ApplicationInfo [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">\
                  <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    let external = "<!DOCTYPE ApplicationInfo [<!ENTITY x SYSTEM \"file:///etc/hostname\">]>";
    vec![
        refused("doctype", "a DOCTYPE that declares nothing", format!("<!DOCTYPE ApplicationInfo>{text}")),
        refused("entities", "entities that grow", format!("{laughs}{}", named("&c;"))),
        refused("external", "an entity that reads a file", format!("{external}{}", named("&x;"))),
        refused("undeclared", "an entity that nobody declares", named("&x;")),
    ]
}

fn fields() -> Vec<Vector> {
    let document = Document::default();
    let text = document.text();
    let twice = |line: &str| edited(&text, line, &format!("{line}{line}"));
    vec![
        refused(
            "mac-twice",
            "two Mac elements",
            twice("    <Mac>REREREREREREREREREREREREREREREREREREREREREQ=</Mac>\r\n"),
        ),
        refused(
            "file-name-twice",
            "two FileName elements",
            twice("  <FileName>IntunePackage.intunewin</FileName>\r\n"),
        ),
        refused("key-missing", "no EncryptionKey", document.text_with("EncryptionKey", "")),
        refused(
            "size-missing",
            "no UnencryptedContentSize",
            document.text_with("UnencryptedContentSize", ""),
        ),
        refused("setup-missing", "no SetupFile", document.text_with("SetupFile", "")),
    ]
}

fn values() -> Vec<Vector> {
    let document = Document::default();
    let text = document.text();
    let sized = |size: &str| Document { size: size.into(), ..document.clone() }.text();
    let stored = |file_name: &str| Document { file_name: file_name.into(), ..document.clone() }.text();
    vec![
        refused(
            "key-short",
            "a key of 31 bytes",
            Document { encryption_key: vec![1; 31], ..document.clone() }.text(),
        ),
        refused("row-12-absolute", "FileName is an absolute path", stored("C:\\Windows\\evil.exe")),
        refused("row-12-parent", "FileName climbs out", stored("../../evil.exe")),
        refused("size-negative", "a negative size", sized("-1")),
        refused("size-absurd", "a size of 2^64", sized("18446744073709551616")),
        refused("algorithm", "another digest algorithm", text.replace("SHA256", "SHA1")),
    ]
}
