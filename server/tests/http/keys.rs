use crate::raw_client::Lab;

const DOCUMENT: &str = r#"{"name": "a", "fileEncryptionInfo": {"encryptionKey": "canary"}}"#;

/// Writes files that are known for key material by their name, by what is in them, or by both.
fn fill(lab: &Lab) -> [&'static str; 8] {
    let mut package = b"PK\x03\x04".to_vec();
    package.resize(30, 0);
    package.extend(b"IntuneWinPackage/Contents/IntunePackage.intunewin canary");
    lab.write("app.intunewin", &package);
    lab.write("renamed.zip", &package);
    lab.write("app.content.json", DOCUMENT);
    lab.write("APP.CONTENT.JSON2", DOCUMENT);
    lab.write("content.json", "{\"canary\": 1}");
    lab.write("Detection.xml", "canary");
    lab.write("other.xml", "<ApplicationInfo><EncryptionInfo><EncryptionKey>canary");
    lab.write("spaced.json", format!("{}{DOCUMENT}", " \r\n".repeat(10)));
    [
        "/app.intunewin",
        "/renamed.zip",
        "/app.content.json",
        "/APP.CONTENT.JSON2",
        "/content.json",
        "/Detection.xml",
        "/other.xml",
        "/spaced.json",
    ]
}

#[test]
fn files_with_keys_are_refused_and_it_is_said_why() {
    let lab = Lab::new();
    for path in fill(&lab) {
        for headers in [&[][..], &["Range: bytes=0-99"], &["If-None-Match: *"]] {
            let answer = lab.get(path, headers);
            assert_eq!(answer.status, 403, "{path} {headers:?}");
            let text = answer.text();
            assert!(text.contains("keys") && text.contains("--lab") && !text.contains("canary"), "{text}");
        }
        assert_eq!(lab.ask("HEAD", path, &[]).status, 403);
    }
}

#[test]
fn a_lab_serves_them() {
    let lab = Lab::with_keys(true);
    for path in fill(&lab) {
        let answer = lab.get(path, &[]);
        assert!(answer.status == 200 && answer.text().contains("canary"), "{path}");
    }
}

#[test]
fn what_carries_no_keys_is_served() {
    let lab = Lab::new();
    let content: Vec<u8> = (0..100_000_u32).map(|at| at as u8).collect();
    lab.write("00ff/content.bin", &content);
    lab.write("00ff/pieces.json", r#"{"pieceSize": 1048576, "pieces": ["AAAA"]}"#);
    assert!(lab.get("/00ff/content.bin", &[]).body == content);
    let pieces = lab.get("/00ff/pieces.json", &[]);
    assert_eq!((pieces.status, pieces.header("content-type")), (200, Some("application/json")));
}
