use crate::raw_client::Lab;

const DOCUMENT: &str = r#"{"name": "a", "fileEncryptionInfo": {"encryptionKey": "canary"}}"#;
/// `DOCUMENT` in base64.
const IN_BASE64: &str =
    "eyJuYW1lIjogImEiLCAiZmlsZUVuY3J5cHRpb25JbmZvIjogeyJlbmNyeXB0aW9uS2V5IjogImNhbmFyeSJ9fQ==";
const MAC: &str = "abababababababababababababababababababababababababababababababab";

/// What holds keys, in every dress: as itself, behind something, encoded, compressed.
fn carriers() -> Vec<(&'static str, Vec<u8>)> {
    let text = |text: String| text.into_bytes();
    let mut package = b"PK\x03\x04".to_vec();
    package.resize(30, 0);
    package.extend(b"IntuneWinPackage/Contents/IntunePackage.intunewin canary");
    let xml = "<ApplicationInfo><EncryptionInfo><EncryptionKey>canary";
    let quoted = DOCUMENT.replace('"', "\\\"");
    vec![
        ("app.intunewin", package.clone()),
        ("renamed.zip", package.clone()),
        ("padded.bin", [vec![b'x'; 70_000], package].concat()),
        ("app.content.json", text(DOCUMENT.into())),
        ("APP.CONTENT.JSON2", text(DOCUMENT.into())),
        ("Detection.xml", text(xml.into())),
        ("padded.xml", text(format!("{}{xml}", "x".repeat(70_000)))),
        ("blanks.json", text(format!("{}{DOCUMENT}", " \r\n".repeat(70_000)))),
        ("comment.json", text(format!("// a comment\n{DOCUMENT}"))),
        ("block-comment.json", text(format!("/* a comment */ {DOCUMENT}"))),
        ("zeros.json", text(format!("{}{DOCUMENT}", "\0".repeat(70_000)))),
        ("string.json", text(format!("\"{quoted}\""))),
        ("base64.txt", text(IN_BASE64.into())),
        ("compressed.gz", [b"\x1f\x8b\x08\0\0\0\0\0\0\x03".as_slice(), DOCUMENT.as_bytes()].concat()),
        ("reversed.json", DOCUMENT.bytes().rev().collect()),
    ]
}

#[test]
fn files_that_may_hold_keys_are_refused_and_it_is_said_why() {
    let lab = Lab::published();
    for (name, bytes) in carriers() {
        // Under its own name, and under both names of what publishing writes.
        for path in [name.to_owned(), format!("{MAC}/content.bin"), format!("{MAC}/pieces.json")] {
            lab.write(&path, &bytes);
            let path = format!("/{path}");
            for headers in [&[][..], &["Range: bytes=0-99"], &["If-None-Match: *"]] {
                let answer = lab.get(&path, headers);
                assert_eq!(answer.status, 403, "{name} at {path} {headers:?}");
                let text = answer.text();
                assert!(
                    text.contains("keys") && text.contains("--lab") && !text.contains("canary"),
                    "{text}"
                );
            }
            assert_eq!(lab.ask("HEAD", &path, &[]).status, 403);
        }
    }
}

#[test]
fn a_lab_serves_them() {
    let lab = Lab::new();
    for (name, bytes) in carriers() {
        lab.write(name, &bytes);
        let answer = lab.get(&format!("/{name}"), &[]);
        assert!(answer.status == 200 && answer.body == bytes, "{name}");
    }
}

#[test]
fn what_publishing_writes_is_served() {
    let lab = Lab::published();
    let content = vec![0xab; 48 + 16 * 5_000];
    lab.write(&format!("{MAC}/content.bin"), &content);
    let pieces = format!(r#"{{"pieceSize":1048576,"sizeEncrypted":80048,"sha256":["{}="]}}"#, "A".repeat(43));
    lab.write(&format!("deeper/{MAC}/pieces.json"), &pieces);
    assert!(lab.get(&format!("/{MAC}/content.bin"), &[]).body == content);
    let answer = lab.get(&format!("/deeper/{MAC}/pieces.json"), &[]);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/json")));
    assert_eq!(answer.text(), pieces);
}
