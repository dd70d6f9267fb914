//! Takes requests with bodies and answers them by a script. Raw sockets: it shares nothing with the client.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A request as the server received it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// The request line without the version: method and target.
    pub(crate) line: String,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What the server does with a request.
#[derive(Debug, Clone)]
pub(crate) enum Turn {
    /// Sends these bytes once the request is whole.
    Answer(String),
    /// Closes the connection after so many bytes of the body.
    CutBody(usize),
    /// Closes the connection once the request is whole.
    Silence,
}

/// An answer without a body.
pub(crate) fn status(status: u16, headers: &str) -> Turn {
    Turn::Answer(format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: 0\r\n\r\n"))
}

/// An answer with status 200 and a body.
pub(crate) fn body(text: &str) -> Turn {
    Turn::Answer(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len()))
}

struct Shared {
    script: Mutex<Vec<Turn>>,
    seen: Mutex<Vec<Seen>>,
    stop: AtomicBool,
}

/// Takes one request per connection. A request after the end of the script is answered with 200 and "done".
pub(crate) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Server {
    pub(crate) fn start(mut script: Vec<Turn>) -> Self {
        script.reverse();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared =
            Shared { script: Mutex::new(script), seen: Mutex::default(), stop: AtomicBool::new(false) };
        let shared = Arc::new(shared);
        let ours = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ours.stop.load(Ordering::Relaxed) {
                    return;
                }
                let _ = serve(stream.unwrap(), &ours); // a client that goes away ends its own connection alone
            }
        });
        Self { address, shared }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Every request so far; of one that was cut, what came of its body.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address); // so that it looks
    }
}

fn serve(stream: TcpStream, shared: &Shared) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let headers: Vec<_> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())))
        .collect();
    let line = lines[0].trim_end_matches(" HTTP/1.1").to_owned();
    let mut seen = Seen { line, headers, body: Vec::new() };
    let length = seen.header("content-length").map_or(0, |length| length.parse().unwrap());
    let turn = shared.script.lock().unwrap().pop().unwrap_or_else(|| body("done"));
    let wanted = if let Turn::CutBody(most) = turn { most.min(length) } else { length };
    seen.body.resize(wanted, 0);
    reader.read_exact(&mut seen.body)?;
    shared.seen.lock().unwrap().push(seen);
    if let Turn::Answer(answer) = turn {
        let answer = answer.replacen("\r\n", "\r\nConnection: close\r\n", 1);
        reader.get_mut().write_all(answer.as_bytes())?;
    }
    Ok(())
}
