//! Answers that end early, and what the log says of them.

use crate::raw_client::Lab;
use std::net::TcpStream;
use waybill_server::{Server, ServerOptions};

#[test]
fn the_log_has_every_request_and_no_query() {
    let lab = Lab::new();
    lab.write("a.bin", "0123456789");
    lab.get("/a.bin?sig=canary", &["Range: bytes=2-5"]);
    lab.ask("HEAD", "/a.bin", &[]);
    lab.get("/absent", &[]);
    let mut log = lab.into_log();
    log.sort_by_key(|record| record.status);
    let told: Vec<_> = log
        .iter()
        .map(|record| {
            (record.method.as_str(), record.path.as_str(), record.status, record.bytes, record.complete)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("HEAD", "/a.bin", 200, 0, true),
            ("GET", "/a.bin", 206, 4, true),
            ("GET", "/absent", 404, 10, true)
        ]
    );
}

#[test]
fn a_client_that_leaves_is_logged_as_broken_off() {
    let lab = Lab::new();
    let file = std::fs::File::create(lab.path("large.bin")).unwrap();
    file.set_len(1 << 30).unwrap();
    lab.leave_early("/large.bin");
    assert_eq!(lab.get("/large.bin", &["Range: bytes=-1"]).status, 206, "the server goes on");
    let log = lab.into_log();
    let cut = log.iter().find(|record| record.status == 200).unwrap();
    assert!(!cut.complete && cut.bytes < 1 << 30, "{cut:?}");
}

/// The length was promised: what is missing cannot be made up.
#[test]
fn a_file_that_shrinks_breaks_the_connection() {
    let lab = Lab::new();
    let file = std::fs::File::create(lab.path("large.bin")).unwrap();
    file.set_len(256 << 20).unwrap();
    let mut stream = TcpStream::connect(lab.address()).unwrap();
    std::io::Write::write_all(&mut stream, b"GET /large.bin HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    std::io::Read::read_exact(&mut stream, &mut [0; 1000]).unwrap();
    file.set_len(1 << 20).unwrap(); // while most of it waits for this very client
    let mut rest = Vec::new();
    let _ = std::io::Read::read_to_end(&mut stream, &mut rest); // a reset is as good as an end
    assert!(rest.len() < 255 << 20, "{}", rest.len());
}

#[test]
fn a_port_that_is_taken_and_a_folder_that_is_none_are_told() {
    use waybill_schemas::codes::Classified as _;
    let lab = Lab::new();
    let taken = Server::bind(ServerOptions::new(lab.path("")).listen(lab.address())).err().unwrap();
    assert_eq!(taken.code().id, "serve-listen");
    assert!(taken.to_string().ends_with(&lab.address().to_string()), "{taken}");
    lab.write("file", "");
    for (name, id) in [("file", "input-of-another-kind"), ("absent", "input-missing")] {
        let refused = Server::bind(ServerOptions::new(lab.path(name))).err().unwrap();
        assert_eq!(refused.code().id, id, "{name}");
    }
}

#[test]
fn a_stopped_server_frees_its_port() {
    let lab = Lab::new();
    let address = lab.address();
    lab.into_log();
    let folder = tempfile::tempdir().unwrap();
    let again = Server::start(ServerOptions::new(folder.path()).listen(address)).unwrap();
    assert_eq!((again.address(), again.url()), (address, format!("http://{address}/")));
    again.stop();
}
