use crate::raw_client::Lab;

#[test]
fn head_says_what_get_says() {
    let lab = Lab::new();
    lab.write("a.bin", "0123456789");
    lab.write("empty.json", "");
    lab.write("app.intunewin", "x");
    for path in ["/a.bin", "/empty.json", "/app.intunewin", "/absent", "/%00"] {
        let (get, head) = (lab.get(path, &[]), lab.ask("HEAD", path, &[]));
        assert_eq!((get.status, get.headers()), (head.status, head.headers()), "{path}");
        assert_eq!(get.header("content-length"), Some(get.body.len().to_string().as_str()), "{path}");
        assert!(head.body.is_empty(), "{path}");
    }
}

#[test]
fn a_file_comes_as_it_is_and_says_what_it_is() {
    let lab = Lab::new();
    lab.write("a.bin", "0123456789".repeat(1000));
    lab.write("a.json", "{}");
    let answer = lab.get("/a.bin", &["Accept-Encoding: gzip, br, zstd"]);
    assert_eq!((answer.status, answer.body.len()), (200, 10_000));
    assert_eq!(answer.header("content-type"), Some("application/octet-stream"));
    assert_eq!(answer.header("accept-ranges"), Some("bytes"));
    for absent in ["content-encoding", "transfer-encoding", "vary", "server"] {
        assert_eq!(answer.header(absent), None);
    }
    assert!(answer.header("date").is_some());
    assert_eq!(lab.get("/a.json", &[]).header("content-type"), Some("application/json"));
}

#[test]
fn other_methods_are_refused() {
    let lab = Lab::new();
    lab.write("a.bin", "a");
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "get"] {
        let answer = lab.ask(method, "/a.bin", &["Content-Length: 0"]);
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")), "{method}");
    }
    assert_eq!(std::fs::read(lab.path("a.bin")).unwrap(), b"a");
}

/// On loopback a foreign name is that of a web page which had it pointed here.
#[test]
fn the_host_must_be_ours() {
    let lab = Lab::new();
    lab.write("a.bin", "a");
    let ask = |head: &str| lab.send(format!("{head}Connection: close\r\n\r\n")).status;
    assert_eq!(ask("GET /a.bin HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"), 200);
    assert_eq!(ask("GET /a.bin HTTP/1.1\r\nHost: [::1]:1\r\n"), 200);
    assert_eq!(ask("GET /a.bin HTTP/1.0\r\n"), 200);
    assert_eq!(ask("GET /a.bin HTTP/1.1\r\nHost: evil.example\r\n"), 421);
    assert_eq!(ask("GET http://evil.example/a.bin HTTP/1.1\r\nHost: localhost\r\n"), 421);
    assert_eq!(ask("GET /a.bin HTTP/1.1\r\n"), 400);
    assert_eq!(ask("GET /a.bin HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n"), 400);
}

#[test]
fn requests_that_are_none_are_answered_with_an_error() {
    let lab = Lab::new();
    lab.write("a.bin", "a");
    assert_eq!(lab.send("nonsense\r\n\r\n").status, 400);
    assert_eq!(lab.send("GET a.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").status, 400);
    assert_eq!(lab.send("OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").status, 405);
    let long = format!("GET /a.bin HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    assert_eq!(lab.send(long).status, 431);
    let many = "X: x\r\n".repeat(101);
    assert_eq!(lab.send(format!("GET /a.bin HTTP/1.1\r\nHost: localhost\r\n{many}\r\n")).status, 431);
}

#[test]
fn a_connection_takes_several_requests() {
    let lab = Lab::new();
    lab.write("a.bin", "alpha");
    let request = "GET /a.bin HTTP/1.1\r\nHost: localhost\r\n";
    let answers = lab.send(format!("{request}\r\n{request}Connection: close\r\n\r\n"));
    let text = answers.text();
    assert!(text.starts_with("alphaHTTP/1.1 200 OK") && text.ends_with("alpha"), "{text}");
}
