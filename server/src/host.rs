//! The Host header: who the client believes to speak to.

use hyper::header::{HOST, HeaderMap};
use hyper::{Uri, Version};
use std::net::IpAddr;

/// What is wrong with a request's Host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HostFault {
    /// Missing, twice, or no text: RFC 9112, 3.2.
    Malformed,
    /// A name, where only this machine may ask. A web page whose name was pointed at 127.0.0.1 sends it, and no
    /// browser would keep it from reading the answer.
    Foreign,
}

/// Judges the Host of a request. `local` where the server listens on loopback alone: then only an IP address and
/// `localhost` are names for it.
pub(crate) fn judge(uri: &Uri, version: Version, headers: &HeaderMap, local: bool) -> Result<(), HostFault> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Some(host.to_str().map_err(|_| HostFault::Malformed)?),
        (None, _) if version < Version::HTTP_11 => None,
        _ => return Err(HostFault::Malformed),
    };
    // An absolute target goes before the header; without a scheme it is none.
    let absolute = uri.authority().filter(|_| uri.scheme().is_some());
    let host = absolute.map(|authority| authority.as_str()).or(host);
    match host {
        Some(host) if local && !is_own(host) => Err(HostFault::Foreign),
        _ => Ok(()),
    }
}

fn is_own(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    bare.is_empty() || bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_localhost_are_ours() {
        for host in
            ["127.0.0.1", "127.0.0.1:8080", "localhost", "LOCALHOST:1", "[::1]", "[::1]:80", "10.0.0.1:1", ""]
        {
            assert!(is_own(host), "{host}");
        }
        for host in [
            "example.com",
            "example.com:80",
            "localhost.example",
            "127.0.0.1.example",
            "localhost:x",
            "a:1:2",
        ] {
            assert!(!is_own(host), "{host}");
        }
    }
}
