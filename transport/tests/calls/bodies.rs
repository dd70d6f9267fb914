//! Bodies of requests and of answers.

use crate::server::{Server, Turn, body, status};
use crate::{StandingClock, call, request};
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use waybill_transport::{BodySource, FileSlice, Method, TransportError};

#[test]
fn a_json_document_is_posted_and_answered() {
    let server = Server::start(vec![body(r#"{"id":"1"}"#)]);
    let json = request(Method::POST, &server, "/apps").bytes(r#"{"name":"7-Zip"}"#);
    let json = json.header("Content-Type", "application/json").unwrap();
    let answer = call(&json, &StandingClock::default()).unwrap().success().unwrap();
    assert_eq!((answer.status(), answer.body()), (200, br#"{"id":"1"}"#.as_slice()));
    let seen = &server.seen()[0];
    assert_eq!((seen.line.as_str(), seen.body.as_slice()), ("POST /apps", br#"{"name":"7-Zip"}"#.as_slice()));
    assert_eq!(
        (seen.header("content-type"), seen.header("content-length")),
        (Some("application/json"), Some("16"))
    );
    assert_eq!((seen.header("transfer-encoding"), seen.header("accept-encoding")), (None, Some("identity")));
}

#[test]
fn a_block_of_a_file_is_put_and_put_again_when_the_connection_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("content.bin");
    let content: Vec<u8> = (0..5_000_000_u32).map(|number| (number % 251) as u8).collect();
    std::fs::write(&path, &content).unwrap();
    let server =
        Server::start(vec![Turn::CutBody(1_000_000), status(503, ""), status(201, "ETag: \"a\"\r\n")]);
    let block = Arc::new(FileSlice::new(&path, 1_000, 4_000_000));
    let put = request(Method::PUT, &server, "/blob?comp=block").source(block);
    let answer = call(&put, &StandingClock::default()).unwrap();
    assert_eq!((answer.status(), answer.header("etag")), (201, Some("\"a\"")));
    let seen = server.seen();
    assert_eq!(
        seen.iter().map(|seen| seen.body.len()).collect::<Vec<_>>(),
        [1_000_000, 4_000_000, 4_000_000]
    );
    assert!(seen.iter().all(|seen| seen.header("content-length") == Some("4000000")));
    assert!(seen[2].body == content[1_000..4_001_000]);
}

#[test]
fn a_body_of_no_bytes_declares_its_length() {
    let server = Server::start(vec![]);
    call(&request(Method::PUT, &server, "/x").bytes(""), &StandingClock::default()).unwrap();
    call(&request(Method::POST, &server, "/x"), &StandingClock::default()).unwrap();
    call(&request(Method::GET, &server, "/x"), &StandingClock::default()).unwrap();
    let lengths: Vec<_> =
        server.seen().iter().map(|seen| seen.header("content-length").map(str::to_owned)).collect();
    assert_eq!(lengths, [Some("0".to_owned()), Some("0".to_owned()), None]);
}

#[test]
fn an_upload_keeps_to_its_rate() {
    let server = Server::start(vec![]);
    let clock = StandingClock::default();
    let put = request(Method::PUT, &server, "/x").bytes(vec![0; 4 << 20]).limit_rate(Some(1 << 20));
    call(&put, &clock).unwrap();
    let seconds = clock.slept().as_secs_f64();
    assert!((3.0..=4.1).contains(&seconds), "4 MiB at 1 MiB/s took {seconds} s");
}

/// A body that is shorter than it says.
struct Short;

impl BodySource for Short {
    fn size(&self) -> u64 {
        10
    }

    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(io::Cursor::new(b"short")))
    }
}

#[test]
fn a_body_that_cannot_be_read_ends_the_request() {
    let server = Server::start(vec![]);
    let missing = FileSlice::new("/nowhere/at/all", 0, 10);
    for source in [Arc::new(missing) as Arc<dyn BodySource>, Arc::new(Short)] {
        let error =
            call(&request(Method::PUT, &server, "/x?sig=1").source(source), &StandingClock::default());
        let error = error.unwrap_err();
        assert!(matches!(error, TransportError::Body { .. }), "{error:?}");
        assert_eq!(error.to_string(), format!("cannot read what is sent to {}", server.url("/x")));
    }
}

#[test]
fn an_answer_is_no_larger_than_the_request_allows() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n";
    let script = vec![body("0123456789a"), Turn::Answer(chunked.to_owned()), body("0123456789")];
    let server = Server::start(script);
    let get = request(Method::GET, &server, "/policy").answer_limit(10);
    for _ in 0..2 {
        let error = call(&get, &StandingClock::default()).unwrap_err();
        assert_eq!(error.to_string(), format!("{} is larger than 10 bytes", server.url("/policy")));
    }
    assert_eq!(call(&get, &StandingClock::default()).unwrap().body(), b"0123456789");
}

#[test]
fn an_answer_that_was_compressed_on_the_way_is_refused() {
    let server = Server::start(vec![status(200, "Content-Encoding: gzip\r\n")]);
    let error = call(&request(Method::GET, &server, "/"), &StandingClock::default()).unwrap_err();
    assert!(matches!(error, TransportError::Altered { .. }), "{error}");
}

/// A file that grows while it is sent is sent as long as it was declared.
#[test]
fn the_size_of_a_body_is_asked_once() {
    struct Growing(AtomicU64);
    impl BodySource for Growing {
        fn size(&self) -> u64 {
            self.0.fetch_add(1, Ordering::Relaxed)
        }

        fn open(&self) -> io::Result<Box<dyn Read + Send>> {
            Ok(Box::new(io::repeat(b'a')))
        }
    }
    let server = Server::start(vec![]);
    let put = request(Method::PUT, &server, "/x").source(Arc::new(Growing(AtomicU64::new(5))));
    call(&put, &StandingClock::default()).unwrap();
    let seen = &server.seen()[0];
    assert_eq!((seen.header("content-length"), seen.body.as_slice()), (Some("5"), b"aaaaa".as_slice()));
}
