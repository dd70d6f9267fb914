//! A folder that is served, and a client that sends requests byte for byte.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use waybill_server::{AccessLog, AccessRecord, RunningServer, Server, ServerOptions};

/// A server on a folder of its own.
pub(crate) struct Lab {
    folder: tempfile::TempDir,
    server: Option<RunningServer>,
    log: Arc<Records>,
}

/// The records that the server logged.
#[derive(Default)]
struct Records(Mutex<Vec<AccessRecord>>);

impl AccessLog for Records {
    fn request(&self, record: &AccessRecord) {
        self.0.lock().unwrap().push(record.clone());
    }
}

impl Lab {
    /// A server that serves every file.
    pub(crate) fn new() -> Self {
        Self::start(true)
    }

    /// A server that serves what publishing wrote.
    pub(crate) fn published() -> Self {
        Self::start(false)
    }

    fn start(everything: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("public")).unwrap();
        let log = Arc::new(Records::default());
        let options =
            ServerOptions::new(folder.path().join("public")).serve_everything(everything).log(log.clone());
        let server = Some(Server::start(options).unwrap());
        Self { folder, server, log }
    }

    /// A path in the folder that is served; `../` names its sibling.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        let mut path = self.folder.path().join("public");
        for component in name.split('/') {
            path = if component == ".." { self.folder.path().to_owned() } else { path.join(component) };
        }
        path
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.as_ref().unwrap().address()
    }

    /// Sends a GET with these header lines.
    pub(crate) fn get(&self, path: &str, headers: &[&str]) -> Answer {
        self.ask("GET", path, headers)
    }

    /// Sends one request on a connection of its own.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[&str]) -> Answer {
        let lines: String = headers.iter().flat_map(|line| [line, "\r\n"]).collect();
        self.send(format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lines}\r\n"))
    }

    /// Sends bytes as they are; the answer is what comes until the connection ends.
    pub(crate) fn send(&self, request: impl AsRef<[u8]>) -> Answer {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.write_all(request.as_ref()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        Answer::parse(&bytes)
    }

    /// Begins a request and leaves in the middle of its answer.
    pub(crate) fn leave_early(&self, path: &str) {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).unwrap();
        stream.read_exact(&mut [0; 1000]).unwrap();
        stream.shutdown(Shutdown::Both).unwrap();
    }

    /// Ends the server and returns what it logged, in no order.
    pub(crate) fn into_log(mut self) -> Vec<AccessRecord> {
        self.server.take().unwrap().stop();
        std::mem::take(&mut *self.log.0.lock().unwrap())
    }
}

/// An answer, split into status, headers and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| line.split_once(": ").unwrap());
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        Self { status, headers, body: bytes[end + 4..].to_vec() }
    }

    /// A header that stands once or not at all.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(other, _)| other == name);
        let first = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} twice in {self:?}");
        first
    }

    /// Every header but the date, which may be another a second later.
    pub(crate) fn headers(&self) -> Vec<(String, String)> {
        let mut headers = self.headers.clone();
        headers.retain(|(name, _)| name != "date");
        headers.sort();
        headers
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}
