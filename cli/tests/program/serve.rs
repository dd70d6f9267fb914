//! `waybill serve` as a process: what it prints, and how it ends.

use super::command;
use super::workbench::Workbench;
use std::io::{BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Stdio};

/// A server that ends with the test, even if that fails.
pub(crate) struct Serving {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// The address and port that it listens on, as `IP:PORT`.
    pub(crate) address: String,
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Serving {
    /// Starts a server on a free port, which its first line names.
    pub(crate) fn start(bench: &Workbench, more: &[&str]) -> Self {
        let arguments = [&["serve", ".", "--listen", ":0", "--json"], more].concat();
        let mut child =
            command(bench, &arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let started: serde_json::Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        let url = started["listening"].as_str().unwrap();
        let address = url.strip_prefix("http://").and_then(|url| url.strip_suffix('/')).unwrap().to_owned();
        Self { child, lines, address }
    }

    fn get(&mut self, target: &str) -> (String, serde_json::Value) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let line = self.lines.next().unwrap().unwrap();
        (String::from_utf8_lossy(&answer).into_owned(), serde_json::from_str(&line).unwrap())
    }
}

#[test]
fn it_tells_where_it_listens_and_every_request() {
    let bench = Workbench::new();
    let mac = "ab".repeat(32);
    std::fs::create_dir(bench.file(&mac)).unwrap();
    let length = 48 + 1600;
    std::fs::write(bench.file(&mac).join("content.bin"), vec![0xab; length]).unwrap();
    let mut serving = Serving::start(&bench, &[]);
    let (answer, told) = serving.get(&format!("/{mac}/content.bin?sig=canary"));
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!((&told["method"], &told["path"]), (&"GET".into(), &format!("/{mac}/content.bin").into()));
    assert_eq!((&told["status"], &told["bytes"]), (&200.into(), &length.into()));
    assert_eq!(told["complete"], true);
    let (refused, told) = serving.get("/keys.intunewin");
    assert!(refused.starts_with("HTTP/1.1 403 ") && refused.contains("--lab"), "{refused}");
    assert_eq!(told["status"], 403);
}

#[test]
fn a_lab_serves_packages_and_warns() {
    let bench = Workbench::new();
    let mut serving = Serving::start(&bench, &["--lab"]);
    assert!(serving.get("/keys.intunewin").0.starts_with("HTTP/1.1 200 OK"));
    serving.child.kill().unwrap();
    let mut told = String::new();
    serving.child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(told.contains("no product CDN") && told.contains("warning: --lab"), "{told}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_how_a_server_ends() {
    let bench = Workbench::new();
    let mut serving = Serving::start(&bench, &[]);
    let id = serving.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(serving.child.wait().unwrap().code(), Some(0));
    assert!(TcpStream::connect(&serving.address).is_err());
}
