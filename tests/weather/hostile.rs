//! Malicious documents and servers are refused before anything is requested, written or allocated.

use crate::When;
use crate::lab::{CONTENT, Lab, PIECES, content, other_content};
use crate::outcome::FetchOutcome;
use serde_json::{Value, json};
use std::fs;
use waybill_downloader::{Location, SecretUrl, Wanted};
use waybill_schemas::codes::Class;
use waybill_schemas::{ContentDocument, Sha256Digest};
use waybill_tests::fault_server::{Answer, Framing, Resource, fault};

const DOCUMENT: &str = "/secret/weather.content.json";

fn lab() -> Lab {
    Lab::new("hostile", When::Fresh)
}

/// The content.json of a lab, as JSON to be changed.
fn document(lab: &Lab) -> Value {
    serde_json::from_slice(&content().document(&lab.url, false).unwrap()).unwrap()
}

fn fetch_document(lab: &Lab, bytes: impl AsRef<[u8]>) -> FetchOutcome {
    let path = lab.write_document();
    fs::write(&path, bytes).unwrap();
    lab.fetch_with(&lab.options, &path)
}

/// Asserts that the fetch was refused and that nothing was requested or kept.
#[track_caller]
fn is_refused(outcome: FetchOutcome) -> FetchOutcome {
    let failure = outcome.result.as_ref().expect_err("it should have been refused");
    let (code, class) = (failure.code, failure.class);
    assert_eq!(class, Class::Refused, "{}", failure.text);
    assert!(failure.text.len() < 4000, "a long story: {}", failure.text.len());
    assert!(!failure.text.contains('\u{1b}'), "an escape sequence on its way to the terminal");
    assert!(!outcome.incoming.iter().any(|name| name.ends_with(".partial")), "{:?}", outcome.incoming);
    outcome.asked(0).failed(code, class)
}

#[test]
fn absurd_sizes() {
    for (field, value) in [
        ("size", json!(u64::MAX)),
        ("size", json!(-1)),
        ("size", json!(1e300)),
        ("size", json!("many")),
        ("sizeEncrypted", json!(u64::MAX)),
        ("sizeEncrypted", json!(i64::MIN)),
        ("sizeEncrypted", json!(0)),
        ("sizeEncrypted", json!(47)),
        ("sizeUnpacked", json!(u64::MAX)),
    ] {
        let lab = lab();
        let mut document = document(&lab);
        document[field] = value;
        is_refused(fetch_document(&lab, document.to_string()));
    }
}

/// Sizes that are consistent, but larger than any disk.
#[test]
fn more_than_any_disk() {
    for size in [(1_u64 << 38) - 64, 1 << 39, 1 << 62] {
        let lab = lab();
        let mut document = document(&lab);
        document["size"] = json!(size);
        document["sizeEncrypted"] = json!(48 + (size / 16 + 1) * 16);
        let outcome = fetch_document(&lab, document.to_string());
        let class = outcome.result.as_ref().unwrap_err().class;
        assert!(matches!(class, Class::Refused | Class::Machine), "{class:?}");
        assert!(!outcome.incoming.iter().any(|name| name.ends_with(".partial")), "{:?}", outcome.incoming);
        outcome.asked(0);
    }
}

/// Absurd sizes that the caller gives for a content without a document.
#[test]
fn absurd_sizes_of_bare_contents() {
    for size in [0, 47, 63, 65, u64::MAX, u64::MAX / 16 * 16] {
        let lab = lab();
        let url = SecretUrl::parse(&lab.url).unwrap();
        let info = Box::new(content().package.info.clone());
        let outcome = lab
            .fetch_this(Wanted::Bare { url, info, size: Some(size), name: "bare".to_owned() }, &lab.options);
        let class = outcome.result.as_ref().unwrap_err().class;
        assert!(matches!(class, Class::Refused | Class::Machine), "{size}: {class:?}");
        outcome.asked(0);
    }
}

#[test]
fn keys_of_wrong_length() {
    let lengths =
        ["", "AA==", "AAAAAAAAAAAAAAAAAAAAAA==", &"A".repeat(40), &"A".repeat(48), &"A".repeat(1 << 20)];
    for field in ["encryptionKey", "macKey", "initializationVector", "mac", "fileDigest"] {
        for key in lengths {
            if field == "initializationVector" && key.len() == 24 {
                continue; // sixteen bytes: right
            }
            let lab = lab();
            let mut document = document(&lab);
            document["fileEncryptionInfo"][field] = json!(key);
            is_refused(fetch_document(&lab, document.to_string()));
        }
    }
}

#[test]
fn urls_that_leave_their_place() {
    for url in [
        "",
        "../content.bin",
        "a/../../content.bin",
        "a/%2e%2e/%2E%2E/content.bin",
        "..%2fcontent.bin",
        "..%5ccontent.bin",
        "..\\content.bin",
        "/etc/passwd",
        "//127.0.0.1/content.bin",
        "C:/Windows/win.ini",
        "C:\\Windows\\win.ini",
        "\\\\server\\share\\x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "data:text/plain,x",
        "javascript:alert(1)",
        "http://",
        "http:///x",
        "http://user:password@127.0.0.1/x",
        "http://127.0.0.1/x y",
        "http://127.0.0.1/\r\nHost: elsewhere",
        "http://127.0.0.1:99999/x",
        "http://[::1/x",
    ] {
        let lab = lab();
        let mut document = document(&lab);
        document["url"] = json!(url);
        is_refused(fetch_document(&lab, document.to_string()));
    }
}

/// A relative URL in a document on the disk means a file in the document's folder; a missing one is reported.
#[test]
fn a_file_below_that_is_not_there() {
    let lab = lab();
    let mut document = document(&lab);
    document["url"] = json!("none/content.bin");
    let outcome = fetch_document(&lab, document.to_string());
    assert!(outcome.result.is_err());
    outcome.asked(0);
}

#[test]
fn what_is_no_document() {
    let deep = "[".repeat(200_000);
    let deep_name = format!("{{\"name\":{}", "{\"a\":".repeat(200_000));
    for text in [
        "",
        "null",
        "[]",
        "{}",
        "<!doctype html><title>Sign in</title>",
        "PK\u{3}\u{4} and no package",
        "\u{1b}[31m\u{1b}]0;owned\u{7}",
        "{\"name\":\"\u{1b}[31m\"",
        &deep,
        &deep_name,
        &"A".repeat(17 << 20),
    ] {
        let lab = lab();
        is_refused(fetch_document(&lab, text));
    }
}

/// A document without an end is read up to the limit only.
#[test]
fn an_endless_document() {
    let lab = lab();
    lab.server
        .forever(DOCUMENT, fault(|_, _| Answer::new(200, vec![b' '; 40 << 20]).framed(Framing::Chunked)));
    is_refused(by_url(&lab));
}

fn by_url(lab: &Lab) -> FetchOutcome {
    let url = SecretUrl::parse(&lab.server.url(DOCUMENT)).unwrap();
    lab.fetch_this(Wanted::Described(Location::Url(url)), &lab.options)
}

/// Documents with keys are only fetched by https or from this machine; no request is sent (192.0.2.0/24 is reserved,
/// RFC 5737).
#[test]
fn keys_in_the_clear() {
    let lab = lab();
    let url = SecretUrl::parse("http://192.0.2.1/weather.content.json").unwrap();
    let outcome = lab.fetch_this(Wanted::Described(Location::Url(url)), &lab.options);
    is_refused(outcome.failed("keys-in-the-clear", Class::Refused));
}

/// A redirect to plain HTTP is refused in the same way.
#[test]
fn keys_in_the_clear_by_a_redirect() {
    let lab = lab();
    lab.server.forever(
        DOCUMENT,
        fault(|_, _| Answer::plain(302).with("Location", "http://192.0.2.1/weather.content.json")),
    );
    let outcome = by_url(&lab);
    let code = outcome.result.as_ref().unwrap_err().code;
    assert!(["redirect-refused", "keys-in-the-clear"].contains(&code), "{code}");
}

/// The name in a document is only shown, and never used as a file name.
#[test]
fn a_name_that_is_a_path() {
    let lab = lab();
    let mut document = document(&lab);
    document["name"] = json!("../../../outside");
    fetch_document(&lab, document.to_string()).arrived().acted(&[]);
}

/// A pieces.json that has the digest in the document but is absurd is ignored.
#[test]
fn absurd_pieces() {
    let one = Sha256Digest::new([0; 32]).to_base64();
    let size = content().size();
    let many = format!("\"{one}\",").repeat(300_000);
    for pieces in [
        "{\"pieceSize\":1048576,\"sizeEncrypted\":64,\"sha256\":1000000000}".to_owned(),
        format!("{{\"pieceSize\":1048576,\"sizeEncrypted\":{size},\"sha256\":[{many}\"{one}\"]}}"),
        format!("{{\"pieceSize\":1,\"sizeEncrypted\":{size},\"sha256\":[\"{one}\"]}}"),
        format!("{{\"pieceSize\":0,\"sizeEncrypted\":{size},\"sha256\":[]}}"),
        format!("{{\"pieceSize\":1048576,\"sizeEncrypted\":1048576000000000,\"sha256\":[\"{one}\"]}}"),
        "[".repeat(100_000),
        String::new(),
    ] {
        let lab = lab();
        let mut document = ContentDocument::read(&content().document(&lab.url, true).unwrap()).unwrap();
        document.pieces_digest = Some(digest(pieces.as_bytes()));
        lab.server.put(PIECES, Resource::new(pieces.into_bytes()));
        several(&lab, &document.write().unwrap()).arrived().wasted(0);
    }
}

/// A pieces.json without the digest in the document (another content's, or nonsense), or without an end.
#[test]
fn other_pieces() {
    for (pieces, rule) in [
        (other_content().pieces.clone(), "pieces-wrong"),
        (vec![b' '; 1000], "pieces-wrong"),
        (vec![b' '; 40 << 20], "pieces-missing"),
    ] {
        let lab = lab();
        lab.server.put(PIECES, Resource::new(pieces));
        let outcome = several(&lab, &content().document(&lab.url, true).unwrap()).arrived().wasted(0);
        assert_eq!((outcome.times(rule), outcome.times("piece-refused")), (1, 0), "{rule}");
    }
}

/// Fetches with several connections, for which the pieces are needed at once.
fn several(lab: &Lab, document: &[u8]) -> FetchOutcome {
    let path = lab.write_document();
    fs::write(&path, document).unwrap();
    lab.fetch_with(&lab.options.clone().with(|fetch| fetch.connections = 4), &path)
}

fn digest(bytes: &[u8]) -> Sha256Digest {
    use sha2::{Digest as _, Sha256};
    Sha256Digest::new(Sha256::digest(bytes).into())
}

/// A head without an end, or with thousands of headers, is given up and finally reported.
#[test]
fn an_endless_head() {
    let lab = lab();
    let head =
        format!("HTTP/1.1 200 OK\r\n{}", "X-Padding: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(100_000));
    lab.server.forever(CONTENT, fault(move |_, _| Answer::raw(head.clone().into_bytes())));
    lab.fetch().failed("network-failed", Class::Network);
}
