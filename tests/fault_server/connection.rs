//! A connection: reads requests, sends their answers, and ends as the answers say.

use super::request::is_tick;
use super::{Answer, Ending, Request, Shared};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use socket2::SockRef;
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often a waiting connection checks whether the server has been dropped.
const TICK: Duration = Duration::from_millis(20);
/// How long a client may take nothing before its connection is closed.
const PATIENCE: Duration = Duration::from_secs(20);
/// The size of a chunk and of a write, in bytes.
const CHUNK: usize = 64 << 10;

/// The stream of a connection, with or without TLS.
enum Line {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ServerConnection, TcpStream>>),
}

impl Line {
    fn socket(&self) -> &TcpStream {
        match self {
            Self::Plain(socket) => socket,
            Self::Tls(stream) => &stream.sock,
        }
    }
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.read(buffer),
            Self::Tls(stream) => stream.read(buffer),
        }
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(stream) => stream.write(bytes),
            Self::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(stream) => stream.flush(),
            Self::Tls(stream) => stream.flush(),
        }
    }
}

/// Answers requests until the connection ends. Errors of the client are ignored.
pub(super) fn serve(stream: TcpStream, shared: &Arc<Shared>, tls: Option<Arc<ServerConfig>>) {
    let _ = serve_requests(stream, shared, tls);
}

fn serve_requests(stream: TcpStream, shared: &Arc<Shared>, tls: Option<Arc<ServerConfig>>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(TICK))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut line = match tls {
        None => Line::Plain(stream),
        Some(config) => {
            let session = ServerConnection::new(config).map_err(io::Error::other)?;
            Line::Tls(Box::new(StreamOwned::new(session, stream)))
        }
    };
    while let Some(request) = Request::read(&mut line, || shared.is_over()) {
        let answer = shared.answer(&request);
        send(&mut line, &answer, shared)?;
        if !answer.keeps_connection() {
            return end(line, answer.ending, shared);
        }
    }
    Ok(())
}

fn send(line: &mut Line, answer: &Answer, shared: &Shared) -> io::Result<()> {
    if let Some(raw) = &answer.raw {
        line.write_all(raw)?;
        return line.flush();
    }
    line.write_all(&answer.head())?;
    let body = &answer.body[..answer.body.len().min(answer.limit)];
    match answer.drip {
        Some(pause) => drip(line, body, pause, shared)?,
        None if answer.is_chunked() => {
            for chunk in body.chunks(CHUNK) {
                send_chunk(line, chunk)?;
            }
        }
        None => line.write_all(body)?,
    }
    if answer.is_chunked() {
        // A body that is cut ends in the middle of a chunk: the chunk's size is greater than what follows.
        line.write_all(if answer.keeps_connection() { b"0\r\n\r\n" } else { b"ffff\r\n" })?;
    }
    line.flush()
}

fn send_chunk(line: &mut Line, chunk: &[u8]) -> io::Result<()> {
    line.write_all(format!("{:x}\r\n", chunk.len()).as_bytes())?;
    line.write_all(chunk)?;
    line.write_all(b"\r\n")
}

fn drip(line: &mut Line, body: &[u8], pause: Duration, shared: &Shared) -> io::Result<()> {
    for byte in body {
        line.write_all(std::slice::from_ref(byte))?;
        line.flush()?;
        line.socket().set_read_timeout(Some(pause))?;
        if is_left(line, shared) {
            return Err(io::ErrorKind::ConnectionAborted.into());
        }
    }
    Ok(())
}

/// Whether the connection is over; waits one read timeout for the client to close it.
fn is_left(line: &mut Line, shared: &Shared) -> bool {
    let mut byte = [0];
    match line.read(&mut byte) {
        Ok(0) => true,
        Ok(_) => shared.is_over(),
        Err(error) => !is_tick(&error) || shared.is_over(),
    }
}

fn end(line: Line, ending: Ending, shared: &Shared) -> io::Result<()> {
    match ending {
        Ending::Clean | Ending::Fin => close(line, true, shared),
        Ending::Cut => close(line, false, shared),
        Ending::Reset => SockRef::from(line.socket()).set_linger(Some(Duration::ZERO)), // and dropped
        Ending::Stall => {
            let mut line = line;
            while !is_left(&mut line, shared) {}
            Ok(())
        }
    }
}

/// Sends a FIN and reads until the client closes, too: a socket that is dropped with unread bytes would send a reset.
fn close(mut line: Line, says_goodbye: bool, shared: &Shared) -> io::Result<()> {
    if let (Line::Tls(stream), true) = (&mut line, says_goodbye) {
        stream.conn.send_close_notify();
        stream.flush()?;
    }
    line.socket().shutdown(Shutdown::Write)?;
    let (start, mut socket, mut sink) = (Instant::now(), line.socket(), [0; 4096]);
    while start.elapsed() < PATIENCE && !shared.is_over() {
        match socket.read(&mut sink) {
            Ok(0) => break,
            Err(error) if !is_tick(&error) => break,
            _ => {}
        }
    }
    Ok(())
}
