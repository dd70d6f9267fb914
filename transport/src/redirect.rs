//! Where a redirect may lead: 10 in a row at most, never from https to http, and to no private address if the document
//! came from the internet (`docs/delivery.md`, rule 8).

use reqwest::Method;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use url::{Host, Url};

/// How many redirects are followed for one request.
pub(crate) const MOST: usize = 10;

/// Why a redirect is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectFault {
    /// There were more than 10, or they form a loop.
    #[error("it redirects more than {MOST} times, or in a loop")]
    TooMany,
    /// It leads from https to http.
    #[error("it redirects from https to http")]
    Downgrade,
    /// It leads to a private address, and the document came from the internet.
    #[error("it redirects to a private address, and the document came from the internet")]
    Private,
    /// Its Location is not an http or https URL.
    #[error("it redirects to what is no http(s) URL")]
    NoUrl,
    /// It has status 301, 302 or 303 and would turn a request into a read; holds the status.
    #[error("it redirects with status {0}, which may turn the request into a read")]
    Method(u16),
    /// Secrets would go over plain http to another machine.
    #[error("it redirects to plain http on another machine, and what it holds are keys")]
    InTheClear,
}

/// Refuses 301, 302 and 303 unless the request is a read: only 307 and 308 keep method and body (RFC 9110, section
/// 15.4).
pub(crate) fn check_method(method: &Method, status: u16) -> Result<(), RedirectFault> {
    if method.is_safe() || matches!(status, 307 | 308) { Ok(()) } else { Err(RedirectFault::Method(status)) }
}

/// Refuses plain http for secrets, except to this machine.
pub(crate) fn check_secrets(url: &Url, has_secrets: bool) -> Result<(), RedirectFault> {
    if has_secrets && url.scheme() == "http" && !is_loopback(url) {
        return Err(RedirectFault::InTheClear);
    }
    Ok(())
}

/// The value of a Location with every byte beyond ASCII percent-encoded, as browsers take it. Servers that redirect to a name
/// with such letters send them as they are, mostly in UTF-8, though a URI has none (RFC 3986, section 2). `None` where it
/// holds a control character, which the parser of URLs would leave out.
fn encoded(location: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(location.len());
    for &byte in location.trim_ascii() {
        match byte {
            byte if byte.is_ascii_control() => return None,
            byte if byte.is_ascii() => text.push(byte.into()),
            byte => text.push_str(&format!("%{byte:02X}")),
        }
    }
    Some(text)
}

/// The URL that `location` names, relative to `from`, after `followed` redirects.
pub(crate) fn next(from: &Url, location: Option<&[u8]>, followed: usize) -> Result<Url, RedirectFault> {
    if followed >= MOST {
        return Err(RedirectFault::TooMany);
    }
    let location = location.and_then(encoded).ok_or(RedirectFault::NoUrl)?;
    let mut url = from.join(&location).map_err(|_| RedirectFault::NoUrl)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(RedirectFault::NoUrl);
    }
    // Also where nothing is secret, because an attacker on the line could answer in the place of the server that https
    // had proven.
    if from.scheme() == "https" && url.scheme() == "http" {
        return Err(RedirectFault::Downgrade);
    }
    // A user name would become an Authorization header.
    if url.set_username("").is_err() || url.set_password(None).is_err() {
        return Err(RedirectFault::NoUrl);
    }
    Ok(url)
}

/// How far redirects may lead, by where the document came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Anywhere: the document is a local file, or came from a private network.
    Anywhere,
    /// To public addresses only: the document came from the internet, and must not make a device call its own network.
    Public,
}

/// Whether `address` is a public address of the internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded_v4(address) {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(address),
        },
    }
}

/// Whether an IPv4 address is globally reachable by IANA's special-purpose registry.
fn is_public_v4(address: Ipv4Addr) -> bool {
    // The standard library has no stable function for the ranges that are compared by number: "this network" (0/8),
    // shared addresses of carriers (100.64/10), protocol assignments (192.0.0/24), benchmarking (198.18/15), and what
    // is reserved (240/4).
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19)))
}

/// Whether an IPv6 address is global unicast (2000::/3) outside the ranges for documentation and benchmarking.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    (first & 0xe000) == 0x2000 && (first, second) != (0x2001, 0x0db8) && (first, second) != (0x2001, 0x0002)
}

/// The IPv4 address in a mapped, translated (64:ff9b::/96) or 6to4 (2002::/16) address.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = address.segments();
    let of = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    // Such an address reaches the IPv4 host within it. By its own prefix every 6to4 address would count as public, and
    // no translated one would, though devices in networks without IPv4 reach every IPv4 host by those.
    match segments {
        [0, 0, 0, 0, 0, 0 | 0xffff, high, low] if (high, low) > (0, 1) => Some(of(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(of(high, low)),
        [0x2002, high, low, ..] => Some(of(high, low)),
        _ => None,
    }
}

/// Whether `url` leads to an address that is not public. A name that cannot be resolved here is left to the proxy. The
/// name may resolve to another address by the time of the connection (`docs/security.md`).
pub(crate) async fn leads_to_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => !is_public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => !is_public(IpAddr::V6(address)),
        Some(Host::Domain(name)) if is_localhost(name) => true,
        Some(Host::Domain(name)) => match tokio::net::lookup_host((name, 0)).await {
            // One private address is enough, because it is not known which of several the connection will use.
            Ok(mut found) => found.any(|address| !is_public(address.ip())),
            Err(_) => false,
        },
        None => false,
    }
}

/// Whether `url` leads to an address that is not public, as for a redirect. Blocks while the name is looked up.
pub fn is_private(url: &Url) -> bool {
    let lookup = tokio::runtime::Builder::new_current_thread().enable_io().build();
    lookup.is_ok_and(|lookup| lookup.block_on(leads_to_private(url)))
}

/// Whether `url` names this machine, by its text alone.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => is_localhost(name),
        None => false,
    }
}

/// Whether a name is `localhost` or below it (RFC 6761, section 6.3).
fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod redirect_tests {
    use super::*;

    fn follow(from: &str, location: &str, secret: bool) -> Result<String, RedirectFault> {
        let url = next(&Url::parse(from).unwrap(), Some(location.as_bytes()), 0)?;
        check_secrets(&url, secret).map(|()| url.into())
    }

    #[test]
    fn ordinary_redirects_are_followed() {
        let from = "https://a.example/x/y?z";
        assert_eq!(follow(from, "../q", true).unwrap(), "https://a.example/q");
        assert_eq!(follow(from, "//b.example/q", true).unwrap(), "https://b.example/q");
        assert_eq!(follow("http://a.example/", "https://b.example/", true).unwrap(), "https://b.example/");
        assert_eq!(follow("http://a.example/", "http://b.example/", false).unwrap(), "http://b.example/");
        assert_eq!(follow("http://[::1]/", "http://127.0.0.1/", true).unwrap(), "http://127.0.0.1/");
        assert_eq!(follow(from, "https://u:p@b.example/", true).unwrap(), "https://b.example/");
    }

    #[test]
    fn letters_beyond_ascii_and_blanks_are_encoded_and_controls_are_refused() {
        let from = "https://a.example/x";
        assert_eq!(follow(from, "/Menü.bin?q=ü", true).unwrap(), "https://a.example/Men%C3%BC.bin?q=%C3%BC");
        assert_eq!(follow(from, "/a b.bin", true).unwrap(), "https://a.example/a%20b.bin");
        assert_eq!(follow(from, "/%C3%BC%20", true).unwrap(), "https://a.example/%C3%BC%20", "not twice");
        assert_eq!(
            follow(from, "https://münchen.example/", true).unwrap(),
            "https://xn--mnchen-3ya.example/"
        );
        let latin = next(&Url::parse(from).unwrap(), Some(b"/Men\xFC.bin"), 0).unwrap();
        assert_eq!(latin.as_str(), "https://a.example/Men%FC.bin");
        for control in ["/a\tb", "/a\r\nSet-Cookie: b", "/a\nb", "ht\ttps://b.example/", "/\u{7f}", "/\0"] {
            assert_eq!(follow(from, control, true), Err(RedirectFault::NoUrl), "{control:?}");
        }
    }

    #[test]
    fn only_307_and_308_keep_a_method() {
        for status in [301, 302, 303] {
            assert_eq!(check_method(&Method::PUT, status), Err(RedirectFault::Method(status)));
            assert_eq!(check_method(&Method::HEAD, status), Ok(()));
        }
        assert_eq!(check_method(&Method::POST, 308), Ok(()));
    }

    #[test]
    fn the_others_are_not() {
        let from = "https://a.example/";
        assert_eq!(follow(from, "http://a.example/", false), Err(RedirectFault::Downgrade));
        assert_eq!(follow(from, "ftp://a.example/", false), Err(RedirectFault::NoUrl));
        assert_eq!(follow("http://localhost/", "http://a.example/", true), Err(RedirectFault::InTheClear));
        let url = Url::parse(from).unwrap();
        assert_eq!(next(&url, Some(b"/"), MOST), Err(RedirectFault::TooMany));
        assert_eq!(next(&url, None, 0), Err(RedirectFault::NoUrl));
    }
}

#[cfg(test)]
mod address_tests {
    use super::*;

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.0.1",
            "198.18.0.1",
            "192.0.2.1",
            "240.0.0.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "::7f00:1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["1.1.1.1", "20.60.1.2", "172.32.0.1", "100.128.0.1", "2603:1030::1", "::ffff:8.8.8.8"]
        {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
