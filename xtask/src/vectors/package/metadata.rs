//! Whole packages whose Detection.xml is refused.

use super::super::document::{Document, edited, element};
use super::super::vector::{Expect, Vector};
use super::{CONTENT_NAME, outer, sealed};

pub(super) fn all() -> Vec<Vector> {
    [shape(), missing(), values(), file_names()].into_iter().flatten().collect()
}

fn vector(name: &str, comment: &str, document: impl AsRef<[u8]>) -> Vector {
    Vector::new(name, Expect::Metadata, comment, outer(CONTENT_NAME, &sealed().content(), document.as_ref()))
}

fn shape() -> Vec<Vector> {
    let text = sealed().document.text();
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let info = text.find("  <EncryptionInfo>").zip(text.find("</ApplicationInfo>"));
    let info = info.map(|(start, end)| &text[start..end]).unwrap_or_default();
    let unclosed = edited(&text, "</Name>", "</Nome>");
    let doctype = format!("<!DOCTYPE x SYSTEM \"http://127.0.0.1:9/x.dtd\">{text}");
    let entity = edited(&text, "<SetupFile>", "<SetupFile>&who;");
    vec![
        vector("row-14-wrong-root", "another root element", text.replace("ApplicationInfo", "AppInfo")),
        vector("row-14-junk-after-root", "text after the root", format!("{text}\r\njunk")),
        vector("metadata-empty", "Detection.xml of no bytes", ""),
        vector("metadata-binary", "Detection.xml is no text", [0xff; 64]),
        vector("metadata-utf16", "Detection.xml in UTF-16", utf16),
        vector("metadata-cut", "Detection.xml ends in the middle", &text[..text.len() - 40]),
        vector("metadata-unclosed", "an element is closed by another name", unclosed),
        vector("metadata-two-roots", "Detection.xml holds two roots", format!("{text}{text}")),
        vector("metadata-doctype", "a DOCTYPE", doctype),
        vector("metadata-entity", "an undeclared entity in SetupFile", entity),
        vector("metadata-info-twice", "two EncryptionInfo", edited(&text, info, &info.repeat(2))),
        vector("metadata-info-missing", "no EncryptionInfo", edited(&text, info, "")),
    ]
}

fn missing() -> Vec<Vector> {
    let document = sealed().document;
    let fields = [
        "FileName",
        "SetupFile",
        "UnencryptedContentSize",
        "EncryptionKey",
        "MacKey",
        "InitializationVector",
        "Mac",
        "FileDigest",
    ];
    let without = |field: &str| {
        let name = format!("metadata-without-{}", field.to_lowercase());
        vector(&name, &format!("no {field}"), document.text_with(field, ""))
    };
    fields.map(without).into()
}

fn values() -> Vec<Vector> {
    let right = sealed().document;
    let text = right.text();
    let changed = |name: &str, comment: &str, change: fn(&mut Document)| {
        let mut document = right.clone();
        change(&mut document);
        vector(name, comment, document.text()).in_group("metadata")
    };
    let not_base64 = right.text_with("MacKey", &element(0, "MacKey", "!!!!not base64!!!!"));
    vec![
        changed("key-long", "an encryption key of 33 bytes", |document| document.encryption_key.push(0)),
        changed("key-empty", "an empty encryption key", |document| document.encryption_key.clear()),
        changed("mac-key-short", "a MAC key of 16 bytes", |document| document.mac_key.truncate(16)),
        changed("iv-long", "an IV of 32 bytes", |document| document.iv = vec![0; 32]),
        changed("mac-short", "a MAC of 20 bytes", |document| document.mac.truncate(20)),
        changed("digest-short", "a digest of 20 bytes", |document| document.digest.truncate(20)),
        changed("size-word", "a size that is no number", |document| document.size = "many".into()),
        changed("size-negative", "a negative size", |document| document.size = "-142".into()),
        changed("size-absurd", "a size of 2^64 and more", |document| document.size = "9".repeat(30)),
        vector("metadata-not-base64", "a MAC key that is not base64", not_base64),
        vector("metadata-profile", "another profile", edited(&text, "ProfileVersion1", "ProfileVersion2")),
        vector("metadata-algorithm", "another digest algorithm", edited(&text, "SHA256", "MD5")),
    ]
}

fn file_names() -> Vec<Vector> {
    let named = |stem: &str, comment: &str, file_name: &str| {
        let document = Document { file_name: file_name.into(), ..sealed().document };
        vector(&format!("row-12-{stem}"), &format!("FileName {comment}"), document.text())
    };
    vec![
        named("absolute", "is absolute", "/tmp/evil.intunewin"),
        named("drive", "starts with a drive", "C:\\evil.intunewin"),
        named("share", "is on a share", "\\\\server\\share\\evil.intunewin"),
        named("parent", "climbs out", "../evil.intunewin"),
        named("parent-backslash", "climbs out with a backslash", "..\\..\\evil.intunewin"),
        named("parent-inside", "climbs out further in", "a/../../evil.intunewin"),
    ]
}
