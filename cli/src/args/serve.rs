use clap::Args;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Serve a published folder over HTTP, for a lab and for tests
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  waybill serve public
  waybill serve public --listen :0 --json
  waybill serve public --listen 0.0.0.0:8080

One range of bytes, strong ETags, HEAD; no listing, no dot files, no links that lead
out of the folder. It is no product CDN: no TLS, one thread. Whole packages,
Detection.xml and documents with keys are refused unless --lab is given.
Elsewhere than on loopback everyone who reaches the address can fetch the files.
Ctrl-C ends it with exit code 0. With --json: JSON lines, where it listens first.")]
pub(crate) struct ServeArgs {
    /// The folder, as `waybill publish --to` wrote it
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Where to listen; a port of 0 takes a free one, `:PORT` is on loopback
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    pub(crate) listen: SocketAddr,
    /// Serve files that carry keys too, to whoever asks, without TLS
    #[arg(long)]
    pub(crate) lab: bool,
}

/// `IP:PORT`, `localhost:PORT`, or `:PORT` on loopback.
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
