//! `waybill serve`: serves a published folder over HTTP.

use crate::error::Failure;
use crate::output::{Output, say};
use crate::session::{STOP, Session};
use crate::text::printable;
use clap::Args;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use waybill_schemas::report::delivery::{ServeStarted, ServedRequest};
use waybill_server::{AccessLog, AccessRecord, Server, ServerOptions};

/// Serve a published folder over HTTP, for a lab and for tests
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill serve public
  waybill serve public --listen :0 --json
  waybill serve public --listen 0.0.0.0:8080

One range of bytes, strong ETags, HEAD; no listing, no dot files, no links that lead
out of the folder. It is no product CDN: no TLS, one thread. Only what `publish`
wrote is served, <MAC>/content.bin and <MAC>/pieces.json; other files, which may
hold keys, are refused unless --lab is given.
Elsewhere than on loopback everyone who reaches the address can fetch the files.
Ctrl-C ends it with exit code 0. With --json: JSON lines, where it listens first.")]
pub(crate) struct ServeArgs {
    /// The folder, as `waybill publish --to` wrote it
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Where to listen; a port of 0 takes a free one, `:PORT` is on loopback
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    listen: SocketAddr,
    /// Serve all files, those that carry keys too, to whoever asks, without TLS
    #[arg(long)]
    lab: bool,
}

/// Parses `IP:PORT`, `localhost:PORT`, or `:PORT` on loopback.
fn address(text: &str) -> Result<SocketAddr, String> {
    let loopback = |port: &str| {
        let port = port.parse().map_err(|_| format!("'{port}' is no port; one has 0 to 65535"))?;
        Ok(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
    };
    match text.split_once(':') {
        Some(("" | "localhost", port)) if !port.contains(':') => loopback(port),
        _ => text.parse().map_err(|_| "give IP:PORT, localhost:PORT or :PORT".to_owned()),
    }
}

/// Serves until Ctrl-C, which is the usual end of a server and so not an error.
pub(crate) fn run(args: &ServeArgs, session: &Session) -> Result<(), Failure> {
    let output = session.output;
    let options = ServerOptions::new(&args.folder)
        .listen(args.listen)
        .serve_everything(args.lab)
        .log(Arc::new(Lines(output)));
    let server = Server::bind(options)?;
    for line in started_lines(&args.folder, &server.url(), server.local_addr(), args.lab) {
        say(&line);
    }
    if output.is_json() {
        output.line(&ServeStarted { listening: server.url() })?;
    }
    server.run(&STOP);
    Ok(())
}

/// Prints a line for each request: on stderr for people, on stdout as JSON.
struct Lines(Output);

impl AccessLog for Lines {
    fn request(&self, record: &AccessRecord) {
        if self.0.is_json() {
            if let Err(failure) = self.0.line(&served_request(record)) {
                self.0.tell(&failure);
            }
        } else if !self.0.is_quiet() {
            say(&access_line(record));
        }
    }
}

/// The lines that people see when the server has started.
fn started_lines(folder: &Path, url: &str, address: SocketAddr, lab: bool) -> Vec<String> {
    let folder = folder.display().to_string();
    let mut lines = vec![format!(
        "serving {} at {url} for a lab or a test: no product CDN; Ctrl-C ends it",
        printable(&folder)
    )];
    let everywhere = !address.ip().is_loopback();
    if everywhere {
        lines.push(format!("warning: whoever reaches {address} can fetch what lies there, without TLS"));
    }
    if lab {
        let whom = if everywhere { "them" } else { "every program on this machine" };
        lines.push(format!("warning: --lab serves files with keys to {whom}: they decrypt the contents"));
    }
    lines
}

/// The line for a request, such as `GET /00ff/content.bin 206, 1048576 bytes, 3 ms`.
fn access_line(record: &AccessRecord) -> String {
    let request = served_request(record);
    let ServedRequest { method, path, status, bytes, ms, complete } = &request;
    let cut = if *complete { "" } else { ", broken off" };
    format!("{} {} {status}, {bytes} bytes, {ms} ms{cut}", printable(method), printable(path))
}

/// The request as it is written in a line of JSON.
fn served_request(record: &AccessRecord) -> ServedRequest {
    ServedRequest {
        method: record.method.clone(),
        path: record.path.clone(),
        status: record.status,
        bytes: record.bytes,
        ms: u64::try_from(record.elapsed.as_millis()).unwrap_or(u64::MAX),
        complete: record.complete,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn addresses_are_told_from_nonsense() {
        for (text, expected) in [
            (":0", "127.0.0.1:0"),
            ("localhost:8080", "127.0.0.1:8080"),
            ("0.0.0.0:80", "0.0.0.0:80"),
            ("[::1]:80", "[::1]:80"),
        ] {
            assert_eq!(address(text), Ok(expected.parse().unwrap()));
        }
        for text in ["", ":", "8080", ":65536", ":-1", "example.com:80", "127.0.0.1", "::1", "[::1]", ":x"] {
            assert!(address(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_line_names_what_was_cut_and_shows_nothing_raw() {
        let mut record = AccessRecord {
            peer: "127.0.0.1:1".parse().unwrap(),
            method: "GET".to_owned(),
            path: "/a\u{202e}b".to_owned(),
            status: 206,
            bytes: 10,
            elapsed: Duration::from_millis(3),
            complete: true,
        };
        assert_eq!(access_line(&record), "GET /a\\u{202e}b 206, 10 bytes, 3 ms");
        record.complete = false;
        assert_eq!(access_line(&record), "GET /a\\u{202e}b 206, 10 bytes, 3 ms, broken off");
    }

    #[test]
    fn warnings_grow_with_who_can_ask_and_for_what() {
        let lines =
            |address: &str, lab| started_lines(Path::new("public"), "u", address.parse().unwrap(), lab);
        assert_eq!(lines("127.0.0.1:80", false).len(), 1);
        assert!(lines("127.0.0.1:80", true)[1].contains("every program on this machine"));
        assert_eq!(lines("0.0.0.0:80", false).len(), 2);
        assert_eq!(lines("0.0.0.0:80", true).len(), 3);
    }
}
