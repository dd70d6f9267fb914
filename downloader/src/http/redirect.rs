//! Which redirects are followed: at most 10, never from https to http, none to a private address when the document
//! came from the internet (`docs/delivery.md`, rule 8). No request carries an Authorization header, so none leaks.

use super::address::{Reach, is_public};
use std::net::IpAddr;
use url::{Host, Url};

/// Redirects that are followed.
pub(crate) const MOST: usize = 10;

/// Why a redirect is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RedirectFault {
    #[error("it redirects more than {MOST} times, or in a loop")]
    TooMany,
    #[error("it redirects from https to http")]
    Downgrade,
    #[error("it redirects to a private address, and the document came from the internet")]
    Private,
    #[error("it redirects to what is no http(s) URL")]
    NoUrl,
}

/// Where `location` leads from `from`, after `followed` redirects.
pub(crate) fn next(from: &Url, location: Option<&str>, followed: usize, reach: Reach) -> Result<Url, RedirectFault> {
    if followed >= MOST {
        return Err(RedirectFault::TooMany);
    }
    let mut url = location.and_then(|location| from.join(location).ok()).ok_or(RedirectFault::NoUrl)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(RedirectFault::NoUrl);
    }
    if from.scheme() == "https" && url.scheme() == "http" {
        return Err(RedirectFault::Downgrade);
    }
    if reach == Reach::Public && is_private_literal(&url) {
        return Err(RedirectFault::Private);
    }
    // A user name would become an Authorization header.
    if url.set_username("").is_err() || url.set_password(None).is_err() {
        return Err(RedirectFault::NoUrl);
    }
    Ok(url)
}

/// Names are judged when they are resolved; `localhost` is known without.
pub(crate) fn is_private_literal(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => !is_public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => !is_public(IpAddr::V6(address)),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(from: &str, location: &str, reach: Reach) -> Result<String, RedirectFault> {
        next(&Url::parse(from).unwrap(), Some(location), 0, reach).map(String::from)
    }

    #[test]
    fn ordinary_redirects_are_followed() {
        let from = "https://a.example/x/y?z";
        assert_eq!(follow(from, "../q", Reach::Public).unwrap(), "https://a.example/q");
        assert_eq!(follow(from, "//b.example/q", Reach::Public).unwrap(), "https://b.example/q");
        assert_eq!(follow("http://a.example/", "https://b.example/", Reach::Public).unwrap(), "https://b.example/");
        assert_eq!(follow("http://a.example/", "http://127.0.0.1/", Reach::Anywhere).unwrap(), "http://127.0.0.1/");
        assert_eq!(follow(from, "https://u:p@b.example/", Reach::Public).unwrap(), "https://b.example/");
    }

    #[test]
    fn the_others_are_not() {
        let from = "https://a.example/";
        assert_eq!(follow(from, "http://a.example/", Reach::Anywhere), Err(RedirectFault::Downgrade));
        assert_eq!(follow(from, "ftp://a.example/", Reach::Anywhere), Err(RedirectFault::NoUrl));
        for private in ["https://10.0.0.1/", "https://[::1]/", "https://localhost/", "https://0x7f.1/"] {
            assert_eq!(follow(from, private, Reach::Public), Err(RedirectFault::Private), "{private}");
        }
        let url = Url::parse(from).unwrap();
        assert_eq!(next(&url, Some("/"), MOST, Reach::Anywhere), Err(RedirectFault::TooMany));
        assert_eq!(next(&url, None, 0, Reach::Anywhere), Err(RedirectFault::NoUrl));
    }
}
