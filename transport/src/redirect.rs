//! Which redirects are followed: at most 10, never from https to http, none to a private address when the document
//! came from the internet (`docs/delivery.md`, rule 8).

use crate::{Method, is_loopback};
use url::Url;

/// Redirects that are followed.
pub(crate) const MOST: usize = 10;

/// Why a redirect is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectFault {
    /// More than 10, or a loop.
    #[error("it redirects more than {MOST} times, or in a loop")]
    TooMany,
    /// From https to http.
    #[error("it redirects from https to http")]
    Downgrade,
    /// Into a private network.
    #[error("it redirects to a private address, and the document came from the internet")]
    Private,
    /// Not a web address.
    #[error("it redirects to what is no http(s) URL")]
    NoUrl,
    /// 301, 302 or 303 to a request that is no read.
    #[error("it redirects with status {0}, which may turn the request into a read")]
    Method(u16),
    /// Secrets would go over plain http.
    #[error("it redirects to plain http on another machine, and what it holds are keys")]
    InTheClear,
}

/// Whether a status leads elsewhere.
pub(crate) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// Only 307 and 308 promise to keep method and body (RFC 9110, section 15.4).
pub(crate) fn check_method(method: Method, status: u16) -> Result<(), RedirectFault> {
    if method.is_read() || matches!(status, 307 | 308) { Ok(()) } else { Err(RedirectFault::Method(status)) }
}

/// What carries secrets goes over https or to this machine.
pub(crate) fn check_secrets(url: &Url, has_secrets: bool) -> Result<(), RedirectFault> {
    if has_secrets && url.scheme() == "http" && !is_loopback(url) {
        return Err(RedirectFault::InTheClear);
    }
    Ok(())
}

/// Where `location` leads from `from`, after `followed` redirects.
pub(crate) fn next(from: &Url, location: Option<&str>, followed: usize) -> Result<Url, RedirectFault> {
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
    // A user name would become an Authorization header.
    if url.set_username("").is_err() || url.set_password(None).is_err() {
        return Err(RedirectFault::NoUrl);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(from: &str, location: &str, secret: bool) -> Result<String, RedirectFault> {
        let url = next(&Url::parse(from).unwrap(), Some(location), 0)?;
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
    fn only_307_and_308_keep_a_method() {
        for status in [301, 302, 303] {
            assert_eq!(check_method(Method::Put, status), Err(RedirectFault::Method(status)));
            assert_eq!(check_method(Method::Head, status), Ok(()));
        }
        assert_eq!(check_method(Method::Post, 308), Ok(()));
    }

    #[test]
    fn the_others_are_not() {
        let from = "https://a.example/";
        assert_eq!(follow(from, "http://a.example/", false), Err(RedirectFault::Downgrade));
        assert_eq!(follow(from, "ftp://a.example/", false), Err(RedirectFault::NoUrl));
        assert_eq!(follow("http://localhost/", "http://a.example/", true), Err(RedirectFault::InTheClear));
        let url = Url::parse(from).unwrap();
        assert_eq!(next(&url, Some("/"), MOST), Err(RedirectFault::TooMany));
        assert_eq!(next(&url, None, 0), Err(RedirectFault::NoUrl));
    }
}
